"""Encodes sound with PyAV, frame by frame: AAC for MP4, Opus for RTP.

Knows the order of samples, not their time.
"""

from fractions import Fraction
from typing import Final, Protocol

import av
import numpy as np
import numpy.typing as npt
from av.audio.codeccontext import AudioCodecContext
from av.codec.context import Flags

from heygen_widget.local.voice import SAMPLE_RATE

_AAC_BITS_PER_SECOND: Final = 96_000
_OPUS_BITS_PER_SECOND: Final = 64_000


class AudioEncoder(Protocol):
    """Encodes sound frame by frame.

    Attributes
    ----------
    frame
        Samples in one coded frame.
    delay
        How many frames later than its input a frame comes out.
    """

    frame: int
    delay: int

    def encode(self, samples: npt.NDArray[np.int16]) -> bytes:
        """Encode the next `frame` samples; empty while the encoder's delay fills."""


class AacEncoder:
    """An `AudioEncoder` for MP4, whose header describes the sound."""

    frame = 1024
    delay = 2

    def __init__(self) -> None:
        self._codec = av.CodecContext.create("aac", "w")
        configure_aac(self._codec)
        self._codec.flags |= Flags.global_header
        self._codec.open()
        self._count = 0

    def encode(self, samples: npt.NDArray[np.int16]) -> bytes:
        """Encode the next 1024 samples; what comes out is two frames older."""
        coded = _encode(self._codec, samples, self._count)
        self._count += len(samples)
        return coded


class OpusEncoder:
    """An `AudioEncoder` for RTP: frames of 20 ms, each decodable as it comes."""

    frame = SAMPLE_RATE // 50
    delay = 0

    def __init__(self) -> None:
        self._codec = av.CodecContext.create("libopus", "w")
        _configure(self._codec, "s16", _OPUS_BITS_PER_SECOND)
        self._codec.options = {"application": "voip"}
        self._codec.open()
        self._count = 0

    def encode(self, samples: npt.NDArray[np.int16]) -> bytes:
        """Encode the next 960 samples."""
        coded = _encode(self._codec, samples, self._count)
        self._count += len(samples)
        return coded


def configure_aac(codec: AudioCodecContext) -> None:
    """Configure an AAC encoder that is not open yet."""
    _configure(codec, "fltp", _AAC_BITS_PER_SECOND)
    codec.options = {"aac_coder": "fast"}


def _configure(codec: AudioCodecContext, samples: str, bit_rate: int) -> None:
    codec.sample_rate = SAMPLE_RATE
    codec.layout = "mono"
    codec.format = samples
    codec.time_base = Fraction(1, SAMPLE_RATE)
    codec.bit_rate = bit_rate


def _encode(codec: AudioCodecContext, samples: npt.NDArray[np.int16], position: int) -> bytes:
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), "s16", layout="mono")
    frame.sample_rate = SAMPLE_RATE
    frame.pts = position
    frame.time_base = Fraction(1, SAMPLE_RATE)
    return b"".join(bytes(packet) for packet in codec.encode(frame))
