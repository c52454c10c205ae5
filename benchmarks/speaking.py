"""From `speak()` in a cell to sound in JupyterLab, in a session that is open already."""

import random
from collections.abc import Iterator
from typing import Final

from benchmarks.rows import Row
from benchmarks.screens import (
    BusyKernel,
    BusyKernelTransport,
    HandWritten,
    KernelTransport,
    Screen,
    WidgetScreen,
)
from benchmarks.stage import Stage, avatar_server

TEXT = "Okay."  # short, and loud from its first sound on
TIMES = 20
SETTLING = 6.0  # seconds for the player to find its distance to the edge


WAYS: Final[dict[str, tuple[type[Screen], float, float]]] = {
    "speak() → heard": (WidgetScreen, 0.95, 0.55),
    "  through the kernel": (KernelTransport, 1.2, 0.8),
    "  while the cell still runs": (BusyKernel, 0.95, 0.55),
    "  while the cell still runs, through the kernel": (BusyKernelTransport, 1.2, 0.8),
}
"""How the picture comes, and the most it may take (seconds) at both lengths of segments."""


def measure(stage: Stage) -> Iterator[Row]:
    """Measure at both lengths of segments; by hand at the length of classic HLS."""
    classic = delays(stage, HandWritten, segment=2, times=5)
    for what, (kind, usual, fast) in WAYS.items():
        for segment, limit in ((0.4, usual), (0.2, fast)):
            yield Row(
                measure=f"{what}, {segment} s segments",
                values=delays(stage, kind, segment=segment, times=TIMES),
                limit=limit,
                baseline=classic if kind is WidgetScreen and segment == 0.4 else (),
            )


def delays(stage: Stage, kind: type[Screen], *, segment: float, times: int) -> list[float]:
    """Speak into silence several times, at random moments of the segments' clock."""
    chance = random.Random(segment)
    seen = []
    with avatar_server(segment=segment) as server, stage.notebook() as notebook:
        screen = kind(notebook, server)
        began = screen.start("Good morning, everybody.")
        screen.listen()
        screen.first_sound(began)
        screen.let_play(SETTLING)
        for _ in range(times):
            screen.wait_for_silence()
            screen.let_play(chance.uniform(0, 2 * segment))
            began = screen.speak(TEXT)
            seen.append(screen.first_sound(began) - began)
    return seen
