"""Markdown is said as a person would say it, however it is cut into pieces."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heygen_widget.session.text import PlainText, Verbatim
from heygen_widget.session.text.spans import LONGEST_HOLD

SAID = {
    "*a* **b** ***c*** _d_ __e__ ~~f~~ `g`": "a b c d e f g",
    "**Two words**: and **on\nit** goes": "Two words: and on\nit goes",
    "**重点**内容。": "重点内容。",
    "2 * 3 * 4, C#, #1, snake_case_name, __init__.py? a<b, AT&T, 2**3": (
        "2 * 3 * 4, C#, #1, snake_case_name, init.py? a<b, AT&T, 2**3"
    ),
    r"\*not\* &lt;this&gt; &amp; &eacute;": "*not* <this> & é",
    "# One\n\nTwo\n===\n## Three?\n": "One.\n\nTwo.\n\nThree?\n",
    "- one\n- *two*\n  - three!\n* four": "one.\ntwo.\n  three!\nfour.",
    "1. one\n2. two\n   - sub\n3. three": "1. one.\n2. two.\n   sub.\n3. three.",
    "- one\n  goes on\n\nProse\ngoes on": "one\n  goes on.\n\nProse\ngoes on",
    "> quoted\n> twice\n\nunquoted": "quoted\ntwice\n\nunquoted",
    'see [the *notes*](https://a.com/b_(c) "t x"), [1] ok': "see the notes, [1] ok",
    "![a cat](cat.png)": "a cat",
    "at https://www.example.com/a_b?x=1. And <http://b.org> (www.c.de/x).": (
        "at example.com. And b.org (c.de)."
    ),
    "a <b>bold</b> <span class='x y'>word</span><br>end": "a bold word end",
    "Look:\n```python\n*x* = 1\n\n# no\n```\nDone.\n~~~\nopen": "Look:\n(code)\nDone.\n(code)",
    "1. Do\n   ```sh\n   ls\n   ```\n2. Go": "1. Do.\n(code)\n2. Go.",
    "T:\n| a | b |\n|---|:-:|\n| 1 | *2* |\n|  | 3. |\n\nend": "T:\na, b.\n1, 2.\n3.\n\nend",
    "|x| is no table": "|x| is no table",
    "above\n\n---\n\nbelow": "above\n\n\n\nbelow",
    "[a]: https://b.com\n\nText": "\n\nText",
    "**never closed\n\nnext": "never closed\n\nnext",
    "an [unclosed one": "an [unclosed one",
}


def said(pieces: list[str]) -> str:
    text = PlainText()
    parts = []
    for piece in pieces:
        text.feed(piece)
        parts.append(text.take())
    return "".join([*parts, text.take(final=True)])


def cut(text: str, at: list[int]) -> list[str]:
    edges = [0, *sorted(edge % (len(text) + 1) for edge in at), len(text)]
    return [text[a:b] for a, b in pairwise(edges)]


@pytest.mark.parametrize("source", SAID)
def test_markdown_is_said_as_a_person_would(source: str) -> None:
    assert said([source]) == SAID[source]


@given(st.sampled_from(sorted(SAID)), st.lists(st.integers(0, 200)))
def test_it_is_said_alike_however_it_is_cut(source: str, at: list[int]) -> None:
    assert said(cut(source, at)) == SAID[source]
    assert said(list(source)) == SAID[source]


@given(st.text("aé3 .#*_`[]()<>&~\\|-!:/h\n", max_size=60), st.lists(st.integers(0, 60)))
def test_nonsense_neither_raises_nor_depends_on_the_cut(source: str, at: list[int]) -> None:
    assert said(cut(source, at)) == said([source])


LINES = [
    "- it *is*",
    "1. one",
    "3) x",
    "  - sub",
    "# H",
    "para **a",
    "b** c",
    "",
    "```",
    "---",
    "> q",
]
LINES += [
    "| a | b |",
    "|---|---|",
    "===",
    "    deep",
    "[x](y) <b",
    "c> `d",
    "e` f",
    "[r]: http://a.b",
]


@given(st.lists(st.sampled_from(LINES), max_size=8), st.lists(st.integers(0, 200)))
def test_no_order_of_lines_makes_the_cut_matter(lines: list[str], at: list[int]) -> None:
    source = "\n".join(lines)
    assert said(cut(source, at)) == said([source]) == said(list(source))


PROSE = st.text(
    "abhwxyzAÖßé你好ש0129 .,;:!?'\"()%$€@/…—\u2019\t\n\U0001f600\u200d\u0301", max_size=200
)


@given(PROSE, st.lists(st.integers(0, 200)))
def test_prose_passes_unchanged(source: str, at: list[int]) -> None:
    source = source.replace("://", ":").replace("ww", "w")
    if not any(line.lstrip()[:1].isdigit() for line in source.splitlines()):
        assert said(cut(source, at)) == source


def test_a_number_at_the_start_of_a_line_stays() -> None:
    assert said(["1984 was long ago.\n\n2001. A film."]) == "1984 was long ago.\n\n2001. A film."


def test_plain_words_are_not_held() -> None:
    text = PlainText()
    for piece in ("Hel", "lo", " ", "wor", "ld."):
        text.feed(piece)
        assert text.take() == piece


def test_nothing_half_is_given_out() -> None:
    text = PlainText()
    text.feed("so **it is")
    assert text.take() == "so "
    text.feed(" bold** ")
    assert text.take() == "it is bold "
    text.feed("[a link](https://exam")
    assert text.take() == ""
    text.feed("ple.com) is")
    assert text.take() == "a link is"


def test_an_unclosed_mark_holds_only_so_much() -> None:
    text = PlainText()
    text.feed("[ this is " + "never closed " * 30)
    assert len(text.take()) > LONGEST_HOLD
    text.feed("and **so on " * 30)
    assert "*" not in text.take(final=True)


def test_verbatim_changes_and_holds_nothing() -> None:
    text = Verbatim()
    text.feed("**as")
    text.feed(" is")
    assert text.take() == "**as is"
    assert text.take(final=True) == ""
