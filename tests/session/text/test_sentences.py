"""Sentences of a text that still comes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heygen_widget.session.text import Sentences
from heygen_widget.session.text.sentences import LONGEST_SENTENCE


def cut(*portions: str) -> list[str]:
    """Feed portions, and take after each what is whole."""
    text, taken = Sentences(), []
    for portion in portions:
        text.feed(portion)
        while sentence := text.take():
            taken.append(sentence)
    return [*taken, *filter(None, [text.take(final=True)])]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three? Four", ["One. ", "Two! ", "Three? ", "Four"]),
        ("Wait… what?! Yes.", ["Wait… what?! ", "Yes."]),
        ("She said “Go.” He went.", ["She said “Go.” ", "He went."]),
        ("Dr. No met Mrs. Smith. They left.", ["Dr. No met Mrs. Smith. ", "They left."]),
        ("J. R. Smith wrote e.g. plays. Then he slept.",
         ["J. R. Smith wrote e.g. plays. ", "Then he slept."]),
        ("It is 3.14 or 2. 5 of them.", ["It is 3.14 or 2. ", "5 of them."]),
        ("你好。你好\uff1f很好", ["你好。", "你好\uff1f", "很好"]),
        ("A title\n\nA paragraph", ["A title\n\n", "A paragraph"]),
        ("no end", ["no end"]),
        ("", []),
    ],
)  # fmt: skip
def test_a_text_is_cut_where_a_reader_would_pause(text: str, sentences: list[str]) -> None:
    assert cut(text) == sentences


def test_a_sentence_is_whole_as_soon_as_its_end_has_come() -> None:
    text = Sentences()
    text.feed("Hello the")
    assert text.take() == ""
    text.feed("re.")
    assert text.take() == "Hello there."


def test_a_number_may_still_get_its_decimals() -> None:
    text = Sentences()
    text.feed("Pi is 3.")
    assert text.take() == ""
    text.feed("14. Yes.")
    assert text.take() == "Pi is 3.14. "


def test_a_text_without_an_end_is_cut_at_a_word() -> None:
    sentences = cut("word " * 500)
    assert all(len(sentence) <= LONGEST_SENTENCE for sentence in sentences)
    assert all(sentence.endswith(" ") for sentence in sentences)


@given(st.lists(st.text(alphabet='aB .!?…\n。3"”', max_size=20), max_size=20))
def test_nothing_is_lost_added_or_changed(portions: list[str]) -> None:
    assert "".join(cut(*portions)) == "".join(portions)
