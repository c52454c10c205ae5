"""Live HLS of an avatar: real-time encoding, segments, playlist."""

from heygen_widget.local.hls.stream import Stream, frames_per_segment

__all__ = ["Stream", "frames_per_segment"]
