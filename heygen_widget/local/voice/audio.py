"""A sound file as speech: its bytes decoded in memory, its lips heard from the sound.

Knows containers and codecs by PyAV. Reads no path and no URL, and lets no file name one.
"""

from io import BytesIO
from typing import Final

import av
import numpy as np
import numpy.typing as npt

from heygen_widget.local.voice.engine import SAMPLE_RATE, SpokenAudio
from heygen_widget.local.voice.hearing import lips_of

MAX_SECONDS: Final = 3600.0
"""The longest sound that is decoded; a session lasts no longer."""

_BYTES_PER_SAMPLE: Final = 2
_MPEG_SYNC: Final = 0xFFE0
_MPEG_LAYER: Final = 0x0006


class AudioError(ValueError):
    """Bytes that cannot be played as sound; the message says why."""


def decode_audio(data: bytes) -> SpokenAudio:
    """Decode the bytes of a WAV, MP3, M4A (MP4) or OGG file.

    Returns
    -------
    SpokenAudio
        Mono at `SAMPLE_RATE`, with lips and without words.

    Raises
    ------
    AudioError
        If it is another kind of file, damaged, without sound, or longer than `MAX_SECONDS`.
    """
    container = container_of(data)
    try:
        samples = _decode(data, container)
    except AudioError:
        raise
    except (av.FFmpegError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise AudioError(f"The {container.upper()} file is damaged: {why}.") from error
    return SpokenAudio(samples, (), lips_of(samples))


def container_of(data: bytes) -> str:
    """Return FFmpeg's name for the kind of file: ``wav``, ``mp3``, ``mp4`` or ``ogg``.

    Left to guess, FFmpeg would also take playlists, and open the files and URLs they name.

    Raises
    ------
    AudioError
        If it is none of these.
    """
    head = int.from_bytes(data[:2])
    if data[:4] in (b"RIFF", b"RF64") and data[8:12] == b"WAVE":
        return "wav"
    if data[:4] == b"OggS":
        return "ogg"
    if data[4:8] == b"ftyp":
        return "mp4"
    if data[:3] == b"ID3" or (head & _MPEG_SYNC == _MPEG_SYNC and head & _MPEG_LAYER):
        return "mp3"
    what = "is empty" if not data else "cannot be read"
    raise AudioError(f"The audio {what}: send a WAV, MP3, M4A or OGG file.")


def _decode(data: bytes, container: str) -> npt.NDArray[np.int16]:
    decoded = bytearray()
    limit = int(MAX_SECONDS * SAMPLE_RATE) * _BYTES_PER_SAMPLE
    # A title in an odd encoding is no reason to refuse the sound.
    with av.open(BytesIO(data), "r", format=container, metadata_errors="ignore") as file:
        if not file.streams.audio:
            raise AudioError("The file has no audio track.")
        resampler = av.AudioResampler("s16", "mono", SAMPLE_RATE)
        for frame in file.decode(file.streams.audio[0]):
            for resampled in resampler.resample(frame):
                decoded += resampled.to_ndarray().tobytes()
            if len(decoded) > limit:
                raise AudioError(f"The audio is longer than {MAX_SECONDS / 60:.0f} minutes.")
        if decoded:
            for resampled in resampler.resample(None):
                decoded += resampled.to_ndarray().tobytes()
    if not decoded:
        raise AudioError("The file holds no sound.")
    return np.frombuffer(decoded, np.int16)
