"""Encodes the sound of one stream; silence costs nothing.

Knows a source of samples and an encoder, not pictures, segments or the time of day.
"""

from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from heygen_widget.local.encoding.audio import AudioEncoder

_SETTLING: Final = 8  # silent frames after which the encoder surely repeats itself


class Samples(Protocol):
    """A source of samples, such as a `SpeechTrack`."""

    def read(self, count: int) -> npt.NDArray[np.int16]:
        """Return the next `count` samples."""


class Sound:
    """Reads samples and encodes them, frame after frame from the stream's start.

    After some silence, each further silent frame leaves the encoder's state unchanged and gives
    the same few bytes, so the encoder is not called until there is sound again.

    Parameters
    ----------
    source
        Provides the samples.
    encoder
        A new encoder.

    Attributes
    ----------
    silent_from
        Position (samples) from which on everything read so far was silence.
    """

    def __init__(self, source: Samples, encoder: AudioEncoder) -> None:
        self.silent_from = 0
        self._source = source
        self._encoder = encoder
        for _ in range(_SETTLING):
            self._silence = encoder.encode(np.zeros(encoder.frame, np.int16))
        self._latest = self._silence
        self._silent_reads = _SETTLING
        self._read = 0  # frames read from the source
        self._taken = 0  # coded frames handed out
        self._ready: list[bytes] = []

    def advance(self, sample: int) -> None:
        """Encode all frames that start before position `sample`.

        Reads the source beyond that position by a frame and the encoder's delay.
        """
        while (self._taken + len(self._ready)) * self._encoder.frame < sample:
            frame = self._next()
            if self._read > self._encoder.delay:
                self._ready.append(frame)

    def take(self) -> tuple[int, list[bytes]]:
        """Return the new frames, with the position (samples) of the first."""
        start, frames = self._taken * self._encoder.frame, self._ready
        self._taken += len(frames)
        self._ready = []
        return start, frames

    def _next(self) -> bytes:
        samples = self._source.read(self._encoder.frame)
        self._read += 1
        if samples.any():
            self.silent_from = self._read * self._encoder.frame
            self._silent_reads = 0
        else:
            self._silent_reads += 1
        settled = self._silent_reads > self._encoder.delay + 1 and self._latest == self._silence
        if not settled:
            self._latest = self._encoder.encode(samples)
        return self._latest
