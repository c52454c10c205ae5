"""The words that were sent, numbered in a row, and what they look like from a place among them.

Knows nothing of what was heard; `alignment` walks along these words.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

from heygen_widget.session.delivery import Delivery
from heygen_widget.session.expected import Token
from heygen_widget.session.ways import Place

IN_A_WORD: Final = 24
"""Letters that may be passed over within a word of a script that has no spaces."""


@dataclass(slots=True)
class Delta:
    """A delta that was sent: its first token, where it begins in its text, and whose it is."""

    first: int
    base: int
    speech: Delivery
    doubtful: bool = False


class SentWords:
    """The tokens of all deltas, in the order in which they were sent.

    Attributes
    ----------
    base
        The number of the first token that is still known.
    deltas
        Those that have not been passed.
    first
        By the id of a speech, the number of its first token.
    ends
        By the id of a speech, the number of tokens up to its end so far.
    """

    def __init__(self) -> None:
        self._tokens: deque[tuple[Token, Delivery]] = deque()  # from number `base` on
        self.base = 0
        self.deltas: deque[Delta] = deque()
        self.first: dict[int, int] = {}
        self.ends: dict[int, int] = {}

    def add(self, speech: Delivery, delta: str, base: int) -> None:
        """Add a delta of `speech`, which begins at `base` in its text."""
        self.deltas.append(Delta(self.known, base, speech))
        self.first.setdefault(speech.id, self.known)
        self._tokens.extend((token, speech) for token in speech.expected(delta, base))
        self.ends[speech.id] = self.known

    def take_back(self) -> int:
        """Forget the latest delta; return the number of its first token."""
        delta = self.deltas.pop()
        first = max(delta.first, self.base)
        while self.known > first:
            self._tokens.pop()
        self.ends[delta.speech.id] = first
        return first

    def trim(self, first: int) -> None:
        """Forget the tokens before number `first`."""
        while self.base < first:
            self._tokens.popleft()
            self.base += 1
        while len(self.deltas) > 1 and self.deltas[1].first <= first:
            self.deltas.popleft()

    def owner(self, number: int) -> Delivery:
        """Return the speech that a token belongs to."""
        return self._tokens[number - self.base][1]

    @property
    def known(self) -> int:
        """How many tokens were sent."""
        return self.base + len(self._tokens)

    def at(self, number: int) -> Token:
        """Return the token with a number."""
        return self._tokens[number - self.base][0]

    def has(self, number: int) -> bool:
        """Whether the token with a number is known: sent, and not forgotten."""
        return self.base <= number < self.known

    def delta_end(self, index: int) -> int:
        """Return the number of the first token after a delta."""
        return self.deltas[index + 1].first if index + 1 < len(self.deltas) else self.known

    def match(self, place: Place, part: str) -> Place | None:
        """Return where `part` ends if it stands at `place`, across words if need be."""
        number, letters = place
        while part:
            if not self.has(number):
                return None
            rest = self.at(number).letters[letters:]
            if rest.startswith(part):
                whole = len(rest) == len(part)
                return Place(number + 1, 0) if whole else Place(number, letters + len(part))
            if not part.startswith(rest):
                return None
            part = part[len(rest) :]
            number, letters = number + 1, 0
        return Place(number, letters)

    def within(self, place: Place, part: str) -> Place | None:
        """Return where `part` ends if it stands a little further in the same word."""
        number, letters = place
        known = self.at(number).letters
        at = known.find(part, letters, letters + IN_A_WORD + len(part))
        if at < 0:
            return None
        end = at + len(part)
        return Place(number + 1, 0) if end == len(known) else Place(number, end)

    def through(self, place: Place, part: str) -> Place | None:
        """Return where `part` ends if it holds several words, numbers in other words among them."""
        number, letters = place
        found = False  # anything of it
        while part:
            if not self.has(number):
                return None
            rest = self.at(number).letters[letters:]
            if part.startswith(rest):
                part, found = part[len(rest) :], True
            elif self.is_special(number):
                known = self.at(number + 1).letters if self.has(number + 1) else ""
                at = part.find(known, 1) if known else -1
                if at < 0 and not self.ends_speech(Place(number + 1, 0)):
                    return None
                part = part[at:] if at > 0 else ""
            else:
                return None
            number, letters = number + 1, 0
        return Place(number, 0) if found else None

    def ends_speech(self, place: Place) -> bool:
        """Whether a place is where a speech ends, as far as it was sent."""
        if place.letters or not self.has(place.token - 1):
            return False
        speech = self.owner(place.token - 1)
        return self.ends[speech.id] == place.token

    def stands_after(self, number: int, mark: str) -> bool:
        """Whether a mark is written after a token."""
        return self.has(number) and mark in self.at(number).marks

    def ends_sentence(self, number: int, mark: str) -> bool:
        """Whether a mark is written after a token, and not said."""
        return self.stands_after(number, mark) and mark not in self.at(number).said_marks

    def is_number(self, place: Place) -> bool:
        """Whether a number or a symbol stands before or after a place."""
        return self.is_special(place.token) or self.is_special(place.token - 1)

    def is_complete(self, place: Place, marks: str, *, as_written: bool = False) -> bool:
        """Whether nothing more can be heard of the word before `place`.

        More may come of a symbol, or of an abbreviation that is said in parts, unless what was
        before it was said as it is written.
        """
        if place.letters or not self.has(place.token - 1):
            return True
        before = self.at(place.token - 1)
        in_full = before.is_short and not marks and not as_written
        return not in_full and all(mark in marks for mark in before.said_marks)

    def in_words(self, number: int) -> int:
        """Return how many words a voice says for a number or a symbol; 0 for other tokens."""
        return self.at(number).in_words if self.has(number) else 0

    def is_special(self, number: int) -> bool:
        """Whether a token is a number, or has a symbol."""
        return self.in_words(number) >= 1

    def only_special(self, place: Place, speech: Delivery) -> bool:
        """Whether nothing but numbers and symbols lies between `place` and the end of `speech`."""
        end = self.ends.get(speech.id, 0)
        if place.token >= end:
            return True
        owner = self.owner(place.token)
        left = range(place.token, end)
        return owner is speech and not place.letters and all(map(self.is_special, left))
