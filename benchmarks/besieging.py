"""How callers without the key affect the local server and its authorized clients."""

import contextlib
import socket
import time
from collections.abc import Iterator

import httpx
import psutil

from benchmarks.rows import Row
from benchmarks.stage import Stage, avatar_server

CONNECTIONS = 2000
ASKED, PAUSE = 20, 0.5  # how often, and seconds between two requests


def measure(_: Stage) -> Iterator[Row]:
    """Measure a request with the key, and the server's process, among idle connections."""
    with avatar_server() as server, contextlib.ExitStack() as crowd:
        address = httpx.URL(server.base_url)
        process = psutil.Process(server.pid)
        before, since = process.cpu_times(), time.monotonic()
        for _number in range(CONNECTIONS):
            caller = crowd.enter_context(socket.socket())
            caller.settimeout(0)
            with contextlib.suppress(BlockingIOError):
                caller.connect((address.host, address.port))
        waits = list(_ask(f"{server.base_url}/v3/avatar-realtime/x", server.api_key))
        after, until = process.cpu_times(), time.monotonic()
    spent = after.user - before.user + after.system - before.system
    among = f"among {CONNECTIONS:,} idle connections"
    yield Row(measure=f"request with the key {among}", values=waits, limit=1.0, judged_by="max")
    yield Row(
        measure=f"CPU of the server {among}",
        values=[spent / (until - since)],
        unit="core-s/s",
        limit=0.2,
        digits=3,
    )


def _ask(url: str, key: str) -> Iterator[float]:
    for _ in range(ASKED):
        since = time.monotonic()
        httpx.get(url, headers={"x-api-key": key})
        yield time.monotonic() - since
        time.sleep(PAUSE)
