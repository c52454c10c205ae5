"""All sessions this process has opened, as a table with their costs.

The code that opens sessions records them here; this module opens and ends none.
"""

import weakref
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, overload

from heygen_widget.reports.table import as_html, as_lines
from heygen_widget.session import Meter, SessionStatus
from heygen_widget.session.queue import AnySession

HEADINGS: Final = ("avatar", "stream_id", "state", "elapsed", "cost")


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A snapshot of a session.

    Attributes
    ----------
    avatar
        The avatar it was opened for.
    stream_id
        The server's identifier; None before it is known.
    status
        The state of the session.
    reason
        Why it ended, once it has.
    elapsed
        Seconds it has streamed.
    cost
        Estimated dollars; in a rehearsal, what it would have cost.
    rehearsal
        Whether the embedded avatar server spoke, which is free.
    certain
        Whether `cost` is complete; otherwise it is a minimum, since the server does not respond.
    """

    avatar: str
    stream_id: str | None
    status: SessionStatus
    reason: str | None
    elapsed: float
    cost: float
    rehearsal: bool
    certain: bool = True

    @property
    def cells(self) -> tuple[str, ...]:
        """The table's cells, in the order of `HEADINGS`."""
        state = f"{self.status}: {self.reason}" if self.reason else str(self.status)
        cost = f"{'≈' if self.certain else '≥'} ${self.cost:.2f}"
        return (
            self.avatar,
            self.stream_id or "-",
            state,
            f"{self.elapsed:,.0f} s",
            f"rehearsal ({cost})" if self.rehearsal else cost,
        )


class Overview(Sequence[SessionRow]):
    """A snapshot of sessions, oldest first. Displays as a table.

    A sequence of its rows, from which pandas and polars can build a ``DataFrame``.

    Attributes
    ----------
    rows
        One for each session.
    """

    def __init__(self, rows: Iterable[SessionRow]) -> None:
        self.rows = tuple(rows)

    @property
    def open(self) -> int:
        """The number of open sessions, rehearsals included."""
        return sum(row.status.open for row in self.rows)

    @property
    def elapsed(self) -> float:
        """Seconds streamed by all of them, rehearsals included."""
        return sum(row.elapsed for row in self.rows)

    @property
    def cost(self) -> float:
        """Estimated dollars of all of them; rehearsals cost nothing."""
        return sum(row.cost for row in self.rows if not row.rehearsal)

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, index: int) -> SessionRow: ...

    @overload
    def __getitem__(self, index: slice) -> "Overview": ...

    def __getitem__(self, index: int | slice) -> "SessionRow | Overview":
        return Overview(self.rows[index]) if isinstance(index, slice) else self.rows[index]

    def __repr__(self) -> str:
        if not self.rows:
            return "No sessions yet."
        return as_lines([HEADINGS, *(row.cells for row in self.rows), self._total])

    def _repr_html_(self) -> str:
        if not self.rows:
            return f"<p>{self!r}</p>"
        return as_html(HEADINGS, (row.cells for row in self.rows), self._total)

    @property
    def _total(self) -> tuple[str, ...]:
        rehearsed = [row.cost for row in self.rows if row.rehearsal]
        costs = [
            f"≈ ${self.cost:.2f}" if len(rehearsed) < len(self.rows) else "",
            f"rehearsals (≈ ${sum(rehearsed):.2f})" if rehearsed else "",
        ]
        cost = " + ".join(filter(None, costs))
        return ("total", "", f"{self.open} open", f"{self.elapsed:,.0f} s", cost)


@dataclass(slots=True)
class _Entry:
    """What is kept of a session: not the session itself, which would keep its avatar alive."""

    avatar: str
    rehearsal: bool
    meter: Meter
    status: SessionStatus = SessionStatus.IDLE
    stream_id: str | None = None
    reason: str | None = None


class Ledger:
    """Keeps what `sessions` shows. Written on the private loop only, read anywhere."""

    def __init__(self) -> None:
        self._entries: list[_Entry] = []
        self._of: weakref.WeakKeyDictionary[AnySession, _Entry] = weakref.WeakKeyDictionary()

    def note(self, session: AnySession, *, avatar: str, rehearsal: bool) -> None:
        """Note a session that was opened, or that has changed since."""
        entry = self._of.get(session)
        if entry is None:
            entry = self._of[session] = _Entry(avatar, rehearsal, session.meter)
            self._entries.append(entry)
        entry.status, entry.stream_id = session.state, session.stream_id
        entry.reason = str(session.error) if session.error else session.end_reason

    def overview(self) -> Overview:
        """Return a snapshot of all sessions."""
        return Overview(
            [
                SessionRow(
                    avatar=entry.avatar,
                    stream_id=entry.stream_id,
                    status=entry.status,
                    reason=entry.reason,
                    elapsed=entry.meter.elapsed,
                    cost=entry.meter.cost,
                    rehearsal=entry.rehearsal,
                    certain=entry.meter.certain,
                )
                for entry in tuple(self._entries)
            ]
        )


ledger: Final = Ledger()
"""This process's ledger."""


def sessions() -> Overview:
    """Show every session this kernel has opened, with state, length and cost.

    Examples
    --------
    >>> sessions()
    No sessions yet.
    """
    return ledger.overview()
