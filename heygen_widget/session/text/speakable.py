"""Checks whether a text can be spoken at all. Pure."""

import unicodedata
from typing import Final

LONGEST_TEXT: Final = 100_000
"""Characters in one `speak()`: about two hours of speech, twice what a session may last."""

_DIRECTIONS: Final = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

LARGEST_REQUEST: Final = 100_000
"""Bytes of UTF-8 that a session takes at once; longer texts are sent piece by piece."""


def size_of(text: str) -> int:
    """Return the bytes of a text in UTF-8, half characters included."""
    return len(text.encode("utf-8", "surrogatepass"))


def clean(text: str) -> str:
    """Replace what no voice can read and no JSON can carry.

    Lone surrogates become U+FFFD; control characters, and those that turn the direction of text,
    become spaces.
    """
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return "".join(c if c.isprintable() or _is_kept(c) else " " for c in whole)


def _is_kept(character: str) -> bool:
    """Whether it is a space of some width, belongs to a word or an emoji, or may be a new one."""
    kind = unicodedata.category(character)
    return (
        character in "\n\t"
        or kind in {"Zs", "Cn"}
        or (kind == "Cf" and character not in _DIRECTIONS)
    )


def speakable(text: str) -> str:
    """Check a whole text.

    Raises
    ------
    ValueError
        If the text is empty, or far too long.
    """
    if len(text) > LONGEST_TEXT:
        raise ValueError(
            f"{len(text):,} characters take longer to speak than a session may last (one hour). "
            f"Send at most {LONGEST_TEXT:,} at a time."
        )
    if not clean(text).strip():
        raise ValueError("The text must not be empty or blank.")
    return text


def in_one_request(text: str) -> str:
    """Check a text that cannot be sent piece by piece.

    Raises
    ------
    ValueError
        When it is too long.
    """
    size = size_of(text)
    if size > LARGEST_REQUEST:
        raise ValueError(
            f"The text is {size:,} bytes of UTF-8, and a 'tts' session takes at most "
            f"{LARGEST_REQUEST:,} at once. Use type='text_stream', which sends it piece by piece."
        )
    return text
