"""The search for a key finds it in every form and place, so that tests may believe it."""

import base64
import html
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from urllib.parse import quote, quote_plus

import pytest

from tests.search import find

PLAIN = "NmFhZWI0OD/c3MTE0ZGZj+NDc2OGI5ZTQ2YzE=="
NASTY = r"""a/b+c"d\e%41g&h<i>j'k=l/m+n"o\p%42r&s<t>u'v="""

FORMS: dict[str, Callable[[str], str | bytes]] = {
    "itself": str,
    "bytes": str.encode,
    "within": "so{}on".format,
    "repr": repr,
    "repr of bytes": lambda key: repr(key.encode()),
    "repr of a repr": lambda key: repr(repr({"key": key})),
    "json": json.dumps,
    "json with slashes escaped": lambda key: json.dumps(key).replace("/", r"\/"),
    "json in characters": lambda key: "".join(f"\\u{ord(each):04x}" for each in key),
    "json in json": lambda key: json.dumps(json.dumps({"key": key})),
    "url": lambda key: quote(key, safe=""),
    "url with slashes": quote,
    "form": quote_plus,
    "url in lower case": lambda key: "".join(f"%{ord(each):02x}" for each in key),
    "url in a url": lambda key: quote(quote(key, safe=""), safe=""),
    "html": html.escape,
    "html in numbers": lambda key: "".join(f"&#{ord(each)};" for each in key),
    "in colours": lambda key: "".join(f"\x1b[38;5;28m{each}\x1b[39m" for each in key),
    "in colours in json": lambda key: json.dumps("\x1b[32m-\x1b[0;1m".join(key).replace("-", "")),
    "base64": lambda key: base64.b64encode(key.encode()),
    "base64 for urls": lambda key: base64.urlsafe_b64encode(key.encode()).rstrip(b"="),
    "base64 behind one": lambda key: base64.b64encode(f"k{key}".encode()),
    "base64 behind two": lambda key: base64.b64encode(f"k:{key}:k".encode()),
    "base64 in json": lambda key: json.dumps(base64.b64encode(key.encode()).decode()),
    "hexadecimal": lambda key: key.encode().hex(),
    "hexadecimal in capitals": lambda key: key.encode().hex().upper(),
    "two bytes a character": lambda key: key.encode("utf-16"),
    "first half": lambda key: key[: len(key) // 2],
    "last half": lambda key: key[len(key) // 2 :],
}


@dataclass
class Holder:
    """Says of itself what it holds."""

    held: object


@dataclass
class Hider:
    """Has it, but says nothing of it."""

    held: object = field(repr=False)


class Slotted:
    """Says something of what it has no attribute for."""

    __slots__ = ("held",)

    def __init__(self, held: object) -> None:
        self.held = held

    def __str__(self) -> str:
        return f"Slotted: {self.held}"


PLACES: dict[str, Callable[[str | bytes], object]] = {
    "alone": lambda held: held,
    "in a list": lambda held: [1, [held]],
    "in a set": lambda held: {held},
    "as a value": lambda held: {"a": ({"b": held},)},
    "as a name": lambda held: {held: None},
    "in a buffer": lambda held: memoryview(held if isinstance(held, bytes) else held.encode()),
    "in a repr": Holder,
    "in an attribute": Hider,
    "in a str": Slotted,
    "in an attribute of an attribute": lambda held: SimpleNamespace(a=Hider([held])),
    "in an exception": ValueError,
}


@pytest.mark.parametrize("key", [PLAIN, NASTY], ids=["plain", "nasty"])
@pytest.mark.parametrize("form", FORMS)
def test_a_key_is_found_in_every_form(form: str, key: str) -> None:
    written = FORMS[form](key)
    around = b"  %s  " if isinstance(written, bytes) else "  %s  "
    assert find([key], written)
    assert find([key], around % written)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("written", [PLAIN, PLAIN.encode()], ids=["text", "bytes"])
def test_a_key_is_found_in_every_place(place: str, written: str | bytes) -> None:
    assert find([PLAIN], "nothing", PLACES[place](written), "nothing")


def test_what_holds_itself_is_searched_once() -> None:
    ring: list[object] = []
    ring += [ring, {"ring": ring}, PLAIN]
    assert len(find([PLAIN], ring)) == 1


def test_a_key_is_found_among_many_things() -> None:
    crowd = [{"a": {"b": [{"c": "d"}]}} for _ in range(1000)]
    for at in (0, 500, 999):
        assert find([PLAIN], [*crowd[:at], {"a": {"b": [{"c": PLAIN}]}}, *crowd[at:]])


def test_each_key_is_found() -> None:
    assert find([PLAIN, NASTY], PLAIN) == find([NASTY, PLAIN], PLAIN) == find([PLAIN], PLAIN)
    assert len(find([PLAIN, NASTY], PLAIN, NASTY)) == 2


def test_what_was_found_is_shown_where_it_stands() -> None:
    (line,) = find([PLAIN], f"The header was {PLAIN}, it seems.")
    assert line.startswith("as it is: …The header was NmFhZWI0OD/c")


@pytest.mark.parametrize("key", [PLAIN, NASTY], ids=["plain", "nasty"])
def test_nothing_is_found_where_there_is_nothing(key: str) -> None:
    other = key[::-1]
    for form in FORMS.values():
        assert find([key], form(other)) == []
    assert find([key], key[:11], {"x-api-key": "***"}, b"", None, 12) == []


def test_a_key_too_short_to_be_told_from_chance_is_refused() -> None:
    with pytest.raises(AssertionError, match="by chance"):
        find(["key"], "text")
