"""Which characters a voice pronounces, by their Unicode categories. Pure."""

import unicodedata
from functools import cache
from typing import Final

_SOMETIMES_SAID: Final = frozenset("%‰&@#§¶°©®™№℃℉")
_NEVER_SAID: Final = frozenset("|~")


@cache
def is_letter(character: str) -> bool:
    """Whether a voice says it for certain: a letter or a digit of any script."""
    return unicodedata.category(character)[0] in "LN"


@cache
def is_symbol(character: str) -> bool:
    """Whether it is a symbol that voices say by name, such as ``%`` or ``€``; not every voice."""
    if character in _SOMETIMES_SAID:
        return True
    return unicodedata.category(character) in {"Sc", "Sm"} and character not in _NEVER_SAID


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
    return any(is_letter(character) or is_symbol(character) for character in text)
