"""Where a text may be cut without splitting a character as readers see it.

Covers what occurs in speech: combining marks, joined emoji, flags, decomposed Hangul, and
surrogates that arrive separately.
"""

import unicodedata
from typing import Final

from heygen_widget.language.sentences import FIRST_WIDE

JOINERS: Final = "\u200c\u200d"


def is_wide(character: str) -> bool:
    """Whether a character belongs to a script without spaces, where each may end a word."""
    return character >= FIRST_WIDE and not _is_surrogate(character)


def is_unspaced(character: str) -> bool:
    """Whether a character belongs to a script without spaces between words, or its punctuation."""
    return is_wide(character) or any(
        first <= character <= last
        for first, last in (
            ("\u0e00", "\u0fff"),  # Thai, Lao, Tibetan
            ("\u1000", "\u109f"),  # Burmese
            ("\u1100", "\u11ff"),  # Hangul in letters
            ("\u1780", "\u17ff"),  # Khmer
        )
    )


def is_hangul(character: str) -> bool:
    """Whether a character is a Hangul syllable; Hangul has spaces between words."""
    return "\uac00" <= character <= "\ud7a3"


def may_cut(text: str, at: int) -> bool:
    """Whether `text` may be cut before index `at`, which is inside the text and not 0.

    Not before a combining mark or a joiner, not after a joiner, and not inside a flag.
    """
    before, after = text[at - 1], text[at]
    if before in JOINERS or _extends(after) or (before, after) == ("\r", "\n"):
        return False
    if _is_surrogate(before) and _is_surrogate(after):
        return not (before < "\udc00" <= after)
    return not (_is_flag_letter(after) and _flag_letters_before(text, at) % 2)


def _extends(character: str) -> bool:
    return (
        unicodedata.category(character) in {"Mn", "Mc", "Me"}
        or character in JOINERS
        or "\U0001f3fb" <= character <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= character <= "\U000e007f"  # tags, of the flag of Wales, say
        or "\u1160" <= character <= "\u11ff"  # vowels and finals of Hangul
        or "\uff9e" <= character <= "\uff9f"  # half-width voicing marks
    )


def _is_surrogate(character: str) -> bool:
    return "\ud800" <= character <= "\udfff"


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _flag_letters_before(text: str, at: int) -> int:
    start = at
    while start and _is_flag_letter(text[start - 1]):
        start -= 1
    return at - start
