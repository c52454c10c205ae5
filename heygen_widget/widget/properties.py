"""The properties of a widget's newest session. Knows no widget."""

from typing import Any

from heygen_widget.session import SessionStatus
from heygen_widget.session.queue import AnySession, SessionQueue


class SessionFacts:
    """The facts of the current session, as properties."""

    _sessions: SessionQueue[Any]

    @property
    def status(self) -> SessionStatus:
        """State of the session; ``idle`` before the first one.

        ``unreachable`` while its server does not respond, ``stopping`` until it has responded to
        a `stop`.
        """
        return self._current.state if self._current else SessionStatus.IDLE

    @property
    def stream_id(self) -> str | None:
        """The server's identifier of the session."""
        return self._current.stream_id if self._current else None

    @property
    def end_reason(self) -> str | None:
        """Why the session ended, if the server gave a reason."""
        return self._current.end_reason if self._current else None

    @property
    def error(self) -> Exception | None:
        """Why the session failed."""
        return self._current.error if self._current else None

    @property
    def elapsed(self) -> float:
        """Seconds the session has streamed, as far as its server has reported."""
        return self._current.meter.elapsed if self._current else 0.0

    @property
    def cost(self) -> float:
        """Estimated dollars of the session; in a rehearsal, what it would have cost."""
        return self._current.meter.cost if self._current else 0.0

    @property
    def _cost_text(self) -> str:
        return self._current.meter.cost_text if self._current else "≈ $0.00"

    @property
    def time_left(self) -> float | None:
        """Seconds until a limit ends the session: yours, or the server's own.

        None while the meter is not running.
        """
        return self._current.limit[0] if self._current and self._current.limit else None

    @property
    def _current(self) -> AnySession | None:
        current: AnySession | None = self._sessions.current
        return current
