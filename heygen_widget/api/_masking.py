r"""Masks a key in text, in any simple form in which a server may have echoed it.

That is any piece of at least `PIECE` characters, in any case, whose characters may each be written
as in a URL (``%41``), in HTML (``&#65;``, ``&equals;``), in JSON (a backslash, ``\u0041``), or with
something else between them: blanks, quotes, line breaks, what nobody sees; and pieces in base64 or
hexadecimal. Takes time in proportion to the text.
"""

import base64
import re
from array import array
from collections.abc import Iterator, Sequence
from functools import lru_cache
from html import unescape
from typing import Final

from heygen_widget.api.plain import HIDDEN

MASK: Final = "***"

PIECE: Final = 8
"""Characters of a key that tell something of it."""
PIECE_BASE64: Final = 11
"""Characters of a key in base64, of which 10 bytes give at least so many whole ones."""
SHORTEST: Final = 16
"""Characters of a key that does not turn up in an answer by chance, as a word or within an id."""

_DEEPEST: Final = 3
"""How many forms within one another are undone."""

_MOST: Final = 50_000
"""Pieces of a key that are masked one by one; with more of them, the whole text is masked."""

_WRITTEN: Final = re.compile(
    r"\\+(?:u\{?0{0,6}(?P<u>[0-9a-f]{2})\}?|x(?P<x>[0-9a-f]{2}))?"
    r"|0x(?P<b>[0-9a-f]{2})\b|</?[a-z]{1,8} ?/?>"
    r"|%(?:25)*(?P<p>[0-9a-f]{2})"
    r"|&(?:amp;)*(?:\#0*(?P<d>[0-9]{2,3});?|\#x0*(?P<h>[0-9a-f]{2});?|(?P<n>[a-z]{2,8});)"
    rf"|[{HIDDEN}\u200c\u200d\x00-\x08\x0e-\x1f\x7f-\x9f]+",
    re.IGNORECASE,
)
_LOWER: Final = {
    **{ord(wide) + 0xFEE0: wide.lower() for wide in map(chr, range(0x21, 0x7F))},  # full width
    **{ord(upper): upper.lower() for upper in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
}
_OTHER: Final = re.compile("[^a-z0-9]+")
_URL_SAFE: Final = str.maketrans("+/", "-_")


def masked(text: str, key: str, keep: str = "") -> str:
    """Return `text` with every form of `key` replaced by a mask, except for one kept character."""
    if not key or len(text) < min(len(key), PIECE):
        return text
    plain, origins = _plainly(text)
    told = bytearray(len(text))
    for number, (start, end) in enumerate(_found(plain, key)):
        if number == _MOST:  # whoever echoes it so often has nothing else to say
            told = bytearray(b"\1") * len(text)
            break
        # From the beginning of its first character, however it is written, to that of the next.
        told[origins[start] : origins[end]] = b"\1" * (origins[end] - origins[start])
    if not any(told):
        return text
    for sign in re.finditer(re.escape(keep), text) if keep else ():
        told[sign.start()] = 0
    return "".join(_blotted(text, told))


def _blotted(text: str, told: bytearray) -> Iterator[str]:
    end = 0
    for span in re.finditer(rb"\x01+", told):
        yield text[end : span.start()]
        yield MASK
        end = span.end()
    yield text[end:]


def _found(text: str, key: str) -> Iterator[tuple[int, int]]:
    """Yield where pieces of the key stand in plainly written text."""
    plain_key = _plainly(key)[0]  # as the text: a key may well hold a backslash
    if len(key) < SHORTEST:  # a part of it, or a word that is written like it, says nothing
        yield from _occurrences(text, plain_key, len(plain_key))
        return
    forms = _forms(plain_key, key)
    lower = text.translate(_LOWER)
    for form, length in forms:
        yield from _occurrences(lower, form, length)
    for form, length in forms[2:]:
        yield from _occurrences(lower, form.translate(_URL_SAFE), length)
    # What stands scattered may have looked like another form before its characters were parted.
    yield from _scattered(lower, [(key.translate(_LOWER), PIECE), *forms])


@lru_cache(maxsize=4)
def _forms(plain_key: str, key: str) -> tuple[tuple[str, int], ...]:
    """Return the forms of a key in lower case, and the shortest piece of each that tells of it."""
    # Of each in base64, only what is of the key alone, not of what stands before or after it.
    in_base64 = [
        base64.b64encode(b"?" * shift + key.encode())[first : (shift + len(key)) * 8 // 6]
        for shift, first in enumerate((0, 2, 3))
    ]
    return (
        (plain_key.translate(_LOWER), PIECE),
        (key.encode().hex(), 2 * PIECE),
        *((form.decode().lower(), PIECE_BASE64) for form in in_base64),
    )


def _scattered(text: str, forms: Sequence[tuple[str, int]]) -> Iterator[tuple[int, int]]:
    """Yield where pieces stand with other signs between their letters and digits."""
    squeezed = _OTHER.sub("", text)
    places: list[int] = []
    for form, length in forms:
        for start, end in _occurrences(squeezed, _OTHER.sub("", form), length):
            places = places or [
                at for each in re.finditer("[a-z0-9]+", text) for at in range(*each.span())
            ]
            yield places[start], places[end - 1] + 1


def _occurrences(text: str, form: str, length: int) -> Iterator[tuple[int, int]]:
    """Yield where pieces of that length of a form stand."""
    # Each of them holds one of these blocks, whole, and hardly any text holds one.
    half = max(1, (length + 1) // 2)
    if not any(form[at : at + half] in text for at in range(0, len(form) - half + 1, half)):
        return
    for piece in {form[at : at + length] for at in range(len(form) - length + 1)}:
        at = text.find(piece)
        while at >= 0:
            yield at, at + length
            at = text.find(piece, at + 1)


def _plainly(text: str) -> tuple[str, Sequence[int]]:
    """Return text with its characters written plainly, and where each of them came from.

    The place of what follows the last character comes last.
    """
    origins: Sequence[int] = range(len(text) + 1)
    for _ in range(_DEEPEST):
        parts: list[str] = []
        places = array("L")
        end = 0
        for written in _WRITTEN.finditer(text):
            character = _character(written)
            if character is None:
                continue
            parts += (text[end : written.start()], character)
            places.extend(origins[end : written.start()])
            if character:
                places.append(origins[written.start()])
            end = written.end()
        if not end:
            break
        parts.append(text[end:])
        places.extend(origins[end:])
        text, origins = "".join(parts), places
    return text, origins


def _character(written: re.Match[str]) -> str | None:
    """Return what stands there in another form; nothing for a mere backslash; None if nothing."""
    if (
        code := written["u"] or written["x"] or written["b"] or written["p"] or written["h"]
    ) is not None:
        return chr(int(code, 16))
    if (number := written["d"]) is not None:
        return chr(int(number))
    if (name := written["n"]) is not None:
        character = unescape(f"&{name};")
        return character if len(character) == 1 else None
    return ""
