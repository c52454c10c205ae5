"""H.264 and AAC by PyAV, set up alike for every stream so that their segments can be mixed.

Knows pictures and samples in the order they come, not the time they belong to.
"""

import io
from fractions import Fraction
from functools import cache
from typing import Final

import av
import numpy as np
import numpy.typing as npt
from av.audio.codeccontext import AudioCodecContext
from av.codec.context import Flags
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from heygen_widget.local.face import FRAME_RATE, HEIGHT, WIDTH
from heygen_widget.local.stream.fmp4 import length_prefixed
from heygen_widget.local.voice import SAMPLE_RATE

VIDEO_TRACK: Final = 1
AUDIO_TRACK: Final = 2
"""Numbers of the tracks in the init segment."""

VIDEO_TIMESCALE: Final = 90_000
"""Units per second of the video track's timestamps; the audio track counts samples."""

AAC_FRAME: Final = 1024
"""Samples in one coded frame of sound."""

AAC_DELAY: Final = 2
"""Frames that must have gone into the encoder, beyond a frame itself, before that one comes out."""

_BT709: Final = 1  # the same number for matrix, primaries and transfer
_LIMITED_RANGE: Final = 1
_AUDIO_BITS_PER_SECOND: Final = 96_000


class VideoEncoder:
    """Encodes pictures one by one, each coming out before the next goes in."""

    def __init__(self) -> None:
        self._codec = av.CodecContext.create("libx264", "w")
        _configure_video(self._codec)
        self._codec.flags |= Flags.global_header
        self._codec.open()
        self._count = 0

    def encode(self, picture: npt.NDArray[np.uint8], *, key: bool) -> bytes:
        """Encode the next picture as one MP4 sample.

        Parameters
        ----------
        picture
            Planar yuv420p, shape (1.5 * height, width); not to be written to afterwards.
        key
            Whether decoding can start here.
        """
        frame = av.VideoFrame.from_numpy_buffer(picture, "yuv420p")
        frame.pts = self._count
        frame.time_base = Fraction(1, FRAME_RATE)
        frame.pict_type = PictureType.I if key else PictureType.NONE
        self._count += 1
        return length_prefixed(b"".join(bytes(packet) for packet in self._codec.encode(frame)))


class AudioEncoder:
    """Encodes sound frame by frame; what comes out is `AAC_DELAY` frames older than the input."""

    def __init__(self) -> None:
        self._codec = av.CodecContext.create("aac", "w")
        _configure_audio(self._codec)
        self._codec.flags |= Flags.global_header
        self._codec.open()
        self._count = 0

    def encode(self, samples: npt.NDArray[np.int16]) -> bytes:
        """Encode the next `AAC_FRAME` samples; empty while the encoder's delay fills."""
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), "s16", layout="mono")
        frame.sample_rate = SAMPLE_RATE
        frame.pts = self._count
        frame.time_base = Fraction(1, SAMPLE_RATE)
        self._count += len(samples)
        return b"".join(bytes(packet) for packet in self._codec.encode(frame))


@cache
def init_segment() -> bytes:
    """Write the init segment, which is the same for all streams."""
    file = io.BytesIO()
    options = {
        "movflags": "empty_moov+default_base_moof+frag_custom",
        "video_track_timescale": str(VIDEO_TIMESCALE),
    }
    with av.open(file, "w", format="mp4", options=options) as container:
        _configure_video(container.add_stream("libx264", rate=FRAME_RATE).codec_context)
        _configure_audio(container.add_stream("aac", rate=SAMPLE_RATE).codec_context)
        container.start_encoding()
        return file.getvalue()


def _configure_video(codec: VideoCodecContext) -> None:
    codec.width, codec.height, codec.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    codec.framerate = Fraction(FRAME_RATE)
    codec.time_base = Fraction(1, FRAME_RATE)
    codec.colorspace = codec.color_primaries = codec.color_trc = _BT709
    codec.color_range = _LIMITED_RANGE
    codec.thread_count = 1  # streams run side by side; more threads would only cost more
    codec.options = {
        "preset": "superfast",
        "tune": "zerolatency",
        "qp": "25",  # constant: what does not move looks the same in each segment, live or replayed
        "g": "100000",  # only the caller decides where decoding can start
        "sc_threshold": "0",
        "forced-idr": "1",
    }


def _configure_audio(codec: AudioCodecContext) -> None:
    codec.sample_rate = SAMPLE_RATE
    codec.layout = "mono"
    codec.format = "fltp"
    codec.time_base = Fraction(1, SAMPLE_RATE)
    codec.bit_rate = _AUDIO_BITS_PER_SECOND
    codec.options = {"aac_coder": "fast"}
