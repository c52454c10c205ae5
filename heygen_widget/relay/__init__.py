"""Reads an HLS stream in the kernel and hands its parts on, to pages and into files.

Knows no notebook, no session and no key; runs on whatever event loop it is used on.
"""

from heygen_widget.relay.errors import StreamError, StreamRefused, StreamUnavailable
from heygen_widget.relay.follower import Follower, Part
from heygen_widget.relay.window import Window

__all__ = ["Follower", "Part", "StreamError", "StreamRefused", "StreamUnavailable", "Window"]
