"""A key that a server echoes is blotted out, whole or in pieces, in whatever simple form."""

import base64
import json
import string
import sys
from collections.abc import Callable
from html import escape
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heygen_widget.api._key import Secret
from heygen_widget.api._masking import PIECE, masked
from tests.api.conftest import KEY

AWKWARD = "sk/V2+hgu=k&T\"E'S<T>%41-9_0"
"""A key with characters that other forms of text have to escape."""

FORMS: dict[str, Callable[[str], str]] = {
    "as it is": lambda key: key,
    "in capitals": str.upper,
    "in small letters": str.lower,
    "with cases swapped": str.swapcase,
    "in a URL": lambda key: quote(key, safe=""),
    "in a URL, every character": lambda key: "".join(f"%{ord(c):02X}" for c in key),
    "in a URL within a URL": lambda key: quote(quote(key, safe=""), safe=""),
    "in a URL, 3 times": lambda key: "".join(f"%2525{ord(c):02x}" for c in key),
    "in HTML": escape,
    "in HTML within HTML": lambda key: escape(escape(key)),
    "as numbers in HTML": lambda key: "".join(f"&#{ord(c)};" for c in key),
    "as long numbers in HTML": lambda key: "".join(f"&#{ord(c):07};" for c in key),
    "as hexadecimal numbers in HTML": lambda key: "".join(f"&#x{ord(c):X};" for c in key),
    "as numbers in HTML in a URL": lambda key: quote("".join(f"&#{ord(c)};" for c in key)),
    "in JSON": json.dumps,
    "in JSON within JSON": lambda key: json.dumps(json.dumps(key)),
    "as code points in JSON": lambda key: "".join(rf"\u{ord(c):04x}" for c in key),
    "as code points in a script": lambda key: "".join(rf"\u{{{ord(c):x}}}" for c in key),
    "as bytes in a script": lambda key: "".join(rf"\x{ord(c):02x}" for c in key),
    "with backslashes": lambda key: "".join(f"\\{c}" for c in key),
    "in repr": repr,
    "with something invisible": "\u200b".join,
    "with marks of direction": "\u202e".join,
    "with blanks": " ".join,
    "in lines": lambda key: "\r\n".join(key[at : at + 5] for at in range(0, len(key), 5)),
    "with breaks": lambda key: "<br>".join(key[at : at + 4] for at in range(0, len(key), 4)),
    "as a list": lambda key: json.dumps(list(key)),
    "put together": lambda key: '" + "'.join(key[at : at + 3] for at in range(0, len(key), 3)),
    "in full width": lambda key: "".join(chr(ord(c) + 0xFEE0) for c in key),
    "as numbers": lambda key: ", ".join(f"0x{ord(c):02X}" for c in key),
    "in hexadecimal": lambda key: key.encode().hex(),
    "in hexadecimal, with colons": lambda key: key.encode().hex(":"),
    "in base64, in lines": lambda key: base64.encodebytes(key.encode() * 2).decode(),
    "in base64": lambda key: base64.b64encode(key.encode()).decode(),
    "in base64, behind one": lambda key: base64.b64encode(f"x{key}:".encode()).decode(),
    "in base64, behind two": lambda key: base64.b64encode(f"xy{key}".encode()).decode(),
    "in base64 for URLs": lambda key: base64.urlsafe_b64encode(f"~{key}".encode()).decode(),
}


@pytest.mark.parametrize("key", [KEY, AWKWARD])
@pytest.mark.parametrize("form", FORMS)
def test_a_key_is_not_shown_in_any_form(form: str, key: str) -> None:
    echoed = FORMS[form](key)
    shown = masked(f"Bad key {echoed}, sorry.", key)
    assert shown.startswith("Bad key ")
    assert shown.endswith(", sorry.")
    assert "***" in shown
    left = shown.replace("Bad key ", "").replace(", sorry.", "").replace("***", "")
    assert len(left) <= len(echoed) / 3, "what is left is what stands around it"


_keys = st.text(string.ascii_letters + string.digits + "_-+/=", min_size=16, max_size=64)
_ONE: list[Callable[[str], str]] = [
    lambda c: c,
    str.swapcase,
    lambda c: f"%{ord(c):02x}",
    lambda c: f"%25{ord(c):02X}",
    lambda c: f"&#{ord(c)};",
    lambda c: f"&amp;#x{ord(c):x};",
    lambda c: rf"\u{ord(c):04X}",
    lambda c: f"\\{c}",
    lambda c: f"\u200b{c}",
]


@settings(max_examples=300)
@given(key=_keys, around=st.tuples(st.text(max_size=20), st.text(max_size=20)), data=st.data())
def test_a_piece_of_a_key_is_not_shown_however_each_character_is_written(
    key: str, around: tuple[str, str], data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(key) - PIECE))
    end = data.draw(st.integers(start + PIECE, len(key)))
    forms = data.draw(st.lists(st.sampled_from(_ONE), min_size=end - start, max_size=end - start))
    echoed = "".join(form(c) for form, c in zip(forms, key[start:end], strict=True))
    before, after = around
    shown = masked(f"{before} {echoed} {after}", key)
    assert "***" in shown
    assert echoed not in shown
    assert shown.count(echoed[-1]) <= f"{before} {after}".count(echoed[-1]) + 2


@settings(max_examples=200)
@given(st.text(max_size=200))
def test_text_without_a_key_is_left_as_it_is(text: str) -> None:
    key = "Zq7" * 8 + "wX"
    assert masked(text, key) == text


@pytest.mark.parametrize("short", ["key", "secret", "rehearsal"])
def test_a_short_key_is_blotted_out_only_whole(short: str) -> None:
    assert (
        masked(f"Your {short} is wrong; {short[:-1]}!", short)
        == f"Your *** is wrong; {short[:-1]}!"
    )


def test_a_key_within_an_answer_is_blotted_out_wherever_it_stands() -> None:
    secret = Secret(KEY)
    answer = {"a": [KEY, {KEY.upper(): "fine", "b": 1.5}], "c\v": ["x\vy", None, True]}
    assert secret.scrub_answer(answer) == {
        "a": ["***", {"***": "fine", "b": 1.5}],
        "c ": ["x y", None, True],
    }
    untouched = {"c\v": "x\vy"}
    assert secret.scrub_answer(untouched) is untouched


HOSTILE = ["\\", "%25", "%", "&amp;", "&#0", "&", "sk_V2_hg", KEY, KEY[:9] + " ", "\\u00", "\u200b"]


@pytest.mark.parametrize("unit", HOSTILE)
def test_masking_takes_time_in_proportion_to_the_text(unit: str) -> None:
    """Counted in steps of the interpreter and matches, not in seconds."""

    def steps(length: int) -> int:
        count = 0

        def trace(*_: object) -> object:
            nonlocal count
            count += 1
            return trace

        text = unit * (length // len(unit))
        before = sys.gettrace()
        sys.settrace(trace)  # type: ignore[arg-type]
        try:
            masked(text, KEY)
        finally:
            sys.settrace(before)
        return count

    assert steps(8000) <= 5 * steps(2000)


@settings(max_examples=100)
@given(
    key=st.text(string.ascii_letters + string.digits, min_size=16, max_size=64),
    between=st.lists(st.sampled_from(["", " ", "\n", "-", "', '", "<br>", "\t\t"]), min_size=64),
    data=st.data(),
)
def test_a_piece_of_a_key_is_not_shown_whatever_stands_between_its_characters(
    key: str, between: list[str], data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(key) - PIECE))
    end = data.draw(st.integers(start + PIECE, len(key)))
    echoed = "".join(map("".join, zip(between, key[start:end], strict=False)))
    assert masked(f"[{echoed}]", key).replace(between[0], "") == "[***]"


def test_a_key_that_is_scattered_over_an_answer_is_not_shown() -> None:
    answer = {"words": [*KEY], "more": [KEY[:10], KEY[10:], "Hello."], "n": 1}
    scrubbed = Secret(KEY).scrub_answer(answer)
    assert scrubbed == {"words": ["***"] * len(KEY), "more": ["***", "***", "Hello."], "n": 1}


def test_a_key_that_is_echoed_without_end_blots_out_everything() -> None:
    assert masked(f"{KEY} " * 10_000, KEY) == "***"
