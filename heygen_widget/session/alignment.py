"""Which spoken word belongs to which speech, and how much of its text is heard with it.

The server tells words as the voice says them: whole words, parts of words, several at once, marks,
and numbers spelled out. The texts are known in the order they were sent, so both are walked
together. Where that can be done in several ways, the likeliest are all followed, each with what
it costs, until what is heard decides between them.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Final, NamedTuple

from heygen_widget.api.models import WordEvent
from heygen_widget.language import table
from heygen_widget.session.delivery import Delivery
from heygen_widget.session.expected import Token, letters_of, source_length, tokens
from heygen_widget.session.heard import Heard
from heygen_widget.session.text.pronounced import is_symbol

LOOK_AHEAD: Final = 8
"""Words of a text that may be passed over at once."""
DELTAS_AHEAD: Final = 64
"""Deltas at whose beginning a word is looked for, should those before not have arrived."""
MOST_WAYS: Final = 24
"""Places that are held possible at a time."""
IN_A_WORD: Final = 24
"""Letters that may be passed over within a word of a script that has no spaces."""

SIMILAR: Final = 3
"""Letters with which two spellings of a word begin alike."""

# What it costs to explain a word as heard in a certain way.
OTHERWISE: Final = 0.3  # as another word for a number or symbol, or another spelling
ANOTHER_WORD: Final = 1.0  # as another word for an ordinary one
ONE_MORE: Final = 0.35  # as one of several words for a number or symbol
NEXT_TEXT: Final = 0.3  # more, if the text before may go on
MANY_MORE: Final = 0.65  # as one of more words than a number or symbol usually has
ADDED: Final = 1.1  # as one that nobody wrote
RIGHT_MARK: Final = 0.5  # less, as a mark that stands where words were said otherwise
ODD_MARK: Final = 0.2  # as a mark that does not stand there
UNSAID: Final = 1.5  # to pass over an ordinary word
UNSAID_SPECIAL: Final = 0.25  # to pass over a number or symbol
LOST: Final = 4.0  # to pass over whole deltas
DOUBTFUL: Final = 1.0  # ... that may not have arrived
TOO_MUCH: Final = 6.0  # more than the likeliest way: not followed any further
PLAUSIBLE: Final = 3.0  # more than the likeliest way: may be how the text has ended


class _Place(NamedTuple):
    """Between two letters: which token comes next, and how many letters of it were heard."""

    token: int
    letters: int


@dataclass(slots=True)
class _Way:
    """How a place was reached: what it cost, and whether the last step was exact.

    `added` counts the words since that stand for what was written before or after the place.
    """

    cost: float
    sure: bool
    added: int = 0


@dataclass(slots=True)
class _Delta:
    """A delta that was sent: its first token, where it begins in its text, and whose it is."""

    first: int
    base: int
    speech: Delivery
    doubtful: bool = False


class Aligner:
    """Walks spoken words along the deltas that were sent, in the order of both.

    Attributes
    ----------
    heard
        What of which text is heard with the latest word.
    """

    def __init__(self) -> None:
        self._tokens: deque[tuple[Token, Delivery]] = deque()  # from number `_base` on
        self._base = 0
        self._deltas: deque[_Delta] = deque()  # those that have not been passed
        self._first: dict[int, int] = {}  # speech id -> number of its first token
        self._ends: dict[int, int] = {}  # speech id -> number of tokens up to its end so far
        self._said: dict[int, int] = {}  # speech id -> characters of its text that were heard
        self._ways = {_Place(0, 0): _Way(0.0, sure=True)}
        self._next = 0  # the token that is expected after the word heard last
        self.heard = Heard(None, 0, 0)
        self._passed = 0  # tokens that were said for certain, or passed over

    def expect(self, speech: Delivery, delta: str) -> None:
        """Add a delta of `speech`, the latest part of what was said of it."""
        base = len(speech.said) - len(delta)
        self._deltas.append(_Delta(self._known, base, speech))
        self._first.setdefault(speech.id, self._known)
        self._tokens.extend((token, speech) for token in tokens(delta, base))
        self._ends[speech.id] = self._known

    def forget(self, speech: Delivery) -> None:
        """Take back the latest delta of `speech`, which the server did not take."""
        if not self._deltas or self._deltas[-1].speech is not speech:
            return
        first = max(self._deltas.pop().first, self._base)
        while self._known > first:
            self._tokens.pop()
        self._ends[speech.id] = first
        self._ways = _cheapest(
            (min(place, _Place(first, 0)), way) for place, way in self._ways.items()
        )

    def doubt(self, speech: Delivery) -> None:
        """Note that parts of `speech` may not have arrived."""
        for delta in self._deltas:
            delta.doubtful |= delta.speech is speech

    def take(self, event: WordEvent) -> Delivery | None:
        """Say whose word this is, None when nothing was sent; `heard` says more."""
        word = event.word
        parts = letters_of(word)
        for index, part in enumerate(parts):
            # Symbols that are reported with their word will not be reported again.
            marks = word if index + 1 == len(parts) else ""
            self._ways = self._prune(self._after_letters(part, marks))
        if not parts:
            self._ways = self._prune(self._after_mark(word.strip()))
        self.heard = self._heard()
        self._trim()
        return self.heard.speech

    def is_spoken(self, speech: Delivery) -> bool:
        """Whether the last word of what was sent of `speech` was said for certain."""
        return self._passed >= self._ends.get(speech.id, 0)

    def may_be_spoken(self, speech: Delivery) -> bool:
        """Whether it was said to its end if no more words come: a number, perhaps, in words."""
        if self._best[1].sure:
            return False
        end = self._ends.get(speech.id, 0)
        return any(
            place.token >= end or (not way.sure and self._only_special(place, speech))
            for place, way in self._ways.items()
            if way.cost <= PLAUSIBLE
        )

    def may_stay_unsaid(self, speech: Delivery) -> bool:
        """Whether all that is left of it is what some voices do not say."""
        return self._only_special(self._best[0], speech)

    def spoken_characters(self, speech: Delivery) -> int:
        """How much of the text of `speech` was said."""
        return self._said.get(speech.id, 0)

    @property
    def _known(self) -> int:
        return self._base + len(self._tokens)

    @property
    def _best(self) -> tuple[_Place, _Way]:
        return min(self._ways.items(), key=lambda item: (item[1].cost, -item[0].token))

    def _at(self, number: int) -> Token:
        return self._tokens[number - self._base][0]

    def _has(self, number: int) -> bool:
        return self._base <= number < self._known

    def _after_letters(self, part: str, marks: str) -> Iterator[tuple[_Place, _Way]]:
        """Explain a heard run of letters in every way that is likely enough."""
        best, at_best = self._best
        exact = at_best.sure and self._match(best, part) is not None
        for place, way in self._ways.items():
            for passed, skipped in [(place, 0.0)] if exact else self._ahead(place):
                if (after := self._match(passed, part)) is not None:
                    yield after, _Way(way.cost + skipped, self._is_complete(after, marks))
            if exact and place != best:
                continue  # as good as decided
            if place.letters and (found := self._within(place, part)) is not None:
                yield found, _Way(way.cost + ANOTHER_WORD / 2, sure=True)
            room = self._in_words(place.token) + self._in_words(place.token - 1)
            added = ONE_MORE if way.added < room else MANY_MORE if way.added < 2 * room else ADDED
            yield place, _Way(way.cost + added, sure=False, added=way.added + 1)
            if self._has(place.token):
                likely = self._is_special(place.token) or self._may_spell(place.token, part)
                other = OTHERWISE if likely else ANOTHER_WORD
                if not way.sure and self._ends_speech(place):
                    other += NEXT_TEXT
                after = _Place(place.token + 1, 0)
                yield after, _Way(way.cost + other, sure=False)
        if not exact:
            yield from self._after_lost(part, marks)

    def _ahead(self, place: _Place) -> Iterator[tuple[_Place, float]]:
        """Yield places a few words on, and what it costs to pass those over."""
        yield place, 0.0
        cost = 0.0
        for number in range(place.token, min(place.token + LOOK_AHEAD, self._known)):
            cost += UNSAID_SPECIAL if self._is_special(number) else UNSAID
            if cost > TOO_MUCH:
                return
            yield _Place(number + 1, 0), cost

    def _match(self, place: _Place, part: str) -> _Place | None:
        """Return where `part` ends if it stands at `place`, across words if need be."""
        number, letters = place
        while part:
            if not self._has(number):
                return None
            rest = self._at(number).letters[letters:]
            if rest.startswith(part):
                whole = len(rest) == len(part)
                return _Place(number + 1, 0) if whole else _Place(number, letters + len(part))
            if not part.startswith(rest):
                return None
            part = part[len(rest) :]
            number, letters = number + 1, 0
        return _Place(number, letters)

    def _within(self, place: _Place, part: str) -> _Place | None:
        """Return where `part` ends if it stands a little further in the same word."""
        number, letters = place
        known = self._at(number).letters
        at = known.find(part, letters, letters + IN_A_WORD + len(part))
        if at < 0:
            return None
        end = at + len(part)
        return _Place(number + 1, 0) if end == len(known) else _Place(number, end)

    def _after_lost(self, part: str, marks: str) -> Iterator[tuple[_Place, _Way]]:
        """Look for the word where a later delta begins: those before it may be lost."""
        best, way = self._best
        doubtful = True
        for index, delta in enumerate(self._deltas):
            if index > DELTAS_AHEAD:
                return
            if (
                delta.first > best.token
                and (after := self._match(_Place(delta.first, 0), part)) is not None
            ):
                cost = way.cost + (DOUBTFUL if doubtful else LOST)
                yield after, _Way(cost, self._is_complete(after, marks))
            if self._delta_end(index) > best.token:
                doubtful &= delta.doubtful

    def _delta_end(self, index: int) -> int:
        return self._deltas[index + 1].first if index + 1 < len(self._deltas) else self._known

    def _after_mark(self, mark: str) -> Iterator[tuple[_Place, _Way]]:
        """Explain a heard mark: at the end of a text, it confirms that this is said."""
        for place, way in self._ways.items():
            before = place.token - 1
            there = not place.letters and self._has(before) and mark in self._at(before).marks
            # Some services end every text with a full stop.
            added = mark in table().sentence_marks and self._ends_speech(place)
            cost = way.cost
            if not there:
                cost += ODD_MARK / 2 if added else ODD_MARK
            elif not way.sure:
                cost -= RIGHT_MARK
            sure = way.sure or added or (there and self._ends_speech(place))
            yield place, _Way(cost, sure, way.added)
            alone = self._has(place.token) and not self._at(place.token).letters
            if alone and mark in self._at(place.token).marks:
                yield _Place(place.token + 1, 0), _Way(way.cost, sure=True)

    def _ends_speech(self, place: _Place) -> bool:
        if place.letters or not self._has(place.token - 1):
            return False
        speech = self._tokens[place.token - 1 - self._base][1]
        return self._ends[speech.id] == place.token

    def _is_complete(self, place: _Place, marks: str) -> bool:
        """Whether nothing more can be heard of the word before `place`: no symbol of it, say."""
        if place.letters or not self._has(place.token - 1):
            return True
        return all(c in marks for c in self._at(place.token - 1).marks if is_symbol(c))

    def _in_words(self, number: int) -> int:
        return self._at(number).in_words if self._has(number) else 0

    def _is_special(self, number: int) -> bool:
        return self._in_words(number) >= 1

    def _may_spell(self, number: int, part: str) -> bool:
        """Whether `part` looks like another spelling of a word, or like what a unit stands for."""
        token = self._at(number)
        is_unit = token.is_unit and part[0] == token.letters[:1]
        return is_unit or _are_similar(token.letters, part)

    def _only_special(self, place: _Place, speech: Delivery) -> bool:
        """Whether nothing but numbers and symbols lies between `place` and the end of `speech`."""
        end = self._ends.get(speech.id, 0)
        if place.token >= end:
            return True
        owner = self._tokens[place.token - self._base][1]
        left = range(place.token, end)
        return owner is speech and not place.letters and all(map(self._is_special, left))

    def _prune(self, ways: Iterator[tuple[_Place, _Way]]) -> dict[_Place, _Way]:
        cheapest = _cheapest(ways)
        least = min(way.cost for way in cheapest.values())
        kept = sorted(cheapest.items(), key=lambda item: item[1].cost)[:MOST_WAYS]
        return {
            place: _Way(way.cost - least, way.sure, way.added)
            for place, way in kept
            if way.cost - least <= TOO_MUCH
        }

    def _heard(self) -> Heard:
        """Say what of the texts is heard by now and was not before."""
        place, way = self._best
        if way.sure:
            self._passed = max(self._passed, place.token)
        number = place.token if place.letters else max(place.token - 1, self._base)
        if not self._has(number):
            return Heard(None, 0, 0)
        token, speech = self._tokens[number - self._base]
        latest = self.heard.speech
        if latest and speech is not latest and number < self._first.get(latest.id, 0):
            # What was said of a later text is not taken back.
            end = self.spoken_characters(latest)
            return Heard(latest, end, end)
        start = max(self._said.get(speech.id, 0), self._begin(number))
        if place.letters:
            word = speech.said[token.start : token.end]
            end = token.start + source_length(word, place.letters)
        else:
            end = token.end if place.token > number else start
        end = max(start, end)
        self._said[speech.id] = end
        self._next = max(self._next, place.token)
        return Heard(speech, start, end)

    def _begin(self, number: int) -> int:
        """Return where the delta begins that holds a token, if what is before it was lost."""
        if number <= self._next:
            return 0
        # Numbers and symbols in between were said in other words.
        lost = any(not self._is_special(passed) for passed in range(self._next, number))
        holder = max(
            (delta for delta in self._deltas if delta.first <= number), key=lambda d: d.first
        )
        return holder.base if lost and holder.first > self._next else 0

    def _trim(self) -> None:
        """Forget what was passed in every way, except the last word, which marks may follow."""
        first = min(place.token for place in self._ways) - 1
        while self._base < first:
            self._tokens.popleft()
            self._base += 1
        while len(self._deltas) > 1 and self._deltas[1].first <= first:
            self._deltas.popleft()


def _are_similar(written: str, heard: str) -> bool:
    """Whether two words begin alike for at least half of their letters."""
    pairs = zip(written, heard, strict=False)
    length = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return length >= SIMILAR and 2 * length >= max(len(written), len(heard))


def _cheapest(ways: Iterator[tuple[_Place, _Way]]) -> dict[_Place, _Way]:
    cheapest: dict[_Place, _Way] = {}
    for place, way in ways:
        known = cheapest.get(place)
        if known is None or (way.cost, not way.sure) < (known.cost, not known.sure):
            cheapest[place] = way
    return cheapest
