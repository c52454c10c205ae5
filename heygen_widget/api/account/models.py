"""The bodies of the account's operations, and what is made of them.

Answers are read more generously than elsewhere: of all fields only identifiers must be there, and
a preview that no browser can open (null, ``s3://``) is None.
"""

from typing import Annotated, Any, Literal, Self, TypeAlias, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, WrapValidator, model_validator

from heygen_widget.api._bodies import AnswerBody, Name, RequestBody, Words, if_valid, is_http
from heygen_widget.api.models import NonEmptyText, WordEvent
from heygen_widget.api.plain import one_line

T = TypeVar("T")

MAX_TEXT = 5000
"""Characters of one speech file."""

Loose: TypeAlias = Annotated[T | None, WrapValidator(if_valid)]
"""An optional field; None when it is not of the documented type."""


def _text(value: Any) -> Any:
    return "" if value is None else value


def _playable(value: Any) -> str | None:
    return value if isinstance(value, str) and is_http(value) else None


Text = Annotated[str, BeforeValidator(_text), AfterValidator(one_line)]
Preview = Annotated[str | None, BeforeValidator(_playable)]
Tags = Annotated[tuple[Words, ...], BeforeValidator(lambda value: value or ())]
Ownership = Literal["public", "private"]


class Problem(AnswerBody):
    """Why an avatar cannot be used."""

    code: Text = ""
    message: Text = ""


class AvatarGroup(AnswerBody):
    """A person or character, with one or more looks."""

    id: Name
    name: Text = ""
    looks_count: Loose[int] = None
    gender: Loose[Words] = None
    default_voice_id: Loose[Name] = None
    preview_image_url: Preview = None
    preview_video_url: Preview = None
    status: Loose[Words] = None
    consent_status: Loose[Words] = None
    error: Loose[Problem] = None
    created_at: Loose[int] = None


class AvatarLook(AnswerBody):
    """One look of a person; its `id` is the ``avatar_id`` of sessions and films."""

    id: Name
    name: Text = ""
    avatar_type: Text = ""
    group_id: Loose[Name] = None
    gender: Loose[Words] = None
    default_voice_id: Loose[Name] = None
    tags: Tags = ()
    supported_api_engines: Tags = ()
    preview_image_url: Preview = None
    preview_video_url: Preview = None
    image_width: Loose[int] = None
    image_height: Loose[int] = None
    preferred_orientation: Loose[Words] = None
    status: Loose[Words] = None
    error: Loose[Problem] = None

    @property
    def usable(self) -> bool:
        """Whether it is finished; True for states that are not known."""
        return self.error is None and self.status not in {
            "failed",
            "pending_consent",
            "processing",
        }


class Voice(AnswerBody):
    """A voice; `support_pause` says whether it makes the pauses of break tags."""

    voice_id: Name
    name: Text = ""
    language: Text = ""
    gender: Text = ""
    type: Text = ""
    preview_audio_url: Preview = None
    support_pause: Loose[bool] = None
    support_locale: Loose[bool] = None
    status: Loose[Words] = None
    failure_message: Loose[Words] = None
    created_at: Loose[int] = None


class VoiceMatches(AnswerBody):
    """The voices that fit a description; the same `seed` finds the same ones again."""

    seed: Loose[int] = None
    voices: tuple[Voice, ...] = ()


class SpeechAnswer(AnswerBody):
    """One speech file."""

    audio_url: Annotated[str, Field(pattern="^https?://")]
    duration: float = Field(ge=0, allow_inf_nan=False)
    request_id: Loose[Name] = None
    word_timestamps: Loose[list[WordEvent]] = None


class AutoReload(AnswerBody):
    """Whether and how a wallet fills itself."""

    enabled: Loose[bool] = None
    amount_usd: Loose[float] = None
    threshold_usd: Loose[float] = None


class Wallet(AnswerBody):
    """Prepaid money; `remaining_balance` is in `currency`, ``usd`` or ``credits``."""

    currency: Text = ""
    remaining_balance: Loose[float] = None
    auto_reload: Loose[AutoReload] = None


class CreditPool(AnswerBody):
    """Credits, and when there are new ones."""

    remaining: Loose[float] = None
    resets_at: Loose[Words] = None


class Credits(AnswerBody):
    """The credits of a subscription."""

    premium_credits: Loose[CreditPool] = None
    add_on_credits: Loose[CreditPool] = None


class Subscription(AnswerBody):
    """A plan and its credits."""

    plan: Text = ""
    credits: Loose[Credits] = None


class UsageBased(AnswerBody):
    """What a contract by usage includes, and its spending cap."""

    included_credits: Loose[float] = None
    remaining_credits: Loose[float] = None
    spending_cap_usd: Loose[float] = None
    spending_current_usd: Loose[float] = None


class Account(AnswerBody):
    """Whose key this is, and how it pays."""

    username: Text = ""
    email: Loose[Words] = Field(default=None, repr=False)
    first_name: Loose[Words] = Field(default=None, repr=False)
    last_name: Loose[Words] = Field(default=None, repr=False)
    billing_type: Loose[Words] = None
    wallet: Loose[Wallet] = None
    subscription: Loose[Subscription] = None
    usage_based: Loose[UsageBased] = None


class StoredAsset(AnswerBody):
    """A file stored at HeyGen."""

    id: Name
    name: Text = ""
    type: Text = ""
    owner: Text = ""
    space_id: Text = ""
    uploaded_at: Loose[int] = None
    url: Preview = None
    folder_id: Loose[Name] = None


class DeletedAsset(AnswerBody):
    """The id of a file that is gone."""

    id: Name


class CreatedVideo(AnswerBody):
    """The id of a film that is being rendered."""

    video_id: Name
    status: Loose[Words] = None

    @model_validator(mode="before")
    @classmethod
    def _read_either_name(cls, answer: Any) -> Any:
        # The reference does not show this answer; callers report "video_id", and "id" from some.
        if isinstance(answer, dict) and "video_id" not in answer:
            return {**answer, "video_id": answer.get("id")}
        return answer


class Video(AnswerBody):
    """A film, its state (``pending``, ``processing``, ``completed``, ``failed``) and its files."""

    id: Name
    status: Text = ""
    title: Loose[Words] = None
    duration: Loose[float] = None
    video_url: Preview = None
    captioned_video_url: Preview = None
    subtitle_url: Preview = None
    thumbnail_url: Preview = None
    gif_url: Preview = None
    video_page_url: Preview = None
    failure_code: Loose[Words] = None
    failure_message: Loose[Words] = None
    output_language: Loose[Words] = None
    folder_id: Loose[Name] = None
    created_at: Loose[int] = None
    completed_at: Loose[int] = None


class GroupQuery(RequestBody):
    """What of the people to list."""

    ownership: Ownership | None = None
    limit: int = Field(ge=1, le=50)


class LookQuery(GroupQuery):
    """What of the looks to list."""

    group_id: str | None = None
    avatar_type: Literal["studio_avatar", "digital_twin", "photo_avatar"] | None = None


class VoiceQuery(RequestBody):
    """What of the voices to list."""

    type: Ownership | None = None
    engine: str | None = None
    language: str | None = None
    gender: Literal["male", "female"] | None = None
    limit: int = Field(ge=1, le=100)


class AssetQuery(RequestBody):
    """Whose files to list."""

    username: NonEmptyText
    folder_id: str | None = None
    limit: int = Field(ge=1, le=100)


class VoiceSearch(RequestBody):
    """A description of a voice."""

    prompt: str = Field(min_length=1, max_length=1000)
    gender: str | None = None
    locale: str | None = None
    seed: int = 0


class SpeechRequest(RequestBody):
    """A text to be spoken to a file."""

    text: str = Field(min_length=1, max_length=MAX_TEXT)
    voice_id: NonEmptyText
    input_type: Literal["text", "ssml"] = "text"
    speed: float = Field(default=1.0, ge=0.5, le=2.0)
    language: str | None = None
    locale: str | None = None


class VoiceSettings(RequestBody):
    """How a film's voice speaks."""

    speed: float | None = Field(default=None, ge=0.5, le=1.5)
    pitch: float | None = Field(default=None, ge=-50, le=50)
    volume: float | None = None
    locale: str | None = None
    engine_settings: dict[str, Any] | None = None


class Background(RequestBody):
    """What is behind the avatar of a film: a colour as ``#rrggbb``, or an image."""

    type: Literal["color", "image"]
    value: str | None = None
    url: str | None = None
    asset_id: str | None = None


class CaptionFormat(RequestBody):
    """The captions of a film: a file, and with a style also in the picture."""

    file_format: Literal["srt"] = "srt"
    style: Literal["default"] | None = None


class CreateVideoRequest(RequestBody):
    """A film of an avatar that speaks a script, or moves the lips to a sound file."""

    type: Literal["avatar"] = "avatar"
    avatar_id: NonEmptyText
    script: NonEmptyText | None = None
    audio_url: str | None = None
    audio_asset_id: str | None = None
    voice_id: str | None = None
    voice_settings: VoiceSettings | None = None
    background: Background | None = None
    remove_background: bool | None = None
    output_format: Literal["mp4", "webm"] | None = None
    motion_prompt: str | None = None
    expressiveness: Literal["high", "medium", "low"] | None = None
    aspect_ratio: Literal["16:9", "9:16", "4:5", "5:4", "1:1", "auto"] | None = None
    resolution: Literal["4k", "1080p", "720p"] | None = None
    fit: Literal["contain", "cover"] | None = None
    caption: CaptionFormat | None = None
    title: str | None = None
    callback_url: str | None = None

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        sources = (self.script, self.audio_url, self.audio_asset_id)
        if sum(source is not None for source in sources) != 1:
            raise ValueError("pass exactly one of script, audio_url and audio_asset_id")
        return self
