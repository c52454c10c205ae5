"""What a synthesizer says of a run of text, and how runs become one sound with words and lips.

Knows no synthesizer: each hands over samples and what it knows about their timing.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

import numpy as np

from heygen_widget.local.voice.casting import Voice
from heygen_widget.local.voice.engine import SAMPLE_RATE, SpokenAudio
from heygen_widget.local.voice.lip_sync import mouth_cues_of
from heygen_widget.local.voice.sound import Samples, amplify, resample, silence, trim
from heygen_widget.local.voice.text import pause_after
from heygen_widget.local.voice.visemes import mouth_cues, pauses
from heygen_widget.local.voice.words import time_words

BETWEEN_RUNS: Final = 0.05
"""Seconds of silence between two runs."""


class Said(NamedTuple):
    """A synthesizer's output for a text.

    Attributes
    ----------
    samples
        At the synthesizer's own rate.
    rate
        Samples a second.
    words
        (seconds, index of the first character) of the words whose time is known: not of all.
    phonemes
        (seconds, IPA). An empty string is a pause, "(en)" a change of language. None if they are
        not known: lips are heard from the sound then.
    """

    samples: Samples
    rate: int
    words: Sequence[tuple[float, int]]
    phonemes: Sequence[tuple[float, str]] | None


class Speaker(Protocol):
    """A synthesizer of one or more languages. Called from several threads at once.

    Attributes
    ----------
    patience
        As of a `VoiceEngine`.
    language
        Tag of the language in which this speaker reads what a script does not decide; empty where
        the voice id does.
    """

    patience: float
    language: str

    def reads(self, language: str) -> bool:
        """Tell whether this speaker can read a language."""

    def say(self, text: str, voice: Voice, language: str) -> Said | None:
        """Return `text` as sound; None if some of it would be left out."""

    def measure(self, text: str, voice: Voice, language: str) -> float | None:
        """Return the seconds that `text` sounds, without making its sound; None if unknown."""

    def gain(self, voice: Voice, language: str) -> float:
        """Return what samples are multiplied by to be as loud as all speech."""


class Joined:
    """Runs of text, said one after another, on one clock."""

    def __init__(self) -> None:
        self._words: list[tuple[float, int]] = []
        self._phonemes: list[tuple[float, str]] | None = []
        self._parts: list[Samples] = []

    def append(self, said: Said, position: int, gain: float) -> None:
        """Add what sounds of `said`, whose text begins at character `position`."""
        trimmed, cut = trim(said.samples, said.rate)
        if not len(trimmed):
            return
        if self._parts:
            self._parts.append(silence(BETWEEN_RUNS))
        start = self._seconds
        self._parts.append(amplify(resample(trimmed, said.rate), gain))
        end = self._seconds

        def moved(time: float) -> float:
            return min(max(start, start + time - cut / said.rate), end)

        self._words += [(moved(time), position + at) for time, at in said.words]
        if said.phonemes is None or self._phonemes is None:
            self._phonemes = None
        else:
            self._phonemes += [(moved(time), ipa) for time, ipa in said.phonemes]
            self._phonemes.append((end, ""))

    def spoken(self, text: str) -> SpokenAudio:
        """Return the sound of `text`, with the silence after it that its last mark asks for."""
        sounding = self._seconds
        pause = pause_after(text, said=sounding > 0)
        samples = np.concatenate([*self._parts, silence(pause)])
        duration = len(samples) / SAMPLE_RATE
        if self._phonemes is None:
            quiet, cues = [(sounding, duration)], mouth_cues_of(samples)
        else:
            phonemes = self._phonemes or [(0.0, "")]
            quiet, cues = pauses(phonemes, duration), mouth_cues(phonemes, duration)
        return SpokenAudio(samples, time_words(text, duration, self._words, quiet), cues)

    @property
    def _seconds(self) -> float:
        return sum(map(len, self._parts)) / SAMPLE_RATE
