"""The words of a text as they are expected to be heard: folded, so that spellings compare.

Knows no speech and no time; `alignment` matches what is heard with these.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import Final

from heygen_widget.language import FIRST_WIDE
from heygen_widget.session.text.pronounced import is_letter, is_pronounceable, is_symbol

LONGEST_UNIT: Final = 3
"""Letters of what stands after a number and may be said in full: km, kg, PM."""

_APOSTROPHES: Final = "'\u2019\u02bc\uff07"
_JOINERS: Final = "\u00ad\u0640\u200b\u200c\u200d\u2060\ufeff"
_OPENING: Final = frozenset({"Ps", "Pi", "Sc"})
_LAST_WIDE: Final = "\u9fff"


@dataclass(slots=True)
class Token:
    """A word of a text.

    Attributes
    ----------
    letters
        Its letters and digits, folded; empty for a symbol that stands alone.
    start, end
        Where it stands in its text; `end` includes the marks that belong to it.
    marks
        What follows it up to the next word, without white space.
    in_words
        How many words voices say for it, about: for a number or a word with a symbol. 0 for others.
    is_unit
        Whether it may be a unit, which voices say in full.
    """

    letters: str
    start: int
    end: int
    marks: str
    in_words: int
    is_unit: bool = False


def tokens(text: str, base: int = 0) -> Iterator[Token]:
    """Read the words of `text`, which begins at `base` in a longer one.

    Every character that a voice pronounces is part of one or next to one. The runs between two
    words are divided: closing marks go with the word before, opening ones with the word after.
    """
    words = list(_words(text))
    if not words and is_pronounceable(text):
        marks = "".join(text.split())
        yield Token("", base, base + len(text.rstrip()), marks, len(marks))
    after_number = False
    opened = text[: words[0][0]] if words else ""
    for (start, end), (following, _) in pairwise([*words, (len(text), len(text))]):
        gap = text[end:following]
        cut = closing(gap)
        # A symbol at the very end is nobody else's.
        marks = gap[:cut] if following < len(text) else gap
        letters = fold(text[start:end])
        unit = after_number and len(letters) <= LONGEST_UNIT
        after_number = _has_digit(letters)
        in_words = len(letters) * after_number + sum(map(is_symbol, opened + marks))
        marks = "".join(marks.split())
        yield Token(letters, base + start, base + end + cut, marks, in_words, unit)
        opened = gap[cut:]


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


def letters_of(word: str) -> list[str]:
    """Return the runs of letters in a word as it was heard, folded."""
    return [letters for start, end in _words(word) if (letters := fold(word[start:end]))]


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


def _opens(character: str, *, after_space: bool) -> bool:
    category = unicodedata.category(character)
    if category in _OPENING or character in "¿¡#@":
        # German closes with “ what English opens with it.
        return after_space or category != "Pi"
    return after_space and character in "\"'\uff02\uff07"
