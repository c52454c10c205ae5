"""Several sessions at once, all speaking: three, one of them watched in JupyterLab, and six."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Final

import psutil

from benchmarks.rows import Row, count
from benchmarks.screens import WidgetScreen
from benchmarks.stage import Stage, avatar_server
from benchmarks.viewers import LONG_TEXT, watched_session

MANY: Final = 6
SETTLING = 5.0  # seconds until all are under way
DURATION = 60.0  # seconds
LATE = 0.1  # seconds after its time; publishing takes one frame (0.04), the rest is transport


def measure(stage: Stage) -> Iterator[Row]:
    """Count late segments and stalls."""
    yield from three(stage)
    yield from many()


def many() -> Iterator[Row]:
    """Let many speak on two cores, each watched by a light viewer."""
    with avatar_server(concurrency=MANY) as server, ExitStack() as stack:
        psutil.Process(server.pid).cpu_affinity([0, 1])
        viewers = [
            stack.enter_context(watched_session(server, LONG_TEXT, f"speaker {number}"))
            for number in range(MANY)
        ]
        time.sleep(SETTLING)
        seen = [len(viewer.lateness) for viewer in viewers]
        time.sleep(DURATION)
        lateness = [
            seconds
            for viewer, before in zip(viewers, seen, strict=True)
            for seconds in viewer.lateness[before:]
        ]
    late = sum(seconds > LATE for seconds in lateness)
    what = f"{MANY} sessions on two cores for {DURATION:.0f} s: "
    yield count(f"{what}segments over {LATE} s late", late, limit=0)
    yield Row(measure="  how late a segment is", values=lateness, digits=3)


def three(stage: Stage) -> Iterator[Row]:
    """Watch one in JupyterLab, and the others by light viewers."""
    with avatar_server() as server, stage.notebook() as notebook:
        screen = WidgetScreen(notebook, server)
        screen.start(LONG_TEXT)
        screen.listen()
        with (
            watched_session(server, LONG_TEXT, "second") as second,
            watched_session(server, LONG_TEXT, "third") as third,
        ):
            screen.let_play(SETTLING)
            seen = [len(viewer.lateness) for viewer in (second, third)]
            began = time.time()
            screen.let_play(DURATION)
            stalls = screen.trace(began).stalls()
    lateness = second.lateness[seen[0] :] + third.lateness[seen[1] :]
    late = sum(seconds > LATE for seconds in lateness)
    what = f"three sessions for {DURATION:.0f} s: "
    yield count(f"{what}segments over {LATE} s late", late, limit=0)
    yield Row(measure="  how late a segment is", values=lateness, digits=3)
    yield count(f"{what}stalls of the watched one", len(stalls), limit=0)
