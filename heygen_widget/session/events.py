"""What happens in a session, as typed records."""

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from heygen_widget.api.models import WordEvent
from heygen_widget.session.guard import Limit
from heygen_widget.session.status import SessionStatus

if TYPE_CHECKING:
    from heygen_widget.session.heard import Heard
    from heygen_widget.session.speech import Speech


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEvent:
    """Something that happened, and when (seconds since the epoch)."""

    time: float = field(default_factory=time.time)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChanged(SessionEvent):
    """The session entered another state."""

    status: SessionStatus
    end_reason: str | None = None
    error: Exception | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybackReady(SessionEvent):
    """The server gave a playback URL, for the first time or another one than before."""

    hls_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsSpoken(SessionEvent):
    """Words that the server says were spoken; `first` counts from the start of the stream.

    `heard` says for each what of which text is heard with it; empty where that is not known.
    """

    first: int
    words: tuple[WordEvent, ...]
    heard: tuple["Heard", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionsUnavailable(SessionEvent):
    """The server tells no words: there will be no captions and no `spoken`."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechChanged(SessionEvent):
    """A speech entered another state, given in `status` since the speech itself goes on."""

    speech: "Speech"
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitNear(SessionEvent):
    """The session ends in so many seconds, because of a limit on its cost or length."""

    seconds_left: float
    limit: Limit


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactLost(SessionEvent):
    """The server did not answer; it is asked again."""

    error: Exception


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerOverdue(SessionEvent):
    """The server did not answer to a text for so long (seconds).

    It is not sent again, since it may still arrive: its answer is waited for.
    """

    speech: "Speech"
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttled(SessionEvent):
    """The server refused a text for now (429); it is sent again after so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CountDiffers(SessionEvent):
    """The server counts more of a text than was to arrive, or less (`surplus` bytes).

    So some of it was spoken twice or late; or, with a `surplus` below 0, not at all.
    """

    speech: "Speech"
    surplus: int
