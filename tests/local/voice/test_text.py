# ruff: noqa: RUF001 - texts in several scripts

import pytest

from heygen_widget.local.voice.text import (
    PIECE_LIMIT,
    goes_on,
    pause_after,
    piece_length,
    speakable,
)


def piece(text: str, *, hungry: bool = True, complete: bool = False) -> str:
    return text[: piece_length(text, hungry=hungry, complete=complete)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello there. How are", "Hello there. "),
        ("Hello there.", "Hello there."),
        ('He said "wow!" and', 'He said "wow!" '),
        ("Well, then I thou", "Well, "),
        ("I thought that thi", "I thought that "),
        ("Dr. Smith is here. He", "Dr. Smith is here. "),
        ("Dr.", ""),
        ("J. R. R. Tolkien wrote. He", "J. R. R. Tolkien wrote. "),
        ("So did I. Then", "So did I. "),
        ("It costs 3.", "It costs "),
        ("It costs 3.14 dollars. Ok", "It costs 3.14 dollars. "),
        ("See example.com now. Ok", "See example.com now. "),
        ("A title\nAnd text", "A title\n"),
        ("你好，我是", "你好，"),
        ("你好吗？我很好", "你好吗？"),
        ("你", ""),
        ("สวัสดี", ""),
        ("Hel", ""),
        ("don'", ""),
        ("", ""),
    ],
)
def test_when_there_is_no_sound_whole_words_are_spoken(text: str, expected: str) -> None:
    assert piece(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello there. How are", "Hello there. "),
        ("Visit example.", ""),
        ("Well, then I thou", ""),
        ("I thought that thi", ""),
    ],
)
def test_while_there_is_sound_sentences_are_gathered(text: str, expected: str) -> None:
    assert piece(text, hungry=False) == expected


@pytest.mark.parametrize("text", ["Hel", "Dr.", "It costs 3.", "don'", "你", " "])
def test_at_the_end_everything_is_spoken(text: str) -> None:
    assert piece(text, complete=True) == text


@pytest.mark.parametrize("unit", ["word ", "a", "你好", "สวัสดี", "1", "!", "👍", "a, ", "\u0301"])
@pytest.mark.parametrize("hungry", [True, False])
def test_a_run_without_an_end_is_cut_to_pieces(unit: str, hungry: bool) -> None:  # noqa: FBT001
    text = unit * 1000

    assert 0 < len(piece(text, hungry=hungry)) <= PIECE_LIMIT


def test_a_long_sentence_is_cut_at_its_last_comma_or_between_words() -> None:
    clause = "and so it went on, "
    assert piece(clause * 20, hungry=False) == clause * (PIECE_LIMIT // len(clause))
    assert piece("word " * 100, hungry=False).endswith("word ")


def test_numbers_count_as_the_words_they_are_said_as() -> None:
    assert len(piece("1" * 1000)) < PIECE_LIMIT / 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**bold** `code`", "  bold    code "),
        ("yes 👍🏽!", "yes   !"),
        ("a\x00b\x01c", "a b c"),
        ("3 + 4 = 7", "3 + 4 = 7"),
        ("\ud800", " "),
        ("１２時、Ａ！", "12時、A！"),
    ],
)
def test_what_nobody_would_read_aloud_is_left_out(text: str, expected: str) -> None:
    assert speakable(text) == expected


def test_the_last_mark_decides_about_the_pause() -> None:
    assert pause_after("Well, ", said=True) < pause_after('"Yes." ', said=True)
    assert pause_after("and then ", said=True) == 0.0
    assert pause_after("A title\n", said=True) == pause_after("End.", said=True)
    assert pause_after("A title\n\n", said=True) > pause_after("End. ", said=True)


def test_a_sentence_goes_on_where_it_ends_in_a_space_without_a_mark() -> None:
    assert goes_on("and then ")
    assert not goes_on("and then")
    assert not goes_on("and then. ")
    assert not goes_on(" ")
