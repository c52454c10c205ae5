"""Tells chunks that repeat all before them from chunks that go on, and says each word once.

A chunk that merely begins like the one before ("ha", "haha") is taken for new text: nothing may
get lost. Three chunks that each extend the one before, or two that would run words together if
they were new text ("The", "The cat"), are one growing text. One that repeats the first may be
either, until the next comes.
"""

from heygen_widget.session.text.readers import Cumulative


class Growing:
    """Chunks in, new text out."""

    def __init__(self) -> None:
        self._last: str | None = None
        self._first = ""
        self._held: str | None = None  # may be new text, or may repeat the last chunk
        self._grows: bool | None = None

    def feed(self, chunk: str) -> str:
        """Add a chunk; return the new text that is sure."""
        if isinstance(chunk, Cumulative):
            self._grows = True
        if not chunk or self._grows is False:
            return chunk
        last, self._last = self._last, chunk
        if last is None:
            return chunk
        if self._grows:
            return chunk.removeprefix(last)
        if self._held is None:
            if chunk == last or _extends(chunk, last):
                self._held, self._first = chunk, last
                return ""
            self._grows = False
            return chunk
        held, self._held = self._held, None
        if held == self._first:  # said twice, or the first again
            self._grows = _extends(chunk, held) and _runs_together(held, chunk)
        else:
            self._grows = (chunk == held or _extends(chunk, held)) and _has_letter(chunk)
        return chunk[len(self._first) :] if self._grows else held + chunk

    def end(self) -> str:
        """Return what is left."""
        held, self._held = self._held, None
        if held is None:
            return ""
        grows = held != self._first and _runs_together(self._first, held)
        return held[len(self._first) :] if grows else held


def _extends(chunk: str, last: str) -> bool:
    more = chunk.removeprefix(last)
    repeats = (last * (len(chunk) // len(last) + 1)).startswith(chunk)  # ha, haha
    return 0 < len(more) < len(chunk) and not (repeats and any(map(str.isalnum, more)))


def _runs_together(first: str, second: str) -> bool:
    """Tell whether two words would become one if `second` were new text."""
    return _has_letter(first) and first[-1].isalnum() and second[0].isalnum()


def _has_letter(text: str) -> bool:
    return any(map(str.isalpha, text))
