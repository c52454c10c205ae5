"""Parses request bodies, and refuses invalid ones as HeyGen does.

Knows no session. Every refusal is an `ApiError` that names the field.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, from_json

from heygen_widget.api.models import (
    AppendTextDeltaRequest,
    AssetBase64,
    AssetId,
    AssetUrl,
    CreateAvatarRealtimeAudio,
    CreateAvatarRealtimeRequestBody,
)
from heygen_widget.local.audio_body import AudioBody
from heygen_widget.local.errors import ApiError
from heygen_widget.local.storage import StoredFile

MAX_AUDIO: Final = 45 * 1024 * 1024
"""Maximum bytes of a body with audio: a file of 32 MiB, in base64."""

MAX_TEXT: Final = 100_000
"""Maximum bytes of UTF-8 in one text."""

MAX_TEXT_OF_SESSION: Final = 1_000_000
"""Maximum bytes of UTF-8: several times what can be spoken in an hour."""

MAX_TEXTS: Final = 10_000
"""Maximum number of texts that are measured at once."""

MAX_PARAM: Final = 100
"""Maximum characters of an unknown field's name in a response."""

T = TypeVar("T")

_TAGS: Final = {
    "type": ("tts", "audio", "text_stream"),
    "audio.type": ("url", "asset_id", "base64"),
}
_CREATE: Final[TypeAdapter[CreateAvatarRealtimeRequestBody]] = TypeAdapter(
    CreateAvatarRealtimeRequestBody
)


@dataclass(frozen=True, slots=True)
class Script:
    """The script of a new session."""

    type: str  # `tts`, `audio` or `text_stream`
    # The face and the voice; no voice for `audio`.
    avatar_id: str
    voice_id: str = ""
    text: str = ""  # the whole text, or the seed text; empty for `audio`
    # An audio file or its URL; None unless `audio`.
    audio: StoredFile | AssetUrl | AssetId | None = None


class Throttle(BaseModel):
    """A request to refuse the next `requests` API calls with a Retry-After of `retry_after` s."""

    model_config = ConfigDict(extra="forbid")

    requests: int = Field(ge=0, le=1000)
    retry_after: int = Field(default=1, ge=0, le=3600)


class Measure(BaseModel):
    """A request for the seconds that a voice takes to say some texts."""

    model_config = ConfigDict(extra="forbid")

    voice_id: str = Field(min_length=1, max_length=1000)
    texts: list[str] = Field(max_length=MAX_TEXTS)


def parse_create(body: AudioBody) -> Script:
    """Return the script in the body of a create request."""
    fields = json_object(body.json)
    # Each union on the way puts its tag into the location, before the field's name.
    asked = checked(_CREATE.validate_python, fields, location=slice(1, None, 2))
    if isinstance(asked, CreateAvatarRealtimeAudio):
        audio = asked.audio
        if not isinstance(audio, AssetBase64):
            return Script(asked.type, asked.avatar_id, audio=audio)
        if body.file is None or body.damaged:
            raise ApiError.invalid("'audio.data' must be base64.", "audio.data")
        return Script(asked.type, asked.avatar_id, audio=body.file)
    _limit_text(asked.text, "text")
    return Script(asked.type, asked.avatar_id, asked.voice_id, asked.text)


def parse_append(body: bytearray) -> AppendTextDeltaRequest:
    """Return the delta in the body of an append request."""
    fields = json_object(body)
    # HeyGen's quick-start page appends {"text": ...} where its reference says {"delta": ...};
    # both work here.
    if "text" in fields and "delta" not in fields:
        fields["delta"] = fields.pop("text")
    asked = checked(AppendTextDeltaRequest.model_validate, fields)
    _limit_text(asked.delta, "delta")
    return asked


def parse_throttle(body: bytearray) -> Throttle:
    """Return the refusals that a throttle request asks for."""
    return checked(Throttle.model_validate, json_object(body))


def parse_measure(body: bytearray) -> Measure:
    """Return the texts that are to be measured."""
    asked = checked(Measure.model_validate, json_object(body))
    _limit_text("".join(asked.texts), "texts")
    return asked


def json_object(body: bytearray) -> dict[str, Any]:
    """Return the JSON object that a body is; 400 if it is none."""
    try:
        value = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise ApiError.invalid(f"The request body is not valid JSON: {error}.") from None
    if not isinstance(value, dict):
        raise ApiError.invalid("The request body must be a JSON object.")
    return value


def checked(validate: Callable[..., T], fields: dict[str, Any], location: slice = slice(None)) -> T:
    """Return what `validate` makes of the fields of a body; 400 if they are not valid.

    Parameters
    ----------
    validate
        A method of pydantic's, which is told to be strict.
    fields
        The body.
    location
        The part of pydantic's location that names the field.
    """
    try:
        return validate(fields, strict=True)
    except ValidationError as error:
        raise refusal(error.errors()[0], location) from None


def refusal(error: ErrorDetails, location: slice = slice(None)) -> ApiError:
    """Return the 400 for an error of pydantic's."""
    context = error.get("ctx", {})
    path = [str(step) for step in error["loc"][location]]
    if error["type"].startswith("union_tag"):
        path.append("type")
    param = str(context.get("param") or ".".join(path))[:MAX_PARAM]
    match error["type"]:
        case "union_tag_invalid" | "union_tag_not_found":
            allowed = ", ".join(_TAGS[param])
            message = f"Invalid '{param}'. Must be one of: {allowed}."
        case "missing":
            message = f"'{param}' is required."
        case "extra_forbidden":
            message = f"Unknown parameter '{param}'."
        case "string_too_short":
            message = f"'{param}' must be non-empty."
        case "empty_delta":
            message = error["msg"]
        case _:
            message = f"Invalid '{param}'. {error['msg']}."
    return ApiError.invalid(message, param)


def _limit_text(text: str, param: str) -> None:
    size = len(text.encode())
    if size > MAX_TEXT:
        message = f"'{param}' is {size:,} bytes of UTF-8; at most {MAX_TEXT:,} fit in one request."
        raise ApiError.invalid(message, param)
