"""The interface of a voice (text in; sound with words and lips out), and the choice of one by name.

Knows no particular synthesiser; each has a module of its own, imported only when it is asked for.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from heygen_widget.local.mouth import Mouth

SAMPLE_RATE: Final = 48_000
"""Samples per second of every sound in this package."""


class VoiceError(RuntimeError):
    """A voice cannot be had or cannot speak; the message says what to do."""


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
    """A piece of sound, what is said in it, and how the lips go.

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
    """Whatever can speak. Called from several threads at once."""

    def speak(self, text: str, voice_id: str) -> SpokenAudio:
        """Return `text` as sound: of some length, be it silent, if there is any word or mark.

        Parameters
        ----------
        text
            Some words of a longer text. Where it ends in white space without a punctuation mark
            the sentence goes on, and should sound so. Any character may occur in it.
        voice_id
            Any string; the same one always sounds the same.

        Raises
        ------
        VoiceError
            If the synthesiser fails.
        """


def load_engine(name: str = "espeak", voice_file: Path | None = None) -> VoiceEngine:
    """Return the voice engine called `name`.

    Parameters
    ----------
    name
        ``"espeak"`` (built in, many languages) or ``"piper"`` (needs `voice_file`).
    voice_file
        The ``.onnx`` file of a Piper voice, its ``.onnx.json`` beside it.

    Raises
    ------
    VoiceError
        If there is no such engine, or something it needs is missing.
    """
    # The engines import this module's types, and Piper's runtime takes a second to load.
    if name == "espeak":
        from heygen_widget.local.voice.espeak import EspeakEngine  # noqa: PLC0415

        return EspeakEngine()
    if name == "piper":
        from heygen_widget.local.voice.piper import PiperEngine  # noqa: PLC0415

        return PiperEngine(voice_file)
    raise VoiceError(f"Unknown voice engine {name!r}: choose 'espeak' or 'piper'.")
