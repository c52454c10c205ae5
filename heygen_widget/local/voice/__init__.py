"""Voices of the embedded avatar server: text or a sound file in, samples, words and lips out.

Knows nothing of streams, frames or HTTP; a renderer asks a `SpeechTrack` for the next samples.
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType

from heygen_widget.local.natural import natural_voice
from heygen_widget.local.voice.audio import AudioError, Recording, container_of
from heygen_widget.local.voice.engine import (
    SAMPLE_RATE,
    MouthCue,
    SpokenAudio,
    TimedEngine,
    TimedWord,
    VoiceEngine,
    VoiceError,
)
from heygen_widget.local.voice.hibari import HibariSpeaker
from heygen_widget.local.voice.measuring import Measuring
from heygen_widget.local.voice.narrator import Narrator
from heygen_widget.local.voice.piper import PiperSpeaker
from heygen_widget.local.voice.said import Speaker
from heygen_widget.local.voice.track import SpeechTrack
from heygen_widget.local.voice_store import VoiceStore, VoiceStoreError

__all__ = [
    "SAMPLE_RATE",
    "AudioError",
    "Measuring",
    "MouthCue",
    "Recording",
    "SpeechTrack",
    "SpokenAudio",
    "TimedEngine",
    "TimedWord",
    "VoiceEngine",
    "VoiceError",
    "container_of",
    "load_engine",
]


def load_engine(
    name: str = "auto",
    voice_file: Path | None = None,
    voices: Mapping[str, str] = MappingProxyType({}),
) -> TimedEngine:
    """Return the voice engine called `name`. Models are loaded when they are first needed.

    Parameters
    ----------
    name
        ``"auto"`` (hibari if it is installed), ``"hibari"`` (natural English; espeak-ng reads
        other languages), ``"espeak"`` (espeak-ng reads all) or ``"piper"`` (needs `voice_file`).
    voice_file
        The ``.onnx`` file of a Piper voice, its ``.onnx.json`` beside it.
    voices
        Names of installed voices, by the voice ids that they speak for.

    Raises
    ------
    VoiceError
        If there is no such engine, or something it needs is missing.
    """
    named = {voice_id: partial(_installed, voice) for voice_id, voice in voices.items()}
    if name == "auto":
        name = "espeak" if natural_voice().missing else "hibari"
    if name == "espeak":
        return Narrator(None, named)
    if name == "hibari":
        if missing := natural_voice().missing:
            raise VoiceError(f"{missing.capitalize()}: pip install 'heygen-widget[voice]'.")
        return Narrator(HibariSpeaker(), named)
    if name == "piper":
        return Narrator(PiperSpeaker(voice_file), named)
    raise VoiceError(
        f"Unknown voice engine {name!r}: choose 'auto', 'hibari', 'espeak' or 'piper'."
    )


def _installed(name: str) -> Speaker:
    """Return the speaker of an installed voice."""
    try:
        model = VoiceStore().model(name)
    except VoiceStoreError as error:
        raise VoiceError(str(error)) from error
    if Path(f"{model}.json").is_file():
        return PiperSpeaker(model)
    if missing := natural_voice().missing:
        raise VoiceError(f"{missing.capitalize()}: pip install 'heygen-widget[voice]'.")
    return HibariSpeaker(name, model)
