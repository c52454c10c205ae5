"""The session's side of a `Speech`: what is still to be sent of it, and what became of it.

A delivery has one writer, the session that speaks it, on the session's own event loop.
"""

from collections.abc import Callable

from heygen_widget.api.models import WordEvent
from heygen_widget.session.script import Script
from heygen_widget.session.speech import Speech, SpeechStatus
from heygen_widget.session.text import clean, is_pronounceable, speakable
from heygen_widget.session.writers import TextSource, write


class Delivery(Speech):
    """A speech as the session sees it: with what only a session may do.

    Parameters
    ----------
    source
        A string, or an iterable or asynchronous iterable of strings or of a language model's
        chunks.
    raw
        Leave Markdown as it is.
    reopen
        If the session ends early, continue in a new one, once.
    interrupted
        Called when a cell that waits for this is interrupted.
    unheeded
        Called with what the source raised, unless somebody waits for this and so is told.

    Attributes
    ----------
    said
        What was taken to be sent so far.
    whole
        Whether all of it was sent.
    sure
        Whether each part of it is at the server once, as far as is known.
    may_move
        Whether what is left of it may be said in another session.

    Raises
    ------
    TypeError
        When the source is neither text nor a stream of text, if that is known immediately.
    ValueError
        When it is a text with nothing to say, or one that is far too long.
    """

    def __init__(
        self,
        source: TextSource,
        *,
        raw: bool = False,
        reopen: bool = False,
        interrupted: Callable[[], object] | None = None,
        unheeded: Callable[[Exception], object] | None = None,
    ) -> None:
        text = speakable(source) if isinstance(source, str) else source
        super().__init__(Script(raw=raw), interrupted)
        self.said = ""
        self.whole = False
        self.sure = True
        self.may_move = reopen
        self._unheeded = unheeded
        self._held: str | None = None
        self._unvoiced = ""  # its beginning, as long as that is silent
        write(text, self._script)

    @property
    def source_error(self) -> Exception | None:
        """The exception raised by the text source."""
        return self._script.error

    @property
    def is_silent(self) -> bool:
        """Whether it is known to be written whole, and no voice pronounces any of it."""
        if self.said or not self._script.closed or self._script.error is not None:
            return False
        return not self._script.is_blank and not is_pronounceable(self.text)

    async def next_delta(self) -> str | None:
        """Wait for more to say; None when it has all been said.

        What is silent is held back until something follows that is not, so that no session is
        opened for it.
        """
        while (delta := await self._read()) is not None:
            delta = self._unvoiced + clean(delta)
            if self.said or is_pronounceable(delta):
                self._unvoiced = ""
                self.said += delta
                return delta
            self._unvoiced = delta
        return None

    async def _read(self) -> str | None:
        held, self._held = self._held, None
        return held or await self._script.read()

    def put_back(self, delta: str) -> None:
        """Take back a delta that was not sent; it is the next one again."""
        self.said = self.said.removesuffix(delta)
        self._held = delta

    def lose_track(self) -> None:
        """Note that the latest delta may have arrived; it is not sent again."""
        self.sure = False
        self.whole = self._held is None and self._script.is_read

    def doubt(self) -> bool:
        """Note that some of it was spoken twice or late, or not at all, or that it may have been.

        Returns whether that changes its state. The one correction of an end: what was `spoken` is
        `uncertain` then.
        """
        self.sure = False
        if self._status is not SpeechStatus.SPOKEN:
            return False
        self._status = SpeechStatus.UNCERTAIN
        return True

    def become(self, status: SpeechStatus, error: Exception | None = None) -> bool:
        """Enter a later state. Returns whether anything changed; an end is final.

        What is not `sure` becomes `uncertain` instead of `spoken`.
        """
        if status is SpeechStatus.SPOKEN and not self.sure:
            status = SpeechStatus.UNCERTAIN
        order = list(SpeechStatus)
        if self._status.ended or order.index(status) <= order.index(self._status):
            return False
        self._status, self._error = status, error
        if status.ended:
            self._script.abandon()
            if error is not None and status is SpeechStatus.FAILED:
                self._ended.set_exception(error)
                if error is self.source_error and not self._heeded and self._unheeded is not None:
                    self._unheeded(error)
            else:
                self._ended.set_result(self)
            self._tell_listeners()
        return True

    def add_word(self, word: WordEvent) -> None:
        """Add a word of it that was spoken."""
        self._words.append(word)
        self._tell_listeners()

    def _tell_listeners(self) -> None:
        with self._lock:
            listening, self._listening = self._listening, []
        for future in listening:
            future.set_result(None)
