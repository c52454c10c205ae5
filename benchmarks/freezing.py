"""The server is frozen for a second, again and again, at any moment of speech and of silence."""

import random
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import psutil

from benchmarks.rows import NEVER, Row
from benchmarks.screens import ByHand, Ours, Screen
from benchmarks.stage import Stage, avatar_server

FROZEN = 1.0  # seconds
AFTERWARDS = 2.5  # seconds until it is looked how far behind it is
SETTLING = 6.0  # seconds until the player has found its distance to the edge
TEXT = "And while this is being said, which takes a few seconds in all, everything may stop."


@dataclass
class Recovery:
    """What became of one player; seconds, one value for each freeze."""

    plays_on: list[float] = field(default_factory=list)  # after the end of the freeze
    behind: list[float] = field(default_factory=list)


def measure(stage: Stage) -> Iterator[Row]:
    """Time how long it takes to play on, and how far behind the avatar is left."""
    ours = recover(stage, Ours, segment=0.4, times=50)
    hand = recover(stage, ByHand, segment=2, times=10)
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
    """Freeze and look, alternately while it speaks and while it is silent."""
    chance = random.Random(1)
    seen = Recovery()
    with avatar_server(segment=segment) as server, stage.notebook() as notebook:
        process = psutil.Process(server.pid)
        screen = kind(notebook, server)
        screen.start("Good morning, everybody.")
        screen.listen()
        screen.look_on(SETTLING)
        for number in range(times):
            if number % 2 == 0:
                screen.speak(TEXT)
            screen.look_on(chance.uniform(0, 0.8))
            frozen = time.time()
            process.send_signal(signal.SIGSTOP)
            try:
                screen.look_on(FROZEN)
            finally:
                process.send_signal(signal.SIGCONT)
            thawed = time.time()
            screen.look_on(AFTERWARDS)
            trace = screen.trace(frozen)
            on = trace.plays_since(thawed)
            seen.plays_on.append(NEVER if on is None else on - thawed)
            seen.behind.append(trace.behind(begin=thawed + AFTERWARDS - 0.5))
    return seen
