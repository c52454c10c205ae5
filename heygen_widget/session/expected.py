"""The words of a text as they are expected to be heard: folded, so that spellings compare.

Knows no speech and no time; `alignment` matches what is heard with these.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate, pairwise
from typing import Final

from heygen_widget.language import FIRST_WIDE, table
from heygen_widget.language.graphemes import is_unspaced
from heygen_widget.session.text.pronounced import is_letter, is_pronounceable, is_symbol
from heygen_widget.session.text.pronunciation import Stretch

LONGEST_UNIT: Final = 3
"""Letters of what stands after a number and may be said in full: km, kg, PM."""

_APOSTROPHES: Final = "'\u2019\u02bc\uff07"
_JOINERS: Final = "\u00ad\u0640\u200b\u200c\u200d\u2060\ufeff"
_OPENING: Final = frozenset({"Ps", "Pi", "Sc"})
_LAST_WIDE: Final = "\u9fff"
_COMPARING: Final = frozenset("<>≤≥≠≈")
_JOINING: Final = frozenset(".@/:_")
_SPACES: Final = frozenset(" \t\n\u00a0\u2009\u202f\u3000")
_ABBREVIATED: Final = re.compile(r"(?<!\w)(\w[\w.]*)\.(?!\w)")


@dataclass(slots=True)
class Token:
    """A word of a text."""

    letters: str  # its letters and digits, folded; empty for a symbol that stands alone
    # Where it stands in its text; `end` includes the marks that belong to it.
    start: int
    end: int
    marks: str  # what follows it up to the next word, without white space
    # Those of them that voices say: symbols, and what joins the parts of numbers and addresses.
    said_marks: str
    # How many words voices say for it, about: for a number or a word with a symbol. 0 for
    # others.
    in_words: int
    # Whether it may be a unit or an abbreviation, which voices say in full, or goes on with a
    # number.
    is_short: bool = False


def tokens(text: str, base: int = 0) -> Iterator[Token]:
    """Read the words of `text`, which begins at `base` in a longer one.

    Every character that a voice pronounces is part of one or next to one. The runs between two
    words are divided: closing marks go with the word before, opening ones with the word after.
    """
    words = list(_words(text))
    if not words and is_pronounceable(text):
        marks = "".join(text.split())
        yield Token("", base, base + len(text.rstrip()), marks, marks, len(marks))
    short = set(_abbreviated(text))
    after_number = False
    opened = text[: words[0][0]] if words else ""
    for (start, end), (following, _) in pairwise([*words, (len(text), len(text))]):
        gap = text[end:following]
        cut = closing(gap)
        # A symbol at the very end is nobody else's.
        marks = "".join((gap[:cut] if following < len(text) else gap).split())
        letters = fold(text[start:end])
        is_short = start in short or (after_number and len(letters) <= LONGEST_UNIT)
        after_number = _has_digit(letters)
        joins = following < len(text) and not set(gap) - _JOINING
        said_marks = marks if joins else "".join(filter(is_symbol, marks))
        symbols = sum(map(_words_for, [*filter(is_symbol, opened), *said_marks]))
        in_words = max(len(letters) * after_number + symbols, int(is_short))
        yield Token(letters, base + start, base + end + cut, marks, said_marks, in_words, is_short)
        opened = gap[cut:]


def spoken_tokens(stretches: Iterable[Stretch], base: int = 0) -> Iterator[Token]:
    """Read the words that are said for a text, with their places in what is written.

    The first word that is said for another stands for all of what is written.
    """
    parts = tuple(stretches)
    if not any(part.replaced for part in parts):
        yield from tokens("".join(part.said for part in parts), base)
        return
    ends = [*accumulate(len(part.said) for part in parts)]

    def written(place: int, *, is_end: bool) -> int:
        number = (bisect_left if is_end else bisect_right)(ends, place)
        part = parts[min(number, len(parts) - 1)]
        within = place - (ends[number] - len(part.said) if number < len(parts) else 0)
        if number >= len(parts) or (part.replaced and (within or is_end)):
            return base + part.end
        return base + part.start + within

    for token in tokens("".join(part.said for part in parts)):
        token.start = written(token.start, is_end=False)
        token.end = written(token.end, is_end=True)
        yield token


def _abbreviated(text: str) -> Iterator[int]:
    """Yield where the words begin of what is an abbreviation, with its full stop."""
    for match in _ABBREVIATED.finditer(text):
        form = match[1]
        initial = len(form) == 1 and form.isupper()
        listed = form in table().abbreviations and form not in table().before_numbers
        if initial or listed:
            yield from (match.start(1) + start for start, _ in _words(form))


def _words_for(mark: str) -> int:
    return 3 if mark in _COMPARING else 1  # "less than", "greater than or equal to"


def seconds_of(token: Token) -> float:
    """Estimate how long a voice takes to say a word, generously."""
    wide = any(map(is_unspaced, token.letters))
    return len(token.letters) * (0.25 if wide else 0.1) + token.in_words * 0.4 + 0.1


def closing(gap: str) -> int:
    """Return how much of what stands between two words belongs to the first of them."""
    cut = 0
    for at, character in enumerate(gap):
        after_space = at > 0 and gap[at - 1].isspace()
        if character == "\n" or _opens(character, after_space=after_space):
            break
        if not character.isspace():
            cut = at + 1
    return cut


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Reduce a text to letters and digits that compare whatever their case, width and accents."""
    return "".join(map(_folded, text))


def heard_runs(word: str) -> Iterator[tuple[str, str]]:
    """Yield the runs of letters in a word as it was heard, folded, each with the marks after it.

    Marks within a number or an address are left out; symbols are among them.
    """
    runs = [(0, 0), *_words(word), (len(word), len(word))]
    for (start, end), (following, _) in pairwise(runs):
        gap = word[end:following]
        inner = end > 0 and following < len(word) and not set(gap) & _SPACES
        marks = "" if inner and not any(map(is_symbol, gap)) else "".join(gap.split())
        letters = fold(word[start:end])
        if letters or marks:
            yield letters, marks


def source_length(text: str, letters: int) -> int:
    """Return how many characters of `text` hold the first folded `letters`."""
    for at, character in enumerate(text):
        if letters <= 0 and _folded(character):
            return at
        letters -= len(_folded(character))
    return len(text)


@cache
def _folded(character: str) -> str:
    if (digit := unicodedata.digit(character, None)) is not None:
        return str(digit)
    spelled = unicodedata.normalize("NFKD", character.casefold())
    return "".join(c for c in unicodedata.normalize("NFKD", spelled.casefold()) if is_letter(c))


@cache
def _kind(character: str) -> str:
    """Return w for a letter, d for a digit, i for an ideograph, m for what goes on with a word."""
    if character in _JOINERS or unicodedata.category(character)[0] == "M":
        return "m"
    if character in _APOSTROPHES:
        return "a"
    if not is_letter(character) or not _folded(character):
        return " "
    if FIRST_WIDE <= character <= _LAST_WIDE or character >= "\U00020000":
        return "i"
    return "d" if unicodedata.category(character)[0] == "N" else "w"


_WORD: Final = re.compile("w(?:[wm]|a(?=w))*|d[dm]*|im*")


def _words(text: str) -> Iterator[tuple[int, int]]:
    kinds = "".join(map(_kind, text))
    return (match.span() for match in _WORD.finditer(kinds))


def _has_digit(letters: str) -> bool:
    return any(unicodedata.category(letter)[0] == "N" for letter in letters)


def is_opening(mark: str) -> bool:
    """Whether a heard mark belongs to what follows it."""
    return bool(mark) and (unicodedata.category(mark[0]) in {"Ps", "Pi"} or mark[0] in "¿¡")


def _opens(character: str, *, after_space: bool) -> bool:
    category = unicodedata.category(character)
    if category in _OPENING or character in "¿¡#@":
        # German closes with “ what English opens with it.
        return after_space or category != "Pi"
    return after_space and character in "\"'\uff02\uff07"
