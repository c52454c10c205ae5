"""How heard words may be explained by written ones: the places they lead to, and what that costs.

Knows no texts; `alignment` walks along them.
"""

from collections.abc import Iterable
from itertools import takewhile
from typing import Final, NamedTuple

MOST_WAYS: Final = 24
"""Places that are held possible at a time."""
SIMILAR: Final = 3
"""Letters with which two spellings of a word begin alike."""

# What it costs to explain a word as heard in a certain way.
OTHERWISE: Final = 0.3  # as another word for a number or symbol, or another spelling
IN_FULL: Final = 0.6  # as what an abbreviation stands for, with other letters
ANOTHER_WORD: Final = 1.0  # as another word for an ordinary one
ONE_MORE: Final = 0.35  # as one of several words for a number or symbol
NEXT_TEXT: Final = 0.3  # more, if the text before may go on
MANY_MORE: Final = 0.65  # as one of more words than a number or symbol usually has
ADDED: Final = 1.1  # as one that nobody wrote
RIGHT_MARK: Final = 0.5  # less, as a mark that stands where words were said otherwise
ODD_MARK: Final = 0.2  # as a mark that does not stand there
ODD_END: Final = 0.7  # as the end of a sentence where none is
UNSAID: Final = 1.5  # to pass over an ordinary word
UNSAID_SPECIAL: Final = 0.25  # to pass over a number or symbol
LOST: Final = 4.0  # to pass over whole deltas
DOUBTFUL: Final = 1.0  # ... that may not have arrived
ENDED: Final = 2.0  # to go on with a text that counts as ended
TOO_MUCH: Final = 6.0  # more than the likeliest way: not followed any further
PLAUSIBLE: Final = 3.0  # more than the likeliest way: may be how the text has ended
CLOSE: Final = 0.15  # more than the likeliest way: nearly as likely


class Place(NamedTuple):
    """Between two letters: which token comes next, and how many letters of it were heard."""

    token: int
    letters: int


class Way(NamedTuple):
    """How a place was reached."""

    cost: float  # what it cost
    sure: bool  # whether the last step was exact
    added: int = 0  # the words since that stand for what was written before the place
    trail: tuple[Place, ...] = ()  # the places after each word that is explained at present

    def step(self, cost: float, *, sure: bool, added: int = 0) -> "Way":
        """Go on at a cost."""
        return Way(self.cost + cost, sure, added, self.trail)


def cheapest(ways: Iterable[tuple[Place, Way]]) -> dict[Place, Way]:
    """Keep the cheapest way to each place."""
    found: dict[Place, Way] = {}
    for place, way in ways:
        known = found.get(place)
        if known is None or (way.cost, not way.sure) < (known.cost, not known.sure):
            found[place] = way
    return found


def pruned(ways: Iterable[tuple[Place, Way]]) -> dict[Place, Way]:
    """Keep the likeliest ways, with costs from 0 on."""
    found = cheapest(ways)
    least = min(way.cost for way in found.values())
    kept = sorted(found.items(), key=lambda item: item[1].cost)[:MOST_WAYS]
    return {
        place: way._replace(cost=way.cost - least)
        for place, way in kept
        if way.cost - least <= TOO_MUCH
    }


def are_similar(written: str, heard: str) -> bool:
    """Whether two words begin alike for at least half of their letters."""
    pairs = zip(written, heard, strict=False)
    length = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return length >= SIMILAR and 2 * length >= max(len(written), len(heard))
