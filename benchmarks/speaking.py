"""From `speak()` in a cell to sound in JupyterLab, in a session that is open already."""

import random
from collections.abc import Iterator
from functools import partial

from benchmarks.rows import Row
from benchmarks.screens import ByHand, Ours, Screen
from benchmarks.stage import Stage, avatar_server

TEXT = "Okay."  # short, and loud from its first sound on
SETTLING = 6.0  # seconds for the player to find its distance to the edge


def measure(stage: Stage) -> Iterator[Row]:
    """Measure at both lengths of segments; by hand at the length of classic HLS."""
    row = partial(Row, judged_by="median")
    fast = delays(stage, Ours, segment=0.2, times=10)
    usual = delays(stage, Ours, segment=0.4, times=10)
    classic = delays(stage, ByHand, segment=2, times=5)
    yield row(measure="speak() → heard, 0.4 s segments", values=usual, limit=1.0, baseline=classic)
    yield row(measure="speak() → heard, 0.2 s segments", values=fast, limit=0.6)


def delays(stage: Stage, kind: type[Screen], *, segment: float, times: int) -> list[float]:
    """Speak into silence several times, at random moments of the segments' clock."""
    chance = random.Random(segment)
    seen = []
    with avatar_server(segment=segment) as server, stage.notebook() as notebook:
        screen = kind(notebook, server)
        began = screen.start("Good morning, everybody.")
        screen.listen()
        screen.first_sound(began)
        screen.look_on(SETTLING)
        for _ in range(times):
            screen.wait_for_silence()
            screen.look_on(chance.uniform(0, 2 * segment))
            began = screen.speak(TEXT)
            seen.append(screen.first_sound(began) - began)
    return seen
