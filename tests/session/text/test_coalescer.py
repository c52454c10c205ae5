"""Tokens become few, early portions; nothing is lost and nothing is torn."""
# ruff: noqa: RUF001 - texts in many scripts

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heygen_widget.session.text import Coalescer, size_of

DELAY = 0.25


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def taken(coalescer: Coalescer, clock: Clock) -> str:
    due = coalescer.due(clock.now)
    portion = coalescer.take(clock.now)
    assert bool(portion) == (due is not None and due <= clock.now)
    return portion


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def coalescer(clock: Clock) -> Coalescer:
    return Coalescer(clock, delay=DELAY, size=100)


def test_the_first_word_goes_at_once_and_whole(coalescer: Coalescer, clock: Clock) -> None:
    said = []
    for token in ("Hel", "lo", " wor", "ld"):
        coalescer.put(token)
        said.append(taken(coalescer, clock))
    assert said == ["", "", "Hello ", ""]


def test_then_a_clause_goes_when_it_ends(coalescer: Coalescer, clock: Clock) -> None:
    coalescer.put("So ")
    assert taken(coalescer, clock) == "So "
    coalescer.put("this is one")
    assert taken(coalescer, clock) == ""
    coalescer.put(", and this")
    assert taken(coalescer, clock) == "this is one, "
    coalescer.put(' "too." Is')
    assert taken(coalescer, clock) == 'and this "too." '


def test_an_abbreviation_ends_no_clause(coalescer: Coalescer, clock: Clock) -> None:
    coalescer.put("So ")
    taken(coalescer, clock)
    coalescer.put("we met Dr. ")
    assert taken(coalescer, clock) == ""
    coalescer.put("No on the 3. Oktober, though he")
    assert taken(coalescer, clock) == "we met Dr. No on the 3. Oktober, "


@pytest.mark.parametrize(
    "text", ["كيف حالك؟ ", "आप कैसे हैं। ", "ሰላም። ", "Τι κάνεις; ", "你好。", "ما، "]
)
def test_clauses_end_in_every_script(text: str, coalescer: Coalescer, clock: Clock) -> None:
    coalescer.put("So ")
    taken(coalescer, clock)
    coalescer.put(text)
    assert taken(coalescer, clock) == text


def test_words_wait_no_longer_than_the_delay(coalescer: Coalescer, clock: Clock) -> None:
    coalescer.put("So ")
    taken(coalescer, clock)
    coalescer.put("some words")
    assert coalescer.due(clock.now) == clock.now + DELAY
    clock.now += DELAY
    assert taken(coalescer, clock) == "some "
    assert coalescer.due(clock.now) is None
    coalescer.put(" ")
    assert taken(coalescer, clock) == "words "


def test_enough_text_goes_without_waiting(coalescer: Coalescer, clock: Clock) -> None:
    coalescer.put("So ")
    taken(coalescer, clock)
    coalescer.put("more and " * 12)
    assert taken(coalescer, clock) == "more and " * 12


def test_a_sentence_goes_though_nothing_follows_it(coalescer: Coalescer, clock: Clock) -> None:
    coalescer.put("Wait.")
    assert taken(coalescer, clock) == ""
    clock.now += DELAY
    assert taken(coalescer, clock) == "Wait."


def test_a_number_is_not_taken_for_the_end_of_a_sentence(
    coalescer: Coalescer, clock: Clock
) -> None:
    coalescer.put("3.")
    clock.now += DELAY
    assert taken(coalescer, clock) == ""


def test_scripts_without_blanks_are_not_held(coalescer: Coalescer, clock: Clock) -> None:
    coalescer.put("你好")
    assert taken(coalescer, clock) == "你"
    coalescer.put("\uff0c世界")
    assert taken(coalescer, clock) == "好\uff0c"


def test_an_endless_word_is_cut_at_last(coalescer: Coalescer, clock: Clock) -> None:
    coalescer.put("a\u0301" * 50)
    assert taken(coalescer, clock) == "a\u0301" * 49


@pytest.mark.parametrize(
    "whole", ["👩‍🚀", "🇩🇪", "👍🏽", "가", "한", "e\u0301", "\ud83d\ude00", "☕️"]
)
def test_what_is_one_character_to_a_reader_is_never_split(whole: str, clock: Clock) -> None:
    coalescer = Coalescer(clock, delay=0, size=1)
    portions = []
    for character in whole * 3:
        coalescer.put(character)
        portions.append(taken(coalescer, clock))
    coalescer.close()
    portions.append(taken(coalescer, clock))
    assert "".join(portions) == whole * 3
    assert all(len(portion) % len(whole) == 0 for portion in portions)


def test_the_end_releases_all(coalescer: Coalescer, clock: Clock) -> None:
    coalescer.put("Hal")
    assert coalescer.backlog == 3
    coalescer.close()
    assert taken(coalescer, clock) == "Hal"
    assert coalescer.backlog == 0
    assert coalescer.due(clock.now) is None


STEPS = st.lists(st.tuples(st.text("ab .,\n好👩\u200d🚀🇩🇪\u0301", max_size=8), st.floats(0, 0.3)))


@given(STEPS)
def test_nothing_is_lost_added_or_torn(steps: list[tuple[str, float]]) -> None:
    clock = Clock()
    coalescer = Coalescer(clock, delay=DELAY, size=1000)
    portions = []
    for text, pause in steps:
        coalescer.put(text)
        portions.append(taken(coalescer, clock))
        clock.now += pause
        portions.append(taken(coalescer, clock))
    coalescer.close()
    portions.append(taken(coalescer, clock))
    portions = [portion for portion in portions if portion]
    assert "".join(portions) == "".join(text for text, _ in steps)
    assert all(p[-1] in " \n.,好👩🚀🇩🇪\u0301" for p in portions[:-1])
    assert not any(p[-1] == "\u200d" for p in portions[:-1])


@pytest.mark.parametrize(
    ("text", "portions"),
    [
        ("One, two. Three four.", ["One, two. ", "Three four."]),
        ("One two three four five", ["One two ", "three four ", "five"]),
        ("你好\uff0c世界和平", ["你好\uff0c", "世界和平"]),
        ("abcdefghijklmnop", ["abcdefghijkl", "mnop"]),
        ("👩\u200d🚀👩\u200d🚀", ["👩\u200d🚀", "👩\u200d🚀"]),
        ("e" + "\u0301" * 8, ["e" + "\u0301" * 5, "\u0301" * 3]),
    ],
)
def test_no_portion_is_larger_than_a_request_may_be(
    clock: Clock, text: str, portions: list[str]
) -> None:
    """Cut after a clause, else a word, else a character; through one that is larger alone."""
    coalescer = Coalescer(clock, largest=12)
    coalescer.put(text)
    coalescer.close()
    assert [taken(coalescer, clock) for _ in portions] == portions
    assert taken(coalescer, clock) == ""


@given(st.text("ab .,\n好👩\u200d🚀🇩🇪\u0301\ud83d\ude00", max_size=300), st.integers(30, 60))
def test_portions_are_within_the_limit_and_tear_nothing(text: str, largest: int) -> None:
    clock = Clock()
    coalescer = Coalescer(clock, largest=largest)
    coalescer.put(text)
    coalescer.close()
    portions = []
    while portion := taken(coalescer, clock):
        portions.append(portion)
    assert "".join(portions) == text
    assert all(size_of(portion) <= largest for portion in portions)
