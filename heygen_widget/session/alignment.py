"""Which spoken word belongs to which speech, and how much of its text is heard with it.

The server tells words as the voice says them: whole words, parts of words, several at once, marks,
and numbers spelled out. The texts are known in the order they were sent, so both are walked
together. Where that can be done in several ways, the likeliest are all followed, each with what
it costs, until what is heard decides between them.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from heygen_widget.api.models import WordEvent
from heygen_widget.language import table
from heygen_widget.language.graphemes import is_unspaced
from heygen_widget.session import ways
from heygen_widget.session.delivery import Delivery
from heygen_widget.session.expected import heard_runs, is_opening, seconds_of, source_length
from heygen_widget.session.heard import Heard
from heygen_widget.session.sent_words import SentWords
from heygen_widget.session.text import has_letters
from heygen_widget.session.ways import Place, Way, are_similar, cheapest, pruned

LOOK_AHEAD: Final = 8
"""Words of a text that may be passed over at once."""
DELTAS_AHEAD: Final = 64
"""Deltas at whose beginning a word is looked for, should those before not have arrived."""


class Aligner:
    """Walks spoken words along the deltas that were sent, in the order of both.

    Attributes
    ----------
    heard
        What of which text is heard with the latest word.
    """

    def __init__(self) -> None:
        self._sent = SentWords()
        self._said: dict[int, int] = {}  # speech id -> characters of its text that were heard
        self._ways = {Place(0, 0): Way(0.0, sure=True)}
        self._next = 0  # the token that is expected after the word heard last
        self.heard = Heard(None, 0, 0)
        self._passed = 0  # tokens that were said for certain, or passed over
        self._ended = 0  # tokens up to the end of the latest text that counts as ended

    def expect(self, speech: Delivery, delta: str, start: int | None = None) -> None:
        """Add a delta of `speech`, the latest part of what was said of it unless `start` is given.

        `start` is where it begins in the text of `speech`.
        """
        base = len(speech.said) - len(delta) if start is None else start
        # What is before it was heard elsewhere, if at all: in another session, or as another task.
        self._said.setdefault(speech.id, len(speech.said[:base].rstrip()))
        self._sent.add(speech, delta, base)

    def forget(self, speech: Delivery) -> None:
        """Take back the latest delta of `speech`, which the server did not take."""
        if not self._sent.deltas or self._sent.deltas[-1].speech is not speech:
            return
        first = self._sent.take_back()
        self._ways = cheapest(
            (min(place, Place(first, 0)), way) for place, way in self._ways.items()
        )

    def settle(self, speech: Delivery) -> None:
        """Note that `speech` has ended, whatever was heard of it: words to come are of others."""
        end = self._sent.ends.get(speech.id, 0)
        self._ended = max(self._ended, end)
        over = [
            (Place(end, 0), way._replace(sure=True, added=0))
            for place, way in self._ways.items()
            if place <= (end, 0)
        ]
        on = [
            (place, way.step(ways.ENDED * (place < (end, 0)), sure=way.sure, added=way.added))
            for place, way in self._ways.items()
            if place != (end, 0)
        ]
        self._ways = pruned([*over, *on])

    def doubt(self, speech: Delivery) -> None:
        """Note that parts of `speech` may not have arrived."""
        for delta in self._sent.deltas:
            delta.doubtful |= delta.speech is speech

    def take(self, words: Iterable[WordEvent]) -> tuple[Heard, ...]:
        """Say what of which text is heard with each of some words that were told together."""
        batch = tuple(words)
        self._ways = {place: way._replace(trail=()) for place, way in self._ways.items()}
        for event in batch:
            self._explain(event.word)
            self._ways = {
                place: way._replace(trail=(*way.trail, place)) for place, way in self._ways.items()
            }
        heard = tuple(map(self._heard, batch, self._best[1].trail))
        close = [item for item in self._ways.items() if item[1].cost <= ways.CLOSE]
        self._passed = max(self._passed, min(place.token - (not way.sure) for place, way in close))
        # The last word stays, since marks may follow it.
        self._sent.trim(min(place.token for place in self._ways) - 1)
        return heard

    def _explain(self, word: str) -> None:
        for letters, marks in heard_runs(word):
            # Symbols that are reported with their word will not be reported again.
            if letters:
                self._ways = pruned(self._after_letters(letters, marks))
            if marks:
                self._ways = pruned(self._after_mark(marks))

    def is_spoken(self, speech: Delivery) -> bool:
        """Whether the last word of what was sent of `speech` was said for certain."""
        return self._passed >= self._sent.ends.get(speech.id, 0)

    def may_be_spoken(self, speech: Delivery) -> bool:
        """Whether it was said to its end if no more words come: a number, perhaps, in words."""
        if self._best[1].sure:
            return False
        end = self._sent.ends.get(speech.id, 0)
        return any(
            place.token >= end or (not way.sure and self._sent.only_special(place, speech))
            for place, way in self._ways.items()
            if way.cost <= ways.PLAUSIBLE
        )

    def seconds_left(self, speech: Delivery) -> float:
        """Estimate how long it takes to say what was not heard of `speech` and of those before."""
        first = max(self._best[0].token, self._sent.base)
        left = range(first, self._sent.ends.get(speech.id, 0))
        return sum(seconds_of(self._sent.at(number)) for number in left)

    def spoken_characters(self, speech: Delivery) -> int:
        """How much of the text of `speech` was said."""
        return self._said.get(speech.id, 0)

    @property
    def _best(self) -> tuple[Place, Way]:
        return min(self._ways.items(), key=lambda item: (item[1].cost, -item[0].token))

    def _after_letters(self, part: str, marks: str) -> Iterator[tuple[Place, Way]]:
        """Explain a heard run of letters in every way that is likely enough."""
        best, at_best = self._best
        exact = at_best.sure and self._sent.match(best, part) is not None
        for place, way in self._ways.items():
            for passed, skipped in [(place, 0.0)] if exact else self._ahead(place):
                if (after := self._sent.match(passed, part)) is not None:
                    sure = self._sent.is_complete(after, marks, as_written=way.sure)
                    yield after, way.step(skipped, sure=sure)
            if exact and place != best:
                continue  # as good as decided
            if place.letters and (found := self._sent.within(place, part)) is not None:
                yield found, way.step(ways.ANOTHER_WORD / 2, sure=True)
            if is_unspaced(part[0]) and (through := self._sent.through(place, part)) is not None:
                yield (
                    through,
                    way.step(ways.OTHERWISE, sure=self._sent.at(through.token - 1).in_words == 0),
                )
            yield place, way.step(self._cost_of_more(place, way), sure=False, added=way.added + 1)
            if self._sent.has(place.token):
                other = self._cost_instead(place.token, part)
                if not way.sure and self._sent.ends_speech(place):
                    other += ways.NEXT_TEXT
                yield Place(place.token + 1, 0), way.step(other, sure=False)
        if not exact:
            yield from self._after_lost(part, marks)

    def _cost_of_more(self, place: Place, way: Way) -> float:
        """Return what it costs to take a word for one more of what stands before `place`."""
        room = 0 if way.sure else self._sent.in_words(place.token - 1)
        if way.added < room - 1:
            return ways.ONE_MORE
        return ways.MANY_MORE if way.added < 2 * room else ways.ADDED

    def _cost_instead(self, number: int, part: str) -> float:
        """Return what it costs to take a word for what is written otherwise."""
        token = self._sent.at(number)
        alike = token.letters[:1] == part[0] if token.is_short else False
        if alike or are_similar(token.letters, part):
            return ways.OTHERWISE
        if token.is_short:
            return ways.IN_FULL
        return ways.OTHERWISE if self._sent.is_special(number) else ways.ANOTHER_WORD

    def _ahead(self, place: Place) -> Iterator[tuple[Place, float]]:
        """Yield places a few words on, and what it costs to pass those over."""
        yield place, 0.0
        cost = 0.0
        for number in range(place.token, min(place.token + LOOK_AHEAD, self._sent.known)):
            cost += ways.UNSAID_SPECIAL if self._sent.is_special(number) else ways.UNSAID
            cost += ways.NEXT_TEXT * self._sent.ends_speech(Place(number + 1, 0))
            if cost > ways.TOO_MUCH:
                return
            yield Place(number + 1, 0), cost

    def _after_lost(self, part: str, marks: str) -> Iterator[tuple[Place, Way]]:
        """Look for the word where a later delta begins: those before it may be lost."""
        best, way = self._best
        doubtful = True
        for index, delta in enumerate(self._sent.deltas):
            if index > DELTAS_AHEAD:
                return
            if (
                delta.first > best.token
                and (after := self._sent.match(Place(delta.first, 0), part)) is not None
            ):
                cost = ways.DOUBTFUL if doubtful else ways.LOST
                yield after, way.step(cost, sure=self._sent.is_complete(after, marks))
            if self._sent.delta_end(index) > best.token:
                doubtful &= delta.doubtful

    def _after_mark(self, mark: str) -> Iterator[tuple[Place, Way]]:
        """Explain a heard mark: at the end of a text, it confirms that this is said."""
        ends_sentence = mark in table().sentence_marks
        for place, way in self._ways.items():
            there = not place.letters and self._sent.stands_after(place.token - 1, mark)
            # Some services end every text with a full stop.
            added = ends_sentence and self._sent.ends_speech(place)
            cost = 0.0
            if not there and added:
                cost = ways.ODD_MARK / 2
            elif not there:
                cost = (
                    ways.ODD_END
                    if ends_sentence and not self._sent.is_number(place)
                    else ways.ODD_MARK
                )
            elif way.sure or self._sent.ends_sentence(place.token - 1, mark):
                cost = -ways.RIGHT_MARK
            sure = way.sure or added or (there and self._sent.ends_speech(place))
            yield place, way.step(cost, sure=sure, added=way.added)
            if ends_sentence and not there and not added:
                for passed, skipped in self._ahead(place):
                    if self._sent.ends_sentence(passed.token - 1, mark):
                        ends = self._sent.ends_speech(passed)
                        gain = ways.RIGHT_MARK + ways.NEXT_TEXT * ends
                        yield passed, way.step(skipped - gain, sure=ends)
            alone = self._sent.has(place.token) and not self._sent.at(place.token).letters
            if alone and mark in self._sent.at(place.token).marks:
                yield Place(place.token + 1, 0), way.step(0.0, sure=True)

    def _heard(self, event: WordEvent, place: Place) -> Heard:
        """Say what of the texts is heard with a word and was not before."""
        number = place.token if place.letters else max(place.token - 1, self._sent.base)
        if number < place.token and self._sent.has(place.token):
            mark = event.word.strip()
            if has_letters(mark):
                follows = place.token == self._ended
            else:
                opens = is_opening(mark) and not self._sent.stands_after(number, mark)
                follows = opens and self._sent.ends_speech(place)
            number = place.token if follows else number
        if not self._sent.has(number):
            return self._remember(Heard(None, 0, 0))
        token, speech = self._sent.at(number), self._sent.owner(number)
        latest = self.heard.speech
        if latest and speech is not latest and number < self._sent.first.get(latest.id, 0):
            # What was said of a later text is not taken back.
            end = self.spoken_characters(latest)
            return self._remember(Heard(latest, end, end))
        start = max(self._said.get(speech.id, 0), self._begin(number))
        if place.letters:
            word = speech.said[token.start : token.end]
            end = token.start + source_length(word, place.letters)
        else:
            end = token.end if place.token > number else start
        end = max(start, end)
        self._said[speech.id] = end
        self._next = max(self._next, place.token)
        return self._remember(Heard(speech, start, end))

    def _remember(self, heard: Heard) -> Heard:
        self.heard = heard
        return heard

    def _begin(self, number: int) -> int:
        """Return where the delta begins that holds a token, if what is before it was lost."""
        if number <= self._next:
            return 0
        # Numbers and symbols in between were said in other words.
        lost = any(not self._sent.is_special(passed) for passed in range(self._next, number))
        holder = max(
            (delta for delta in self._sent.deltas if delta.first <= number), key=lambda d: d.first
        )
        return holder.base if lost and holder.first > self._next else 0
