r"""Blots a key out of text, in whatever simple form a server may have echoed it.

That is any piece of at least `PIECE` characters, in any case, whose characters may each be written
as in a URL (``%41``), in HTML (``&#65;``, ``&equals;``), in JSON (a backslash, ``\u0041``), or with
something invisible between them; and pieces in base64 or hexadecimal. Takes time in proportion to
the text.
"""

import base64
import re
from array import array
from collections.abc import Iterator, Sequence
from html import unescape
from typing import Final

from heygen_widget.plain import HIDDEN

MASK: Final = "***"

PIECE: Final = 8
"""Characters of a key that tell something of it."""
PIECE_BASE64: Final = 11
"""Characters of a key in base64, of which 10 bytes give at least so many whole ones."""
SHORTEST: Final = 16
"""Characters of a key that does not turn up in an answer by chance, as a word or within an id."""

_DEEPEST: Final = 3
"""How many forms within one another are undone."""

_WRITTEN: Final = re.compile(
    r"\\+(?:u\{?0{0,6}(?P<u>[0-9a-f]{2})\}?|x(?P<x>[0-9a-f]{2}))?"
    r"|%(?:25)*(?P<p>[0-9a-f]{2})"
    r"|&(?:amp;)*(?:\#0*(?P<d>[0-9]{2,3});?|\#x0*(?P<h>[0-9a-f]{2});?|(?P<n>[a-z]{2,8});)"
    rf"|[{HIDDEN}\u200c\u200d\x00-\x08\x0e-\x1f\x7f-\x9f]+",
    re.IGNORECASE,
)
_LOWER: Final = {ord(upper): upper.lower() for upper in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_URL_SAFE: Final = str.maketrans("-_", "+/")


def masked(text: str, key: str) -> str:
    """Return `text` with all that tells of `key` replaced by a mask."""
    if not key:
        return text
    plain, origins = _plainly(text)
    told = bytearray(len(text))
    for start, end in _found(plain, key):
        # From the beginning of its first character, however it is written, to that of the next.
        told[origins[start] : origins[end]] = b"\1" * (origins[end] - origins[start])
    if not any(told):
        return text
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
        yield from _occurrences(text, {plain_key})
        return
    lower = text.translate(_LOWER)
    yield from _occurrences(lower, _pieces(plain_key.translate(_LOWER), PIECE))
    yield from _occurrences(lower, _pieces(key.encode().hex(), 2 * PIECE))
    for shift in range(3):
        padded = b"?" * shift + key.encode()
        # Only what is of the key alone, not of what stands before or after it.
        known = slice((0, 2, 3)[shift], len(padded) * 8 // 6)
        in_base64 = base64.b64encode(padded).decode()[known]
        yield from _occurrences(text.translate(_URL_SAFE), _pieces(in_base64, PIECE_BASE64))


def _pieces(text: str, length: int) -> set[str]:
    return {text[at : at + length] for at in range(max(1, len(text) - length + 1))}


def _occurrences(text: str, pieces: set[str]) -> Iterator[tuple[int, int]]:
    for piece in pieces:
        at = text.find(piece)
        while at >= 0:
            yield at, at + len(piece)
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
    if (code := written["u"] or written["x"] or written["p"] or written["h"]) is not None:
        return chr(int(code, 16))
    if (number := written["d"]) is not None:
        return chr(int(number))
    if (name := written["n"]) is not None:
        character = unescape(f"&{name};")
        return character if len(character) == 1 else None
    return ""
