"""What happens in a session, as typed records."""

import time
from dataclasses import field, fields
from typing import Final

from heygen_widget.api.models import WordEvent
from heygen_widget.api.transcript import as_text
from heygen_widget.session.guard import Limit
from heygen_widget.session.heard import Heard, Writer
from heygen_widget.session.records import record
from heygen_widget.session.speech import Speech
from heygen_widget.session.status import SessionStatus

_LONGEST: Final = 40
"""Characters of a speech that details repeat."""


@record
class SessionEvent:
    """Something that happened, and when (seconds since the epoch).

    Tables show its `time`, its `event` and its `details`, whatever else it tells.
    """

    time: float = field(default_factory=time.time)

    @property
    def event(self) -> str:
        """What kind of event it is."""
        return type(self).__name__

    @property
    def details(self) -> str:
        """What else it tells, in a line."""
        names = [each.name for each in fields(type(self)) if each.name != "time"]
        told = ((name, getattr(self, name)) for name in names)
        return ", ".join(f"{name}={_shown(value)}" for name, value in told if value is not None)


@record
class StatusChanged(SessionEvent):
    """The session entered another state."""

    status: SessionStatus
    end_reason: str | None = None
    error: Exception | None = None


@record
class PlaybackReady(SessionEvent):
    """The server gave a playback URL, for the first time or another one than before."""

    hls_url: str


@record
class WordsSpoken(SessionEvent):
    """Words that the server says were spoken; `first` counts from the start of the stream.

    `heard` says for each what of which text is heard with it; empty where that is not known.
    """

    first: int
    words: tuple[WordEvent, ...]
    heard: tuple[Heard, ...] = ()

    @property
    def details(self) -> str:
        """What was heard with these words, as its author wrote it."""
        if not self.heard:
            return as_text(self.words)
        writer = Writer()
        return as_text(map(writer.write, self.words, self.heard)) or as_text(self.words)


@record
class CaptionsUnavailable(SessionEvent):
    """The server tells no words: there will be no captions and no `spoken`."""

    reason: str


@record
class SpeechChanged(SessionEvent):
    """A speech entered another state, given in `status` since the speech itself goes on."""

    speech: Speech
    status: str


@record
class LimitNear(SessionEvent):
    """The session ends in so many seconds, because of a limit on its cost or length."""

    seconds_left: float
    limit: Limit


@record
class ContactLost(SessionEvent):
    """The server did not answer; it is asked again."""

    error: Exception


@record
class AnswerOverdue(SessionEvent):
    """The server did not answer to a text for so long (seconds).

    It is not sent again, since it may still arrive: its answer is waited for.
    """

    speech: Speech
    seconds: float


@record
class Throttled(SessionEvent):
    """The server refused a text for now (429); it is sent again after so many seconds."""

    seconds: float


@record
class CountDiffers(SessionEvent):
    """The server counts more of a text than was to arrive, or less (`surplus` bytes).

    So some of it was spoken twice or late; or, with a `surplus` below 0, not at all.
    """

    speech: Speech
    surplus: int


def _shown(value: object) -> str:
    if isinstance(value, Speech):
        text = value.text
        return repr(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…")
    return f"{value:.3g}" if isinstance(value, float) else str(value)
