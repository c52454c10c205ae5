"""Many texts that people and models write: what is Markdown is read aloud, all else is kept.

`unchanged.json` lists texts that pass as they are, `said.json` Markdown and what is said of it.
"""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heygen_widget.session.text import PlainText


def _listed(name: str) -> Any:
    return json.loads(Path(__file__).with_name(name).read_text("utf-8"))


UNCHANGED: list[str] = _listed("unchanged.json")
SAID: dict[str, str] = _listed("said.json")
EXPECTED = {**{source: source for source in UNCHANGED}, **SAID}


def said(*pieces: str) -> str:
    text = PlainText()
    parts = []
    for piece in pieces:
        text.feed(piece)
        parts.append(text.take())
    return "".join([*parts, text.take(final=True)])


@pytest.mark.parametrize("first", range(0, len(EXPECTED), 100))
def test_each_is_said_as_expected_wherever_it_is_cut(first: int) -> None:
    for source, expected in list(EXPECTED.items())[first : first + 100]:
        assert said(source) == expected
        assert said(*source) == expected
        for at in range(1, len(source)):
            assert said(source[:at], source[at:]) == expected, f"cut at {at}"


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(sorted(EXPECTED)), min_size=2, max_size=4),
    st.sampled_from([" ", "", "\n", "\n\n"]),
    st.lists(st.integers(0, 300), max_size=4),
)
def test_several_together_are_said_alike_however_they_are_cut(
    sources: list[str], between: str, at: list[int]
) -> None:
    source = between.join(sources)
    edges = [0, *sorted(edge % (len(source) + 1) for edge in at), len(source)]
    assert said(*(source[a:b] for a, b in pairwise(edges))) == said(source) == said(*source)
