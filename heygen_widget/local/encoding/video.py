"""Encodes pictures with PyAV, one by one, identically for every stream of one format.

So one stream can replay what another has encoded. Knows the order of pictures, not their time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from types import MappingProxyType
from typing import Final, Literal, Self

import av
import numpy as np
import numpy.typing as npt
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType
from av.video.reformatter import Interpolation, VideoReformatter

from heygen_widget.local.face import FRAME_RATE, HEIGHT, WIDTH

VIDEO_TIMESCALE: Final = 90_000
"""Units per second of a video track's timestamps, in MP4 as in RTP."""

_BT709: Final = 1  # the same number for matrix, primaries and transfer
_LIMITED_RANGE: Final = 1
_X264: Final = {
    "preset": "superfast",
    "tune": "zerolatency",
    "weightp": "0",  # nothing fades
    "subq": "0",  # motion in whole pixels: a fifth less CPU for 2 % more bytes
    "qp": "25",  # constant: what does not move looks the same in each segment, live or replayed
    "g": "100000",  # only the caller decides where decoding can start
    "sc_threshold": "0",
    "forced-idr": "1",
}
_LIBVPX: Final = {
    "deadline": "realtime",
    "cpu-used": "16",
    "lag-in-frames": "0",
    "auto-alt-ref": "0",
    "qmin": "20",  # constant, for the same reason
    "qmax": "20",
    "g": "100000",
    "b": "20000000",  # out of the way
}


@dataclass(frozen=True, slots=True)
class VideoFormat:
    """How pictures are encoded, always `FRAME_RATE` per second.

    Attributes
    ----------
    codec
        Which encoder.
    width, height
        Size in pixels. A face is drawn in 1280 by 720 and scaled to any other.
    profile
        Of H.264: ``"high"``, or ``"baseline"``, which every WebRTC client supports.
    """

    codec: Literal["libx264", "libvpx"]
    width: int = WIDTH
    height: int = HEIGHT
    profile: str = ""

    @property
    def options(self) -> Mapping[str, str]:
        """The encoder's own settings."""
        if self.codec == "libvpx":
            return MappingProxyType(_LIBVPX)
        return MappingProxyType({**_X264, "profile": self.profile})

    def sized(self, width: int, height: int) -> Self:
        """Return the same format in another size."""
        return replace(self, width=width, height=height)

    def configure(self, codec: VideoCodecContext) -> None:
        """Configure an encoder that is not open yet."""
        codec.width, codec.height, codec.pix_fmt = self.width, self.height, "yuv420p"
        codec.framerate = Fraction(FRAME_RATE)
        codec.time_base = Fraction(1, FRAME_RATE)
        codec.colorspace = codec.color_primaries = codec.color_trc = _BT709
        codec.color_range = _LIMITED_RANGE
        codec.thread_count = 1  # streams run side by side; more threads would only cost more
        codec.options = dict(self.options)


H264: Final = VideoFormat("libx264", profile="high")
"""The format of HLS streams."""


class VideoEncoder:
    """Encodes pictures one by one, without delay.

    Parameters
    ----------
    form
        How.

    Attributes
    ----------
    latest
        The picture that was encoded last, which may be drawn over.
    """

    def __init__(self, form: VideoFormat) -> None:
        self.latest: npt.NDArray[np.uint8] | None = None
        self._form = form
        self._codec = av.CodecContext.create(form.codec, "w")
        form.configure(self._codec)
        self._codec.open()
        self._scaler = VideoReformatter()
        self._count = 0

    def encode(self, picture: npt.NDArray[np.uint8], *, key: bool) -> bytes:
        """Encode the next picture: H.264 as a byte stream with start codes, VP8 as one frame.

        Parameters
        ----------
        picture
            Planar yuv420p, shape (1.5 * `HEIGHT`, `WIDTH`). It may be drawn over
            afterwards.
        key
            Whether decoding can start here. H.264 then includes its parameter sets.
        """
        frame = av.VideoFrame.from_numpy_buffer(picture, "yuv420p")
        if (self._form.width, self._form.height) != (WIDTH, HEIGHT):
            frame = self._scaler.reformat(
                frame,
                self._form.width,
                self._form.height,
                interpolation=Interpolation.FAST_BILINEAR,
                threads=1,
            )
        frame.pts = self._count
        frame.time_base = Fraction(1, FRAME_RATE)
        frame.pict_type = PictureType.I if key else PictureType.NONE
        self._count += 1
        self.latest = picture
        return b"".join(bytes(packet) for packet in self._codec.encode(frame))
