"""Whether the entries of a lexicon are heard, and whether captions keep the written word."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.rows import Row
from benchmarks.stage import Stage
from heygen_widget import Avatar, LocalServer, Script
from heygen_widget.local.voice import libespeak

ENTRIES: Final = {
    "LiDAR": "lie dar",
    "SQLite": "sequel light",
    "nginx": "engine ex",
    "kubectl": "cube control",
    "JupyterLab": "Jupiter lab",
    "PyPI": "pie pee eye",
    "NumPy": "num pie",
    "GUI": "gooey",
    "WYSIWYG": "whizzy wig",
    "Xiaomi": "show me",
    "Nguyen": "win",
    "Goethe": "gerter",
    "GIF": "jiff",
    "Linux": "linnux",
    "YAML": "yammel",
    "A100": "ay one hundred",
    "C++": "see plus plus",
    "New Orleans": "nor lins",
    "qubit": "cue bit",
    "naïve": "nigh eve",
}
CONTEXTS: Final = (
    "{} is here.",
    "We use {} every day.",
    "Is it {}?",
    "The best of all is {}!",
    "First {}, then the rest.",
    "They said: {}; we agreed.",
    "A {}-based system works well.",
    "(See {} for more.)",
    "Yes, “{}” was the word.",
    "Nobody knows {} and its friends.",
)
SETTINGS: Final = libespeak.Settings("en-us", 170, 50, 50)
STRESS: Final = str.maketrans("", "", "ˈˌ ːˑ")


def measure(_: Stage) -> Iterator[Row]:
    """Let espeak-ng say each entry in each context, and an avatar speak all of them."""
    script = Script([context.format(form) for form in ENTRIES for context in CONTEXTS])
    script.lexicon.update(ENTRIES)
    heard = [
        100.0 * (_phonemes(ENTRIES[form]) in _phonemes(script.lexicon.say(context.format(form))))
        for form in ENTRIES
        for context in CONTEXTS
    ]
    yield Row(measure="lexicon entries heard", values=[_mean(heard)], unit="%", least=100)
    with (
        TemporaryDirectory() as folder,
        LocalServer(voice_engine="espeak", pace=8) as server,
        Avatar(local=server) as avatar,
    ):
        script.write(Path(folder) / "talk.md")
        take = script.rehearse(avatar)
        same = [
            100.0 * (" ".join(word.text for word in taken.words) == segment.spoken)
            for taken, segment in zip(take.segments, script, strict=True)
        ]
    yield Row(measure="captions as written", values=[_mean(same)], unit="%", least=100)


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def _phonemes(text: str) -> str:
    said = libespeak.load().say(text, SETTINGS)
    return "".join(ipa for _, ipa in said.phonemes or ()).translate(STRESS)
