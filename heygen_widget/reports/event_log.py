"""An avatar's events: kept in little memory, and shown as a table."""

import threading
import time
from array import array
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final, overload

from heygen_widget.reports.table import as_html, as_lines
from heygen_widget.session import PlacedWords, SessionEvent, WordsSpoken

HEADINGS: Final = ("time", "event", "details")
SHOWN: Final = 50
"""Rows of the table; only the latest are shown."""


class History(Sequence[SessionEvent]):
    """Events, oldest first. A sequence that displays as a table.

    pandas and polars can build a ``DataFrame`` from it, with the columns of that table.
    """

    def __init__(self, events: Iterable[SessionEvent]) -> None:
        self._events = tuple(events)

    @overload
    def __getitem__(self, index: int) -> SessionEvent: ...

    @overload
    def __getitem__(self, index: slice) -> "History": ...

    def __getitem__(self, index: int | slice) -> "SessionEvent | History":
        if isinstance(index, slice):
            return History(self._events[index])
        return self._events[index]

    def __len__(self) -> int:
        return len(self._events)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, History):
            return self._events == other._events
        return self._events == other if isinstance(other, tuple) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._events)

    def __repr__(self) -> str:
        if not self._events:
            return "No events yet."
        return "\n".join(filter(None, (self._omitted, as_lines([HEADINGS, *self._rows]))))

    def _repr_html_(self) -> str:
        if not self._events:
            return f"<p>{self!r}</p>"
        omitted = f"<p>{self._omitted}</p>" if self._omitted else ""
        return omitted + as_html(HEADINGS, self._rows)

    @property
    def _omitted(self) -> str:
        more = len(self._events) - SHOWN
        return f"… {more:,} earlier events" if more > 0 else ""

    @property
    def _rows(self) -> list[tuple[str, str, str]]:
        return [_row(event) for event in self._events[-SHOWN:]]


class EventLog:
    """The latest events of an avatar.

    Most events tell of words, which the session keeps anyway: of these only the place in its log
    is kept, and the event is made of it when it is asked for.

    Parameters
    ----------
    most
        The number of events kept; older ones are dropped.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._events: deque[SessionEvent | PlacedWords] = deque()
        # Of each event that is kept as a log of words:
        self._times = array("d")
        self._firsts = array("I")
        self._counts = array("I")
        self._lock = threading.Lock()

    def append(self, event: SessionEvent) -> None:
        """Add the newest event."""
        with self._lock:
            if len(self._events) == self._most and isinstance(self._events.popleft(), PlacedWords):
                for column in (self._times, self._firsts, self._counts):
                    column.pop(0)
            match event:
                case WordsSpoken(log=PlacedWords() as log):
                    self._times.append(event.time)
                    self._firsts.append(event.first)
                    self._counts.append(len(event.words))
                    self._events.append(log)
                case _:
                    self._events.append(event)

    def history(self) -> History:
        """Return the events, oldest first."""
        with self._lock:
            events = tuple(self._events)
            spoken = iter(tuple(zip(self._times, self._firsts, self._counts, strict=True)))
        return History(
            _spoken(event, *next(spoken)) if isinstance(event, PlacedWords) else event
            for event in events
        )


def _spoken(log: PlacedWords, moment: float, first: int, count: int) -> WordsSpoken:
    upto = first + count
    return WordsSpoken(
        time=moment, first=first, words=log[first:upto], heard=log.heard(first, upto), log=log
    )


def _row(event: SessionEvent) -> tuple[str, str, str]:
    moment = time.strftime("%H:%M:%S", time.localtime(event.time))
    milliseconds = int(event.time * 1000) % 1000
    return f"{moment}.{milliseconds:03}", event.event, event.details
