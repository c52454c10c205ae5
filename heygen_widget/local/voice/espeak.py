"""The built-in voice: espeak-ng through `espeakng-loader` and ctypes.

About a hundred languages, hundreds of times faster than speech, on any machine, with a robotic
sound. `libespeak` has the library's C interface.
"""

import re
from functools import lru_cache
from typing import Final

from heygen_widget.local.voice import libespeak
from heygen_widget.local.voice.casting import Timbre, Voice, voice_of
from heygen_widget.local.voice.said import Said
from heygen_widget.local.voice.sound import COUNTING, gain_for, trim

_COUNTS_QUIETER: Final = {"cmn": -0.5, "es": -0.8, "it": -0.3, "ja": 1.2, "nl": 0.7, "tr": 1.0}
"""LU, than it reads, by language; `_USUALLY_QUIETER` in others."""
_USUALLY_QUIETER: Final = 0.1
_TAG: Final = re.compile(r"([a-z]{2,3}(?:-[a-z0-9]+)*)(?:\+([a-z0-9]+))?")


class EspeakSpeaker:
    """Speaks with espeak-ng.

    Raises
    ------
    VoiceError
        If the library is not installed or does not load.
    """

    patience = 0.0
    language = ""

    def __init__(self) -> None:
        self._library = libespeak.load()
        self._gain = lru_cache(maxsize=64)(self._measure)

    def reads(self, language: str) -> bool:
        """Tell whether this speaker can read a language: it tries all."""
        return bool(language)

    def say(self, text: str, voice: Voice, language: str) -> Said:
        """Return `text` as sound."""
        return self._library.say(text, _settings(voice, language))

    def measure(self, text: str, voice: Voice, language: str) -> float:
        """Return the seconds that `text` sounds: the library makes its sound to know."""
        said = self.say(text, voice, language)
        return len(trim(said.samples, said.rate)[0]) / said.rate

    def gain(self, voice: Voice, language: str) -> float:
        """Return what samples are multiplied by to be as loud as all speech."""
        return self._gain(_settings(voice, language))

    def voice_for(self, voice_id: str) -> Voice:
        """Return the voice of an id: an espeak-ng language tag, or one of `VOICES`."""
        tag = _TAG.fullmatch(voice_id.lower().replace("_", "-"))
        language = self._library.language(tag[1]) if tag else None
        if not (tag and language):
            return voice_of(voice_id)
        return Voice(language, tag[2] or "", timbre=None if tag[2] else Timbre(), id=voice_id)

    def _measure(self, settings: libespeak.Settings) -> float:
        said = self._library.say(COUNTING, settings)
        language = settings.voice.partition("+")[0].partition("-")[0]
        quieter = _COUNTS_QUIETER.get(language, _USUALLY_QUIETER)
        return gain_for(said.samples, said.rate, quieter=quieter)


def _settings(voice: Voice, language: str) -> libespeak.Settings:
    """Return how the library is told to speak `language` in a voice."""
    name = f"{language}+{voice.variant}" if voice.variant else language
    return libespeak.Settings(name, voice.rate, voice.pitch, voice.pitch_range)
