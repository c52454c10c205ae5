"""Voices of the embedded avatar server: text or a sound file in, samples, words and lips out.

Knows nothing of streams, frames or HTTP; a renderer asks a `SpeechTrack` for the next samples.
"""

from heygen_widget.local.voice.audio import AudioError, Recording, container_of
from heygen_widget.local.voice.engine import (
    SAMPLE_RATE,
    MouthCue,
    SpokenAudio,
    TimedWord,
    VoiceEngine,
    VoiceError,
    load_engine,
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
