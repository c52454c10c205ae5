"""Gathers tokens into portions worth a request: early, few, and never cut inside a word.

Knows nothing of requests; time is what its caller says.
"""

from collections import deque
from collections.abc import Callable
from typing import Final

from heygen_widget.language import clause_ends, ends_sentence, sentence_ends
from heygen_widget.language.graphemes import is_wide, may_cut
from heygen_widget.session.text.speakable import size_of

OVERLAP: Final = 64
"""Characters looked at again with the next ones, to tell an abbreviation from a sentence's end."""

LARGEST_PORTION: Final = 16_000
"""Bytes of UTF-8 in one portion: far below what servers take in one request."""


class Coalescer:
    """Text in as it comes; portions out that end where a word ends.

    The first portion is due at the first word boundary. After that one is due when a clause has
    ended, when the oldest text has waited for `delay`, or when there is enough of it. No portion is
    larger than `largest`. Nothing is lost, added or changed.

    Parameters
    ----------
    clock
        Tells the time in seconds; `due` and `take` are asked in the same time.
    delay
        Seconds a complete word waits at most.
    size
        Characters that are worth a request at once.
    largest
        Bytes of UTF-8 that one portion may have.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        delay: float = 0.25,
        size: int = 1000,
        largest: int = LARGEST_PORTION,
    ) -> None:
        self._clock = clock
        self._delay = delay
        self._size = size
        self._largest = largest
        self._held = ""
        self._arrivals: deque[tuple[int, float]] = deque()  # up to where, of all text, and when
        self._taken = 0
        self._word_end = 0  # last in what is held, 0 if there is none
        self._clause_end = 0
        self._closed = False

    @property
    def backlog(self) -> int:
        """Characters held."""
        return len(self._held)

    def put(self, text: str) -> None:
        """Add text."""
        if not text:
            return
        start = max(0, len(self._held) - OVERLAP)
        self._held += text
        self._arrivals.append((self._taken + len(self._held), self._clock()))
        self._find_ends(start)

    def close(self) -> None:
        """Release all: nothing more will come."""
        self._closed = True

    def due(self, now: float) -> float | None:
        """Return when `take` will have something, not later than `now` if it has; or None.

        None says that it depends on what is put next.
        """
        if not self._held:
            return None
        oldest = self._arrivals[0][1]
        if self._closed or (self._word_end and (self._clause_end or self._is_urgent())):
            return min(now, oldest)
        if self._word_end:
            return oldest + self._delay
        if self._is_urgent():
            return min(now, oldest) if self._tear() else None
        # A model that pauses, for a tool say, has often ended a sentence without a blank.
        return oldest + self._delay if ends_sentence(self._held) else None

    def take(self, now: float) -> str:
        """Return the portion that is due; "" if none is."""
        due = self.due(now)
        if due is None or due > now:
            return ""
        portion = self._held[: self._within_limit(self._cut(now))]
        self._held = self._held[len(portion) :]
        self._taken += len(portion)
        while self._arrivals and self._arrivals[0][0] <= self._taken:
            self._arrivals.popleft()
        # The last ends, where they are not in the portion, are still the last ones.
        self._word_end = max(0, self._word_end - len(portion))
        self._clause_end = max(0, self._clause_end - len(portion))
        return portion

    def _is_urgent(self) -> bool:
        is_first = self._taken == 0 and self._word_end > 0
        return is_first or len(self._held) >= self._size

    def _cut(self, now: float) -> int:
        """Return where the portion that is due ends."""
        in_time = now < self._arrivals[0][1] + self._delay
        if self._clause_end and in_time and not (self._closed or self._is_urgent()):
            return self._clause_end
        if self._word_end and not self._closed:
            return self._word_end
        return len(self._held) if self._closed or not self._is_urgent() else self._tear()

    def _within_limit(self, end: int) -> int:
        """Return where to cut instead of at `end`, so that the portion is not too large.

        After a clause, else after a word, else between two characters.
        """
        if size_of(self._held[:end]) <= self._largest:
            return end
        encoded = self._held[:end].encode("utf-8", "surrogatepass")[: self._largest]
        end = len(encoded.decode("utf-8", "ignore"))
        clauses = _clause_ends(self._held[:end], end // 2)
        words = range(end, 0, -1)
        return (
            max((at for at in clauses if may_cut(self._held, at)), default=0)
            or next((at for at in words if self._ends_word(at)), 0)
            or self._tear(end)
            or end
        )

    def _tear(self, end: int | None = None) -> int:
        """Return where to cut a word that is endless; 0 if it is one character to a reader."""
        # The next character may belong to the last one.
        ends = range(len(self._held) - 1 if end is None else end, 0, -1)
        return next((at for at in ends if may_cut(self._held, at)), 0)

    def _find_ends(self, start: int) -> None:
        ends = _clause_ends(self._held, start)
        if (self._held[-1:].isspace() or is_wide(self._held[-1:])) and ends_sentence(self._held):
            ends.append(len(self._held))
        self._clause_end = max([self._clause_end, *filter(self._may_end, ends)])
        places = range(len(self._held), start, -1)
        self._word_end = next((at for at in places if self._ends_word(at)), self._word_end)
        self._word_end = max(self._word_end, self._clause_end)

    def _may_end(self, at: int) -> bool:
        return at == len(self._held) or may_cut(self._held, at)

    def _ends_word(self, at: int) -> bool:
        last = self._held[at - 1]
        if at == len(self._held):
            return last.isspace()
        return (last.isspace() or is_wide(last)) and may_cut(self._held, at)


def _clause_ends(text: str, start: int) -> list[int]:
    clauses = (match.end() for match in clause_ends().finditer(text, start))
    return [*clauses, *sentence_ends(text, start, final=False)]
