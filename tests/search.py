"""Looks for a key in whatever may hold it, also in the disguises that it wears on its way there.

A piece of a key counts as much as the whole: half of one makes the other half easy to guess.
"""

import base64
import html
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Final
from urllib.parse import unquote

PIECE: Final = 12
"""Characters in a row that nobody writes by chance. Of twice as many, such a piece is found."""

_AROUND: Final = 60  # characters shown before and behind what was found
_COLOURS: Final = re.compile(r"\x1b\[[0-9;]*m")
_ESCAPED: Final = re.compile(r"\\+(?:u00|x)([0-9a-fA-F]{2})")


def find(keys: Iterable[str], *things: object) -> list[str]:
    """Return where and how keys, or pieces of them, stand in `things`: a line for each disguise.

    Texts and bytes are searched, the items of mappings and other collections, and of everything
    else what it says of itself: `str`, `repr` and attributes.
    """
    text = "\n".join(_texts(things, {}))
    views = (text, _bared(text))
    disguises = (disguise for key in keys for disguise in _disguises(key).items())
    found = ((name, _first(pieces, views)) for name, pieces in disguises)
    return [f"{name}: …{place}…" for name, place in found if place]


def _disguises(key: str) -> dict[str, list[str]]:
    """Return what to look for; the names say how the key is written."""
    return {
        "as it is": _pieces(key) + _pieces(_bared(key)),
        "base64": [piece for form in _in_base64(key) for piece in _pieces(form)],
        "hexadecimal": _pieces(key.encode().hex()) + _pieces(key.encode().hex().upper()),
        "two bytes a character": _pieces("\0".join(key), 2 * PIECE),
    }


def _in_base64(key: str) -> Iterator[str]:
    """Encode the key, wherever it stands within what is encoded."""
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + key.encode()).decode()
        # The first and the last characters depend on what stands beside the key.
        inner = encoded[before and 4 : -4]
        yield inner
        yield inner.replace("+", "-").replace("/", "_")


def _pieces(form: str, length: int = PIECE) -> list[str]:
    assert len(form) >= length, "So short a key may stand anywhere by chance."
    last = len(form) - length
    return [form[start : start + length] for start in (*range(0, last, length), last)]


def _first(pieces: Iterable[str], views: Iterable[str]) -> str | None:
    """Return the surroundings of the first piece that is found."""
    for view, piece in product(views, pieces):
        at = view.find(piece)
        if at >= 0:
            return view[max(0, at - _AROUND) : at + len(piece) + _AROUND]
    return None


def _bared(text: str) -> str:
    """Undo the colours and all escapes, of URLs, web pages, JSON and Python, one upon another."""
    before = ""
    while before != text:
        before = text
        text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), html.unescape(unquote(text)))
    return _COLOURS.sub("", text).replace("\\", "")


def _texts(thing: object, seen: dict[int, object]) -> Iterator[str]:
    if isinstance(thing, str):
        yield thing
        return
    if isinstance(thing, bytes | bytearray | memoryview):
        yield bytes(thing).decode("latin-1")
        return
    if id(thing) in seen:
        return
    seen[id(thing)] = thing  # kept, so that nothing else gets its id
    if isinstance(thing, Mapping):
        yield from _texts([*thing.keys(), *thing.values()], seen)
    elif isinstance(thing, list | tuple | set | frozenset):
        for item in thing:
            yield from _texts(item, seen)
    else:
        yield f"{thing!s} {thing!r}"
        yield from _texts(getattr(thing, "__dict__", {}), seen)
