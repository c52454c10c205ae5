"""Spoken words that are kept in columns come back as they were told."""

import sys

from hypothesis import given
from hypothesis import strategies as st

from heygen_widget.api.models import WordEvent
from heygen_widget.session import Delivery, Heard, PlacedWords
from heygen_widget.session.word_log import WordLog

SPEECHES = [None, Delivery("One."), Delivery("Two.")]
_seconds = st.floats(0, 3600)
_words = st.builds(WordEvent, st.text(max_size=12), _seconds, _seconds)
_places = st.builds(Heard, st.sampled_from(SPEECHES), st.integers(0, 99), st.integers(0, 99))


@given(st.lists(st.tuples(_words, _places)), st.slices(20))
def test_words_and_places_come_back_as_they_were(
    told: list[tuple[WordEvent, Heard]], part: slice
) -> None:
    log = PlacedWords()
    for word, place in told:
        log.add((word,), (place,))
    words = [word for word, _ in told]
    assert list(log) == words
    assert log[part] == tuple(words[part])
    assert log.heard() == tuple(place for _, place in told)
    assert log.heard(1, 3) == log.heard()[1:3]


def test_an_hour_of_words_takes_a_third_of_a_megabyte() -> None:
    log = PlacedWords()
    for number in range(9000):
        log.add(
            (WordEvent("wörds", number * 0.4, number * 0.4 + 0.3),), (Heard(None, number, number),)
        )
    assert sum(map(sys.getsizeof, vars(log).values())) < 400_000


def test_words_have_an_end_and_a_last_one() -> None:
    log = WordLog()
    log.append(WordEvent("One", 0.5, 1.0))
    assert log[-1] == WordEvent("One", 0.5, 1.0)
    assert len(log) == 1
