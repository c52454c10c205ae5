"""x264 alone: what coding the pictures of a speaking session costs if nothing else is done.

It codes pictures that are finished, in real time, beside the session that it is compared with: so
both have the same machine.
"""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from itertools import cycle
from typing import Final

import av
import numpy as np
import numpy.typing as npt
from av.video.frame import PictureType

from heygen_widget.local.encoding import H264
from heygen_widget.local.face import FRAME_RATE, face_for, look_for
from heygen_widget.local.hls import frames_per_segment
from heygen_widget.local.settings import Settings
from heygen_widget.local.voice import SAMPLE_RATE, SpeechTrack, load_engine

PLAIN: Final = {
    "preset": "superfast",
    "tune": "zerolatency",
    "qp": "25",
    "g": "100000",
    "sc_threshold": "0",
    "forced-idr": "1",
}
"""What nobody has tuned: a yardstick that stays the same when the server's settings change."""

_PICTURES: Final = 100
_SAMPLES: Final = SAMPLE_RATE // FRAME_RATE  # in a frame


class LoneEncoder(threading.Thread):
    """Encodes the same pictures over and over.

    Parameters
    ----------
    pictures
        As `Face.frame` returns them.
    options
        Of x264.
    """

    def __init__(
        self, pictures: list[npt.NDArray[np.uint8]], options: Mapping[str, str] = H264.options
    ) -> None:
        super().__init__(daemon=True)
        self._pictures = pictures
        self._codec = av.CodecContext.create("libx264", "w")
        H264.configure(self._codec)
        self._codec.options = dict(options)
        self._ended = threading.Event()
        self._spent = 0.0
        self._coded = 0

    @property
    def used(self) -> float:
        """Core-seconds per second of stream."""
        return self._spent / self._coded * FRAME_RATE

    def run(self) -> None:
        """Encode until the end."""
        segment = frames_per_segment(Settings().segment)
        began = time.monotonic()
        for number, picture in enumerate(cycle(self._pictures)):
            if self._ended.wait(max(0.0, began + number / FRAME_RATE - time.monotonic())):
                break
            before = time.thread_time()
            frame = av.VideoFrame.from_numpy_buffer(picture, "yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, FRAME_RATE)
            frame.pict_type = PictureType.NONE if number % segment else PictureType.I
            self._codec.encode(frame)
            self._spent += time.thread_time() - before
            self._coded += 1

    @contextmanager
    def encoding(self) -> Iterator[None]:
        """Encode during the block."""
        self.start()
        try:
            yield
        finally:
            self._ended.set()
            self.join()


def finished(avatar_id: str, text: str) -> list[npt.NDArray[np.uint8]]:
    """Draw four seconds of an avatar that says `text`."""
    face = face_for(look_for(avatar_id))
    track = SpeechTrack(load_engine(), avatar_id)
    track.append(text)
    pictures = []
    for number in range(_PICTURES):
        while not track.speaking:
            time.sleep(0.01)
        track.read(_SAMPLES)
        pictures.append(face.frame(number, track.mouth(number * _SAMPLES)))
    track.discard()
    return pictures
