"""Tells chunks that repeat all before them from chunks that go on, and says each word once.

A chunk that merely begins like the one before ("ha", "haha") is taken for new text: nothing may
get lost. Three chunks that each extend the one before, or two that would run words together if
they were new text ("The", "The cat"), are one growing text.
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
            if _extends(chunk, last):
                self._held, self._first = chunk, last
                return ""
            self._grows = False
            return chunk
        held, self._held = self._held, None
        self._grows = chunk == held or _extends(chunk, held)
        return chunk[len(self._first) :] if self._grows else held + chunk

    def end(self) -> str:
        """Return what is left."""
        held, self._held = self._held, None
        if held is None:
            return ""
        runs_together = self._first[-1].isalnum() and held[0].isalnum()
        return held[len(self._first) :] if runs_together else held


def _extends(chunk: str, last: str) -> bool:
    more = chunk.removeprefix(last)
    repeats = (last * (len(chunk) // len(last) + 1)).startswith(chunk)
    return len(more) < len(chunk) and any(map(str.isalpha, last)) and not repeats
