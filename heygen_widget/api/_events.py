"""Parses server-sent events from bytes as they arrive, within limits.

Knows the format (html.spec.whatwg.org, "Server-sent events") and nothing of what is sent.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from heygen_widget.api.bounded import TooMuch

MAX_EVENT: Final = 1024 * 1024
"""Bytes of one event. All the words of an hour in one event take two thirds of that."""

_LINE_END: Final = re.compile(rb"\r\n|[\r\n]")
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its type and its data."""

    event: str
    data: str


class EventReader:
    """Parses bytes, split anywhere, into events. An event that never ends is refused."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._begun = False
        self._after_return = False
        self._event = ""
        self._data: list[bytes] = []
        self._size = 0

    def read(self, piece: bytes) -> Iterator[Event]:
        """Yield the events that the next bytes complete.

        Raises
        ------
        TooMuch
            When an event has more than `MAX_EVENT` bytes.
        """
        if self._after_return and piece.startswith(b"\n"):
            piece = piece[1:]
            self._after_return = False
        if not piece:
            return
        self._after_return = piece.endswith(b"\r")
        first, *others = _LINE_END.split(piece)
        self._extend(first)
        for start in others:
            line, self._line = bytes(self._line), bytearray()
            if (event := self._take(line)) is not None:
                yield event
            self._extend(start)

    def _extend(self, piece: bytes) -> None:
        self._line += piece
        if len(self._line) + self._size > MAX_EVENT:
            raise TooMuch(MAX_EVENT)

    def _take(self, line: bytes) -> Event | None:
        """Take a line; return the event that it completes."""
        if not self._begun:
            self._begun = True
            line = line.removeprefix(_BYTE_ORDER_MARK)
        if not line:
            return self._dispatch()
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._data.append(value)
            self._size += len(value) + 1
        elif name == b"event":
            self._event = value[:100].decode(errors="replace")
        return None

    def _dispatch(self) -> Event | None:
        event, data = self._event, self._data
        self._event, self._data, self._size = "", [], 0
        if not data and not event:
            return None
        return Event(event or "message", b"\n".join(data).decode(errors="replace"))
