"""A voice supplied by the user: Piper, with a voice file.

Needs the package `piper-tts` (1.3 or newer), which is not a dependency. Knows Piper's Python
interface; nothing of streams.
"""

import hashlib
from pathlib import Path
from threading import Lock

import numpy as np

from heygen_widget.local.voice.engine import SAMPLE_RATE, SpokenAudio, VoiceError
from heygen_widget.local.voice.lip_sync import mouth_cues_of
from heygen_widget.local.voice.sound import Samples, level, resample, silence, trim
from heygen_widget.local.voice.text import is_said, pause_after, speakable
from heygen_widget.local.voice.words import time_words


class PiperEngine:
    """Speaks with one Piper voice; if it has several speakers, the voice id chooses one.

    Parameters
    ----------
    voice_file
        The ``.onnx`` file, its ``.onnx.json`` beside it.

    Raises
    ------
    VoiceError
        If the file or the package is missing, or the file is not a voice.
    """

    def __init__(self, voice_file: Path | None) -> None:
        if voice_file is None:
            raise VoiceError("Piper needs a voice: pass the path of its .onnx file.")
        for path in (voice_file, Path(f"{voice_file}.json")):
            if not path.is_file():
                raise VoiceError(f"The Piper voice is incomplete: the file {path} is missing.")
        try:
            import piper  # noqa: PLC0415 - loads an inference runtime, and may be missing
        except ImportError as error:
            raise VoiceError("Piper is not installed: pip install piper-tts.") from error
        try:
            self._voice = piper.PiperVoice.load(voice_file)
        except Exception as error:
            raise VoiceError(f"Piper cannot load {voice_file}: {error}") from error
        self._settings = piper.SynthesisConfig
        self._lock = Lock()  # its phonemizer keeps state in globals

    def speak(self, text: str, voice_id: str) -> SpokenAudio:
        """Return `text` as sound; see `VoiceEngine`. The lips are derived from the sound."""
        said = self._say(speakable(text), voice_id)
        samples = np.concatenate([said, silence(pause_after(text, said=bool(len(said))))])
        sounding, duration = len(said) / SAMPLE_RATE, len(samples) / SAMPLE_RATE
        words = time_words(text, duration, pauses=[(sounding, duration)])
        return SpokenAudio(samples, words, mouth_cues_of(samples))

    def _say(self, text: str, voice_id: str) -> Samples:
        """Return `text` at `SAMPLE_RATE`, without silence around it."""
        if not is_said(text):
            return silence(0)
        settings = self._settings(speaker_id=self._speaker(voice_id))
        with self._lock:
            chunks = list(self._voice.synthesize(text, settings))
        if not chunks:
            return silence(0)
        rate = self._voice.config.sample_rate
        samples, _ = trim(np.concatenate([chunk.audio_int16_array for chunk in chunks]), rate)
        return level(resample(samples, rate))

    def _speaker(self, voice_id: str) -> int | None:
        speakers = int(self._voice.config.num_speakers)
        if speakers <= 1:
            return None
        digest = hashlib.sha256(voice_id.encode(errors="replace")).digest()
        return int.from_bytes(digest[:4]) % speakers
