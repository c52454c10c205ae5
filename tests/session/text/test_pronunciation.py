"""What is said instead of what is written, wherever that stands and however a text is cut."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heygen_widget.session.text import Pronunciation
from heygen_widget.session.text.pronunciation import LONGEST_ENTRY

ENTRIES = {
    "LiDAR": "LIE-dar",
    "New York": "noo yawk",
    "New York City": "the big apple",
    "nginx": "engine x",
    "GPU": "G P U",
    "AWS": "A W S",
    "bus": "buzz",
    "深度学习": "shendu xuexi",
    "C++": "C plus plus",
    "café": "ka fay",
    "a": "ay",
}
PRONUNCIATION = Pronunciation(ENTRIES)
PIECES = st.sampled_from([*ENTRIES, " ", ". ", "s", "'s", "New ", "x", "深", "\n", "\u00e9"])
TEXT = st.lists(PIECES, max_size=12).map("".join)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("One LiDAR.", "One LIE-dar."),
        ("lidar LIDAR LiDARX xLiDAR LiDAR_2", "lidar LIDAR LiDARX xLiDAR LiDAR_2"),
        ("LiDARs LiDAR's LiDARs\u2019", "LIE-dars LIE-dar's LIE-dars\u2019"),
        ("nginx Nginx NGINX nginX", "engine x engine x engine x nginX"),
        ("In New York, New\n York City.", "In noo yawk, the big apple."),
        ("GPUs, AWS's, buses", "G P Us, A W S's, buzzes"),
        ("a as a's", "ay as ay's"),
        ("C++, C++11", "C plus plus, C++11"),
        ("使用LiDAR进行深度学习", "使用LIE-dar进行shendu xuexi"),
        ("LiDAR는", "LIE-dar는"),
        (unicodedata.normalize("NFD", "Café"), "ka fay"),
    ],
)
def test_whole_words_are_replaced_with_their_endings_in_any_script(text: str, said: str) -> None:
    assert PRONUNCIATION.said(text) == said


@given(TEXT)
def test_stretches_are_the_text_and_what_is_not_replaced_is_said_as_written(text: str) -> None:
    stretches = [*PRONUNCIATION.stretches(text)]
    assert "".join(text[each.start : each.end] for each in stretches) == text
    assert all(each.replaced or each.said == text[each.start : each.end] for each in stretches)


@given(TEXT, TEXT)
def test_what_is_decided_is_said_the_same_whatever_follows(text: str, more: str) -> None:
    text += " "
    decided = PRONUNCIATION.decided(text)
    first, rest = text[:decided], text[decided:] + more
    assert PRONUNCIATION.said(first) + PRONUNCIATION.said(rest) == PRONUNCIATION.said(text + more)


def test_without_entries_everything_is_decided_and_said_as_written() -> None:
    assert Pronunciation().said("LiDAR") == "LiDAR"
    assert Pronunciation().decided("New ") == 4


@pytest.mark.parametrize(
    ("form", "said", "reason"),
    [
        (" ", "x", "1 to 100 characters"),
        ("x" * (LONGEST_ENTRY + 1), "x", "not 101"),
        ("x", "...", "No voice can pronounce"),
    ],
)
def test_entries_that_cannot_be_found_or_said_are_refused(
    form: str, said: str, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        Pronunciation({form: said})
