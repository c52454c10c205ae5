"""A voice supplied by the user: Piper, with a voice file.

Needs the package `piper-tts` (1.3 or newer), which is no dependency of ours. Knows Piper's Python
interface; nothing of streams. Words and lips come from the durations that the model computes.
"""

import inspect
import json
from difflib import SequenceMatcher
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any, Final

import numpy as np

from heygen_widget.local.voice.casting import Voice, number_of
from heygen_widget.local.voice.engine import VoiceError
from heygen_widget.local.voice.model import open_model, with_output
from heygen_widget.local.voice.said import Said
from heygen_widget.local.voice.sound import COUNTING, gain_for, trim
from heygen_widget.local.voice.visemes import sounds
from heygen_widget.local.voice.words import tokens

DURATIONS: Final = "/Ceil_output_0"
"""The tensor of durations in the models that Piper publishes."""

_COUNTS_QUIETER: Final = -2.8  # LU, than it reads: its peaks, which are turned down, cost two


class PiperSpeaker:
    """Speaks with one Piper voice; in a voice of many speakers, the id chooses among them.

    Parameters
    ----------
    voice_file
        The ``.onnx`` file, its ``.onnx.json`` beside it.

    Raises
    ------
    VoiceError
        If the file or the package is missing, or the file is not a voice.
    """

    patience = 0.5  # it slurs words that stand alone

    def __init__(self, voice_file: Path | None) -> None:
        if voice_file is None:
            raise VoiceError("Piper needs a voice: pass the path of its .onnx file.")
        description = Path(f"{voice_file}.json")
        for path in (voice_file, description):
            if not path.is_file():
                raise VoiceError(f"The Piper voice is incomplete: the file {path} is missing.")
        if not find_spec("piper"):
            raise VoiceError("Piper is not installed: pip install piper-tts.")
        try:
            about = json.loads(description.read_bytes())
            self.language: str = about["espeak"]["voice"]
            self._speakers = int(about.get("num_speakers", 1))
        except (ValueError, LookupError, TypeError) as error:
            raise VoiceError(f"{description} does not describe a Piper voice.") from error
        self._file = voice_file
        self._voice: Any = None
        self._lock = Lock()  # its phonemizer keeps state in globals
        self._gain = lru_cache(maxsize=64)(self._measure)

    def reads(self, language: str) -> bool:
        """Tell whether this speaker can read a language."""
        return language.partition("-")[0] == self.language.partition("-")[0]

    def say(self, text: str, voice: Voice, language: str) -> Said | None:
        """Return `text` as sound; None if it has none."""
        del language
        return self._say(text, self._speaker(voice))

    def measure(self, text: str, voice: Voice, language: str) -> float | None:
        """Return the seconds that `text` sounds: the model makes its sound to know."""
        said = self.say(text, voice, language)
        return len(trim(said.samples, said.rate)[0]) / said.rate if said is not None else None

    def gain(self, voice: Voice, language: str) -> float:
        """Return what samples are multiplied by to be as loud as all speech."""
        del language
        return self._gain(self._speaker(voice))

    def _say(self, text: str, speaker: int | None) -> Said | None:
        with self._lock:
            if self._voice is None:
                self._load()
            # Made as loud as its loudest sample, each sentence would have another loudness.
            config = self._config(speaker_id=speaker, normalize_audio=False)
            chunks = list(self._voice.synthesize(text, config, **self._aligns))
            if not chunks:
                return None
            rate = self._voice.config.sample_rate
            samples = np.concatenate([chunk.audio_int16_array for chunk in chunks])
            found = [getattr(chunk, "phoneme_alignments", None) for chunk in chunks]
            if not all(found):
                return Said(samples, rate, [], None)
            heard: list[tuple[float, str]] = []
            at = 0
            for each in (each for chunk in found for each in chunk or ()):
                heard.append((float(at / rate), each.phoneme))
                at += each.num_samples
            return Said(samples, rate, self._words(text, heard), sounds(heard))

    def _words(self, text: str, heard: list[tuple[float, str]]) -> list[tuple[float, int]]:
        """Return (seconds, index of a character) of words, found by how each sounds alone."""
        alone: list[tuple[str, int]] = []
        for token in tokens(text):
            if token.weight:
                letters = "".join(map("".join, self._voice.phonemize(token.text)))
                alone += [(letter, token.start) for letter in letters if letter.isalpha()]
        spoken = [(time, letter) for time, letter in heard if letter.isalpha()]
        matcher = SequenceMatcher(
            None, [each for each, _ in alone], [each for _, each in spoken], autojunk=False
        )
        starts: dict[int, float] = {}
        for a, b, size in matcher.get_matching_blocks():
            for n in range(size):
                starts.setdefault(alone[a + n][1], spoken[b + n][0])
        return [(seconds, start) for start, seconds in starts.items()]

    def _load(self) -> None:
        import piper  # noqa: PLC0415 - loads an inference runtime

        try:
            self._voice = piper.PiperVoice.load(self._file)
            # Its own session uses as many threads as there are cores, and is slower for it.
            self._voice.session = open_model(with_output(self._file, DURATIONS) or self._file)
        except Exception as error:
            raise VoiceError(f"Piper cannot load {self._file}: {error}") from error
        aligns = "include_alignments" in inspect.signature(self._voice.synthesize).parameters
        self._aligns = {"include_alignments": True} if aligns else {}
        self._config = piper.SynthesisConfig

    def _measure(self, speaker: int | None) -> float:
        said = self._say(COUNTING, speaker)
        return (
            gain_for(said.samples, said.rate, quieter=_COUNTS_QUIETER) if said is not None else 1.0
        )

    def _speaker(self, voice: Voice) -> int | None:
        return number_of(voice.id) % self._speakers if self._speakers > 1 else None
