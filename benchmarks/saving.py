"""The size of a saved talk, and the time that saving takes."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.rows import Row
from benchmarks.stage import Stage
from heygen_widget import Avatar, LocalServer

SECONDS = 180
PACE = 4  # times as fast as real time
TEXT = "This is a talk of three minutes, which is saved with its picture and its words. "


def measure(_: Stage) -> Iterator[Row]:
    """Save a talk of three minutes; figures come on top."""
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalServer(pace=PACE, idle_timeout=3600) as server,
        Avatar(local=server) as avatar,
    ):
        while avatar.elapsed < SECONDS:
            avatar.speak(TEXT * 3).result(timeout=60)
        avatar.finish()
        avatar.wait(timeout=60)
        began = time.perf_counter()
        path = avatar.save(Path(folder) / "talk.html")
        took = time.perf_counter() - began
        size = path.stat().st_size / 1e6 * SECONDS / avatar.elapsed
    yield Row(measure="talk.html of three minutes", values=[size], unit="MB", limit=12, digits=1)
    yield Row(measure="  seconds to save it", values=[took])
