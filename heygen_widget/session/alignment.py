"""Which spoken word belongs to which speech.

The server tells words as the voice says them: whole words, parts of words, punctuation marks, and
numbers spelled out. The texts are known in the order they were sent, so both are walked together.
"""

import re
from bisect import bisect_right
from typing import Final

from heygen_widget.api.models import WordEvent
from heygen_widget.session.delivery import Delivery

LOOK_AHEAD: Final = 6
"""Words of a text that the voice may have said otherwise before the two are matched again."""

_WORD = re.compile(r"[^\W_]+")


class Aligner:
    """Walks spoken words along the deltas that were sent, in the order of both."""

    def __init__(self) -> None:
        self._tokens: list[tuple[str, Delivery, int]] = []  # word, whose, where it ends there
        self._deltas: list[int] = []  # index of the first token of each delta
        self._ends: dict[int, int] = {}  # speech id -> number of tokens up to its end so far
        self._at = 0  # index of the token being spoken
        self._offset = 0  # characters of it already spoken
        self._current: Delivery | None = None

    def expect(self, speech: Delivery, delta: str) -> None:
        """Add a delta of `speech`, the latest part of what was said of it."""
        base = len(speech.said) - len(delta)
        self._deltas.append(len(self._tokens))
        for match in _WORD.finditer(delta):
            self._tokens.append((match[0].casefold(), speech, base + match.end()))
        self._ends[speech.id] = len(self._tokens)

    def forget(self, speech: Delivery) -> None:
        """Take back what of a refused text is still expected. It is the last one sent."""
        while len(self._tokens) > self._at and self._tokens[-1][1] is speech:
            self._tokens.pop()
        self._ends[speech.id] = len(self._tokens)

    def take(self, word: WordEvent) -> Delivery | None:
        """Say whose word this is, None when nothing was sent."""
        for part in _WORD.findall(word.word.casefold()):
            self._consume(part)
        return self._current or (self._tokens[0][1] if self._tokens else None)

    def is_spoken(self, speech: Delivery) -> bool:
        """Whether the last word of what was sent of `speech` was said."""
        return self._at >= self._ends.get(speech.id, 0)

    def spoken_characters(self, speech: Delivery) -> int:
        """How much of the text of `speech` was said."""
        said = [end for _, owner, end in self._tokens[: self._at] if owner is speech]
        return said[-1] if said else 0

    def _consume(self, part: str) -> None:
        while part and self._at < len(self._tokens):
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
        return self._tokens[self._at][0][self._offset :]

    def _advance(self, characters: int, *, whole: bool) -> None:
        self._current = self._tokens[self._at][1]
        self._offset = 0 if whole else self._offset + characters
        self._at += whole

    def _skip_to(self, part: str) -> bool:
        near = range(self._at + 1, min(self._at + LOOK_AHEAD, len(self._tokens)))
        for index in near:
            token = self._tokens[index][0]
            if token.startswith(part) or part.startswith(token):
                self._at, self._offset = index, 0
                return True
        # A delta that never arrived is passed over whole, but only for the very word that follows.
        for index in self._deltas[bisect_right(self._deltas, self._at) :]:
            if index < len(self._tokens) and self._tokens[index][0] == part:
                self._at, self._offset = index, 0
                return True
        return False
