"""The operations of the API, each described once: what to send and how to read the answer.

Sends nothing itself, and knows neither keys nor hosts.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO, Final, Generic, Literal, TypeVar, overload
from urllib.parse import quote

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from ._dialect import TODAY, Dialect
from .errors import InvalidRequest
from .files import name_of, read_file
from .models import (
    AppendTextDeltaRequest,
    AppendTextDeltaResponse,
    Asset,
    AssetUpload,
    AvatarRealtimeStatusResponse,
    CancelAvatarRealtimeResponse,
    CreateAvatarRealtimeRequestBody,
    CreateAvatarRealtimeResponse,
    UploadedAsset,
    WordBatch,
)

AnswerT = TypeVar("AnswerT", bound=BaseModel)
T = TypeVar("T")

MAX_ANSWER: Final = 2 * 1024 * 1024
"""Bytes of an answer. The longest real ones, lists of sessions, have a twentieth of that."""

_SESSIONS = "/v3/avatar-realtime"
ASSETS: Final = "/v3/assets"
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
    """One request to the API."""

    name: str  # the beginning of a sentence about it: "Creating a session"
    # What is sent; `path` begins with a slash, `body` is JSON, `upload` a file in its place.
    method: Literal["GET", "POST", "DELETE"]
    path: str
    answer: type[AnswerT]  # what comes back
    body: bytes | None = field(default=None, repr=False)
    upload: AssetUpload | None = None
    streamed: bool = False  # whether the answer is a stream of events, read while it comes
    # Seconds that the answer may take at least, however patient the client is.
    patience: float = 0.0
    # The ways to undo it, the best one first, by its answer. It is undone when nobody waits for
    # that any more; this is for what costs money.
    undo: "Callable[[AnswerT], Sequence[Operation[Any]]] | None" = None
    most: int = MAX_ANSWER  # bytes that the answer may have, unpacked
    # Whether it is sent once, not even again after 429: its sender decides about that.
    once: bool = False
    # Sent as a header: the server carries out what has the same key once, and repeats its answer.
    idempotency_key: str | None = None
    dialect: Dialect = TODAY  # how the server wraps its answers
    # What a status means for this operation in particular.
    hints: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def repeatable(self) -> bool:
        """Whether it is safe to repeat when its outcome is unknown."""
        return self.method == "GET" or self.idempotency_key is not None


@overload
def create(
    *, type: Literal["text_stream", "tts"], avatar_id: str, voice_id: str, text: str
) -> Operation[CreateAvatarRealtimeResponse]: ...


@overload
def create(
    *, type: Literal["audio"], avatar_id: str, audio: Asset
) -> Operation[CreateAvatarRealtimeResponse]: ...


def create(
    *,
    type: Literal["text_stream", "tts", "audio"],  # noqa: A002 (HeyGen's name, which people copy)
    avatar_id: str,
    voice_id: str | None = None,
    text: str | None = None,
    audio: Asset | None = None,
) -> Operation[CreateAvatarRealtimeResponse]:
    """Open a session, which costs money until it ends.

    Never retried automatically, except after 429.

    Parameters
    ----------
    type
        ``text_stream`` accepts more text while it speaks, ``tts`` speaks one text, ``audio``
        moves the lips to a sound file.
    avatar_id
        A look of a photo or motion avatar.
    voice_id
        The voice; not for ``audio``.
    text
        What is spoken (first); not empty; not for ``audio``.
    audio
        The sound file; only for ``audio``.
    """
    fields = {
        "type": type,
        "avatar_id": avatar_id,
        "voice_id": voice_id,
        "text": text,
        "audio": audio,
    }
    return Operation(
        name="Creating a session",
        method="POST",
        path=_SESSIONS,
        patience=_OPENING,
        undo=lambda created: (
            cancel(created.stream_id),
            append_text(created.stream_id, "", final=True),
        ),
        body=encoded(checked(_create_body.validate_python, fields)),
        answer=CreateAvatarRealtimeResponse,
        hints=dict.fromkeys((403, 404, 410), _NOT_ENABLED),
    )


def get(stream_id: str) -> Operation[AvatarRealtimeStatusResponse]:
    """Read the state of a session, and its playback URL while it is streaming."""
    return Operation(
        name="Reading the session's state",
        method="GET",
        path=_session_path(stream_id),
        answer=AvatarRealtimeStatusResponse,
    )


def append_text(
    stream_id: str, delta: str, *, final: bool = False, once: bool = False
) -> Operation[AppendTextDeltaResponse]:
    """Add text to a ``text_stream`` session.

    Never retried automatically, except after 429: a delta sent twice is spoken twice. `sent`
    of an `APIConnectionError` says whether it may have arrived. After a timeout it may still
    arrive later; with `once` there is no timeout.

    Parameters
    ----------
    stream_id
        The session.
    delta
        Any piece of text, a token or a page. May be empty only with `final`.
    final
        Whether this is the end of the text. Anything later is refused with `Gone`.
    once
        Do not retry it after 429 either, and wait for its response as long as the connection
        lasts, regardless of the client's timeout.
    """
    path = _session_path(stream_id)
    fields = {"delta": delta, "final": final}
    return Operation(
        name="Appending text",
        method="POST",
        path=f"{path}/text",
        body=encoded(checked(AppendTextDeltaRequest.model_validate, fields)),
        answer=AppendTextDeltaResponse,
        patience=math.inf if once else 0.0,
        once=once,
        hints={410: "The session's input is closed; open a new session to say more."},
    )


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
    """End a session now, in any state. Cancelling again is harmless."""
    return Operation(
        name="Cancelling the session",
        method="POST",
        path=f"{_session_path(stream_id)}/cancel",
        answer=CancelAvatarRealtimeResponse,
    )


def upload(
    data: bytes | BinaryIO | Path, *, filename: str | None = None, media_type: str | None = None
) -> Operation[UploadedAsset]:
    """Upload a file of at most 32 MB.

    Never retried automatically, except after 429.

    Parameters
    ----------
    data
        The content, an open binary file, or a path; read whole before anything is sent.
    filename
        The file name; by default its own name, if it has one.
    media_type
        Its MIME type, such as ``audio/mpeg``; guessed from the name by default. HeyGen looks
        at the content.

    Raises
    ------
    OSError
        When the file cannot be read.
    """
    try:
        content = read_file(data)
    except (TypeError, ValueError) as error:
        problem = str(error)
    else:
        name = name_of(data) if filename is None else filename
        fields = {"data": content, "filename": name, "media_type": media_type}
        missing = "This server does not store files; pass the audio as a URL or as base64."
        return Operation(
            name="Uploading the file",
            method="POST",
            path=ASSETS,
            upload=checked(AssetUpload.model_validate, fields),
            answer=UploadedAsset,
            hints={404: missing, 405: missing},
        )
    raise InvalidRequest(problem, hint="Nothing was sent.", param="file")


def _session_path(stream_id: str) -> str:
    return item_path(
        _SESSIONS, stream_id, "stream_id", "Pass the stream_id that create() returned."
    )


def item_path(collection: str, identifier: str, param: str, hint: str) -> str:
    """Return the path of one thing in a collection.

    Raises
    ------
    InvalidRequest
        When the identifier, the argument `param`, cannot be one.
    """
    # Servers and proxies resolve dots and slashes even when they are encoded, so such an
    # identifier could reach another route.
    if not isinstance(identifier, str) or not identifier.strip(".") or set(identifier) & {*"/\\"}:
        raise InvalidRequest(
            f"{identifier!r:.80} is not a {param.replace('_', ' ')}.", hint=hint, param=param
        )
    return f"{collection}/{quote(identifier, safe='', errors='replace')}"


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


def checked(validate: Callable[[dict[str, Any]], T], fields: Mapping[str, Any]) -> T:
    """Validate the fields that are not None.

    Raises
    ------
    InvalidRequest
        When they are not valid; without pydantic's error, which contains the whole input.
    """
    try:
        return validate({name: value for name, value in fields.items() if value is not None})
    except ValidationError as error:
        problem = _as_invalid_request(error)
    raise problem


def _as_invalid_request(error: ValidationError) -> InvalidRequest:
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
