"""Which spoken word belongs to which speech.

The server tells words as the voice says them: whole words, parts of words, punctuation marks, and
numbers spelled out. The texts are known in the order they were sent, so both are walked together.
"""

import re
from collections import deque
from typing import Final

from heygen_widget.api.models import WordEvent
from heygen_widget.session.delivery import Delivery

LOOK_AHEAD: Final = 6
"""Words of a text that the voice may have said otherwise before the two are matched again."""

_WORD = re.compile(r"[^\W_]+")


class Aligner:
    """Walks spoken words along the deltas that were sent, in the order of both."""

    def __init__(self) -> None:
        # The words that are still expected: what, whose, and where it ends there.
        self._tokens: deque[tuple[str, Delivery, int]] = deque()
        self._passed = 0  # words that are expected no more
        self._deltas: deque[int] = deque()  # how many words come before each delta to come
        self._ends: dict[int, int] = {}  # speech id -> how many words come before its end so far
        self._said: dict[int, int] = {}  # speech id -> how much of its text was passed
        self._offset = 0  # characters already spoken of the next word
        self._current: Delivery | None = None

    def expect(self, speech: Delivery, delta: str) -> None:
        """Add a delta of `speech`, the latest part of what was said of it."""
        base = len(speech.said) - len(delta)
        self._deltas.append(self._known)
        for match in _WORD.finditer(delta):
            self._tokens.append((match[0].casefold(), speech, base + match.end()))
        self._ends[speech.id] = self._known

    def forget(self, speech: Delivery) -> None:
        """Take back what of a refused text is still expected. It is the last one sent."""
        while self._tokens and self._tokens[-1][1] is speech:
            self._tokens.pop()
        if not self._tokens:
            self._offset = 0
        self._ends[speech.id] = self._known

    def take(self, word: WordEvent) -> Delivery | None:
        """Say whose word this is, None when nothing was sent."""
        for part in _WORD.findall(word.word.casefold()):
            self._consume(part)
        return self._current or (self._tokens[0][1] if self._tokens else None)

    def is_spoken(self, speech: Delivery) -> bool:
        """Whether the last word of what was sent of `speech` was said."""
        return self._passed >= self._ends.get(speech.id, 0)

    def spoken_characters(self, speech: Delivery) -> int:
        """How much of the text of `speech` was said."""
        return self._said.get(speech.id, 0)

    @property
    def _known(self) -> int:
        return self._passed + len(self._tokens)

    def _consume(self, part: str) -> None:
        while part and self._tokens:
            rest = self._rest()
            if rest.startswith(part):
                self._advance(len(part), whole=len(part) == len(rest))
                return
            if not part.startswith(rest) and not self._skip_to(part):
                return  # said otherwise than written: a number, an abbreviation
            rest = self._rest()
            if part.startswith(rest):
                part = part[len(rest) :]
                self._advance(len(rest), whole=True)

    def _rest(self) -> str:
        return self._tokens[0][0][self._offset :]

    def _advance(self, characters: int, *, whole: bool) -> None:
        self._current = self._tokens[0][1]
        if whole:
            self._pass(1)
        else:
            self._offset += characters

    def _pass(self, words: int) -> None:
        for _ in range(words):
            _, speech, end = self._tokens.popleft()
            self._said[speech.id] = end
        self._passed += words
        self._offset = 0

    def _skip_to(self, part: str) -> bool:
        for ahead in range(1, min(LOOK_AHEAD, len(self._tokens))):
            token = self._tokens[ahead][0]
            if token.startswith(part) or part.startswith(token):
                self._pass(ahead)
                return True
        # A delta that never arrived is passed over whole, but only for the very word that follows.
        while self._deltas and self._deltas[0] <= self._passed:
            self._deltas.popleft()
        for before in self._deltas:
            if before < self._known and self._tokens[before - self._passed][0] == part:
                self._pass(before - self._passed)
                return True
        return False
