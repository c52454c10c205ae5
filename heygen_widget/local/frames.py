"""Counts incoming web socket frames before they are processed.

A ping costs an answer, and a fragment a place in a list. Neither has a limit of its own in what
reads web sockets here. Knows no connection and no message.
"""

from collections.abc import Callable
from typing import Final

MAX_FRAGMENTS: Final = 1000
"""FrameLimiter that one message may be cut into."""

MAX_CONTROLS: Final = 100
WINDOW: Final = 10.0
"""Maximum control frames (ping, pong, close) within so many seconds."""

_FINAL: Final = 0x80
_OPCODE: Final = 0x0F
_CONTROL: Final = 0x08  # opcodes from here on
_MASKED: Final = 0x80
_LENGTH: Final = 0x7F
_MASK: Final = 4  # bytes
_MORE_LENGTH: Final = {126: 2, 127: 8}  # bytes that hold the length instead


class FrameLimiter:
    """Counts the frames in what one peer sends."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._head = b""  # of the current frame, as far as received
        self._left = 0  # bytes of the current frame still to come
        self._fragments = 0
        self._controls = 0
        self._began = clock()  # of the window

    def feed(self, data: bytes) -> bool:
        """Process received bytes, cut anywhere; return whether the frames are within limits."""
        data = self._head + data
        at = 0
        while self._left < len(data) - at:
            at += self._left
            self._left = 0
            size = 2
            if len(data) - at >= size:
                size += _MORE_LENGTH.get(data[at + 1] & _LENGTH, 0)
            if len(data) - at < size:
                self._head = data[at:]
                return True
            if not self._count(data[at]):
                return False
            self._left = _left(data[at : at + size])
            at += size
        self._head = b""
        self._left -= len(data) - at
        return True

    def _count(self, first: int) -> bool:
        if first & _OPCODE < _CONTROL:
            self._fragments = 0 if first & _FINAL else self._fragments + 1
            return self._fragments < MAX_FRAGMENTS
        now = self._clock()
        if now - self._began > WINDOW:
            self._began, self._controls = now, 0
        self._controls += 1
        return self._controls <= MAX_CONTROLS


def _left(head: bytes) -> int:
    """Return how many bytes follow a head, without the mask."""
    more = head[2:]
    length = int.from_bytes(more) if more else head[1] & _LENGTH
    return length + (_MASK if head[1] & _MASKED else 0)
