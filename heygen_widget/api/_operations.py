"""The operations of the API, each described once: what to send and how to read the answer.

Sends nothing itself, and knows neither keys nor hosts.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO, Final, Generic, Literal, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from ._dialect import TODAY, Dialect
from .errors import InvalidRequest
from .files import name_of, read_file
from .models import (
    AppendTextDeltaRequest,
    AppendTextDeltaResponse,
    AssetUpload,
    AvatarRealtimeStatusResponse,
    CancelAvatarRealtimeResponse,
    CreateAvatarRealtimeRequestBody,
    CreateAvatarRealtimeResponse,
    UploadedAsset,
    WordBatch,
)

AnswerT = TypeVar("AnswerT", bound=BaseModel)

MAX_ANSWER: Final = 2 * 1024 * 1024
"""Bytes of an answer. The longest real ones, lists of sessions, have a twentieth of that."""

_SESSIONS = "/v3/avatar-realtime"
_ASSETS = "/v3/assets"
_OPENING = (
    60.0  # seconds in which a session whose opening was given up is still heard of, to end it
)
_NOT_ENABLED = (
    "Avatar Realtime is not enabled for this account, or was withdrawn. Ask HeyGen to enable it, "
    "or rehearse with heygen_widget.local.LocalServer."
)
_create_body: TypeAdapter[CreateAvatarRealtimeRequestBody] = TypeAdapter(
    CreateAvatarRealtimeRequestBody
)


@dataclass(frozen=True, slots=True)
class Operation(Generic[AnswerT]):
    """One request to the API.

    Attributes
    ----------
    name
        The beginning of a sentence about it: "Creating a session".
    method, path, body, upload
        What is sent; `path` begins with a slash, `body` is JSON, `upload` a file in its place.
    answer
        What comes back.
    streamed
        Whether the answer is a stream of events, read while it comes.
    patience
        Seconds that the answer may take at least, however patient the client is.
    undo
        The ways to undo it, the best one first, by its answer. It is undone when nobody waits for
        that any more; this is for what costs money.
    most
        Bytes that the answer may have, unpacked.
    once
        Whether it is sent once, not even again after 429: its sender decides about that.
    dialect
        How the server wraps its answers.
    hints
        What a status means for this operation in particular.
    """

    name: str
    method: Literal["GET", "POST"]
    path: str
    answer: type[AnswerT]
    body: bytes | None = field(default=None, repr=False)
    upload: AssetUpload | None = None
    streamed: bool = False
    patience: float = 0.0
    undo: "Callable[[AnswerT], Sequence[Operation[Any]]] | None" = None
    most: int = MAX_ANSWER
    once: bool = False
    dialect: Dialect = TODAY
    hints: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def repeatable(self) -> bool:
        """Whether it is safe to repeat when its outcome is unknown."""
        return self.method == "GET"


def create(fields: Mapping[str, Any]) -> Operation[CreateAvatarRealtimeResponse]:
    """Open a session described by the fields that are not None."""
    given = {name: value for name, value in fields.items() if value is not None}
    try:
        body = _create_body.validate_python(given)
    except ValidationError as error:
        problem = as_invalid_request(error)
    else:
        return Operation(
            name="Creating a session",
            method="POST",
            path=_SESSIONS,
            patience=_OPENING,
            undo=lambda created: (
                cancel(created.stream_id),
                append_text(created.stream_id, "", final=True),
            ),
            body=encoded(body),
            answer=CreateAvatarRealtimeResponse,
            hints=dict.fromkeys((403, 404, 410), _NOT_ENABLED),
        )
    raise problem


def get(stream_id: str) -> Operation[AvatarRealtimeStatusResponse]:
    """Ask for the state of a session."""
    return Operation(
        name="Reading the session's state",
        method="GET",
        path=_session_path(stream_id),
        answer=AvatarRealtimeStatusResponse,
    )


def append_text(
    stream_id: str, delta: str, *, final: bool, once: bool = False
) -> Operation[AppendTextDeltaResponse]:
    """Add text to a session; with `once`, wait for the answer as long as the connection lasts."""
    path = _session_path(stream_id)
    try:
        body = AppendTextDeltaRequest(delta=delta, final=final)
    except ValidationError as error:
        problem = as_invalid_request(error)
    else:
        return Operation(
            name="Appending text",
            method="POST",
            path=f"{path}/text",
            body=encoded(body),
            answer=AppendTextDeltaResponse,
            patience=math.inf if once else 0.0,
            once=once,
            hints={410: "The session's input is closed; open a new session to say more."},
        )
    raise problem


def words(stream_id: str) -> Operation[WordBatch]:
    """Follow the words of a session."""
    missing = "The session does not exist, or this server has no word timestamps."
    return Operation(
        name="Following the words",
        method="GET",
        path=f"{_session_path(stream_id)}/words",
        answer=WordBatch,
        streamed=True,
        hints={404: missing, 405: missing},
    )


def cancel(stream_id: str) -> Operation[CancelAvatarRealtimeResponse]:
    """End a session now."""
    return Operation(
        name="Cancelling the session",
        method="POST",
        path=f"{_session_path(stream_id)}/cancel",
        answer=CancelAvatarRealtimeResponse,
    )


def upload(
    data: bytes | BinaryIO | Path, filename: str | None, media_type: str | None
) -> Operation[UploadedAsset]:
    """Upload a file to HeyGen. Reads the file, so it may block."""
    try:
        file = AssetUpload(
            data=read_file(data),
            filename=name_of(data) if filename is None else filename,
            media_type=media_type,
        )
    except ValidationError as error:
        problem = as_invalid_request(error)
    except (TypeError, ValueError) as error:
        problem = InvalidRequest(str(error), hint="Nothing was sent.", param="file")
    else:
        missing = "This server does not store files; pass the audio as a URL or as base64."
        return Operation(
            name="Uploading the file",
            method="POST",
            path=_ASSETS,
            upload=file,
            answer=UploadedAsset,
            hints={404: missing, 405: missing},
        )
    raise problem


def _session_path(stream_id: str) -> str:
    # Servers and proxies resolve dots and slashes even when they are encoded, so such an
    # identifier could reach another route.
    if not isinstance(stream_id, str) or not stream_id.strip(".") or set(stream_id) & {*"/\\"}:
        raise InvalidRequest(
            f"{stream_id!r:.80} is not a stream id.",
            hint="Pass the stream_id that create() returned.",
            param="stream_id",
        )
    return f"{_SESSIONS}/{quote(stream_id, safe='', errors='replace')}"


def encoded(body: BaseModel, *, leave_out_none: bool = False) -> bytes:
    """Return a body as JSON.

    Raises
    ------
    InvalidRequest
        When it holds what no JSON can carry.
    """
    try:
        return body.model_dump_json(exclude_none=leave_out_none).encode()
    except (PydanticSerializationError, UnicodeEncodeError):
        pass
    raise InvalidRequest(
        "The text contains half a character (a lone surrogate).",
        hint="Decode it as UTF-8 with errors='replace', or remove that character.",
    )


def as_invalid_request(error: ValidationError) -> InvalidRequest:
    """Convert a pydantic error, which contains the whole input, into our own."""
    problems = error.errors(include_url=False, include_input=False)
    where, context = problems[0]["loc"], problems[0].get("ctx", {})
    message = "; ".join(
        ": ".join([*filter(None, [".".join(map(str, problem["loc"]))]), problem["msg"].rstrip(".")])
        for problem in problems
    )
    return InvalidRequest(
        f"The request is not valid: {message}.",
        hint="Nothing was sent; correct the arguments.",
        param=context.get("param") or (str(where[-1]) if where else None),
    )
