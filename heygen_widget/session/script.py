"""The text of one speech on its way from its writer to the feeder.

Written from any thread, a whole text at once or token by token; read on the session's event loop,
in deltas worth a request. Knows no server.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from typing import Final

from heygen_widget.session.text import Coalescer, Mark, Marks, PlainText, Verbatim

ROOM: Final = 4_000
"""Characters that may wait before the writer has to: half a second of a very fast model."""

MOUTHFUL: Final = 2_000
"""Characters that are written at once, however many come: reading waits meanwhile."""


def mouthfuls(text: str) -> Iterator[str]:
    """Cut what a writer has into what is written at once. Where is of no importance."""
    return (text[at : at + MOUTHFUL] for at in range(0, len(text), MOUTHFUL))


class Script:
    """Text between a writer and the feeder.

    Parameters
    ----------
    raw
        Leave Markdown as it is.
    marks
        Finds cue marks, which are not spoken; None if marks are text, as without `cues=`.
    clock
        Monotonic seconds.

    Attributes
    ----------
    is_blank
        Whether nothing but white space was written, Markdown included.
    error
        The exception raised by the text source.
    """

    def __init__(
        self,
        *,
        raw: bool = False,
        marks: Marks | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._marks = marks
        self._changed = threading.Condition()
        reader: type[PlainText | Verbatim] = Verbatim if raw else PlainText
        self._plain, self._signed = reader(), reader()
        self._coalescer = Coalescer(clock)
        self._written: list[str] = []
        self._closed = False
        self._abandoned = False
        self.is_blank = True
        self._wake: Callable[[], object] = _nobody
        self._let_go: Callable[[], object] = _nobody
        self.error: Exception | None = None

    def put(self, piece: str) -> None:
        """Write more text; from any thread."""
        with self._changed:
            if self._closed:
                return
            self.is_blank = self.is_blank and not piece.strip()
            self._add(piece)
        self._wake()

    def close(self, error: Exception | None = None) -> None:
        """Write no more; with `error` if that is why. What was written is still read."""
        with self._changed:
            if self._closed:
                return
            self._add("", final=True)
            if self._written and not self._written[-1][-1].isspace():
                self._coalescer.put(" ")  # the next text must not run into this one's last word
            self._coalescer.close()
            self._closed, self.error = True, error
            self._changed.notify_all()
        self._wake()

    def abandon(self) -> None:
        """Stop reading: the text will not be spoken, so the writer can stop."""
        with self._changed:
            self._abandoned = self._closed = True
            self._changed.notify_all()
            let_go, self._let_go = self._let_go, _nobody
        let_go()

    def on_abandoned(self, let_go: Callable[[], object] | None) -> None:
        """Have `let_go` called, once and from any thread, when nobody wants more; None ends that.

        It must not block, nor raise. When nobody wants more already, it is not called.
        """
        with self._changed:
            self._let_go = let_go or _nobody

    @property
    def text(self) -> str:
        """The text written so far, as it will be spoken."""
        with self._changed:
            self._written[:] = ["".join(self._written)] if self._written else []
            return self._written[0] if self._written else ""

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The cue marks found so far, in `text`."""
        return self._marks.placed if self._marks else ()

    @property
    def closed(self) -> bool:
        """Whether no more will be written."""
        return self._closed

    @property
    def wanted(self) -> bool:
        """Whether the text is still going to be spoken."""
        return not self._abandoned

    @property
    def is_read(self) -> bool:
        """Whether all of it was read, and nothing more comes."""
        with self._changed:
            return self._closed and not self._coalescer.backlog

    @property
    def has_room(self) -> bool:
        """Whether more may be written at once."""
        return self._closed or self._coalescer.backlog < ROOM

    def wait_for_room(self) -> bool:
        """Block the writer until there is room. Returns whether to go on writing."""
        with self._changed:
            self._changed.wait_for(lambda: self.has_room)
            return not self._closed

    async def read(self) -> str | None:
        """Wait for the next delta, None at the end. Never empty."""
        loop = asyncio.get_running_loop()
        event = asyncio.Event()
        self._wake = lambda: _set_soon(loop, event)
        while True:
            event.clear()
            with self._changed:
                delta, wait = self._take()
                over = self._closed and not self._coalescer.backlog
                self._changed.notify_all()
            if delta:
                return delta
            if over:
                return None
            try:
                async with asyncio.timeout(wait):
                    await event.wait()
            except TimeoutError:
                continue

    def _add(self, piece: str, *, final: bool = False) -> None:
        signed = ""
        if self._marks:
            piece, signed = self._marks.feed(piece, final=final)
        self._plain.feed(piece)
        text = self._plain.take(final=final)
        if self._marks:
            self._signed.feed(signed)
            self._marks.place(text, self._signed.take(final=final), final=final)
        if text:
            self._coalescer.put(text)
            self._written.append(text)

    def _take(self) -> tuple[str, float | None]:
        now = self._clock()
        delta = self._coalescer.take(now)
        due = self._coalescer.due(now)
        return delta, None if due is None else max(0.0, due - now)


def _nobody() -> None:
    """Nobody reads yet, or nobody is to be told."""


def _set_soon(loop: asyncio.AbstractEventLoop, event: asyncio.Event) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(event.set)
