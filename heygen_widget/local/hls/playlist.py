"""The published segments of one stream and the media playlist that lists them.

Knows lengths and dates of segments, not what is in them. Written by one thread, read by any.
"""

import math
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import islice
from threading import Lock
from typing import Final, Generic, NamedTuple, TypeVar

WINDOW: Final = 120.0
"""Maximum seconds of a stream that a playlist lists."""

YOUNG: Final = 10.0
"""Seconds of stream age up to which players are told to begin at the first word."""

HOLD_BACK: Final = 3
"""Target durations that players stay behind the end: the minimum of RFC 8216bis, 4.4.3.8."""

_OPENING: Final = 3  # segments from which FFmpeg's players begin at the first one; later with more


_Media = TypeVar("_Media")


class _Segment(NamedTuple, Generic[_Media]):
    seconds: float
    lines: str  # of the playlist
    media: _Media


class _Delisted(NamedTuple, Generic[_Media]):
    number: int
    media: _Media
    until: float  # on the clock


class Playlist(Generic[_Media]):
    """A sliding window over the segments of one live stream.

    A segment that is no longer listed stays available for its own length and that of the longest
    playlist that listed it (RFC 8216, 6.2.2).

    Parameters
    ----------
    target_seconds
        Maximum length of a segment.
    clock
        Tells media time, in seconds.

    Attributes
    ----------
    target
        The target duration: whole seconds.
    opening
        How many segments a player needs to begin: a target duration of them, but no more than
        three. With more, FFmpeg begins at a later one; with fewer, players that reload only once
        per target duration run dry.
    """

    def __init__(
        self, target_seconds: float, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.target = math.ceil(target_seconds)
        self.opening = min(_OPENING, math.ceil(self.target / target_seconds))
        self._clock = clock
        self._lock = Lock()
        self._segments: deque[_Segment[_Media]] = deque()
        self._delisted: deque[_Delisted[_Media]] = deque()
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

    def append(self, media: _Media, seconds: float, date: float) -> None:
        """Publish the next segment.

        Parameters
        ----------
        media
            The segment.
        seconds
            Its length.
        date
            Unix time at which its first frame was due.
        """
        when = datetime.fromtimestamp(date, UTC).isoformat(timespec="milliseconds")
        lines = f"#EXT-X-PROGRAM-DATE-TIME:{when}\n#EXTINF:{seconds:.5f},\n{self._next}.m4s\n"
        with self._lock:
            self._segments.append(_Segment(seconds, lines, media))
            self._next += 1
            self._window += seconds
            while self._window > WINDOW:
                self._delist()
            while self._delisted and self._delisted[0].until < self._clock():
                self._delisted.popleft()

    def end(self) -> None:
        """Mark the stream as ended."""
        with self._lock:
            self._ended = True

    def segment(self, number: int) -> _Media | None:
        """Give the segment with that number, None if it is forgotten or yet to come."""
        with self._lock:
            index = number - self._first
            if 0 <= index < len(self._segments):
                return self._segments[index].media
            return next((each.media for each in self._delisted if each.number == number), None)

    def text(self, *, opening: bool = False) -> str:
        """Write the media playlist.

        Parameters
        ----------
        opening
            Of a young stream, list only so much that every player begins at the first word.
            FFmpeg begins three segments before the last one, whatever the playlist says.
        """
        with self._lock:
            young = self._first == 0 and self._window < YOUNG
            head = (
                "#EXTM3U\n"
                "#EXT-X-VERSION:7\n"
                f"#EXT-X-TARGETDURATION:{self.target}\n"
                "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,"
                f"HOLD-BACK={HOLD_BACK * self.target:.1f}\n"
                f"#EXT-X-MEDIA-SEQUENCE:{self._first}\n"
                "#EXT-X-INDEPENDENT-SEGMENTS\n"
            )
            if self._ended or young:
                head += "#EXT-X-START:TIME-OFFSET=0\n"
            head += '#EXT-X-MAP:URI="init.mp4"\n'
            most = _OPENING if opening and young and not self._ended else None
            body = "".join(segment.lines for segment in islice(self._segments, most))
            return head + body + ("#EXT-X-ENDLIST\n" if self._ended else "")

    def _delist(self) -> None:
        """Remove the oldest segment from the list, with the lock held."""
        number = self._first
        seconds, _, media = self._segments.popleft()
        self._window -= seconds
        self._delisted.append(_Delisted(number, media, self._clock() + seconds + WINDOW))

    @property
    def _first(self) -> int:
        return self._next - len(self._segments)
