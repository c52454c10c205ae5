"""Voices of the embedded avatar server: text or a sound file in, samples, words and lips out.

Knows nothing of streams, frames or HTTP; a renderer asks a `SpeechTrack` for the next samples.
"""

from pathlib import Path

from heygen_widget.local.voice.audio import AudioError, Recording, container_of
from heygen_widget.local.voice.engine import (
    SAMPLE_RATE,
    MouthCue,
    SpokenAudio,
    TimedWord,
    VoiceEngine,
    VoiceError,
)
from heygen_widget.local.voice.track import SpeechTrack

__all__ = [
    "SAMPLE_RATE",
    "AudioError",
    "MouthCue",
    "Recording",
    "SpeechTrack",
    "SpokenAudio",
    "TimedWord",
    "VoiceEngine",
    "VoiceError",
    "container_of",
    "load_engine",
]


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
    # Each engine is imported on demand: Piper's runtime takes a second to load.
    if name == "espeak":
        from heygen_widget.local.voice.espeak import EspeakEngine  # noqa: PLC0415

        return EspeakEngine()
    if name == "piper":
        from heygen_widget.local.voice.piper import PiperEngine  # noqa: PLC0415

        return PiperEngine(voice_file)
    raise VoiceError(f"Unknown voice engine {name!r}: choose 'espeak' or 'piper'.")
