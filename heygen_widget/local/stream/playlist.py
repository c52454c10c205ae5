"""The published segments of one stream and the media playlist that lists them.

Knows lengths and dates of segments, not what is in them. Written by one thread, read by any.
"""

import math
from collections import deque
from datetime import UTC, datetime
from threading import Lock
from typing import Final, NamedTuple

WINDOW: Final = 120.0
"""Seconds of a stream that can be played; older segments are forgotten."""


class _Segment(NamedTuple):
    seconds: float
    lines: str  # of the playlist
    data: bytes


class Playlist:
    """A sliding window over the segments of one live stream.

    Parameters
    ----------
    target_seconds
        The longest that a segment may be.
    """

    def __init__(self, target_seconds: float) -> None:
        self._target = target_seconds
        self._lock = Lock()
        self._segments: deque[_Segment] = deque()
        self._window = 0.0
        self._next = 0
        self._ended = False

    @property
    def next_segment(self) -> int:
        """Number of the next segment to be published; the first is 0."""
        return self._next

    @property
    def ended(self) -> bool:
        """Whether no segment will follow."""
        return self._ended

    def append(self, data: bytes, seconds: float, date: float) -> None:
        """Publish the next segment.

        Parameters
        ----------
        data
            A media segment.
        seconds
            Its length.
        date
            Unix time at which its first frame was due.
        """
        when = datetime.fromtimestamp(date, UTC).isoformat(timespec="milliseconds")
        lines = f"#EXT-X-PROGRAM-DATE-TIME:{when}\n#EXTINF:{seconds:.5f},\n{self._next}.m4s\n"
        with self._lock:
            self._segments.append(_Segment(seconds, lines, data))
            self._next += 1
            self._window += seconds
            while self._window > WINDOW:
                self._window -= self._segments.popleft().seconds

    def end(self) -> None:
        """Say that no segment follows."""
        with self._lock:
            self._ended = True

    def segment(self, number: int) -> bytes | None:
        """Give the segment with that number, None if it is forgotten or yet to come."""
        with self._lock:
            index = number - self._first
            return self._segments[index].data if 0 <= index < len(self._segments) else None

    def text(self) -> str:
        """Write the media playlist."""
        with self._lock:
            head = (
                "#EXTM3U\n"
                "#EXT-X-VERSION:7\n"
                f"#EXT-X-TARGETDURATION:{math.ceil(self._target)}\n"
                "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES\n"
                f"#EXT-X-MEDIA-SEQUENCE:{self._first}\n"
                "#EXT-X-INDEPENDENT-SEGMENTS\n"
                '#EXT-X-MAP:URI="init.mp4"\n'
            )
            body = "".join(segment.lines for segment in self._segments)
            return head + body + ("#EXT-X-ENDLIST\n" if self._ended else "")

    @property
    def _first(self) -> int:
        return self._next - len(self._segments)
