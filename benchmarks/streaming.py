"""The earlier Streaming Avatar in JupyterLab, in a room of the embedded server, at 720 lines."""

import random
from collections.abc import Iterator

from benchmarks.rows import Row
from benchmarks.screens import RoomScreen
from benchmarks.serving import WARM_UP, used
from benchmarks.speaking import TEXT
from benchmarks.stage import Stage, avatar_server
from benchmarks.viewers import LONG_TEXT

TIMES = 10
STARTS = 5
SETTLING = 3.0  # seconds for the connection to find its pace
PAUSE = 1.0  # seconds at most between silence and the next text
SPEECH = 1.5  # seconds to speak before an interrupt


def measure(stage: Stage) -> Iterator[Row]:
    """Measure all of it with one server."""
    with avatar_server() as server, stage.notebook() as notebook:
        screen = RoomScreen(notebook, server)
        yield Row(
            measure="in a room: start() → first frame shown",
            values=list(beginnings(screen)),
            limit=1.5,
        )
        screen.start()
        screen.listen()
        screen.let_play(SETTLING)
        seen, heard = answers(screen)
        yield Row(measure="in a room: speak() → the mouth moves", values=seen, limit=0.2)
        yield Row(measure="in a room: speak() → heard", values=heard, limit=0.25)
        yield Row(
            measure="in a room: interrupt() → silence",
            values=list(interruptions(screen)),
            limit=0.3,
        )
        screen.speak(LONG_TEXT)
        screen.let_play(WARM_UP)
        yield Row(
            measure="in a room: CPU of the server, speaking",
            values=list(used(server.pid)),
            unit="core-s/s",
            limit=0.5,
            digits=3,
        )


def beginnings(screen: RoomScreen) -> Iterator[float]:
    """Open sessions one after another, each with a new avatar."""
    for _ in range(STARTS):
        began = screen.start()
        yield screen.first_frame(began) - began
        screen.let_play(1)
        screen.clear()


def answers(screen: RoomScreen) -> tuple[list[float], list[float]]:
    """Speak into silence several times; return the delays of picture and sound."""
    chance = random.Random(TIMES)
    seen, heard = [], []
    first = screen.speak(TEXT)  # nobody has used this voice before
    screen.first_sound(first)
    for _ in range(TIMES):
        screen.wait_for_calm()
        screen.let_play(chance.uniform(0, PAUSE))
        began = screen.speak(TEXT)
        seen.append(screen.first_movement(began) - began)
        heard.append(screen.first_sound(began) - began)
    return seen, heard


def interruptions(screen: RoomScreen) -> Iterator[float]:
    """Interrupt a long text several times."""
    for _ in range(TIMES):
        screen.wait_for_silence()
        spoken = screen.speak(LONG_TEXT)
        screen.first_sound(spoken)
        screen.let_play(SPEECH)
        began = screen.interrupt()
        yield max(0.0, screen.last_sound() - began)
