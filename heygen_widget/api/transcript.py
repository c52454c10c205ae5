"""Spoken words as readable text, as their author wrote them where that is known."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from heygen_widget.api.models import WordEvent


@dataclass(frozen=True, slots=True)
class WrittenWord(WordEvent):
    """A spoken word with what its author wrote for it."""

    # The piece of the author's text that is heard with it, with the white space and the marks
    # that belong to it. Pieces follow each other without anything in between.
    text: str


def as_text(words: Iterable[WordEvent]) -> str:
    """Join words to a text: as it was written, or with the blanks that are usual between words.

    Examples
    --------
    >>> as_text([WordEvent(word=w, start=0, end=1) for w in ("Hello", ",", "you", "!")])
    'Hello, you!'
    """
    return "".join(texts(words)).strip()


def texts(words: Iterable[WordEvent]) -> Iterator[str]:
    """Yield the text of each word, which begins with what parts it from the word before."""
    before = ""
    for event in words:
        if isinstance(event, WrittenWord):
            text = event.text
        else:
            word = event.word.strip()
            text = separator(before, word) + word
        yield text
        before = text or before


def separator(before: str, after: str) -> str:
    """Return the separator between two words or texts that were not adjacent in the original."""
    if not before or not after or before[-1].isspace() or after[0].isspace():
        return ""
    if not any(character.isalnum() for character in after):
        return ""
    return "" if is_unspaced(before[-1]) or is_unspaced(after[0]) else " "


def is_unspaced(character: str) -> bool:
    """Whether a character is of a script that puts no blanks between words, or one of its marks."""
    if _FIRST_HAN <= character <= _LAST_HAN or character >= "\U00020000":
        return True
    name = unicodedata.name(character, "")
    return name.startswith(_UNSPACED) or "\uff01" <= character <= "\uff60"


_FIRST_HAN: Final = "\u2e80"
_LAST_HAN: Final = "\u9fff"
_UNSPACED: Final = ("CJK", "THAI ", "LAO ", "KHMER ", "MYANMAR ", "HALFWIDTH KATAKANA")
