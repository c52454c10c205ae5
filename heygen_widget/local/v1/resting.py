"""The pictures of a resting face in one format, encoded once and replayed by all resting streams.

Knows encoded pictures and their place in the face's idle loop, not how they are encoded.
"""

from functools import lru_cache
from typing import Final

from heygen_widget.local.encoding import VideoFormat
from heygen_widget.local.face import FRAME_RATE, Face

CLIP: Final = FRAME_RATE
"""Frames in a clip. The first is a key frame, so a viewer recovers from loss within a second."""


class Rest:
    """The coded pictures of one resting face, in clips of `CLIP` frames. Thread-safe.

    A stream that rests through a whole clip stores its pictures here. Each clip begins with a key
    frame, so it may follow any picture.

    Parameters
    ----------
    period
        Frames after which the face repeats itself.
    """

    def __init__(self, period: int) -> None:
        self._clips: list[list[bytes] | None] = [None] * (period // CLIP)

    def clip(self, frame: int) -> list[bytes] | None:
        """Return the clip that begins at frame `frame` of a stream, if a stream has stored it."""
        return self._clips[self._place(frame)]

    def keep(self, frame: int, pictures: list[bytes]) -> None:
        """Store the pictures that begin at frame `frame` of a stream."""
        self._clips[self._place(frame)] = pictures

    def _place(self, frame: int) -> int:
        return frame // CLIP % len(self._clips)


@lru_cache(maxsize=16)
def rest_of(face: Face, form: VideoFormat) -> Rest:  # noqa: ARG001 - what the cache goes by
    """Return the one `Rest` of `face` in a format."""
    return Rest(face.LOOP_FRAMES)
