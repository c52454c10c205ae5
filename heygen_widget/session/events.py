"""The events of a session, as typed records."""

import time
from dataclasses import field, fields
from typing import Final

from heygen_widget.api.models import WordEvent
from heygen_widget.api.transcript import as_text
from heygen_widget.session.guard import Limit
from heygen_widget.session.heard import Heard, PlacedWords, Writer
from heygen_widget.session.records import record
from heygen_widget.session.speech import Speech
from heygen_widget.session.status import SessionStatus

_LONGEST: Final = 40
"""Characters of a speech that `details` shows."""


@record
class SessionEvent:
    """An event and its time (seconds since the epoch).

    Tables show only its `time`, its `event` and its `details`.
    """

    time: float = field(default_factory=time.time)

    @property
    def event(self) -> str:
        """The kind of event."""
        return type(self).__name__

    @property
    def details(self) -> str:
        """Further details, in one line."""
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
    """The server gave a playback URL, either the first or a changed one."""

    hls_url: str


@record
class WordsSpoken(SessionEvent):
    """Words that the server says were spoken; `first` counts from the start of the stream.

    `heard` maps each word to the part of a text it belongs to; empty where that is not known.
    `log` is where the session keeps its words; these begin there at `first`.
    """

    first: int
    words: tuple[WordEvent, ...]
    heard: tuple[Heard, ...] = ()
    log: PlacedWords | None = field(default=None, repr=False, compare=False)

    @property
    def details(self) -> str:
        """The text spoken with these words, as its author wrote it."""
        if not self.heard:
            return as_text(self.words)
        writer = Writer()
        text = as_text(map(writer.write, self.words, self.heard))
        # A mark whose text came with the word before it has none of its own.
        voiced = (word for word in self.words if any(map(str.isalnum, word.word)))
        return text or as_text(voiced)


@record
class CaptionsUnavailable(SessionEvent):
    """The server sends no words: no captions, and no speech becomes `spoken`."""

    reason: str


@record
class SpeechChanged(SessionEvent):
    """A speech entered another state, given in `status` since the speech itself goes on."""

    speech: Speech
    status: str


@record
class LimitNear(SessionEvent):
    """The session ends in this many seconds, because of a limit on its cost or length."""

    seconds_left: float
    limit: Limit


@record
class ContactLost(SessionEvent):
    """The server does not respond; polling continues."""

    error: Exception


@record
class AnswerOverdue(SessionEvent):
    """The server has not acknowledged a text for this long (seconds).

    It is not sent again, since it may still arrive: its response is awaited.
    """

    speech: Speech
    seconds: float


@record
class Throttled(SessionEvent):
    """The server throttled a text (429); it is sent again after this many seconds."""

    seconds: float


@record
class Queued(SessionEvent):
    """All avatars of the workshop speak: the place in the queue, and about how long it takes.

    The session opens when it is its turn, unless it is stopped before.
    """

    position: int
    seconds: float | None


@record
class CountDiffers(SessionEvent):
    """The server counts more or fewer bytes of a text than expected (`surplus` bytes).

    So some of it was spoken twice or late or, with a negative `surplus`, not at all.
    """

    speech: Speech
    surplus: int


def _shown(value: object) -> str:
    if isinstance(value, Speech):
        text = value.text
        return repr(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…")
    return f"{value:.3g}" if isinstance(value, float) else str(value)
