"""What happened to an avatar, as a table of its events. Reads events, makes none."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Final, overload

from heygen_widget.session import SessionEvent, Speech, WordsSpoken, written
from heygen_widget.table import as_html, as_lines
from heygen_widget.transcript import as_text

HEADINGS: Final = ("time", "event", "details")
SHOWN: Final = 50
"""Rows of the table: the latest ones."""


class History(Sequence[SessionEvent]):
    """Events, oldest first. A sequence like any other, which shows itself as a table.

    Parameters
    ----------
    events
        What happened.
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
            return "Nothing has happened."
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


def _row(event: SessionEvent) -> tuple[str, str, str]:
    moment = time.strftime("%H:%M:%S", time.localtime(event.time))
    milliseconds = int(event.time * 1000) % 1000
    return f"{moment}.{milliseconds:03}", type(event).__name__, _details(event)


def _details(event: SessionEvent) -> str:
    if isinstance(event, WordsSpoken):
        return as_text(written(event.words, event.heard))
    told = ((field.name, getattr(event, field.name)) for field in fields(event))
    return ", ".join(
        f"{name}={_value(value)}" for name, value in told if name != "time" and value is not None
    )


def _value(value: object) -> str:
    if isinstance(value, Speech):
        return repr(value.text if len(value.text) <= 40 else value.text[:39] + "…")  # noqa: PLR2004
    return f"{value:.3g}" if isinstance(value, float) else str(value)
