"""The handle of one `speak()`: its text, what became of it, and how to wait for it."""

import concurrent.futures
from collections.abc import Generator
from enum import StrEnum
from itertools import count
from typing import Any, Final

from heygen_widget.api.models import WordEvent
from heygen_widget.bridge import wait_awaited, wait_blocking

LONGEST_TEXT: Final = 100_000
"""Characters in one `speak()`: about two hours of speech, twice what a session may last."""

_ids = count(1)


class SpeechStatus(StrEnum):
    """What became of a text."""

    QUEUED = "queued"  # waits for what was said before
    SENDING = "sending"  # on its way to the server
    SENT = "sent"  # the server has it
    SPEAKING = "speaking"  # its first word was spoken
    SPOKEN = "spoken"  # its last word was spoken
    INTERRUPTED = "interrupted"  # the session ended before its last word
    UNCERTAIN = "uncertain"  # lost contact; it may or may not have been spoken
    FAILED = "failed"  # refused; see `error`

    @property
    def ended(self) -> bool:
        """Whether nothing more will become of it."""
        return self in _ENDED


_ENDED = frozenset(
    {
        SpeechStatus.SPOKEN,
        SpeechStatus.INTERRUPTED,
        SpeechStatus.UNCERTAIN,
        SpeechStatus.FAILED,
    }
)


class Speech:
    """One text handed to an avatar. Returned at once; the text is spoken in its turn.

    Block with `result`, or ``await speech``; both return this object once it was spoken.

    Attributes
    ----------
    id
        Counts the speeches of this process.
    text
        What is to be said, cleaned of what no voice can read.

    Examples
    --------
    >>> speech = avatar.speak("Hello!")  # doctest: +SKIP
    >>> speech.result(timeout=20).status  # doctest: +SKIP
    <SpeechStatus.SPOKEN: 'spoken'>
    """

    def __init__(self, text: str) -> None:
        self.id: Final = next(_ids)
        self.text: Final = speakable(text)
        self._status = SpeechStatus.QUEUED
        self._error: Exception | None = None
        self._words: tuple[WordEvent, ...] = ()
        self._ended: concurrent.futures.Future[Speech] = concurrent.futures.Future()
        # An interrupt must not turn a shared future into a cancelled one.
        self._ended.set_running_or_notify_cancel()

    @property
    def status(self) -> SpeechStatus:
        """What became of it so far."""
        return self._status

    @property
    def error(self) -> Exception | None:
        """Why it failed, or None."""
        return self._error

    @property
    def words(self) -> tuple[WordEvent, ...]:
        """Its words as they were spoken; seconds from the start of the stream."""
        return self._words

    def result(self, timeout: float | None = None) -> "Speech":
        """Block until it was spoken or can no longer be; `timeout` in seconds.

        Raises
        ------
        TimeoutError
            When it takes longer.
        HeyGenError
            When the text was refused.
        """
        return wait_blocking(self._ended, timeout)

    def __await__(self) -> Generator[Any, None, "Speech"]:
        return wait_awaited(self._ended).__await__()

    def __repr__(self) -> str:
        text = self.text if len(self.text) <= 40 else self.text[:39] + "…"  # noqa: PLR2004
        return f"<Speech {self._status}: {text!r}>"

    # What follows is for the session alone, on its own loop: the one writer of a speech.

    def _become(self, status: SpeechStatus, error: Exception | None = None) -> bool:
        """Enter another state. Returns whether anything changed; an end is final."""
        if self._status is status or self._status.ended:
            return False
        self._status, self._error = status, error
        if error is not None and status is SpeechStatus.FAILED:
            self._ended.set_exception(error)
        elif status.ended:
            self._ended.set_result(self)
        return True

    def _add_word(self, word: WordEvent) -> None:
        self._words = (*self._words, word)


def speakable(text: str) -> str:
    """Clean a text of what no voice can read and no JSON can carry.

    Lone surrogates become U+FFFD and control characters become spaces. A blank is put at the end,
    so that the next text does not run into this one's last word.

    Raises
    ------
    TypeError
        When it is not a string.
    ValueError
        When there is nothing to say, or far too much.
    """
    if not isinstance(text, str):
        raise TypeError(f"Text to speak is a string, not {type(text).__name__}.")
    if len(text) > LONGEST_TEXT:
        raise ValueError(
            f"{len(text):,} characters take longer to speak than a session may last (one hour). "
            f"Send at most {LONGEST_TEXT:,} at a time."
        )
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    clean = "".join(c if c.isprintable() or c in "\n\t\u200c\u200d" else " " for c in whole)
    if not clean.strip():
        raise ValueError("There is nothing to say: the text is empty or blank.")
    return clean if clean[-1].isspace() else clean + " "
