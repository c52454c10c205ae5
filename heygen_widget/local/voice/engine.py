"""The interface of a voice: text in; sound with words and lips out.

Knows no particular synthesizer.
"""

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from heygen_widget.local.mouth import Mouth

SAMPLE_RATE: Final = 48_000
"""Samples per second of every sound in this package."""


class VoiceError(RuntimeError):
    """A voice is not available or failed; the message says what to do."""


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A word or a punctuation mark, and when it is heard.

    Attributes
    ----------
    word
        The word as written, without white space.
    start, end
        Seconds from the beginning of the sound it belongs to.
    """

    word: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class MouthCue:
    """The mouth to move towards from `time` (seconds) on."""

    time: float
    mouth: Mouth


@dataclass(frozen=True, slots=True, eq=False)
class SpokenAudio:
    """A piece of sound, its words, and its lip movements.

    Attributes
    ----------
    samples
        Mono, int16, `SAMPLE_RATE`.
    words
        In order; their times lie inside the sound.
    cues
        In order of time.
    """

    samples: npt.NDArray[np.int16]
    words: tuple[TimedWord, ...] = ()
    cues: tuple[MouthCue, ...] = ()

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return len(self.samples) / SAMPLE_RATE


class VoiceEngine(Protocol):
    """A synthesizer. Called from several threads at once.

    Attributes
    ----------
    patience
        Seconds that a first sentence may take to arrive before it is spoken word by word, which
        sounds worse.
    """

    @property
    def patience(self) -> float:
        """Seconds to wait for a whole sentence."""

    def speak(self, text: str, voice_id: str) -> SpokenAudio:
        """Return `text` as sound, which has some length if there is any word or mark.

        Parameters
        ----------
        text
            Some words of a longer text. If it ends in white space without a punctuation mark, the
            sentence continues, and should sound so. Any character may occur in it.
        voice_id
            Any string; the same one always sounds the same.

        Raises
        ------
        VoiceError
            If the synthesizer fails.
        """


class TimedEngine(VoiceEngine, Protocol):
    """One that knows how long it takes without making sound."""

    def measure(self, text: str, voice_id: str) -> float:
        """Return the seconds of `speak(text, voice_id)`, about, without making its sound.

        Raises
        ------
        VoiceError
            If the synthesizer fails.
        """
