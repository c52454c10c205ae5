"""The bodies of HeyGen's API, named as in its OpenAPI document.

Requests are strict: an unknown field is refused before it is sent. Answers are read generously:
unknown fields and unknown states pass. Knows no HTTP.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    Field,
    FiniteFloat,
    StrictBool,
    WrapValidator,
    model_validator,
)
from pydantic.dataclasses import dataclass
from pydantic_core import PydanticCustomError

from heygen_widget.api.plain import uncontrolled

from ._bodies import AnswerBody, Name, RequestBody, Words, if_valid, is_http

NonEmptyText = Annotated[str, Field(min_length=1)]
MediaType = Annotated[str, Field(pattern=r"^[!-~]+/[ -~]+$")]


class AssetUrl(RequestBody):
    """Audio at a public HTTPS URL."""

    type: Literal["url"] = "url"
    url: str


class AssetId(RequestBody):
    """Audio uploaded to HeyGen before."""

    type: Literal["asset_id"] = "asset_id"
    asset_id: str


class AssetBase64(RequestBody):
    """Inline audio: `data` is base64, `media_type` its MIME type, such as ``audio/wav``."""

    type: Literal["base64"] = "base64"
    media_type: str
    data: str = Field(repr=False)


Asset = Annotated[AssetUrl | AssetId | AssetBase64, Field(discriminator="type")]


class AssetUpload(RequestBody):
    """A file to be uploaded: its bytes, its name, its MIME type; None leaves that to the name."""

    data: bytes = Field(repr=False)
    filename: NonEmptyText
    media_type: MediaType | None = None


class CreateAvatarRealtimeTTS(RequestBody):
    """A session that speaks one script and ends."""

    type: Literal["tts"] = "tts"
    avatar_id: str
    voice_id: str
    text: NonEmptyText


class CreateAvatarRealtimeAudio(RequestBody):
    """A session that moves the lips to ready-made audio and ends."""

    type: Literal["audio"] = "audio"
    avatar_id: str
    audio: Asset


class CreateAvatarRealtimeTextStream(RequestBody):
    """A session that accepts text over time; `text` is the seed text."""

    type: Literal["text_stream"] = "text_stream"
    avatar_id: str
    voice_id: str
    text: NonEmptyText


CreateAvatarRealtimeRequestBody = Annotated[
    CreateAvatarRealtimeTTS | CreateAvatarRealtimeAudio | CreateAvatarRealtimeTextStream,
    Field(discriminator="type"),
]


class AppendTextDeltaRequest(RequestBody):
    """More text for a `text_stream` session; an empty delta is allowed only with `final`."""

    delta: str
    final: StrictBool = False

    @model_validator(mode="after")
    def _says_or_ends_something(self) -> Self:
        if not (self.delta or self.final):
            raise PydanticCustomError(
                "empty_delta", "'delta' must be non-empty unless final=true.", {"param": "delta"}
            )
        return self


class Rehearsal(AnswerBody):
    """The clock of a rehearsal that runs faster than real time; HeyGen's responses have none.

    Attributes
    ----------
    pace : float
        Seconds of media per second.
    streamed : float
        Seconds of media streamed so far.
    """

    pace: Annotated[float, Field(ge=1, le=1000)]
    streamed: Annotated[float, Field(ge=0, le=1e9)]


class CreateAvatarRealtimeResponse(AnswerBody):
    """The identifier of a new session.

    Attributes
    ----------
    stream_id : str
        The session.
    seconds_left : float or None
        Seconds after which a workshop's gateway ends it; HeyGen's responses have none.
    """

    stream_id: Name
    seconds_left: Annotated[
        Annotated[float, Field(gt=0, le=1e6)] | None, WrapValidator(if_valid)
    ] = None


class AvatarRealtimeStatusResponse(AnswerBody):
    """State of a session.

    Attributes
    ----------
    stream_id : str
        The session.
    status : str
        `pending`, `streaming`, `completed` or `error`; an unknown state is kept as it came.
    hls_url : str or None
        The playlist, while streaming. None when the server names no http(s) URL.
    error_message : str or None
        What went wrong, after `error`.
    end_reason : str or None
        Why a completed `text_stream` ended: `final_marker`, `idle_timeout`, or another word.
    rehearsal : Rehearsal or None
        The session's time, in a rehearsal that is not in real time.
    """

    stream_id: Name
    status: Words
    hls_url: str | None = None
    error_message: Words | None = None
    end_reason: Words | None = None
    rehearsal: Annotated[Rehearsal | None, WrapValidator(if_valid)] = None

    @model_validator(mode="before")
    @classmethod
    def _read_both_dialects(cls, answer: Any) -> Any:
        # HeyGen's guide says "ready" and "url" where its reference says "streaming" and "hls_url".
        if not isinstance(answer, dict):
            return answer
        urls = (answer.get("hls_url"), answer.get("url"))
        playable = (url for url in urls if isinstance(url, str) and is_http(url))
        status = answer.get("status")
        return {
            **answer,
            "hls_url": next(playable, None),
            "status": "streaming" if status == "ready" else status,
        }


class AppendTextDeltaResponse(AnswerBody):
    """The response to an append; `buffered_bytes` counts all text of the session."""

    ok: bool = True
    buffered_bytes: int


class CancelAvatarRealtimeResponse(AnswerBody):
    """Whether the session was cancelled; cancelling again is harmless."""

    stream_id: Name
    cancelled: bool


@dataclass(frozen=True, slots=True)
class WordEvent:
    """A spoken word, part of a word, or punctuation mark; seconds from the stream's start.

    Not a model like the others: an hour of speech is some 10,000 words, and a kernel keeps them
    all. It takes a quarter of a model's memory, and tables are made of it as it is:
    ``pandas.DataFrame(avatar.words)``.
    """

    word: Annotated[str, AfterValidator(uncontrolled)]
    start: FiniteFloat
    end: FiniteFloat


class WordBatch(AnswerBody):
    """Words in the order spoken: about a second of audio."""

    words: list[WordEvent]


class UploadedAsset(AnswerBody):
    """A file stored at HeyGen: its id, its URL and the type HeyGen detected."""

    asset_id: Name
    url: str | None = None
    mime_type: Words | None = None
    size_bytes: int | None = None
