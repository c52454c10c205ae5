"""The sound of one stream as coded frames; silence costs nothing.

Knows a source of samples and an encoder, not pictures, segments or the time of day.
"""

from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from heygen_widget.local.encoding.audio import AudioEncoder

_SETTLING: Final = 8  # silent frames after which the encoder surely repeats itself


class Samples(Protocol):
    """Where samples come from, as a `SpeechTrack` gives them."""

    def read(self, count: int) -> npt.NDArray[np.int16]:
        """Return the next `count` samples."""


class Sound:
    """Reads samples and encodes them, frame after frame from the stream's start.

    Once the encoder has heard only silence for a while, each further silent frame would leave
    its state as it is and come out as the same few bytes; so it is left alone until sound comes.

    Parameters
    ----------
    source
        What is heard.
    encoder
        What codes it, fresh.

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
        """Have all frames ready that start before position `sample`.

        Reads the source beyond that position by a frame and the encoder's delay.
        """
        while (self._taken + len(self._ready)) * self._encoder.frame < sample:
            frame = self._next()
            if self._read > self._encoder.delay:
                self._ready.append(frame)

    def take(self) -> tuple[int, list[bytes]]:
        """Hand out the frames that are ready, once, with the position (samples) of the first."""
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
