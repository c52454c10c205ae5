"""The operations of the Streaming Avatar API (v1), each described once.

Sends nothing itself, and knows neither keys nor hosts.
"""

from dataclasses import replace
from typing import Final, Literal

from heygen_widget.api.parts import AnswerT, Operation, RequestBody, checked, encoded
from heygen_widget.legacy.dialect import STREAMING
from heygen_widget.legacy.models import (
    ActiveSessions,
    Done,
    IceCandidate,
    IceRequest,
    NewSession,
    NewSessionRequest,
    Quality,
    SessionDescription,
    SessionRequest,
    Spoken,
    StartRequest,
    TaskMode,
    TaskRequest,
    TaskType,
    Version,
    VideoEncoding,
)

_OPENING: Final = 60.0  # seconds in which the answer to an opening that was given up is still heard

SLOWEST_SPEECH: Final = 8.0
"""Characters a second: a sync task is answered when all of its text was spoken."""


def new(
    *,
    avatar_id: str,
    voice_id: str,
    quality: Quality | None = None,
    video_encoding: VideoEncoding | None = None,
    version: Version = "v2",
    activity_idle_timeout: int | None = None,
) -> Operation[NewSession]:
    """Open a session, which costs money until it ends.

    Parameters
    ----------
    avatar_id, voice_id
        The avatar and its voice.
    quality, video_encoding
        Of the picture; the server's choice by default.
    version
        ``v2`` for a LiveKit room, ``v1`` for a bare peer connection, which the server offers.
    activity_idle_timeout
        Seconds without a task after which the server ends it: 30 to 3600, by default 120.
    """
    fields = {
        "avatar_id": avatar_id,
        "voice": {"voice_id": voice_id},
        "quality": quality,
        "video_encoding": video_encoding,
        "version": version,
        "activity_idle_timeout": activity_idle_timeout,
    }
    body = checked(NewSessionRequest.model_validate, fields)
    opening = _post("new", "Opening a streaming session", NewSession, body, patience=_OPENING)
    return replace(opening, undo=lambda room: (stop(room.session_id),))


def start(session_id: str, sdp: SessionDescription | None = None) -> Operation[Done]:
    """Start a session's stream; with the browser's answer if the server made an offer."""
    body = checked(StartRequest.model_validate, {"session_id": session_id, "sdp": sdp})
    return _post("start", "Starting the session", Done, body)


def ice(session_id: str, candidate: IceCandidate) -> Operation[Done]:
    """Tell a session of a way to reach the browser."""
    body = checked(IceRequest.model_validate, {"session_id": session_id, "candidate": candidate})
    return _post("ice", "Passing on an ICE candidate", Done, body)


def task(
    session_id: str, text: str, *, task_type: TaskType = "repeat", task_mode: TaskMode = "sync"
) -> Operation[Spoken]:
    """Speak a text, or answer it. Retried only after a `RateLimited`.

    Parameters
    ----------
    session_id
        The session.
    text
        What to say, or to answer.
    task_type
        ``repeat`` says it word by word, ``talk`` answers it.
    task_mode
        ``sync`` returns once the text has been spoken, ``async`` immediately.
    """
    fields = {"session_id": session_id, "text": text}
    fields |= {"task_type": task_type, "task_mode": task_mode}
    body = checked(TaskRequest.model_validate, fields)
    # How long an answer to a text is, nobody knows: a minute more than the text itself.
    patience = 60.0 + len(text) / SLOWEST_SPEECH if task_mode == "sync" else 0.0
    return _post("task", "Speaking", Spoken, body, patience=patience)


def interrupt(session_id: str) -> Operation[Done]:
    """Silence a session. Does nothing if it is silent."""
    return _ask("interrupt", "Interrupting", session_id)


def keep_alive(session_id: str) -> Operation[Done]:
    """Restart a session's idle timeout."""
    return _ask("keep_alive", "Keeping the session alive", session_id)


def stop(session_id: str) -> Operation[Done]:
    """End a session."""
    return _ask("stop", "Stopping the session", session_id)


def sessions() -> Operation[ActiveSessions]:
    """List the sessions that are open with this key."""
    return Operation(
        name="Listing the sessions",
        method="GET",
        path="/v1/streaming.list",
        answer=ActiveSessions,
        dialect=STREAMING,
    )


def _ask(verb: Literal["interrupt", "keep_alive", "stop"], name: str, id_: str) -> Operation[Done]:
    return _post(verb, name, Done, checked(SessionRequest.model_validate, {"session_id": id_}))


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
