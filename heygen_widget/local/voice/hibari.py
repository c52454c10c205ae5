"""The natural English voice: `hibari-tts`, whose weights come inside its package.

Words and lips come from the durations that the model computes. Its interface and the name of that
tensor are those of 0.2; without the tensor the lips are heard from the sound.
"""
# ruff: noqa: RUF001 - phonemes are written in IPA

import logging
import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from heygen_widget.local.natural import DURATIONS
from heygen_widget.local.voice.casting import Timbre, Voice
from heygen_widget.local.voice.model import only_output, open_model, with_output
from heygen_widget.local.voice.pitch import repitched
from heygen_widget.local.voice.said import Said
from heygen_widget.local.voice.sound import COUNTING, Samples, gain_for, lengthen_pauses
from heygen_widget.local.voice.visemes import sounds
from heygen_widget.local.voice.words import tokens

_COUNTS_QUIETER: Final = 2.7  # LU, than it reads: between numbers it pauses
_UNIT: Final = 0.025  # seconds: the model's durations are multiples
_LATE: Final = 0.050  # seconds by which the sound is ahead of the durations
_FADING_FROM: Final = 0.2  # seconds of the last letter; of what is longer, too much is quiet
_FADES: Final = 1.68  # seconds that are too quiet to be heard, for each of those
_PAUSES_FROM: Final = 0.09  # seconds of a letter before a mark; what is longer is mostly silence
_PAUSES: Final = 2.0  # seconds of silence for each of those
_VOICED: Final = 40.0  # Hz: a lower pitch is none
_SPREAD: Final = {
    "A": "eɪ",
    "I": "aɪ",
    "O": "oʊ",
    "Q": "əʊ",
    "W": "aʊ",
    "Y": "ɔɪ",
    "ʤ": "dʒ",
    "ʧ": "tʃ",
    "T": "ɾ",
    "ᵊ": "ə",
    "ᵻ": "ɪ",
}
"""The model's letters that are not IPA."""
_WITHIN: Final = {",": 0.18, ";": 0.3, ":": 0.3, "—": 0.3, "…": 0.4}
"""Seconds of silence for a mark within a text; the model itself hardly stops."""
_AROUND: Final = 0.02  # seconds that a pause may begin before its mark and end after it
_RISING: Final = 20  # frames of the pitch, each 12.5 ms, over which a question rises
_FADING: Final = 6  # frames after them that are too quiet to be heard
_RISE: Final = 2.0  # as much as it would fall, and more
_FALLING: Final = frozenset(
    {"what", "why", "who", "whom", "whose", "which", "when", "where", "how"}
)
_CLAUSE: Final = re.compile(r"[,;:—…]\s|\s[-–—]\s")
_DASH: Final = re.compile(r"\s+[-–—]+\s+|\s*--+\s*|\s*—\s*")
_DOTS: Final = re.compile(r"\s*\.(?:\s?\.)+")

_log = logging.getLogger(__name__)


class _Spelt(NamedTuple):
    """A text in the model's letters.

    Attributes
    ----------
    letters
        Those that the model knows.
    words
        (index of a letter, index of a character of the text): the beginnings of words.
    rises
        Whether it asks for a yes or no: such questions end high.
    """

    letters: str
    words: list[tuple[int, int]]
    rises: bool


class HibariSpeaker:
    """Speaks English with hibari. The model is loaded when it is first needed.

    Parameters
    ----------
    name
        One of hibari's voices; only the model of ``"heart"`` is in the package.
    model
        The model of another one.
    """

    patience = 0.3
    language = ""

    def __init__(self, name: str = "heart", model: Path | None = None) -> None:
        self._name = name
        self._file = model
        self._loading = Lock()
        self._spelling = Lock()
        self._model: Any = None
        self._has_durations = False
        self._durations: Any = None  # the part of the model that computes them
        self._failed = False
        self._gain = lru_cache(maxsize=64)(self._measure)

    def reads(self, language: str) -> bool:
        """Tell whether this speaker can read a language."""
        return language.partition("-")[0] == "en"

    def say(self, text: str, voice: Voice, language: str) -> Said | None:
        """Return `text` as sound; None if some of it would be left out."""
        del language
        if voice.timbre is None or not self._ready():
            return None
        spelt = self._spell(text)
        return self._speak(spelt, voice.timbre) if spelt is not None else None

    def measure(self, text: str, voice: Voice, language: str) -> float | None:
        """Return the seconds that `text` sounds, of the model's durations alone."""
        del language
        if voice.timbre is None or not self._ready() or self._durations is None:
            return None
        spelt = self._spell(text)
        if spelt is None:
            return None
        (durations,) = self._durations.run(None, self._inputs(spelt, voice.timbre))
        seconds = durations.reshape(-1).astype(float) * (_UNIT / voice.timbre.throat)
        return _sounding(spelt.letters, seconds)

    def gain(self, voice: Voice, language: str) -> float:
        """Return what samples are multiplied by to be as loud as all speech."""
        del language
        return self._gain(voice.timbre or Timbre())

    def _ready(self) -> bool:
        """Load the model unless it is; return whether there is one."""
        with self._loading:
            if self._model is None and not self._failed:
                try:
                    self._load()
                except Exception:  # noqa: BLE001 - whatever fails in a model, there is a voice
                    self._failed = True
                    _log.exception("The natural voice cannot be loaded; espeak-ng speaks instead.")
            return self._model is not None

    def _load(self) -> None:
        import hibari  # noqa: PLC0415 - loads an inference runtime, and belongs to an extra
        from hibari.voices import voice_path  # noqa: PLC0415

        path = self._file or Path(voice_path(self._name, download_missing=False))
        model = with_output(path, DURATIONS)
        loaded = hibari.Hibari(self._name, model=model or str(path))
        loaded.g2p  # noqa: B018 - is read from files at the first look
        self._has_durations = model is not None
        durations = only_output(path, DURATIONS)
        self._durations = open_model(durations) if durations is not None else None
        self._model = loaded

    def _measure(self, timbre: Timbre) -> float:
        spelt = self._spell(COUNTING)
        if spelt is None:
            return 1.0
        said = self._speak(spelt, timbre)
        return gain_for(said.samples, said.rate, quieter=_COUNTS_QUIETER)

    def _spell(self, text: str) -> _Spelt | None:
        """Return a text in the model's letters; None if some word of it has none."""
        from hibari.g2p.normalize import normalize  # noqa: PLC0415 - loaded with the model

        marked = _DASH.sub(" — ", _DOTS.sub("…", text))
        g2p = self._model.g2p
        try:
            with self._spelling:
                spoken = g2p.phonemize_tokens(g2p.tokenize(normalize(marked)))
        except Exception:  # noqa: BLE001 - numbers without a name, say: espeak-ng reads any text
            return None
        letters = ""
        heard: list[tuple[str, int]] = []
        for token in spoken:
            known = "".join(each for each in token.phonemes or "" if each in self._model.vocab)
            if any(map(str.isalnum, known)):
                heard.append((token.text, len(letters)))
            elif any(map(str.isalnum, token.text)):
                return None
            letters += known + " " * bool(token.whitespace)
        return _Spelt(letters.rstrip(), _aligned(text, heard), _asks(text))

    def _speak(self, spelt: _Spelt, timbre: Timbre) -> Said:
        from hibari import dsp  # noqa: PLC0415 - loaded with the model

        found = self._model.sess.run(None, self._inputs(spelt, timbre))
        parts = [each[0] for each in found[:6]]
        # The same noise each time: a text always sounds the same.
        sound = dsp.synth(*parts, np.random.default_rng(0))
        starts: list[float] = []
        if self._has_durations:
            ends = np.cumsum(found[6].reshape(-1)) * _UNIT - _LATE
            # The first duration is of the silence before all letters.
            starts = [max(0.0, float(end)) for end in ends]
        factors = np.full(len(parts[5]), timbre.pitch / timbre.throat, np.float32)
        if spelt.rises:
            factors *= _rise(parts[5])
        sound = repitched(sound, parts[5], _VOICED, dsp.SR, factors)
        samples: Samples = np.rint(np.clip(sound, -1.0, 1.0) * 32767).astype(np.int16)
        # Played slower, it comes from a longer throat.
        rate = round(dsp.SR * timbre.throat)
        if not starts:
            return Said(samples, rate, [], None)
        starts = [start / timbre.throat for start in starts]
        marks = [n for n, letter in enumerate(spelt.letters[:-1]) if letter in _WITHIN]
        samples, added = lengthen_pauses(
            samples,
            rate,
            [
                (starts[n] - _AROUND, starts[n + 1] + _AROUND, _WITHIN[spelt.letters[n]])
                for n in marks
            ],
        )
        for n, more in zip(marks, added, strict=True):
            starts[n + 1 :] = [start + more for start in starts[n + 1 :]]
        words = [(starts[at], place) for at, place in spelt.words]
        letters = [_SPREAD.get(letter, letter) for letter in spelt.letters]
        return Said(samples, rate, words, sounds(zip(starts, letters, strict=False)))

    def _inputs(self, spelt: _Spelt, timbre: Timbre) -> dict[str, npt.NDArray[Any]]:
        return {
            "ids": np.asarray([self._model.ids(spelt.letters)], np.int64),
            "speed": np.asarray([timbre.pace / timbre.throat], np.float32),
        }


def _sounding(letters: str, durations: npt.NDArray[np.float64]) -> float:
    """Return the seconds that letters sound, from the durations of the silence before and of each.

    The factors are fitted to the sounds of 38 sentences, from which this differs by 0.04 s.
    """
    said = [n for n, letter in enumerate(letters) if letter.isalnum()]
    if not said:
        return 0.0
    lasting = durations[1:]  # of each letter
    first, last = said[0], said[-1]
    fading = _FADES * max(0.0, lasting[last] - _FADING_FROM)
    seconds = float(lasting[first : last + 1].sum() - fading)
    before = first  # the last letter that is said
    for n in range(first + 1, last):
        if letters[n].isalnum():
            before = n
        elif letters[n] in _WITHIN:
            there = _PAUSES * max(0.0, lasting[before] - _PAUSES_FROM)
            there += float(lasting[before + 1 : n].sum())
            seconds += max(0.0, _WITHIN[letters[n]] - there)
    return float(max(0.0, seconds))


def _asks(text: str) -> bool:
    """Tell whether a text ends in a question to answer with yes or no."""
    if not text.rstrip(' "”)').endswith("?"):
        return False
    words = tokens(_CLAUSE.split(text.rstrip('?"”) '))[-1])
    return bool(words) and words[0].text.casefold() not in _FALLING


def _rise(pitch: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return factors that lift the end of a pitch curve, as it fades."""
    end = int(np.flatnonzero(pitch > _VOICED)[-1:].sum()) - _FADING
    risen = (np.arange(len(pitch), dtype=np.float32) - (end - _RISING)) / _RISING
    return (1.0 + (_RISE - 1.0) * np.clip(risen, 0.0, 1.0)).astype(np.float32)


def _aligned(text: str, heard: Sequence[tuple[str, int]]) -> list[tuple[int, int]]:
    """Return (index of a letter, index of a character) of the words that text and voice share.

    A voice says "third" for "3rd", and "nine dollars" for "$9".
    """
    written = [token for token in tokens(text) if token.weight]
    matcher = SequenceMatcher(
        None,
        [_bare(token.text) for token in written],
        [_bare(word) for word, _ in heard],
        autojunk=False,
    )
    found: list[tuple[int, int]] = []
    for kind, start, end, said, _ in matcher.get_opcodes():
        pairs = range(end - start) if kind == "equal" else range(kind == "replace")
        found += [(heard[said + n][1], written[start + n].start) for n in pairs]
    return found


def _bare(word: str) -> str:
    return "".join(filter(str.isalnum, word.casefold()))
