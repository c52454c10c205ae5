"""The avatar speaks in JupyterLab while other processes keep every core busy for 30 s."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.rows import NEVER, Row, count
from benchmarks.screens import HandWritten, Screen, WidgetScreen
from benchmarks.stage import Stage, avatar_server
from benchmarks.viewers import LONG_TEXT

SETTLING = 8.0  # seconds until the player has found its distance to the edge
DURATION = 30.0  # seconds
AFTERWARDS = 10.0  # seconds to come back
NEAR = 0.15  # seconds from its distance that count as being back
FOR_GOOD = 1.0  # seconds to stay there


@dataclass
class LoadEffect:
    """The effect of the load on one player."""

    stalls: int
    longest: float  # seconds stood still
    back: float  # seconds until at its distance to the edge again


def measure(stage: Stage) -> Iterator[Row]:
    """Count stalls, and measure the time to recover."""
    ours = play_under_load(stage, WidgetScreen, segment=0.4)
    hand = play_under_load(stage, HandWritten, segment=2)
    burners = f"{os.cpu_count()} processes burn all cores: "
    yield count(f"{burners}stalls in 30 s", ours.stalls, limit=0, baseline=hand.stalls)
    yield Row(measure="  longest stall", values=[ours.longest], baseline=[hand.longest])
    yield Row(
        measure=f"{burners}back at its distance after",
        values=[ours.back],
        limit=5,
        baseline=[hand.back],
    )


def play_under_load(stage: Stage, kind: type[Screen], *, segment: float) -> LoadEffect:
    """Play before, during and after the load."""
    with avatar_server(segment=segment) as server, stage.notebook() as notebook:
        screen = kind(notebook, server)
        screen.start(LONG_TEXT)
        screen.listen()
        screen.let_play(SETTLING)
        usual = screen.trace(time.time() - 2).behind()
        began = time.time()
        with burning_cores():
            screen.let_play(DURATION)
        ended = time.time()
        screen.let_play(AFTERWARDS)
        trace = screen.trace(began)
    stalls = [stall.end - stall.begin for stall in trace.stalls() if stall.begin < ended]
    back = trace.behind_at_most(usual + NEAR, FOR_GOOD, since=ended)
    return LoadEffect(
        len(stalls), max(stalls, default=0.0), NEVER if back is None else back - ended
    )


@contextmanager
def burning_cores() -> Iterator[None]:
    """Keep each core busy with one process."""
    command = [sys.executable, "-c", "while True: pass"]
    burners = [subprocess.Popen(command) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()
