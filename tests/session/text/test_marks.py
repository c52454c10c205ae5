"""Cue marks: found however a text is cut, not spoken, and known by their places in what is."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heygen_widget.session import Delivery
from heygen_widget.session.script import Script
from heygen_widget.session.text import Mark, Marks, is_name


def _unexpected(message: str) -> None:
    raise AssertionError(message)


def _written(
    pieces: list[str], *names: str, raw: bool = False
) -> tuple[str, list[tuple[str, str]]]:
    """Write a text; return what is spoken of it, and what follows each mark."""
    script = Script(raw=raw, marks=Marks(names, _unexpected))
    for piece in pieces:
        script.put(piece)
    script.close()
    return script.text, [(name, script.text[at:]) for name, at in script.marks]


@pytest.mark.parametrize(
    ("source", "text", "after"),
    [
        ("Flat until [[a]]March.", "Flat until March.", ["March."]),
        ("Flat until [[a]] March.", "Flat until  March.", ["March."]),
        ("[[a]]Flat [[b]]until", "Flat until", ["Flat until", "until"]),
        ("[[a]][[b]]Flat", "Flat", ["Flat", "Flat"]),
        ("The end.[[a]]", "The end.", [""]),
        ("See **[[a]]bold** text", "See bold text", ["bold text"]),
        ("See [[a]]**bold** text", "See bold text", ["bold text"]),
        ("[[a]]# Results\n\nGood.", "Results.\n\nGood.", ["Results.\n\nGood."]),
        ("- one\n- [[a]]two", "one.\ntwo.", ["two."]),
        ("[[a]]- one\n- [[b]]two", "one.\ntwo.", ["one.\ntwo.", "two."]),
        ("[see [[a]]this](https://x.org) now", "see this now", ["this now"]),
        ("一[[a]]二三", "一二三", ["二三"]),
        ("😀[[a]]😀 fine", "😀😀 fine", ["fine"]),
    ],
)
def test_marks_are_not_spoken_and_keep_their_places(
    source: str, text: str, after: list[str]
) -> None:
    said, places = _written([source], *("ab" if "[[b]]" in source else "a"))
    assert (said, [rest for _, rest in places]) == (text, after)


def test_a_mark_in_code_that_is_not_spoken_comes_due_after_it() -> None:
    said, places = _written(["```\nx[[a]]\n```\nThen [[b]]this."], "a", "b")
    assert (said, places) == ("(code)\nThen this.", [("a", "Then this."), ("b", "this.")])


def test_however_a_text_is_cut_the_same_is_found() -> None:
    source = "# [[a]]One\n\nA *[[b]]word*, [x]([y]) and [[ [[c d]]more]] [[a]] end[[b]]"
    whole = _written([source], "a", "b", "c d")
    assert [name for name, _ in whole[1]] == ["a", "b", "c d", "a", "b"]
    for seed in range(50):
        cuts = sorted(random.Random(seed).choices(range(len(source)), k=12))
        pieces = [source[a:b] for a, b in zip([0, *cuts], [*cuts, len(source)], strict=True)]
        assert _written(pieces, "a", "b", "c d") == whole
    assert _written([*source], "a", "b", "c d") == whole


MARKDOWN = [
    *("word", "é", "1. ", "2) ", "- ", "# ", "**", "_", "`", "```\n", "\n", "\n\n", " ", "$", "\\"),
    *(
        "[x](http://a.b)",
        "[",
        "](",
        "https://a.b/c",
        "<b>",
        "</b>",
        "&amp;",
        "| a |\n|---|\n",
        "> ",
    ),
]


@given(
    st.lists(st.sampled_from([*MARKDOWN, *["[[a]]"] * 6]), max_size=10)
    .map("".join)
    .filter(lambda source: "[[a]]" in source)
)
def test_marks_change_nothing_of_what_is_spoken(source: str) -> None:
    unmarked = Script()
    unmarked.put(source.replace("[[a]]", ""))
    unmarked.close()
    said, places = _written([source], "a")
    assert said == unmarked.text
    assert len(places) == source.count("[[a]]")
    assert all(not rest or rest[0].isalnum() for _, rest in places)
    assert _written([*source], "a") == (said, places)


def test_what_comes_before_a_mark_is_not_held_back() -> None:
    script = Script(raw=True, marks=Marks(["go"], _unexpected))
    script.put("Ready, steady, [[g")
    assert script.text == "Ready, steady, "
    script.put("o]]go.")
    assert (script.text, script.marks) == ("Ready, steady, go.", (Mark("go", 15),))


def test_without_cues_marks_are_text() -> None:
    delivery = Delivery('df[["a", "b"]] and [[wiki]]', raw=True)
    assert (delivery.text, delivery.marks) == ('df[["a", "b"]] and [[wiki]]', ())


def test_what_is_no_mark_is_text_beside_marks() -> None:
    assert _written(['df[["x"]] [[a]]now'], "a", raw=True) == ('df[["x"]] now', [("a", "now")])


def test_an_unknown_name_in_a_whole_text_is_refused() -> None:
    marks = Marks(["spike"], _unexpected)
    with pytest.raises(ValueError, match=r"\[\[spkie\]\], but cues= has no such name.*spike"):
        Delivery("Until [[spkie]]March.", marks=marks)


def test_an_unknown_name_in_a_stream_is_spoken_and_warned_about() -> None:
    warned: list[str] = []
    script = Script(raw=True, marks=Marks(["spike"], warned.append))
    script.put("Until [[spkie]]March [[spike]]came.")
    script.close()
    assert script.text == "Until [[spkie]]March came."
    assert [mark.name for mark in script.marks] == ["spike"]
    (warning,) = warned
    assert "[[spkie]], which is spoken" in warning


def test_a_cue_without_a_mark_is_warned_about() -> None:
    warned: list[str] = []
    Delivery("Nothing.", marks=Marks(["spike", "fall"], warned.append))
    assert len(warned) == 1
    assert "[[spike]], [[fall]]" in warned[0]


def test_marks_alone_are_nothing_to_say() -> None:
    with pytest.raises(ValueError, match="must not be empty"):
        Delivery("[[go]]", marks=Marks(["go"], _unexpected))


def test_characters_that_stand_for_marks_cannot_be_smuggled_in() -> None:
    said, places = _written(["One \U000f0000two [[a]]three"], "a", raw=True)
    assert (said, places) == ("One two three", [("a", "three")])


@pytest.mark.parametrize(
    ("name", "fine"),
    [
        ("spike", True),
        ("step 2", True),
        ("line-2.a:b", True),
        ("größe", True),
        ("x" * 64, True),
        ("x" * 65, False),
        ("", False),
        ("a]b", False),
        (" a", False),
        ("a ", False),
        ("a\nb", False),
        ("<b>", False),
        (1, False),
    ],
)
def test_names_have_letters_and_digits(name: object, fine: bool) -> None:  # noqa: FBT001
    assert is_name(name) is fine
