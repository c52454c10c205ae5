"""The handle of one `speak()`: its text, its status, and how to wait for it.

What it shows is in a `Progress`, which it only reads.
"""

import asyncio
import concurrent.futures
import threading
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from contextlib import contextmanager
from enum import StrEnum
from itertools import count
from typing import Any, Final

from heygen_widget.api._birth import Birth
from heygen_widget.api.models import WordEvent
from heygen_widget.bridge import wait_awaited, wait_blocking
from heygen_widget.session.script import Script
from heygen_widget.session.text import clean
from heygen_widget.session.word_log import WordLog

_ids = count(1)


class SpeechStatus(StrEnum):
    """The status of a text."""

    QUEUED = "queued"  # waits for what was said before
    SENDING = "sending"  # on its way to the server
    SENT = "sent"  # the server has it
    SPEAKING = "speaking"  # its first word was spoken
    SPOKEN = "spoken"  # its last word was spoken
    INTERRUPTED = "interrupted"  # the session ended before its last word
    UNCERTAIN = "uncertain"  # some of it may have been spoken twice, late or not at all
    FAILED = "failed"  # refused; see `error`
    SILENT = "silent"  # nothing of it is pronounced: an emoji, dots. It was not sent

    @property
    def ended(self) -> bool:
        """Whether the status is final."""
        return self in _ENDED


_ENDED = frozenset(
    {
        SpeechStatus.SPOKEN,
        SpeechStatus.INTERRUPTED,
        SpeechStatus.UNCERTAIN,
        SpeechStatus.FAILED,
        SpeechStatus.SILENT,
    }
)


class Speech:
    """The text of one `speak()`. Returned immediately and spoken in its turn.

    Block with `result`, or ``await speech``; both return this object once it is spoken. Iterate,
    with ``for`` or ``async for``, over its words as they are spoken.

    Examples
    --------
    >>> speech = avatar.speak("Hello!")  # doctest: +SKIP
    >>> speech.result(timeout=20).status  # doctest: +SKIP
    <SpeechStatus.SPOKEN: 'spoken'>
    >>> for word in avatar.speak("One. Two."):  # doctest: +SKIP
    ...     print(word.word, word.start)
    """

    def __init__(self, progress: "Progress", interrupted: Callable[[], object] | None) -> None:
        self._progress = progress
        self._interrupted = interrupted
        self._birth = Birth("speech")

    @property
    def id(self) -> int:
        """A running number within this process."""
        return self._progress.id

    @property
    def text(self) -> str:
        """The text, as far as it is written."""
        return self._progress.text

    @property
    def status(self) -> SpeechStatus:
        """The current status."""
        return self._progress.status

    @property
    def error(self) -> Exception | None:
        """Why it failed, or None."""
        return self._progress.error

    @property
    def words(self) -> tuple[WordEvent, ...]:
        """The words spoken; times in seconds from the start of the stream."""
        return self._progress.words[:]

    def result(self, timeout: float | None = None) -> "Speech":
        """Block until the last word was spoken, or the speech ended early; `timeout` in seconds.

        Returns immediately with the status ``"silent"`` if no voice can pronounce any of it.

        Raises
        ------
        TimeoutError
            When it takes longer.
        HeyGenError
            When the text was refused.
        Exception
            The exception raised by the text source.
        """
        self._heed()
        with self._told_of_interrupts():
            wait_blocking(self._progress.ended, timeout)
        return self

    def __await__(self) -> Generator[Any, None, "Speech"]:
        self._heed()
        with self._told_of_interrupts():
            yield from wait_awaited(self._progress.ended).__await__()
        return self

    def __iter__(self) -> Iterator[WordEvent]:
        heard = 0
        while True:
            self._heed()
            with self._told_of_interrupts():
                wait_blocking(self._progress.more_than(heard))
            words = self._progress.words[heard:]
            yield from words
            heard += len(words)
            if self._is_over(heard):
                return

    async def __aiter__(self) -> AsyncGenerator[WordEvent, None]:
        heard = 0
        while True:
            self._heed()
            with self._told_of_interrupts():
                await wait_awaited(self._progress.more_than(heard))
            for word in self._progress.words[heard:]:
                heard += 1
                yield word
            if self._is_over(heard):
                return

    def __repr__(self) -> str:
        text = self.text if len(self.text) <= 40 else self.text[:39] + "…"  # noqa: PLR2004
        return f"<Speech {self.status}: {text!r}>"

    def _is_over(self, heard: int) -> bool:
        """Whether nothing follows the words that were `heard`; raises why it failed."""
        over = self._progress.ended.done() and heard == len(self._progress.words)
        if over:
            self._progress.ended.result()
        return over

    def _heed(self) -> None:
        self._progress.heeded = True
        if not self._progress.ended.done():  # in a child it never will be
            self._birth.check()

    @contextmanager
    def _told_of_interrupts(self) -> Iterator[None]:
        try:
            yield
        except (KeyboardInterrupt, asyncio.CancelledError):
            if self._interrupted is not None:
                self._interrupted()
            raise


class Progress:
    """What becomes of one text: written by the session that speaks it, read on any thread.

    Attributes
    ----------
    id
        A running number within this process.
    status, error
        How it stands, and why it failed.
    words
        The words spoken.
    heeded
        Whether somebody waits for it, who is told what becomes of it.
    ended
        Done at its end; holds the error of a text that failed.
    """

    def __init__(self, script: Script) -> None:
        self.id: Final = next(_ids)
        self.status = SpeechStatus.QUEUED
        self.error: Exception | None = None
        self.words = WordLog()
        self.heeded = False
        self.ended: concurrent.futures.Future[None] = concurrent.futures.Future()
        # An interrupt must not turn a shared future into a cancelled one.
        self.ended.set_running_or_notify_cancel()
        self._script = script
        self._lock = threading.Lock()
        self._listening: list[concurrent.futures.Future[None]] = []

    @property
    def text(self) -> str:
        """The text, as far as it is written."""
        return clean(self._script.text)

    def more_than(self, heard: int) -> concurrent.futures.Future[None]:
        """Return a future that is done as soon as there are more words than `heard`, or an end."""
        future: concurrent.futures.Future[None] = concurrent.futures.Future()
        future.set_running_or_notify_cancel()
        with self._lock:
            if len(self.words) > heard or self.ended.done():
                future.set_result(None)
            else:
                self._listening.append(future)
        return future

    def add_word(self, word: WordEvent) -> None:
        """Add a word of it that was spoken."""
        self.words.append(word)
        self._tell_listeners()

    def end(self) -> None:
        """Release everyone who waits, in the state that it has."""
        if self.error is not None and self.status is SpeechStatus.FAILED:
            self.ended.set_exception(self.error)
        else:
            self.ended.set_result(None)
        self._tell_listeners()

    def _tell_listeners(self) -> None:
        with self._lock:
            listening, self._listening = self._listening, []
        for future in listening:
            future.set_result(None)
