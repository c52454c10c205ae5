"""The sound of one stream as coded AAC frames; silence costs nothing.

Knows a track of samples and an encoder, not pictures, segments or the time of day.
"""

from typing import Final

import numpy as np

from heygen_widget.local.stream.encoder import AAC_DELAY, AAC_FRAME, AudioEncoder
from heygen_widget.local.voice import SpeechTrack

_SETTLING: Final = 8  # silent frames after which the encoder surely repeats itself


class Sound:
    """Reads a track and encodes it, frame after frame from the stream's start.

    Once the encoder has heard only silence for a while, each further silent frame would leave
    its state as it is and come out as the same few bytes; so it is left alone until sound comes.

    Attributes
    ----------
    silent_from
        Position (samples) from which on everything read so far was silence.
    """

    def __init__(self, track: SpeechTrack) -> None:
        self.silent_from = 0
        self._track = track
        self._encoder = AudioEncoder()
        for _ in range(_SETTLING):
            self._silence = self._encoder.encode(np.zeros(AAC_FRAME, np.int16))
        self._latest = self._silence
        self._silent_reads = _SETTLING
        self._read = 0  # frames read from the track
        self._taken = 0  # coded frames handed out
        self._ready: list[bytes] = []

    def advance(self, sample: int) -> None:
        """Have all frames ready that start before position `sample`.

        Reads the track up to `AAC_DELAY` + 1 frames (64 ms) beyond that position.
        """
        while (self._taken + len(self._ready)) * AAC_FRAME < sample:
            frame = self._next()
            if self._read > AAC_DELAY:
                self._ready.append(frame)

    def take(self) -> tuple[int, list[bytes]]:
        """Hand out the frames that are ready, once, with the position (samples) of the first."""
        start, frames = self._taken * AAC_FRAME, self._ready
        self._taken += len(frames)
        self._ready = []
        return start, frames

    def _next(self) -> bytes:
        samples = self._track.read(AAC_FRAME)
        self._read += 1
        if samples.any():
            self.silent_from = self._read * AAC_FRAME
            self._silent_reads = 0
        else:
            self._silent_reads += 1
        if self._silent_reads <= AAC_DELAY + 1 or self._latest != self._silence:
            self._latest = self._encoder.encode(samples)
        return self._latest
