"""Converts a session to the protocol values that the browser shows."""

from typing import Any

from heygen_widget.api.errors import HeyGenError
from heygen_widget.frontend.protocol import Problem, SessionView
from heygen_widget.session.snapshot import SessionSnapshot


def session_view(session: SessionSnapshot, **others: Any) -> SessionView:
    """Describe a session; `others` are the fields that are not the session's own."""
    return SessionView(
        epoch=session.epoch,
        status=session.status,
        state=session.state,
        stream_id=session.stream_id,
        hls_url=session.hls_url,
        elapsed=session.elapsed,
        running=session.running,
        certain=session.certain,
        price_per_second=session.price_per_second,
        limit=session.limit,
        limit_at=_at(session.elapsed, session.limit_left),
        idle_timeout=session.idle_timeout,
        idle_at=_at(session.elapsed, session.idle_left),
        end_reason=session.end_reason,
        error=_problem(session.error) if session.error else None,
        **others,
    )


def _at(elapsed: float, left: float | None) -> float | None:
    return None if left is None else round(elapsed + left, 3)


def _problem(error: Exception) -> Problem:
    if isinstance(error, HeyGenError):
        return Problem(title=error.message, hint=error.hint, request_id=error.request_id)
    return Problem(title=str(error) or type(error).__name__)
