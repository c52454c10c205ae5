"""The built-in voice: espeak-ng through `espeakng-loader` and ctypes.

About a hundred languages, hundreds of times faster than speech, on any machine, with a robotic
sound. `libespeak` has the library's C interface.
"""

import hashlib
import re
from typing import Final, NamedTuple

import numpy as np

from heygen_widget.local.voice import libespeak
from heygen_widget.local.voice.engine import SAMPLE_RATE, SpokenAudio
from heygen_widget.local.voice.languages import language_runs
from heygen_widget.local.voice.sound import Samples, level, resample, silence, trim
from heygen_widget.local.voice.text import goes_on, is_said, pause_after, speakable
from heygen_widget.local.voice.visemes import mouth_cues, pauses
from heygen_widget.local.voice.words import time_words


class Voice(NamedTuple):
    """Settings of one espeak-ng voice.

    Attributes
    ----------
    language
        Tag of espeak-ng's language, such as ``"en-us"``.
    variant
        Name of the speaker, such as ``"f3"``; empty for the language's own.
    rate
        Words per minute.
    pitch, pitch_range
        0 to 100.
    """

    language: str
    variant: str = ""
    rate: int = 170
    pitch: int = 50
    pitch_range: int = 50

    def settings(self, language: str) -> libespeak.Settings:
        """Return the library's settings for `language`."""
        name = f"{language}+{self.variant}" if self.variant else language
        return libespeak.Settings(name, self.rate, self.pitch, self.pitch_range)


VOICES: Final = (
    Voice("en-us", "f3", rate=170, pitch=48, pitch_range=55),
    Voice("en-us", "m3", rate=168, pitch=44, pitch_range=58),
    Voice("en-gb-x-rp", "f2", rate=172, pitch=52, pitch_range=52),
    Voice("en-gb-x-rp", "m7", rate=166, pitch=46, pitch_range=56),
    Voice("en-us", "f5", rate=168, pitch=42, pitch_range=60),
    Voice("en-us", "m1", rate=172, pitch=52, pitch_range=54),
)
"""The voices for ids that are not language tags."""

_TAG: Final = re.compile(r"([a-z]{2,3}(?:-[a-z0-9]+)*)(?:\+([a-z0-9]+))?")
_BETWEEN_LANGUAGES: Final = 0.05  # seconds


class EspeakEngine:
    """Speaks with espeak-ng.

    Raises
    ------
    VoiceError
        If the library is not installed or does not load.
    """

    def __init__(self) -> None:
        self._library = libespeak.load()

    def speak(self, text: str, voice_id: str) -> SpokenAudio:
        """Return `text` as sound; see `VoiceEngine`."""
        voice = self.voice_for(voice_id)
        said = _Joined()
        for start, run, language in language_runs(speakable(text), voice.language):
            if not is_said(run):
                continue
            # A comma keeps the pitch up where the sentence continues.
            ending = "," if goes_on(text[start : start + len(run)]) else ""
            spoken = self._library.say(run.rstrip() + ending, voice.settings(language))
            said.append(spoken, start, self._library.rate)
        samples = level(resample(said.samples(), self._library.rate))
        sounding = len(samples) / SAMPLE_RATE
        samples = np.concatenate([samples, silence(pause_after(text, said=sounding > 0))])
        duration = len(samples) / SAMPLE_RATE
        phonemes = [*said.phonemes, (sounding, "")]
        words = time_words(text, duration, said.words, pauses(phonemes, duration))
        return SpokenAudio(samples, words, mouth_cues(phonemes, duration))

    def voice_for(self, voice_id: str) -> Voice:
        """Return the voice of an id: an espeak-ng language tag, or one of `VOICES`."""
        tag = _TAG.fullmatch(voice_id.lower().replace("_", "-"))
        language = self._library.language(tag[1]) if tag else None
        if tag and language:
            return Voice(language, tag[2] or "")
        digest = hashlib.sha256(voice_id.encode(errors="replace")).digest()
        return VOICES[int.from_bytes(digest[:4]) % len(VOICES)]


class _Joined:
    """Concatenates speech in several languages on one clock."""

    def __init__(self) -> None:
        self.words: list[tuple[float, int]] = []
        self.phonemes: list[tuple[float, str]] = []
        self._parts: list[Samples] = []

    def append(self, said: libespeak.Said, position: int, rate: int) -> None:
        """Append the audible part of `said`, whose text begins at character `position`."""
        samples, cut = trim(said.samples, rate)
        if not len(samples):
            return
        if self._parts:
            self._parts.append(np.zeros(round(_BETWEEN_LANGUAGES * rate), np.int16))
        start = sum(map(len, self._parts)) / rate
        end = start + len(samples) / rate

        def moved(time: float) -> float:
            return min(max(start, start + time - cut / rate), end)

        self.words += [(moved(time), position + at) for time, at in said.words]
        self.phonemes += [(moved(time), ipa) for time, ipa in said.phonemes]
        self._parts.append(samples)

    def samples(self) -> Samples:
        """Return the samples, at the library's rate."""
        return np.concatenate(self._parts) if self._parts else np.zeros(0, np.int16)
