"""How soon the natural voice sounds, and how closely its words and lips follow the sound.

The reference is the model's own durations, read from the bare model.
"""

import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

import hibari
import numpy as np
import numpy.typing as npt
from hibari.voices import voice_path

from benchmarks.rows import Row, count
from benchmarks.stage import Stage
from benchmarks.voices import SENTENCES
from heygen_widget.local.natural import DURATIONS
from heygen_widget.local.voice import SAMPLE_RATE, SpeechTrack, SpokenAudio, load_engine
from heygen_widget.local.voice.engine import VoiceEngine
from heygen_widget.local.voice.lips import Lips
from heygen_widget.local.voice.model import with_output
from heygen_widget.local.voice.sound import resample

ENGLISH: Final = "en"
"""The id of the model's own voice."""
LIPS: Final = (
    "Maybe the black cab stopped by a bumpy bridge.",
    "My mother bought some paper and a small map in April.",
)
"""In which p, b and m are said twenty times."""
LATE: Final = 0.050
"""Seconds that the durations lag behind the sound: measured by its sibilants."""
UNIT: Final = 0.025
"""Seconds: the durations are multiples of it."""
FRAME: Final = 0.040
"""Seconds of a frame of the stream."""
CLOSED: Final = 0.02
"""How far lips may be open and still look closed."""


class Letter(NamedTuple):
    """A letter of the model, and when it sounds (seconds)."""

    letter: str
    begin: float
    end: float


def measure(_: Stage) -> Iterator[Row]:
    """Measure in this process, without a stream."""
    engine = load_engine("hibari")
    engine.speak("Hello.", ENGLISH)
    yield Row(
        measure="text → first sound of the natural voice",
        values=[1000 * first_sound(engine, text) for text in SENTENCES],
        unit="ms",
        limit=80,
        digits=0,
    )
    path = Path(voice_path("heart", download_missing=False))
    model = hibari.Hibari(model=with_output(path, DURATIONS))
    closed = [each for text in LIPS for each in closures(model, engine.speak(text, ENGLISH), text)]
    yield count(f"p, b and m with open lips, of {len(closed)}", closed.count(False), limit=1)
    plain = [text for text in SENTENCES if "," not in text and "?" not in text]
    late = [each for text in plain for each in word_errors(model, engine, text)]
    yield Row(
        measure=f"word times against the model's durations, 95th percentile of {len(late)} words",
        values=[1000 * float(np.percentile(np.abs(late), 95))],
        unit="ms",
        limit=60,
        digits=0,
    )


def first_sound(engine: VoiceEngine, text: str) -> float:
    """Return the seconds from a sentence to its first sound, on a track of its own."""
    sounds = threading.Event()
    track = SpeechTrack(engine, ENGLISH, on_audio=sounds.set)
    began = time.perf_counter()
    track.append(text)
    sounds.wait()
    return time.perf_counter() - began


def letters(model: Any, audio: SpokenAudio, text: str) -> list[Letter]:
    """Return what the bare model says of a sentence, on the clock of our sound."""
    (spelt,) = model.phonemize(text)
    ids = np.asarray([model.ids(spelt)], np.int64)
    *parts, durations = model.sess.run(None, {"ids": ids, "speed": np.ones(1, np.float32)})
    bare = hibari.dsp.synth(*(part[0] for part in parts), np.random.default_rng(0))
    earlier = offset(np.rint(bare * 20_000).astype(np.int16), audio.samples)
    ends = np.cumsum(durations.reshape(-1)) * UNIT - LATE - earlier
    known = [letter for letter in spelt if letter in model.vocab]
    times = pairwise(map(float, ends))
    return [Letter(letter, *time) for letter, time in zip(known, times, strict=False)]


def offset(bare: npt.NDArray[np.int16], ours: npt.NDArray[np.int16]) -> float:
    """Return how many seconds of the bare sound are cut off in ours, by correlation."""
    whole = resample(bare, hibari.SAMPLE_RATE)
    size = len(whole) + len(ours)
    alike = np.fft.irfft(np.fft.rfft(whole, size) * np.fft.rfft(ours, size).conj(), size)
    return float(alike[: len(whole)].argmax()) / SAMPLE_RATE


def closures(model: Any, audio: SpokenAudio, text: str) -> list[bool]:
    """Return for each p, b and m whether a frame shows closed lips while it sounds."""
    lips = Lips()
    lips.add(audio.cues, 0.0)
    frames = [lips.at(n * FRAME).open for n in range(round(audio.seconds / FRAME))]
    return [
        min(frames[max(0, int(begin / FRAME) - 1) : int(end / FRAME) + 1]) <= CLOSED
        for letter, begin, end in letters(model, audio, text)
        if letter in "pbm"
    ]


def word_errors(model: Any, engine: VoiceEngine, text: str) -> list[float]:
    """Return by how many seconds the words of a sentence are told late."""
    audio = engine.speak(text, ENGLISH)
    said = letters(model, audio, text)
    begins = [said[0].begin]
    begins += [after.begin for blank, after in pairwise(said) if blank[0] == " "]
    told = [word.start for word in audio.words if word.word.isalpha()]
    return [start - max(0.0, begin) for start, begin in zip(told, begins, strict=True)]
