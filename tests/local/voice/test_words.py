# ruff: noqa: RUF001 - texts in several scripts

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heygen_widget.local.voice.words import time_words, tokens


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello, I am here.", ["Hello", ",", "I", "am", "here", "."]),
        (
            "It's a well-known trick, don’t!",
            ["It's", "a", "well-known", "trick", ",", "don’t", "!"],
        ),
        ("3.14 or 1,000 at 12:30", ["3.14", "or", "1,000", "at", "12:30"]),
        ("5% of $20 (ok)", ["5", "%", "of", "$", "20", "(", "ok", ")"]),
        ("Wait...", ["Wait", ".", ".", "."]),
        ("你好，世界", ["你", "好", "，", "世", "界"]),
        ("नमस्ते दुनिया", ["नमस्ते", "दुनिया"]),
        ("می‌خواهم", ["می‌خواهم"]),
        ("سلام، خوبی؟", ["سلام", "،", "خوبی", "؟"]),
        ("hi 👍🏽👩‍💻", ["hi", "👍🏽", "👩‍💻"]),
        ("a\x00b \ud800", ["a", "b"]),
        (" \n", []),
    ],
)
def test_words_and_marks_are_told_apart(text: str, words: list[str]) -> None:
    assert [token.text for token in tokens(text)] == words


@given(
    text=st.text(),
    anchors=st.lists(st.tuples(st.floats(0, 9), st.integers(-1, 20))),
    pauses=st.lists(st.tuples(st.floats(0, 9), st.floats(0, 9))),
)
def test_whatever_a_synthesizer_reports_every_word_comes_once_and_in_order(
    text: str, anchors: list[tuple[float, int]], pauses: list[tuple[float, float]]
) -> None:
    timed = time_words(text, 5.0, anchors, pauses)

    assert [word.word for word in timed] == [token.text for token in tokens(text)]
    starts = [word.start for word in timed]
    assert starts == sorted(starts)
    assert all(0.0 <= word.start <= word.end <= 5.0 for word in timed)


def test_words_the_synthesizer_skips_share_the_time_until_the_next() -> None:
    timed = time_words("I am here, now", 2.0, [(0.0, 0), (0.4, 5), (1.5, 11)], [(1.0, 1.5)])

    assert [(word.word, round(word.start, 2), round(word.end, 2)) for word in timed] == [
        ("I", 0.0, 0.13),
        ("am", 0.13, 0.4),
        ("here", 0.4, 1.0),
        (",", 1.0, 1.5),
        ("now", 1.5, 2.0),
    ]


def test_a_number_reported_in_pieces_is_one_word() -> None:
    timed = time_words("2024 ends", 3.0, [(0.0, 0), (0.5, 1), (1.0, 1), (2.0, 5)])

    assert [(word.word, word.start) for word in timed] == [("2024", 0.0), ("ends", 2.0)]
