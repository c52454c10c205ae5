"""The building blocks of all live streams: encoded pictures, encoded sound, and their timing.

Knows faces' pictures and speech's samples; knows no segment, no packet and no route.
"""

from heygen_widget.local.encoding.audio import AacEncoder, AudioEncoder, OpusEncoder
from heygen_widget.local.encoding.schedule import Schedule
from heygen_widget.local.encoding.sound import Sound
from heygen_widget.local.encoding.video import H264, VIDEO_TIMESCALE, VideoEncoder, VideoFormat

__all__ = [
    "H264",
    "VIDEO_TIMESCALE",
    "AacEncoder",
    "AudioEncoder",
    "OpusEncoder",
    "Schedule",
    "Sound",
    "VideoEncoder",
    "VideoFormat",
]
