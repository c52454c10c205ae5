"""Which characters a voice pronounces, by their Unicode categories. Pure."""

import re
import unicodedata
from functools import cache
from typing import Final

_SOMETIMES_SAID: Final = frozenset("%‰‱٪؉&@#§¶°©®™№℃℉﷽")
_NEVER_SAID: Final = frozenset("|~")
_FIRST_SHAPE: Final = "\u25a0"  # squares, triangles and circles
_LAST_SHAPE: Final = "\u25ff"
_FIRST_EMOJI: Final = "\U0001f000"
_EMOJI = re.compile(r"[0-9#*]\ufe0f?\u20e3|(?:\W|\u2139)\ufe0f")
"""Keycaps, and signs shown as emoji."""


@cache
def is_letter(character: str) -> bool:
    """Whether a voice says it for certain: a letter or a digit of any script."""
    return unicodedata.category(character)[0] in "LN"


@cache
def is_symbol(character: str) -> bool:
    """Whether it is a symbol that voices say by name, such as ``%`` or ``€``; not every voice."""
    if _FIRST_SHAPE <= character <= _LAST_SHAPE:
        return False
    plain = unicodedata.normalize("NFKC", character)  # of the full width, or letters: ㎏
    if plain in _NEVER_SAID:
        return False
    return (
        character in _SOMETIMES_SAID
        or plain in _SOMETIMES_SAID
        or unicodedata.category(character) in {"Sc", "Sm"}
        or (character < _FIRST_EMOJI and any(map(is_letter, plain)))
    )


def has_letters(text: str) -> bool:
    """Whether a voice has something to say for certain."""
    return any(map(is_letter, text))


def is_pronounceable(text: str) -> bool:
    """Whether a voice may have something to say: a letter, a digit, or a symbol with a name.

    Punctuation, emoji and white space alone are silent.

    Examples
    --------
    >>> is_pronounceable("..."), is_pronounceable("👍"), is_pronounceable("5 %")
    (False, False, True)
    """
    said = _EMOJI.sub("", text)
    return any(is_letter(character) or is_symbol(character) for character in said)
