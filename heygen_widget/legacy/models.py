"""The bodies of the Streaming Avatar API (v1), which HeyGen's documents describe but do not name.

Requests are strict: an unknown field is refused before it is sent. Answers are read generously:
they come in several shapes, and real ones hold more than the documents say. Knows no HTTP.
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, field_validator, model_validator

from heygen_widget.api.parts import AnswerBody, Name, NonEmptyText, RequestBody, Words
from heygen_widget.api.plain import plain

Quality = Literal["low", "medium", "high"]
"""HeyGen's service: 360p at 500 kbit/s, 480p at 1 Mbit/s, 720p at 2 Mbit/s."""
VideoEncoding = Literal["H264", "VP8"]
TaskType = Literal["repeat", "talk"]
"""Say a text word by word, or answer it."""
TaskMode = Literal["sync", "async"]
"""Respond once the text has been spoken, or immediately."""
Version = Literal["v1", "v2"]
"""How picture and sound are sent: over a bare peer connection, or in a LiveKit room."""


class Voice(RequestBody):
    """The voice of a session."""

    voice_id: NonEmptyText


class NewSessionRequest(RequestBody):
    """A session to be opened; `activity_idle_timeout` in seconds."""

    avatar_id: NonEmptyText
    voice: Voice
    quality: Quality | None = None
    video_encoding: VideoEncoding | None = None
    version: Version = "v2"
    activity_idle_timeout: Annotated[int, Field(ge=30, le=3600)] | None = None


class SessionRequest(RequestBody):
    """Something asked of a session."""

    session_id: NonEmptyText


class SessionDescription(RequestBody):
    """One side's account of a peer connection."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    type: Literal["offer", "answer"]
    sdp: str = Field(repr=False)


class StartRequest(SessionRequest):
    """Begin to stream; with the browser's answer where the server made an offer."""

    sdp: SessionDescription | None = None


class IceCandidate(RequestBody):
    """A way to reach the browser, named as browsers name it."""

    candidate: str = Field(repr=False)
    sdpMid: str | None = None  # noqa: N815 (the field's name on the wire)
    sdpMLineIndex: int | None = None  # noqa: N815
    usernameFragment: str | None = None  # noqa: N815


class IceRequest(SessionRequest):
    """One more way to reach the browser."""

    candidate: IceCandidate


class TaskRequest(SessionRequest):
    """A text to be spoken."""

    text: NonEmptyText
    task_type: TaskType
    task_mode: TaskMode


class IceServer(AnswerBody):
    """A server that helps two ends to find each other."""

    urls: tuple[str, ...]
    username: str | None = None
    credential: str | None = Field(default=None, repr=False)

    @field_validator("urls", mode="before")
    @classmethod
    def _as_several(cls, urls: Any) -> Any:
        return (urls,) if isinstance(urls, str) else urls


class NewSession(AnswerBody):
    """A session that was opened, and where its picture is: in a room, or at the end of an offer."""

    session_id: Name  # the session
    # The LiveKit room, and what lets a browser in.
    url: str | None = None
    access_token: str | None = Field(default=None, repr=False)
    sdp: SessionDescription | None = None  # the server's offer, where there is no room
    ice_servers: tuple[IceServer, ...] = ()  # what helps to find the server
    session_duration_limit: float | None = None  # seconds that it may last

    @model_validator(mode="before")
    @classmethod
    def _read_all_dialects(cls, answer: Any) -> Any:
        # `ice_servers` was a list of addresses before it was one of objects, which some servers
        # give as `ice_servers2`; a room's answer has null instead of all of them.
        if not isinstance(answer, dict):
            return answer
        servers = answer.get("ice_servers2") or answer.get("ice_servers") or ()
        limit = answer.get("session_duration_limit") or answer.get("duration_limit")
        return {
            **answer,
            "ice_servers": [{"urls": s} if isinstance(s, str) else s for s in servers],
            "session_duration_limit": limit,
        }

    @model_validator(mode="after")
    def _can_be_joined(self) -> "NewSession":
        if self.sdp is None and not (self.url and self.access_token):
            raise ValueError("it has neither a room (url, access_token) nor an offer (sdp)")
        return self


class Spoken(AnswerBody):
    """A task that was taken; in sync mode it was spoken."""

    task_id: Name | None = None  # the task
    duration_ms: float | None = None  # the speech's length
    # The words that were spoken, where the server tells them: the embedded one does.
    message: Annotated[str, AfterValidator(plain)] | None = None


class Done(AnswerBody):
    """The response to a completed request."""

    status: Words | None = None


class ActiveSession(AnswerBody):
    """A session that is open: `new`, `connecting`, `connected`; created so many s after 1970."""

    session_id: Name
    status: Words | None = None
    created_at: float | None = None


class ActiveSessions(AnswerBody):
    """All sessions that are open with this key."""

    sessions: tuple[ActiveSession, ...] = ()

    @field_validator("sessions", mode="before")
    @classmethod
    def _read_bare_ids(cls, sessions: Any) -> Any:
        # HeyGen's guide promises strings where its reference, and its service, have objects.
        return [{"session_id": s} if isinstance(s, str) else s for s in sessions or ()]
