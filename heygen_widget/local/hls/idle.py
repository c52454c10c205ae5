"""The pictures of a resting face, encoded once and replayed by every stream that shows it.

Knows faces and the video encoder, not streams, sound or timestamps.
"""

from functools import lru_cache
from threading import Lock
from typing import Final

from heygen_widget.local.encoding import H264, VideoEncoder
from heygen_widget.local.face import Face
from heygen_widget.local.hls.fmp4 import length_prefixed
from heygen_widget.local.mouth import REST

_SHARED: Final = Lock()


class IdleLoop:
    """The coded pictures of one resting face, cut into segments of one length.

    A resting face repeats itself after `Face.LOOP_FRAMES` frames, so there are
    ``LOOP_FRAMES / frames`` segments, each encoded on first use. Each has an encoder of its
    own: it depends only on the face, and may follow any other segment.
    """

    def __init__(self, face: Face, frames: int) -> None:
        self._face = face
        self._frames = frames
        phases = face.LOOP_FRAMES // frames
        self._segments: list[list[bytes] | None] = [None] * phases
        self._locks = [Lock() for _ in range(phases)]

    def segment(self, first: int) -> list[bytes]:
        """Return the MP4 samples of the segment that starts at frame `first` of a stream."""
        phase = first // self._frames % len(self._segments)
        with self._locks[phase]:
            samples = self._segments[phase]
            if samples is None:
                samples = self._segments[phase] = self._encode(phase * self._frames)
        return samples

    def _encode(self, first: int) -> list[bytes]:
        encoder = VideoEncoder(H264)
        samples = []
        for index in range(self._frames):
            picture = self._face.frame(first + index, REST, over=encoder.latest)
            samples.append(length_prefixed(encoder.encode(picture, key=index == 0)))
        return samples


def idle_loop(face: Face, frames: int) -> IdleLoop:
    """Return the loop of `face` in segments of `frames` frames, shared by all streams."""
    with _SHARED:
        return _cached_loop(face, frames)


@lru_cache(maxsize=8)
def _cached_loop(face: Face, frames: int) -> IdleLoop:
    return IdleLoop(face, frames)
