"""The newest parts of a stream, for viewers who join late. Bounded in time and memory."""

from collections import deque
from typing import Final

from heygen_widget.relay.follower import Part

SECONDS: Final = 30.0
"""How many seconds of a stream are kept."""
BYTES: Final = 24 * 1024 * 1024
"""How many bytes are kept: 30 seconds at the maximum bandwidth."""
PARTS: Final = 1000
"""How many parts are kept, whatever lengths the playlist claims."""
WHOLE_UNTIL: Final = 10.0
"""Seconds; a stream that is younger is relayed from its first word."""
JOIN: Final = 8.0
"""Seconds before the live edge at which an older stream is joined."""
JOIN_PARTS: Final = 3
"""Parts that a player needs to start at the live edge, whatever their length."""


class Window:
    """The newest parts of one stream, oldest first."""

    def __init__(self) -> None:
        self._parts: deque[Part] = deque()
        self._seconds = 0.0
        self._bytes = 0

    def add(self, part: Part) -> None:
        """Add the next part, and drop what is too old."""
        self._parts.append(part)
        self._seconds += part.seconds
        self._bytes += _size(part)
        while len(self._parts) > 1 and self._is_full():
            oldest = self._parts.popleft()
            self._seconds -= oldest.seconds
            self._bytes -= _size(oldest)

    def _is_full(self) -> bool:
        too_much = self._seconds > SECONDS or self._bytes > BYTES
        return too_much or len(self._parts) > PARTS

    def since(self, number: int) -> list[Part]:
        """Return the parts from `number` on that are still kept."""
        return [part for part in self._parts if part.number >= number]

    def for_new_viewer(self) -> list[Part]:
        """Return the parts that a new viewer needs."""
        if self._parts and self._parts[0].number <= 1 and self._seconds < WHOLE_UNTIL:
            return list(self._parts)
        joined: list[Part] = []
        seconds = 0.0
        for part in reversed(self._parts):
            if seconds >= JOIN and len(joined) >= JOIN_PARTS:
                break
            joined.insert(0, part)
            seconds += part.seconds
        return joined

    def decodable_tail(self) -> list[Part]:
        """Return the newest parts that one decoder can read in sequence."""
        run: list[Part] = []
        for part in reversed(self._parts):
            run.insert(0, part)
            if part.discontinuity:
                break
        return [part for part in run if part.init == run[-1].init]


def _size(part: Part) -> int:
    """Count an initialization section with every part, since each may have its own."""
    return len(part.data) + len(part.init)
