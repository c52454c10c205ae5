"""The codecs of an HLS stream, and the MP4 header that declares them."""

import io
from functools import cache
from typing import Final

import av

from heygen_widget.local.encoding import H264, VIDEO_TIMESCALE, AacEncoder
from heygen_widget.local.encoding.audio import configure_aac
from heygen_widget.local.face import FRAME_RATE
from heygen_widget.local.voice import SAMPLE_RATE

VIDEO_TRACK: Final = 1
AUDIO_TRACK: Final = 2
"""Numbers of the tracks in the init segment."""

AAC_FRAME: Final = AacEncoder.frame
"""Samples in one coded frame of sound; the audio track counts samples."""


@cache
def init_segment() -> bytes:
    """Write the init segment, which is the same for all streams."""
    file = io.BytesIO()
    options = {
        "movflags": "empty_moov+default_base_moof+frag_custom",
        "video_track_timescale": str(VIDEO_TIMESCALE),
    }
    with av.open(file, "w", format="mp4", options=options) as container:
        H264.configure(container.add_stream("libx264", rate=FRAME_RATE).codec_context)
        configure_aac(container.add_stream("aac", rate=SAMPLE_RATE).codec_context)
        container.start_encoding()
        return file.getvalue()
