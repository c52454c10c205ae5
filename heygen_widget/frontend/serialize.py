"""Converts a session to the protocol values that the browser shows."""

from dataclasses import fields
from typing import Any

from heygen_widget.api.errors import HeyGenError
from heygen_widget.frontend.protocol import Problem, SessionView
from heygen_widget.session.snapshot import SessionSnapshot


def session_view(session: SessionSnapshot, **others: Any) -> SessionView:
    """Describe a session; `others` are the fields that are not the session's own."""
    names = (each.name for each in fields(session) if each.name in SessionView.model_fields)
    view = {name: getattr(session, name) for name in names} | {
        "limit_at": _at(session.elapsed, session.limit_left),
        "idle_at": _at(session.elapsed, session.idle_left),
        "error": _problem(session.error) if session.error else None,
    }
    return SessionView(**view, **others)


def _at(elapsed: float, left: float | None) -> float | None:
    return None if left is None else round(elapsed + left, 3)


def _problem(error: Exception) -> Problem:
    if isinstance(error, HeyGenError):
        return Problem(title=error.message, hint=error.hint, request_id=error.request_id)
    return Problem(title=str(error) or type(error).__name__)
