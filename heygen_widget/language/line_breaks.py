"""Where a line of text may be broken, by the rules of its script.

With ICU (icu4py, in the `save` and `local` extras), scripts without spaces break between words.
Without it, Thai and related scripts break only where they must, between characters. Knows no
captions.
"""

import re
import unicodedata
from functools import lru_cache
from itertools import accumulate
from typing import Final

from heygen_widget.language import FIRST_WIDE
from heygen_widget.language.graphemes import may_cut

LONGEST_RUN: Final = 42
"""Without ICU, the maximum number of characters without a break."""

_LAST_WIDE: Final = "\uffef"
_OPENING: Final = frozenset({"Ps", "Pi"})
_CLOSING: Final = frozenset({"Pe", "Pf", "Po"})
_NEVER_FIRST: Final = "ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮー々〜％%°"  # noqa: RUF001
_WORD = re.compile(r"\S+\s*")


@lru_cache(maxsize=256)
def breaks(text: str) -> tuple[int, ...]:
    """Return the indices at which lines may begin in `text`, other than 0.

    Examples
    --------
    >>> breaks("One two")
    (4,)
    """
    try:
        from icu4py.breakers import LineBreaker  # noqa: PLC0415 (an extra)
    except ImportError:
        return tuple(_plain_breaks(text))
    # ICU counts in UTF-16.
    widths = (2 if character > "\uffff" else 1 for character in text)
    numbers = {units: index for index, units in enumerate(accumulate(widths, initial=0))}
    segments = LineBreaker(text, "en").segments()
    return tuple(
        numbers[end] for _, end in segments if end in numbers and 0 < numbers[end] < len(text)
    )


def _plain_breaks(text: str) -> list[int]:
    found = []
    for match in _WORD.finditer(text):
        word = match[0].rstrip()
        if len(word) > LONGEST_RUN or any(FIRST_WIDE <= c <= _LAST_WIDE for c in word):
            places = range(match.start() + 1, match.start() + len(word))
            found += [at for at in places if _may_break(text, at, len(word))]
        found.append(match.end())
    return [at for at in found if at < len(text)]


def _may_break(text: str, at: int, length: int) -> bool:
    before, after = text[at - 1], text[at]
    if not may_cut(text, at) or unicodedata.category(before) in _OPENING:
        return False
    if unicodedata.category(after) in _CLOSING or after in _NEVER_FIRST:
        return False
    if FIRST_WIDE <= before <= _LAST_WIDE or FIRST_WIDE <= after <= _LAST_WIDE:
        return True
    return length > LONGEST_RUN and "\u0e00" <= before <= "\u17ff" and before >= "\u0e00"
