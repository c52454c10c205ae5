"""The words of a text, and the time of each.

A punctuation mark is a word of its own. Every word of the text occurs exactly once and in order,
whatever a synthesizer reports. Knows no synthesizer.
"""
# ruff: noqa: RUF001 - texts contain typographic marks that look like others

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Final, NamedTuple

from heygen_widget.local.voice.engine import TimedWord

# The text is matched as a string of character kinds, because `re` knows no Unicode properties:
# w letter  d digit  i ideograph or kana  j joins letters  p joins digits  e emoji
# v emoji modifier  z joiner or variation selector  x other mark  blank: separates
_WORD: Final = re.compile(
    r"[wd](?:[wdz]|j(?=[wd])|(?<=d)p(?=d))*"  # well-known, don't, 3.14, 12:30
    r"|iz*"
    r"|e(?:[zv]|(?<=z)e)*"
    r"|[jpvx]"
)
_SLACK: Final = 0.06  # seconds a synthesizer may begin a word before or after its first sound
_GLUE: Final = re.compile("[\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_MARK_KINDS: Final = (
    dict.fromkeys("'’-‐‑·", "j")
    | dict.fromkeys(".,:", "p")
    | dict.fromkeys("\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff", "v")
)
_FIRST_PICTOGRAM: Final = "\u2190"  # symbols below it are written in prose: degrees, trademarks


class Token(NamedTuple):
    """A word or mark of a text.

    Attributes
    ----------
    text
        As written.
    start
        Index of its first character in the text.
    weight
        How long it takes to speak, relative to others. 0 for marks.
    """

    text: str
    start: int
    weight: int


def tokens(text: str) -> list[Token]:
    """Return the words and marks of `text`, in order."""
    kinds = "".join(map(kind, text))
    found = []
    for match in _WORD.finditer(kinds):
        word = text[match.start() : match.end()]
        # An ideograph is a syllable: as long as a short written one.
        weight = {"w": len(word), "d": 3 * len(word), "i": 3}.get(match[0][0], 0)
        found.append(Token(word, match.start(), weight))
    return found


@cache
def kind(char: str) -> str:
    """Return the kind of one character, as listed at the top of this module."""
    if _GLUE.match(char):
        return "z"
    category = unicodedata.category(char)
    if category[0] in "LMN" or char == "_":
        name = unicodedata.name(char, "")
        if name.startswith(("CJK", "HIRAGANA", "KATAKANA", "IDEOGRAPHIC")):
            return "i"
        return "d" if category == "Nd" else "w"
    if category == "So" and char >= _FIRST_PICTOGRAM:
        return "e"
    return " " if category[0] in "ZC" else _MARK_KINDS.get(char, "x")


def time_words(
    text: str,
    duration: float,
    anchors: Sequence[tuple[float, int]] = (),
    pauses: Sequence[tuple[float, float]] = (),
) -> tuple[TimedWord, ...]:
    """Return when each word of `text` is heard.

    Parameters
    ----------
    text
        What is spoken.
    duration
        Seconds it takes.
    anchors
        Reported by a synthesizer: (seconds, index of the character spoken then). May have gaps,
        repetitions and disorder; words between anchors share the time between them.
    pauses
        Start and end of silences, in seconds. Marks are placed in the pauses they cause.
    """
    found = tokens(text)
    fixed = _fixed(found, anchors, duration)
    timed: list[TimedWord] = []
    for (first, start), (last, end) in pairwise([(0, 0.0), *fixed, (len(found), duration)]):
        # A word sounds until the pause before the next one.
        pause = next((a for a, b in pauses if start < a < end <= b + _SLACK), end)
        timed += _share(found[first:last], start, pause, end)
    return tuple(timed)


def _fixed(
    found: list[Token], anchors: Sequence[tuple[float, int]], duration: float
) -> list[tuple[int, float]]:
    """Return (index of token, seconds) of the tokens that anchors point into, both increasing."""
    fixed: list[tuple[int, float]] = []
    ends = [token.start + len(token.text) for token in found]
    index, latest = 0, 0.0
    for seconds, position in anchors:
        while index < len(found) and ends[index] <= position:
            index += 1
        if index == len(found):
            break
        if position < found[index].start or seconds < latest:
            continue  # a blank, or a step back in the text or in time
        latest = min(seconds, duration)
        fixed.append((index, latest))
        index += 1
    return fixed


def _share(group: list[Token], start: float, pause: float, end: float) -> list[TimedWord]:
    """Distribute the time up to `pause` over the words by weight, the rest over the marks."""
    weights = [token.weight for token in group]
    if group and not any(weights):
        weights[0] = 1  # a mark that is said, such as a percent sign
    total, said = sum(weights), 0
    timed = []
    for token, weight in zip(group, weights, strict=True):
        if said == total:
            timed.append(TimedWord(token.text, pause, end))
            continue
        begin = start + (pause - start) * said / total
        said += weight
        timed.append(TimedWord(token.text, begin, start + (pause - start) * said / total))
    return timed
