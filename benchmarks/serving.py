"""The CPU cost of a stream for the local server."""

import time
from collections.abc import Iterator

import psutil

from benchmarks.rows import Row
from benchmarks.stage import Stage, avatar_server
from benchmarks.viewers import LONG_TEXT, watched_session

WINDOWS, WINDOW = 5, 5.0  # how many, and seconds each
WARM_UP = 10.0  # seconds: an idle loop lasts twelve, a mouth has moved to all its places by then
SHORT_TEXT = "Good morning."


def measure(_: Stage) -> Iterator[Row]:
    """Measure the server's process with one stream and one viewer."""
    unit = "core-s/s"
    yield Row(
        measure="CPU of the server, speaking",
        values=cpu(LONG_TEXT),
        unit=unit,
        limit=0.25,
        digits=3,
    )
    yield Row(
        measure="CPU of the server, idle", values=cpu(SHORT_TEXT), unit=unit, limit=0.05, digits=3
    )


def cpu(text: str) -> list[float]:
    """Return core-seconds per second of stream, window by window."""
    with avatar_server() as server, watched_session(server, text, "cpu"):
        time.sleep(WARM_UP)
        return list(used(server.pid))


def used(pid: int | None) -> Iterator[float]:
    """Return the core-seconds that a process uses per second, window by window."""
    process = psutil.Process(pid)
    for _ in range(WINDOWS):
        before, since = process.cpu_times(), time.monotonic()
        time.sleep(WINDOW)
        after, until = process.cpu_times(), time.monotonic()
        spent = after.user - before.user + after.system - before.system
        yield spent / (until - since)
