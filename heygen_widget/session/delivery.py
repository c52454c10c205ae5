"""The session's side of a text: what is still to be sent of it, and what became of it.

A delivery has one writer, the session that speaks it, on the session's own event loop.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from heygen_widget.session.expected import Token, spoken_tokens
from heygen_widget.session.script import Script
from heygen_widget.session.speech import Progress, Speech, SpeechStatus
from heygen_widget.session.text import (
    Mark,
    Marks,
    Pronunciation,
    clean,
    is_pronounceable,
    speakable,
)
from heygen_widget.session.writers import TextSource, write


class Delivery(Progress):
    """A text as the session sees it: with what only a session may do.

    Parameters
    ----------
    source
        A string, or an iterable or asynchronous iterable of strings or of a language model's
        chunks.
    raw
        Leave Markdown as it is.
    reopen
        If the session ends early, continue in a new one, once.
    marks
        Finds cue marks in it; without, they are text.
    lexicon
        What the service is told, by what is written instead.
    interrupted
        Called when a cell that waits for its speech is interrupted.
    unheeded
        Called with what the source raised, unless somebody waits for its speech and so is told.

    Attributes
    ----------
    speech
        The handle of whoever asked for it.
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
        When it is a text with nothing to say, or one that is far too long, or has an unknown mark;
        or when the lexicon is not valid.
    """

    def __init__(
        self,
        source: TextSource,
        *,
        raw: bool = False,
        reopen: bool = False,
        marks: Marks | None = None,
        lexicon: Mapping[str, str] | None = None,
        interrupted: Callable[[], object] | None = None,
        unheeded: Callable[[Exception], object] | None = None,
    ) -> None:
        if isinstance(source, str):
            speakable(marks.check(source) if marks else source)
        self._pronunciation = Pronunciation(lexicon)
        super().__init__(Script(raw=raw, marks=marks))
        self.speech: Final = Speech(self, interrupted)
        self.said = ""
        self.whole = False
        self.sure = True
        self.may_move = reopen
        self._unheeded = unheeded
        self._held: str | None = None
        self._unvoiced = ""  # its beginning, as long as that is silent
        write(source, self._script)

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The cue marks found so far, with their places in `text`."""
        return self._script.marks

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
        while True:
            held = self._held or ""
            decided = len(held) if self._script.is_read else self._pronunciation.decided(held)
            if decided:
                self._held = held[decided:] or None
                return held[:decided]
            if (more := await self._script.read()) is None:
                self._held = None
                return held or None
            self._held = held + more

    def pronounced(self, delta: str) -> str:
        """Return what the service is told for a delta."""
        return self._pronunciation.said(delta)

    def expected(self, delta: str, base: int) -> Iterator[Token]:
        """Yield the words that are expected to be heard of a delta that begins at `base`."""
        return spoken_tokens(self._pronunciation.stretches(delta), base)

    def put_back(self, delta: str) -> None:
        """Take back a delta that was not sent; it is the next one again."""
        self.said = self.said.removesuffix(delta)
        self._held = delta + (self._held or "")

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
        if self.status is not SpeechStatus.SPOKEN:
            return False
        self.status = SpeechStatus.UNCERTAIN
        return True

    def become(self, status: SpeechStatus, error: Exception | None = None) -> bool:
        """Enter a later state. Returns whether anything changed; an end is final.

        What is not `sure` becomes `uncertain` instead of `spoken`.
        """
        if status is SpeechStatus.SPOKEN and not self.sure:
            status = SpeechStatus.UNCERTAIN
        order = list(SpeechStatus)
        if self.status.ended or order.index(status) <= order.index(self.status):
            return False
        self.status, self.error = status, error
        if status.ended:
            self._script.abandon()
            self.end()
            # Whoever keeps a speech that has ended keeps no avatar.
            unheeded, self._unheeded = self._unheeded, None
            broken = status is SpeechStatus.FAILED and error is self.source_error
            if broken and error and unheeded is not None and not self.heeded:
                unheeded(error)
        return True
