"""How far the estimate of a script is from its take, and how long an estimate takes."""

import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.rows import Row
from benchmarks.stage import Stage
from heygen_widget import Avatar, LocalServer, Script

VOICE: Final = "anna"
PACE: Final = 8
SENTENCES: Final = 4
"""Of one script."""
KINDS: Final[dict[str, tuple[str, ...]]] = {
    "prose": (
        "What if your notebook could talk, and tell the story of what it has found?",
        "This avatar says what your code tells it, in the order in which you tell it.",
        "The second chart shows the same data on a logarithmic scale; small values are visible.",
        "Nobody knows why the curve is flat until March, but we have a guess.",
        "She walked along the river every morning, and thought about the same question.",
        "It took a year to build, a week to test, and a minute to explain.",
    ),
    "short": ("Hello!", "Look here.", "Why?", "It works.", "Try it now.", "One line. That is all."),
    "numbers": (
        "On the 3rd of March 2024, 1,250 people paid $9.99 each at 7:30 pm.",
        "The loss fell from 0.31 to 0.027 within 120 epochs.",
        "That is 12 % more than in 2019, and 3.5 times as much as in 2010.",
        "Call us on 555 0199 before 5 pm, or write to room 214.",
        "The parts weigh 1.5 kg, 20 g and 3 tons.",
    ),
    "terms": (
        "The GPU runs a transformer with RoPE, and the CPU waits for I/O.",
        "We parse JSON and YAML, and serve it over HTTP with an SLA of 99.9 %.",
        "JupyterLab talks to the kernel with ZeroMQ; marimo does not.",
        "Its ROC AUC is high, but the F1 score of the minority class is not.",
    ),
    "lists": (
        "- load the data\n- clean it\n- fit a model",
        "1. Open the notebook.\n2. Run all cells.\n3. Listen.",
        "- red, green and blue\n- small, medium and large",
        "First, the question: what is it for? Second, the answer: for you.",
    ),
}
LONG: Final = 600.0  # seconds of a long script


def measure(_: Stage) -> Iterator[Row]:
    """Compare estimates with takes of the same voice, and of one that is heard the first time."""
    scripts = [_script(kind, number) for number in range(10) for kind in KINDS]
    with _server("hibari") as natural, _server("espeak") as robotic:
        before, after = _errors(scripts, estimated_by=natural, spoken_by=natural)
        yield _row("estimate against take, before any take", before, 10)
        yield _row("  after one take", after, 3)
        before, after = _errors(scripts[::5], estimated_by=natural, spoken_by=robotic)
        yield _row("  another voice, before any take", before, 20)
        yield _row("  another voice, after one take", after, 5)
        yield Row(measure="estimate of ten minutes", values=[*_durations(natural)], limit=2)


def _row(measure: str, errors: Sequence[float], limit: float) -> Row:
    return Row(measure=measure, values=errors, unit="%", limit=limit, judged_by="max")


def _server(voice: str) -> LocalServer:
    return LocalServer(voice_engine=voice, pace=PACE)


def _script(kind: str, number: int) -> Script:
    chance = random.Random(f"{kind} {number}")
    chosen = [chance.choice(KINDS[kind]) for _ in range(SENTENCES)]
    half = SENTENCES // 2
    return Script({"one": "\n\n".join(chosen[:half]), "two": "\n\n".join(chosen[half:])})


def _errors(
    scripts: Sequence[Script], *, estimated_by: LocalServer, spoken_by: LocalServer
) -> tuple[list[float], list[float]]:
    """Return by how many percent estimates are off, without a take, and with the first one."""
    without, with_first = [], []
    with TemporaryDirectory() as folder, Avatar(voice_id=VOICE, local=spoken_by) as avatar:
        first = _in(Path(folder) / "first.md", scripts[0])
        first.rehearse(avatar)
        for script in scripts[1:]:
            other = _in(Path(folder) / "other.md", script)
            plain = other.estimate(VOICE, local=estimated_by).seconds
            known = _in(Path(folder) / "first.md", script)
            calibrated = known.estimate(VOICE, local=estimated_by).seconds
            take = other.rehearse(avatar)
            without.append(100 * abs(plain / take.seconds - 1))
            with_first.append(100 * abs(calibrated / take.seconds - 1))
            take.delete()
    return without, with_first


def _in(path: Path, script: Script) -> Script:
    """Return a script with a file, beside which its takes are."""
    placed = script.copy()
    placed.write(path, overwrite=True)
    return placed


def _durations(server: LocalServer) -> Iterator[float]:
    """Yield the seconds of estimates of texts that the server has not seen."""
    chance = random.Random(1)
    words = " ".join(KINDS["prose"]).split()
    Script("Hello.").estimate(VOICE, local=server)
    for _ in range(5):
        text = ". ".join(" ".join(chance.choices(words, k=12)) for _ in range(140)) + "."
        script = Script(text)
        began = time.monotonic()
        found = script.estimate(VOICE, local=server)
        yield (time.monotonic() - began) * LONG / found.seconds
