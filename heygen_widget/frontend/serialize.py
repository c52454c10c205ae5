"""Converts a session to the protocol values that the browser shows."""

from typing import Any

from heygen_widget.api.errors import HeyGenError
from heygen_widget.frontend.protocol import Problem, SessionView, Transport
from heygen_widget.session.queue import SessionQueue


def session_view(
    sessions: SessionQueue[Any],
    *,
    rehearsal: bool,
    transport: Transport = "auto",
    page_url: str | None = None,
) -> SessionView:
    """Describe the current session; an idle one if there is none yet."""
    session = sessions.current
    if session is None:
        return SessionView(rehearsal=rehearsal, transport=transport, page_url=page_url)
    elapsed = session.meter.elapsed
    left, limit = session.limit or (None, None)
    return SessionView(
        epoch=sessions.epoch,
        status=session.status,
        state=session.state,
        stream_id=session.stream_id,
        hls_url=session.hls_url,
        rehearsal=rehearsal,
        transport=transport,
        page_url=page_url,
        elapsed=elapsed,
        running=session.meter.running,
        certain=session.meter.certain,
        price_per_second=session.meter.price_per_second,
        limit=limit,
        limit_at=_at(elapsed, left),
        idle_timeout=session.limits.idle_timeout,
        idle_at=_at(elapsed, session.idle_left),
        end_reason=session.end_reason,
        error=_problem(session.error) if session.error else None,
    )


def _at(elapsed: float, left: float | None) -> float | None:
    return None if left is None else round(elapsed + left, 3)


def _problem(error: Exception) -> Problem:
    if isinstance(error, HeyGenError):
        return Problem(title=error.message, hint=error.hint, request_id=error.request_id)
    return Problem(title=str(error) or type(error).__name__)
