"""A long stream, played in JupyterLab: what becomes of the memory of all who have a part in it."""

import time
from collections.abc import Iterator

import psutil

from benchmarks.rows import Row
from benchmarks.screens import Ours
from benchmarks.stage import Stage, avatar_server
from benchmarks.viewers import LONG_TEXT

MINUTES = 20.0  # of which the growth is looked at; an hour is three times as long
WARM = 5.0  # minutes until it is looked for the first time
EVERY = 20.0  # seconds


def measure(stage: Stage) -> Iterator[Row]:
    """Compare the memory after the first minutes with that at the end."""
    with avatar_server() as server, stage.notebook() as notebook:
        screen = Ours(notebook, server)
        screen.start(LONG_TEXT)
        screen.listen()
        kernel = int(notebook.run("import os\nprint(os.getpid())"))
        processes = {
            "kernel": [psutil.Process(kernel)],
            "server": [psutil.Process(server.pid)],
            "browser": _browser(),
        }
        before = _look(screen, processes, minutes=WARM)
        after = _look(screen, processes, minutes=MINUTES - WARM)
    for name in processes:
        yield Row(
            measure=f"{MINUTES:.0f} min of stream: growth of {name} after the first {WARM:.0f}",
            values=[100 * (after[name] / before[name] - 1)],
            unit="%",
            limit=5,
            digits=1,
        )


def _look(
    screen: Ours, processes: dict[str, list[psutil.Process]], minutes: float
) -> dict[str, float]:
    """Let the avatar speak on; return the memory (bytes) at the end, smoothed over a minute."""
    end = time.monotonic() + 60 * minutes
    seen: list[dict[str, float]] = []
    while time.monotonic() < end:
        if len(seen) % 15 == 0:  # five minutes
            screen.speak(LONG_TEXT)
        screen.look_on(EVERY)
        seen.append({name: sum(map(_memory, group)) for name, group in processes.items()})
    last = seen[-3:]
    return {name: sum(look[name] for look in last) / len(last) for name in processes}


def _memory(process: psutil.Process) -> float:
    try:
        return float(process.memory_full_info().uss)
    except psutil.NoSuchProcess:
        return 0.0


def _browser() -> list[psutil.Process]:
    family = psutil.Process().children(recursive=True)
    return [process for process in family if "chrom" in process.name().lower()]
