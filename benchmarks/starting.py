"""From `start()` in a cell to the first frame shown, with the embedded server running."""

from collections.abc import Iterator

from benchmarks.rows import Row
from benchmarks.screens import HandWritten, Screen, WidgetScreen
from benchmarks.stage import Stage, avatar_server

TIMES = 5


def measure(stage: Stage) -> Iterator[Row]:
    """Measure at the usual segments; by hand at the length of classic HLS."""
    yield Row(
        measure="start() → first frame shown",
        values=delays(stage, WidgetScreen, segment=0.4),
        limit=1.0,
        baseline=delays(stage, HandWritten, segment=2),
    )


def delays(stage: Stage, kind: type[Screen], *, segment: float) -> list[float]:
    """Start sessions one after another, each with a new avatar."""
    seen = []
    with avatar_server(segment=segment) as server, stage.notebook() as notebook:
        screen = kind(notebook, server)
        for _ in range(TIMES):
            began = screen.start("Good morning, everybody.")
            seen.append(screen.first_frame(began) - began)
            screen.let_play(1)
            screen.clear()
    return seen
