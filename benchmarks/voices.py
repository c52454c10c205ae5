"""How the voices of the embedded server sound to a player, by the judgement of two models.

The judges live in an environment of their own, which ``make bench`` creates.
"""

import json
import re
import subprocess
import tempfile
import time
import wave
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.rows import Row
from benchmarks.stage import Stage, avatar_server
from heygen_widget import HeyGen
from heygen_widget.local.voice import SAMPLE_RATE
from tests.local.ear import heard

JUDGES: Final = Path(__file__).parents[1] / ".venv" / "judges" / "bin" / "python"
"""The interpreter of the judges' environment."""
PACE: Final = 8.0
"""Nobody watches: sentences are spoken as fast as the machine can."""
PEOPLE: Final = ("ben", "anna", "max", "david", "nora", "fay")
"""Ids of the six voices."""

SENTENCES: Final = (
    "The old lighthouse keeper climbed the stairs slowly, counting every step to the top.",
    "Would you like me to explain how the training data was collected, or shall we go on?",
    "Welcome to the course, and thank you for joining us this morning.",
    "First, put on your helmet, and then check that the light is on.",
    "The results were better than we expected, which surprised nobody more than the team itself.",
    "Please open the window before you leave, because the room gets warm in the afternoon.",
    "She poured the coffee, sat down by the fire, and began to read the letter again.",
    "Every model makes mistakes, so we look at the ones that matter most.",
    "Do you have any questions before we move on to the next chapter?",
    "The river runs through the valley and past the village where my mother was born.",
    "Let me show you how the numbers change when we remove the noise.",
    "A quick walk in the park can clear your head better than another cup of tea.",
    "The train was late again, but the people on the platform did not seem to mind.",
    "What happens to the price when demand falls and supply stays the same?",
    "Nobody had asked for the story, but all of them listened until the very end.",
    "You can change the shape of the chart with a single line of code.",
    "Tomorrow we will learn why the sky is blue and why the sunset is red.",
    "He whispered so softly that only the child beside him could hear it.",
    "Before you run the program, save your work and close the other windows.",
    "That is all for today, and I hope to see you again next week.",
)


def measure(_: Stage) -> Iterator[Row]:
    """Judge the natural voice, the further people, and espeak-ng."""
    for who, engine, people, limited in (
        ("the natural voice", "hibari", ("en",), True),
        ("six voices in turn", "hibari", PEOPLE, False),
        ("espeak-ng", "espeak", PEOPLE, False),
    ):
        judged = judge(engine, people)
        yield Row(
            measure=f"predicted MOS of {len(SENTENCES)} sentences, {who}",
            values=[each["mos"] for each in judged],
            unit="",
            least=4.2 if limited else None,
        )
        wrong = [
            errors(plain(text), plain(each["heard"]))
            for text, each in zip(SENTENCES, judged, strict=True)
        ]
        words = sum(len(plain(text)) for text in SENTENCES)
        yield Row(
            measure=f"  of their {words} words a recognizer gets wrong",
            values=[100 * sum(wrong) / words],
            unit="%",
            limit=2 if limited else None,
            digits=1,
        )


def judge(engine: str, people: Sequence[str]) -> list[dict[str, Any]]:
    """Have a server speak all sentences, in sessions of their own, and ask the judges."""
    if not JUDGES.is_file():
        raise SystemExit("The judges are not installed: make bench installs them.")
    with tempfile.TemporaryDirectory() as folder:
        with (
            avatar_server(voice_engine=engine, pace=PACE) as server,
            HeyGen(server.api_key, server.base_url) as heygen,
        ):
            for n, text in enumerate(SENTENCES):
                record(heygen, people[n % len(people)], text, Path(folder, f"{n:02}.wav"))
        told = subprocess.run(
            [str(JUDGES), str(Path(__file__).with_name("judge.py")), folder],
            capture_output=True,
            text=True,
            check=True,
        )
    verdicts = json.loads(told.stdout.splitlines()[-1])  # their packages print, too
    return [each for _, each in sorted(verdicts.items())]


def record(heygen: HeyGen, voice_id: str, text: str, path: Path) -> None:
    """Play a session that says `text`, and write down its sound."""
    realtime = heygen.avatar_realtime
    session = realtime.create(type="tts", avatar_id="anna", voice_id=voice_id, text=text)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        while not (url := realtime.get(session.stream_id).hls_url):
            time.sleep(0.05)
        file.writeframes(heard(url).tobytes())


def plain(text: str) -> list[str]:
    """Return the words of a text, without case and marks."""
    return re.sub(r"[^a-z ]", "", text.casefold().replace("-", " ")).split()


def errors(said: Sequence[str], understood: Sequence[str]) -> int:
    """Return how many words are missing, added or others: the edit distance."""
    row = list(range(len(understood) + 1))
    for n, word in enumerate(said, 1):
        before, row[0] = row[0], n
        for m, other in enumerate(understood, 1):
            before, row[m] = row[m], min(row[m] + 1, row[m - 1] + 1, before + (word != other))
    return row[-1]
