"""The handle of one `speak()`: its text, what became of it, and how to wait for it."""

import asyncio
import concurrent.futures
import threading
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from contextlib import contextmanager
from enum import StrEnum
from itertools import count
from typing import Any, Final

from heygen_widget.api.models import WordEvent
from heygen_widget.bridge import wait_awaited, wait_blocking
from heygen_widget.session.script import Script
from heygen_widget.session.writers import TextSource, write

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
    """What one `speak()` says. Returned at once; it is spoken in its turn.

    Block with `result`, or ``await speech``; both return this object once it was spoken. Iterate,
    with ``for`` or ``async for``, over its words as they are spoken.

    Parameters
    ----------
    source
        A string, or an iterable or asynchronous iterable of strings or of a language model's
        chunks.
    raw
        Leave Markdown as it is.
    reopen
        Should the session end before all of it was sent, say the rest in a new one, once.
    interrupted
        Called when a cell that waits for this is interrupted.

    Attributes
    ----------
    id
        Counts the speeches of this process.

    Examples
    --------
    >>> speech = avatar.speak("Hello!")  # doctest: +SKIP
    >>> speech.result(timeout=20).status  # doctest: +SKIP
    <SpeechStatus.SPOKEN: 'spoken'>
    >>> for word in avatar.speak("One. Two."):  # doctest: +SKIP
    ...     print(word.word, word.start)
    """

    def __init__(
        self,
        source: TextSource,
        *,
        raw: bool = False,
        reopen: bool = False,
        interrupted: Callable[[], object] | None = None,
    ) -> None:
        self.id: Final = next(_ids)
        self._script = Script(raw=raw)
        self._may_move = reopen
        self._interrupted = interrupted
        self._said = ""
        self._held: str | None = None
        self._whole = False  # all of it was sent
        self._status = SpeechStatus.QUEUED
        self._error: Exception | None = None
        self._words: tuple[WordEvent, ...] = ()
        self._lock = threading.Lock()
        self._listening: list[concurrent.futures.Future[None]] = []
        self._ended: concurrent.futures.Future[Speech] = concurrent.futures.Future()
        # An interrupt must not turn a shared future into a cancelled one.
        self._ended.set_running_or_notify_cancel()
        write(speakable(source) if isinstance(source, str) else source, self._script)

    @property
    def text(self) -> str:
        """What it says, as far as it is written."""
        return clean(self._script.text)

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
        Exception
            What the source of the text raised.
        """
        with self._told_of_interrupts():
            return wait_blocking(self._ended, timeout)

    def __await__(self) -> Generator[Any, None, "Speech"]:
        with self._told_of_interrupts():
            return (yield from wait_awaited(self._ended).__await__())

    def __iter__(self) -> Iterator[WordEvent]:
        heard = 0
        while True:
            more = self._listen(heard)
            with self._told_of_interrupts():
                wait_blocking(more)
            words = self._words[heard:]
            yield from words
            heard += len(words)
            if self._ended.done() and heard == len(self._words):
                self._ended.result()
                return

    async def __aiter__(self) -> AsyncGenerator[WordEvent, None]:
        heard = 0
        while True:
            more = self._listen(heard)
            with self._told_of_interrupts():
                await wait_awaited(more)
            for word in self._words[heard:]:
                heard += 1
                yield word
            if self._ended.done() and heard == len(self._words):
                self._ended.result()
                return

    def __repr__(self) -> str:
        text = self.text if len(self.text) <= 40 else self.text[:39] + "…"  # noqa: PLR2004
        return f"<Speech {self._status}: {text!r}>"

    def _listen(self, heard: int) -> concurrent.futures.Future[None]:
        """Return a future that is done as soon as there are more words than `heard`, or an end."""
        future: concurrent.futures.Future[None] = concurrent.futures.Future()
        future.set_running_or_notify_cancel()
        with self._lock:
            if len(self._words) > heard or self._ended.done():
                future.set_result(None)
            else:
                self._listening.append(future)
        return future

    @contextmanager
    def _told_of_interrupts(self) -> Iterator[None]:
        try:
            yield
        except (KeyboardInterrupt, asyncio.CancelledError):
            if self._interrupted is not None:
                self._interrupted()
            raise

    # What follows is for the session alone, on its own loop: the one writer of a speech.

    async def _next_delta(self) -> str | None:
        """Wait for more to say; None when it has all been said."""
        delta, self._held = self._held or await self._script.read(), None
        if delta is not None:
            delta = clean(delta)
            self._said += delta
        return delta

    def _put_back(self, delta: str) -> None:
        """Take back a delta that was not sent; it is the next one again."""
        self._said = self._said.removesuffix(delta)
        self._held = delta

    @property
    def _source_error(self) -> Exception | None:
        return self._script.error

    def _become(self, status: SpeechStatus, error: Exception | None = None) -> bool:
        """Enter a later state. Returns whether anything changed; an end is final."""
        order = list(SpeechStatus)
        if self._status.ended or order.index(status) <= order.index(self._status):
            return False
        self._status, self._error = status, error
        if status.ended:
            self._script.abandon()
            if error is not None and status is SpeechStatus.FAILED:
                self._ended.set_exception(error)
            else:
                self._ended.set_result(self)
            self._tell_listeners()
        return True

    def _add_word(self, word: WordEvent) -> None:
        self._words = (*self._words, word)
        self._tell_listeners()

    def _tell_listeners(self) -> None:
        with self._lock:
            listening, self._listening = self._listening, []
        for future in listening:
            future.set_result(None)


def clean(text: str) -> str:
    """Replace what no voice can read and no JSON can carry.

    Lone surrogates become U+FFFD and control characters become spaces.
    """
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return "".join(c if c.isprintable() or c in "\n\t\u200c\u200d" else " " for c in whole)


def speakable(text: str) -> str:
    """Check a whole text.

    Raises
    ------
    ValueError
        When there is nothing to say, or far too much.
    """
    if len(text) > LONGEST_TEXT:
        raise ValueError(
            f"{len(text):,} characters take longer to speak than a session may last (one hour). "
            f"Send at most {LONGEST_TEXT:,} at a time."
        )
    if not clean(text).strip():
        raise ValueError("There is nothing to say: the text is empty or blank.")
    return text
