"""The operations of the Streaming Avatar API (v1), each described once.

Sends nothing itself, and knows neither keys nor hosts.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, Literal, TypeVar

from pydantic import ValidationError

from heygen_widget.api.parts import AnswerT, Operation, RequestBody, as_invalid_request, encoded
from heygen_widget.legacy.dialect import STREAMING
from heygen_widget.legacy.models import (
    ActiveSessions,
    Done,
    IceRequest,
    NewSession,
    NewSessionRequest,
    Nothing,
    SessionRequest,
    SessionToken,
    Spoken,
    StartRequest,
    TaskRequest,
)

RequestT = TypeVar("RequestT", bound=RequestBody)

_OPENING: Final = 60.0  # seconds in which the answer to an opening that was given up is still heard

SLOWEST_SPEECH: Final = 8.0
"""Characters a second: a sync task is answered when all of its text was spoken."""


def create_token() -> Operation[SessionToken]:
    """Ask for a token that opens one session."""
    return _post("create_token", "Asking for a session token", SessionToken, Nothing())


def new(fields: Mapping[str, Any]) -> Operation[NewSession]:
    """Open a session described by the fields that are not None."""
    body = _checked(NewSessionRequest, fields)
    opening = _post("new", "Opening a streaming session", NewSession, body, patience=_OPENING)
    return replace(opening, undo=lambda room: (stop(room.session_id),))


def start(session_id: str, sdp: object = None) -> Operation[Done]:
    """Start a session's stream."""
    body = _checked(StartRequest, {"session_id": session_id, "sdp": sdp})
    return _post("start", "Starting the session", Done, body)


def ice(session_id: str, candidate: object) -> Operation[Done]:
    """Tell a session of a way to reach the browser."""
    body = _checked(IceRequest, {"session_id": session_id, "candidate": candidate})
    return _post("ice", "Passing on an ICE candidate", Done, body)


def task(session_id: str, text: str, task_type: str, task_mode: str) -> Operation[Spoken]:
    """Speak a text in a session."""
    fields = {"session_id": session_id, "text": text}
    body = _checked(TaskRequest, fields | {"task_type": task_type, "task_mode": task_mode})
    # How long an answer to a text is, nobody knows: a minute more than the text itself.
    patience = 60.0 + len(text) / SLOWEST_SPEECH if task_mode == "sync" else 0.0
    return _post("task", "Speaking", Spoken, body, patience=patience)


def interrupt(session_id: str) -> Operation[Done]:
    """Silence a session."""
    return _ask("interrupt", "Interrupting", session_id)


def keep_alive(session_id: str) -> Operation[Done]:
    """Restart a session's idle timeout."""
    return _ask("keep_alive", "Keeping the session alive", session_id)


def stop(session_id: str) -> Operation[Done]:
    """End a session."""
    return _ask("stop", "Stopping the session", session_id)


def sessions() -> Operation[ActiveSessions]:
    """Ask which sessions are open."""
    return Operation(
        name="Listing the sessions",
        method="GET",
        path="/v1/streaming.list",
        answer=ActiveSessions,
        dialect=STREAMING,
    )


def _ask(verb: Literal["interrupt", "keep_alive", "stop"], name: str, id_: str) -> Operation[Done]:
    return _post(verb, name, Done, _checked(SessionRequest, {"session_id": id_}))


def _post(
    verb: str, name: str, answer: type[AnswerT], body: RequestBody, *, patience: float = 0.0
) -> Operation[AnswerT]:
    return Operation(
        name=name,
        method="POST",
        path=f"/v1/streaming.{verb}",
        body=encoded(body, leave_out_none=True),
        answer=answer,
        patience=patience,
        dialect=STREAMING,
    )


def _checked(kind: type[RequestT], fields: Mapping[str, Any]) -> RequestT:
    given = {name: value for name, value in fields.items() if value is not None}
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        problem = as_invalid_request(error)
    raise problem
