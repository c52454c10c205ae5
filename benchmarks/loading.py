"""What the natural voice costs the embedded server: time to start, and memory."""

import time
from collections.abc import Iterator
from typing import Final

import psutil

from benchmarks.rows import Row
from benchmarks.stage import Stage, avatar_server
from heygen_widget import LocalServer

ENGINES: Final = ("espeak", "hibari")
TIMES: Final = 10


def measure(_: Stage) -> Iterator[Row]:
    """Compare the natural voice with espeak-ng, in turn."""
    starts: dict[str, list[float]] = {engine: [] for engine in ENGINES}
    for _number in range(TIMES):
        for engine, seen in starts.items():
            began = time.monotonic()
            with LocalServer(voice_engine=engine):
                seen.append(time.monotonic() - began)
    for engine, seen in starts.items():
        yield Row(measure=f"server started → ready, {engine}", values=seen)
    espeak, natural = (memory(engine) for engine in ENGINES)
    yield Row(
        measure="memory that the natural voice adds to the server, after one English session",
        values=[(natural - espeak) / 1e6],
        unit="MB",
        limit=200,
        digits=0,
    )


def memory(engine: str) -> float:
    """Return the bytes that a server occupies after a session."""
    with avatar_server(voice_engine=engine) as server:
        return float(psutil.Process(server.pid).memory_info().rss)
