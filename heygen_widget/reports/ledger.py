"""All sessions this process has opened, as a table with their costs.

The code that opens sessions records them here; this module opens and ends none.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, overload

from heygen_widget.reports.table import as_html, as_lines
from heygen_widget.session import SessionStatus
from heygen_widget.session.base import BaseSession
from heygen_widget.session.meter import cost_text
from heygen_widget.session.snapshot import SessionSnapshot

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
        cost = cost_text(self.cost, certain=self.certain)
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
    """A session: itself while it is open, then only its facts."""

    avatar: str
    rehearsal: bool
    epoch: int
    session: BaseSession | SessionSnapshot

    @property
    def row(self) -> SessionRow:
        now = self.session
        if not isinstance(now, SessionSnapshot):
            now = SessionSnapshot.of(now, self.epoch)
        return SessionRow(
            avatar=self.avatar,
            stream_id=now.stream_id,
            status=now.state,
            reason=now.reason,
            elapsed=now.elapsed,
            cost=now.cost,
            rehearsal=self.rehearsal,
            certain=now.certain,
        )


class Ledger:
    """Keeps what `sessions` shows. Written on the private loop only, read anywhere."""

    def __init__(self) -> None:
        self._entries: list[_Entry] = []
        self._open: dict[int, _Entry] = {}  # by the id of the session

    def open(self, session: BaseSession, epoch: int, *, avatar: str, rehearsal: bool) -> None:
        """List a session. Harmless when it is listed."""
        if id(session) not in self._open:
            entry = self._open[id(session)] = _Entry(avatar, rehearsal, epoch, session)
            self._entries.append(entry)

    def close(self, session: BaseSession) -> None:
        """Note that a session changes no more. Harmless when it is not listed."""
        entry = self._open.pop(id(session), None)
        if entry is not None:
            entry.session = SessionSnapshot.of(session, entry.epoch)

    def overview(self) -> Overview:
        """Return a snapshot of all sessions."""
        return Overview(entry.row for entry in tuple(self._entries))


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
