"""What one stream costs the local server: CPU, and the interpreter's lock."""

import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import psutil

from benchmarks.alone import PLAIN, LoneEncoder, finished
from benchmarks.rows import Row
from benchmarks.stage import Stage, avatar_server
from benchmarks.viewers import LONG_TEXT, watched_session

WINDOWS, WINDOW = 5, 5.0  # how many, and seconds each
WARM_UP = 10.0  # seconds: an idle loop lasts twelve, a mouth has moved to all its places by then
SHORT_TEXT = "Good morning."
AVATAR: Final = "cpu"
SAMPLER: Final = str(Path(__file__).parents[1] / ".venv" / "judges" / "bin" / "py-spy")
SAMPLES: Final = 200  # a second


def measure(_: Stage) -> Iterator[Row]:
    """Measure the server's process with one stream and one viewer."""
    unit = "core-s/s"
    pictures = finished(AVATAR, LONG_TEXT)
    plain, tuned = LoneEncoder(pictures, PLAIN), LoneEncoder(pictures)
    with avatar_server() as server, watched_session(server, LONG_TEXT, AVATAR):
        time.sleep(WARM_UP)
        with plain.encoding(), tuned.encoding():
            speaking = list(used(server.pid))
        held = lock_held(server.pid)
    yield Row(
        measure="CPU of the server, speaking", values=speaking, unit=unit, limit=0.25, digits=3
    )
    yield Row(
        measure="  as a multiple of plain x264 alone",
        values=[value / plain.used for value in speaking],
        unit="",
        limit=1.6,
    )
    yield Row(
        measure="  as a multiple of x264 alone, as the server sets it",
        values=[value / tuned.used for value in speaking],
        unit="",
    )
    yield Row(
        measure="the interpreter's lock is held by one session for",
        values=[100 * held],
        unit="%",
        limit=4,
        digits=1,
    )
    yield Row(
        measure="CPU of the server, idle", values=cpu(SHORT_TEXT), unit=unit, limit=0.05, digits=3
    )


def cpu(text: str) -> list[float]:
    """Return core-seconds per second of stream, window by window."""
    with avatar_server() as server, watched_session(server, text, AVATAR):
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


def lock_held(pid: int | None) -> float:
    """Return for how much of the time a thread of a process holds the interpreter's lock."""
    if not Path(SAMPLER).exists():
        raise SystemExit("py-spy is not installed: make bench installs it.")
    seconds = WINDOWS * WINDOW
    with tempfile.NamedTemporaryFile() as file:
        command = [SAMPLER, "record", "--gil", "--nonblocking", "--format=raw", "-o", file.name]
        command += [f"--rate={SAMPLES}", f"--duration={seconds:.0f}", f"--pid={pid}"]
        subprocess.run(command, check=True, capture_output=True)
        held = sum(int(line.rpartition(b" ")[2]) for line in file)
    return held / (SAMPLES * seconds)
