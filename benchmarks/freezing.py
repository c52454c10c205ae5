"""Recovery after the server is frozen for a second, during speech and during silence."""

import random
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import psutil

from benchmarks.rows import NEVER, Row
from benchmarks.screens import HandWritten, Screen, WidgetScreen
from benchmarks.stage import Stage, avatar_server

FROZEN = 1.0  # seconds
AFTERWARDS = 2.5  # seconds until it is looked how far behind it is
SETTLING = 6.0  # seconds until the player has found its distance to the edge
TEXT = "And while this is being said, which takes a few seconds in all, everything may stop."


@dataclass
class Recovery:
    """How one player recovered; seconds, one value per freeze."""

    plays_on: list[float] = field(default_factory=list)  # after the end of the freeze
    behind: list[float] = field(default_factory=list)


def measure(stage: Stage) -> Iterator[Row]:
    """Measure the time until playback continues, and the latency afterwards."""
    ours = recover(stage, WidgetScreen, segment=0.4, times=50)
    hand = recover(stage, HandWritten, segment=2, times=10)
    yield Row(
        measure="server frozen for 1 s: plays on after",
        values=ours.plays_on,
        limit=2,
        judged_by="max",
        baseline=hand.plays_on,
    )
    yield Row(
        measure=f"server frozen for 1 s: behind the edge {AFTERWARDS} s later",
        values=ours.behind,
        limit=3,
        judged_by="max",
        baseline=hand.behind,
    )


def recover(stage: Stage, kind: type[Screen], *, segment: float, times: int) -> Recovery:
    """Freeze and measure, alternately during speech and during silence."""
    chance = random.Random(1)
    seen = Recovery()
    with avatar_server(segment=segment) as server, stage.notebook() as notebook:
        process = psutil.Process(server.pid)
        screen = kind(notebook, server)
        screen.start("Good morning, everybody.")
        screen.listen()
        screen.let_play(SETTLING)
        for number in range(times):
            if number % 2 == 0:
                screen.speak(TEXT)
            screen.let_play(chance.uniform(0, 0.8))
            frozen = time.time()
            process.send_signal(signal.SIGSTOP)
            try:
                screen.let_play(FROZEN)
            finally:
                process.send_signal(signal.SIGCONT)
            thawed = time.time()
            screen.let_play(AFTERWARDS)
            trace = screen.trace(frozen)
            on = trace.plays_since(thawed)
            seen.plays_on.append(NEVER if on is None else on - thawed)
            seen.behind.append(trace.behind(begin=thawed + AFTERWARDS - 0.5))
    return seen
