"""Infers from the server's byte count which append requests arrived. Sends nothing.

Every answer says how many bytes of text the session holds. So what was lost can be told from what
arrived, unless two requests of the same size are in doubt: then the count fits both. "Not counted
yet" is not "never arrived": a request that was given up stays known, and is recognised when it is
counted after all.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

from heygen_widget.session.delivery import Delivery

LATENESS: Final = 20.0
"""Seconds for which a request that was given up is expected. One that is later is noticed too."""

PADDING: Final = 16
"""Blanks at most that make a text differ in size from those that may still arrive."""

MOST_BLANKS: Final = 16
"""Questions about one text, at most."""

MOST_STORIES: Final = 16
"""Ways, at most, in which one count is explained; with more of them, nothing is certain."""

SLACK: Final = 2
"""Late requests more than in the simplest explanation, once there is one that is late."""

NONSENSE: Final = 3
"""Counts in a row that nothing explains; then the server counts something else."""

_REMEMBERED: Final = 32  # requests
_MOST_CONSIDERED: Final = 512  # stories; the simplest ones

_log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class Sent:
    """A request for more text."""

    size: int  # bytes
    speech: Delivery | None  # whose text it brings; None for blanks, which speak nothing
    # Whether the server has counted it, by its latest answer; None when that cannot be told.
    counted: bool | None = field(default=None, init=False)
    # Whether a count fitted both, so that no later one can tell either.
    ambiguous: bool = field(default=False, init=False)
    # Whether a later request was answered before this one.
    overtaken: bool = field(default=False, init=False)
    # When it was, by the clock; it may arrive all the same.
    given_up: float | None = field(default=None, init=False)


@dataclass(frozen=True, slots=True)
class Difference:
    """Text that the server counts and that was not to be there, or the other way round."""

    sent: Sent  # the request that brought it, or one of those that may have
    surplus: int  # bytes; less than 0 when they are missing


class ByteCount:
    """The server's count, as far as it is known.

    Attributes
    ----------
    counted_at
        When the server last told its count.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._bases = {0}  # what it was before the requests in doubt
        self._nonsense = 0
        self._slack = 0
        self._in_doubt: list[Sent] = []
        self._late: deque[Sent] = deque(maxlen=_REMEMBERED)  # given up
        self._counted: deque[Sent] = deque(maxlen=_REMEMBERED)
        self.counted_at = clock()

    def open(self, seed: str) -> None:
        """Note what the session was created with.

        Nothing documents whether that counts, so both are held possible until the first answer.
        """
        self._bases = {0, len(seed.encode())}

    def send(self, size: int, speech: Delivery | None = None) -> Sent:
        """Note a request that is about to be sent."""
        sent = Sent(size, speech)
        self._in_doubt.append(sent)
        return sent

    def refused(self, sent: Sent) -> None:
        """Note that the server certainly has not taken a request, and never will."""
        self._forget(sent)
        sent.counted = False

    def give_up(self, sent: Sent) -> bool:
        """Note that a request is not waited for any more. Returns whether it may still arrive."""
        if sent not in self._in_doubt:
            return False
        self._in_doubt.remove(sent)
        sent.given_up = self._clock()
        if sent.size:
            self._late.append(sent)
        return True

    def padding(self, size: int) -> int:
        """Return how many blanks make a text of that size different from what may still arrive."""
        sizes = self._sizes_in_doubt()
        return next((more for more in range(PADDING + 1) if size + more not in sizes), 0)

    def blanks(self, size: int) -> int:
        """Return how many blanks to ask with, so that the count tells of a text of that size.

        However many questions are lost, and although one other request may arrive late.
        """
        seed = self._bases if len(self._bases) > 1 else set()
        others = (self._sizes_in_doubt() | seed) - {size}
        steps = range(1, size + PADDING + _REMEMBERED)
        return next((step for step in steps if _tells(step, size, others)), size + 1)

    def answer(self, sent: Sent, counted: int) -> list[Difference]:
        """Take the count that came with the answer to `sent`. Returns what differs from it."""
        self._forget(sent)
        sent.counted = True
        if sent.speech is not None:
            self._counted.append(sent)
        if sent.overtaken and counted < min(self._bases):
            return []  # it is in a later count, which is known already
        for other in self._in_doubt:
            other.overtaken = True
        grown = {counted - base - sent.size for base in self._bases}
        at_first = len(self._bases) > 1
        self._bases = {counted}
        self.counted_at = self._clock()
        if self._nonsense < NONSENSE and (stories := self._stories(grown)):
            self._nonsense = 0
            return self._believe(stories)
        for other in self._in_doubt:
            other.counted, other.ambiguous = None, True
        if at_first:
            grown &= {sent.size, -sent.size}  # else, the seed is counted otherwise
        if not grown or self._nonsense >= NONSENSE:
            return []
        return self._unexplained(grown.pop(), sent)

    def late(self, within: float = LATENESS) -> list[Delivery]:
        """Return whose texts were given up within so many seconds before the latest answer."""
        since = self.counted_at - within
        return [s.speech for s in self._late if s.speech is not None and (s.given_up or 0) > since]

    def close(self) -> None:
        """Note that the server takes nothing more: what is late never arrives."""
        self._late.clear()

    def _forget(self, sent: Sent) -> None:
        if sent in self._in_doubt:
            self._in_doubt.remove(sent)
        elif sent in self._late:
            self._late.remove(sent)

    def _sizes_in_doubt(self) -> set[int]:
        now = self._clock()
        late = (s.size for s in self._late if now - (s.given_up or 0) < LATENESS)
        return {*late, *(sent.size for sent in self._in_doubt)}

    def _stories(self, grown: set[int]) -> "list[_Story]":
        """Return what may have arrived, as little as possible of it late; [] if nothing fits."""
        most = max(grown)
        texts, blanks = [_Story()], [_Story()]
        for sent in (*self._in_doubt, *self._late):
            stories = blanks if sent.speech is None else texts
            known = {story.key for story in stories}
            more = [story.with_one_more(sent, self._cost(sent)) for story in stories]
            stories += [story for story in more if story.size <= most and story.key not in known]
            stories.sort(key=lambda story: story.cost)
            del stories[_MOST_CONSIDERED:]
        fillings: dict[int, _Story] = {}
        for story in blanks:
            fillings.setdefault(story.size, story)
        found = [
            story.filled(fillings[growth - story.size])
            for growth in grown
            for story in texts
            if growth - story.size in fillings
        ]
        least = min((story.cost for story in found), default=0)
        if least:
            self._slack = SLACK
        simplest = [story for story in found if story.cost == least]
        others = [story for story in found if story.cost <= least + self._slack]
        fates = {story.texts.intersection(self._in_doubt) for story in others}
        return others if least or len(fates) > 1 else simplest

    def _cost(self, sent: Sent) -> int:
        """Return how unlikely it is that a request has arrived just now."""
        if sent.given_up is None:
            return 0
        return 1 if self._clock() - sent.given_up < LATENESS else 2

    def _believe(self, stories: "list[_Story]") -> list[Difference]:
        possible = frozenset.union(*(story.texts for story in stories))
        certain = frozenset.intersection(*(story.texts for story in stories))
        if len(stories) > MOST_STORIES:
            certain = frozenset()
        for sent in (*self._in_doubt, *self._late):
            sent.ambiguous |= sent in possible
            sent.counted = True if sent in certain else None if sent.ambiguous else False
        surplus = [sent for sent in self._late if sent in possible]
        arrived = certain | (stories[0].blanks if len(stories) == 1 else frozenset())
        self._counted.extend(certain)
        self._in_doubt = [sent for sent in self._in_doubt if sent not in arrived]
        self._late = deque((sent for sent in self._late if sent not in arrived), _REMEMBERED)
        for blank in [sent for sent in self._in_doubt if sent.speech is None]:
            self.give_up(blank)
        return [Difference(sent, sent.size) for sent in surplus]

    def _unexplained(self, grown: int, sent: Sent) -> list[Difference]:
        """Find the texts that were counted twice, or never, although they were answered for."""
        if grown > 0:
            latest = list(self._counted)[::-1]
            found = next(
                (c for n in (1, 2) for c in combinations(latest, n) if _sum(c) == grown), ()
            )
        else:
            ends = (list(self._counted)[-n:] for n in range(1, len(self._counted) + 1))
            found = next((tuple(end) for end in ends if _sum(end) == -grown), ())
        if found:
            sign = 1 if grown > 0 else -1
            return [Difference(each, sign * each.size) for each in found]
        self._nonsense += 1
        _log.warning("The server's count of bytes differs by %+d from what was sent.", grown)
        return [] if sent.speech is None else [Difference(sent, grown)]


@dataclass(frozen=True, slots=True)
class _Story:
    """What may have arrived between two answers."""

    texts: frozenset[Sent] = frozenset()
    blanks: frozenset[Sent] = frozenset()
    size: int = 0  # bytes of all of it
    cost: int = 0  # how unlikely it is

    @property
    def key(self) -> object:
        """What makes it another story: which blanks they are does not matter."""
        return (self.texts, self.size, self.cost)

    def with_one_more(self, sent: Sent, cost: int) -> "_Story":
        """Return the same story with another request in it."""
        more = frozenset({sent})
        texts = self.texts if sent.speech is None else self.texts | more
        blanks = self.blanks | more if sent.speech is None else self.blanks
        return _Story(texts, blanks, self.size + sent.size, self.cost + cost)

    def filled(self, blanks: "_Story") -> "_Story":
        """Return the same story with blanks in it."""
        return _Story(self.texts, blanks.blanks, self.size + blanks.size, self.cost + blanks.cost)


def _tells(step: int, size: int, others: set[int]) -> bool:
    """Whether questions of `step` blanks leave no doubt about a text of `size` bytes."""
    without = {step * questions for questions in range(MOST_BLANKS + 1)}
    with_it = {size + blanks for blanks in without}
    return without.isdisjoint(with_it) and all(
        {blanks + other for blanks in without}.isdisjoint(without | with_it)
        and {total + other for total in with_it}.isdisjoint(without)
        for other in others
        if other
    )


def _sum(sent: Iterable[Sent]) -> int:
    return sum(each.size for each in sent)
