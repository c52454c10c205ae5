"""Request bodies of the first Streaming Avatar API, accepting every documented variant.

Knows no session. Every refusal is a `StreamingError` that names the field.
"""

from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import AliasChoices, BaseModel, Field, StringConstraints, ValidationError
from pydantic_core import from_json

from heygen_widget.local.bodies import MAX_PARAM
from heygen_widget.local.v1.errors import StreamingError
from heygen_widget.local.v1.quality import Coding, Quality

MAX_TEXT: Final = 100_000
"""Maximum characters of one task."""

_Text = Annotated[str, StringConstraints(min_length=1)]
_Body = TypeVar("_Body", bound=BaseModel)


class Voice(BaseModel):
    """A voice; rate and emotion are ignored here."""

    voice_id: str | None = None


class NewSession(BaseModel):
    """The body of `streaming.new`: fields of HeyGen's reference, its SDKs and its skill document.

    Without a `version`, HeyGen's reference and its first SDKs (1.x) mean raw WebRTC, and its skill
    document means a room. Such a session has both, and its caller takes one.
    """

    avatar_id: _Text = Field(validation_alias=AliasChoices("avatar_id", "avatar_name"))
    voice_id: str | None = None
    voice: Voice | None = None
    quality: Quality = "medium"
    video_encoding: Coding = "VP8"
    version: Literal["v1", "v2"] | None = None
    source: str | None = None
    activity_idle_timeout: int = Field(default=120, ge=30, le=3600)
    disable_idle_timeout: bool | None = None

    @property
    def has_room(self) -> bool:
        """Whether viewers may join a room."""
        return self.version != "v1"

    @property
    def has_offer(self) -> bool:
        """Whether the response includes a raw WebRTC offer."""
        return self.version != "v2"

    def chosen_voice(self) -> str:
        """Return the id of the voice; by default the avatar's own."""
        return self.voice_id or (self.voice and self.voice.voice_id) or self.avatar_id


class OfSession(BaseModel):
    """The body of a call that concerns one session."""

    session_id: str


class Description(BaseModel):
    """The browser's answer to an offer."""

    type: Literal["answer"]
    sdp: _Text


class Start(OfSession):
    """The body of `streaming.start`; it has a description only for raw WebRTC."""

    sdp: Description | None = None


class Ice(OfSession):
    """The body of `streaming.ice`: a candidate, as browsers write it."""

    candidate: dict[str, Any]


class TaskRequest(OfSession):
    """The body of `streaming.task`.

    HeyGen's SDK sends neither type nor mode when it is used as its own README shows; so both have
    a default.
    """

    text: str = Field(min_length=1, max_length=MAX_TEXT)
    task_type: Literal["repeat", "talk", "chat"] = "repeat"
    task_mode: Literal["sync", "async"] = "sync"


def parse(body: bytearray, model: type[_Body]) -> _Body:
    """Parse `body`; null means that a field is missing."""
    try:
        fields = from_json(body)
    except ValueError as error:
        raise StreamingError.invalid(f"The request body is not valid JSON: {error}.") from None
    if isinstance(fields, dict):
        fields = {name: value for name, value in fields.items() if value is not None}
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))[:MAX_PARAM] or "body"
        raise StreamingError.invalid(f"Invalid '{name}': {first['msg']}.") from None
