# ruff: noqa: RUF001 - a text in several scripts

import time
from collections.abc import Callable
from itertools import pairwise
from threading import Event
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heygen_widget.local.mouth import REST
from heygen_widget.local.voice import (
    SAMPLE_RATE,
    SpeechTrack,
    SpokenAudio,
    TimedWord,
    VoiceEngine,
    VoiceError,
)
from heygen_widget.local.voice.words import tokens
from tests.local.voice.conftest import PATIENCE, CountingEngine, Listener

Listen = Callable[[], Any]

STORY = (
    'Hello, I am your avatar! Dr. Smith paid $3.14 for 2,000 "apples" (and more...). Well-known,'
    " don't you think? E.g. the U.S. is big\nA new line: 你好，我是你的头像。 Visit example.com now"
    " 👩‍💻👍🏽 ok — bye. The number 3. Then? Привет, мир"
)

thorough = settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def said(text: str) -> list[str]:
    return [token.text for token in tokens(text)]


@thorough
@given(cuts=st.lists(st.integers(0, len(STORY))), reading=st.integers(0, 9600))
def test_deltas_cut_anywhere_are_spoken_as_the_same_words_once_and_in_order(
    listen: Listen, cuts: list[int], reading: int
) -> None:
    listener = listen()
    places = sorted({0, *cuts, len(STORY)})
    for start, end in pairwise(places):
        listener.track.append(STORY[start:end])
        listener.track.read(reading)

    listener.hear_all()

    assert listener.words() == said(STORY)


@thorough
@given(text=st.text(max_size=60), cut=st.integers(0, 60))
def test_any_text_at_all_is_spoken_to_its_end(listen: Listen, text: str, cut: int) -> None:
    listener = listen()
    listener.track.append(text[:cut])
    listener.track.append(text[cut:])

    listener.hear_all()

    assert listener.track.error is None
    assert "".join(listener.words()) == "".join(said(text))


def test_half_a_word_is_not_spoken_while_the_rest_may_come(listen: Listen) -> None:
    listener = listen()

    listener.track.append("Hel")
    listener.clock.wait_until_the_voice_looks()
    listener.track.append("lo wor")
    listener.clock.wait_until_the_voice_looks()
    listener.track.append("ld. ")
    listener.hear_all()

    assert listener.words() == ["Hello", "world", "."]


def test_half_a_word_is_spoken_when_nothing_follows_for_a_fifth_of_a_second(
    listen: Listen,
) -> None:
    listener = listen()

    listener.track.append("Hel")
    listener.clock.wait_until_the_voice_looks()
    assert not listener.track.speaking
    listener.clock.now += 0.21
    listener.wait_for_sound()
    listener.hear_what_is_there()

    assert listener.words() == ["Hel"]
    listener.track.discard()


def test_a_sentence_is_spoken_although_nothing_follows_it(listen: Listen) -> None:
    listener = listen()

    listener.track.append("Hello there.")
    listener.wait_for_sound()  # on a clock that stands still: not for want of more text
    heard = listener.hear_what_is_there()

    assert np.abs(heard).max() > 3000
    assert listener.words() == ["Hello", "there", "."]
    listener.track.discard()


def test_a_patient_voice_waits_a_moment_for_the_end_of_a_sentence(engine: VoiceEngine) -> None:
    listener = Listener(CountingEngine(engine, patience=0.3))

    listener.track.append("I am not ")
    listener.clock.wait_until_the_voice_looks()
    assert not listener.track.speaking
    listener.track.append("alone.")
    listener.wait_for_sound()  # on a clock that stands still: the sentence is whole
    listener.hear_what_is_there()
    assert listener.words() == ["I", "am", "not", "alone", "."]

    listener.track.append(" You are not ")
    for _ in range(3):  # more comes all the time, but no end
        listener.clock.now += 0.12
        listener.track.append("so ")
    listener.wait_for_sound()
    listener.hear_what_is_there()
    assert listener.words()[:3] == ["You", "are", "not"]
    listener.track.discard()


def test_a_paragraph_pauses_as_long_if_its_end_comes_later(listen: Listen) -> None:
    whole, parts = listen(), listen()
    whole.track.append("That was it.\n\n")
    parts.track.append("That was it.")
    parts.wait_for_sound()
    parts.track.append("\n")
    parts.track.append("\n")
    wait_until(lambda: not parts.track._text)

    lengths = [len(listener.hear_all()) for listener in (whole, parts)]
    assert abs(lengths[0] - lengths[1]) <= 0.1 * SAMPLE_RATE
    assert lengths[0] > SAMPLE_RATE


def wait_for_stock(track: SpeechTrack, seconds: int) -> None:
    wait_until(lambda: track._stocked >= seconds * SAMPLE_RATE)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_long_text_is_synthesised_only_some_seconds_ahead(counting_engine: Any) -> None:
    track = SpeechTrack(counting_engine, "patient")
    track.append("This sentence is one of very many, and all of them are the same. " * 1600)

    for seconds_read in range(20):
        wait_for_stock(track, 3)
        assert counting_engine.seconds < seconds_read + 3 + 12
        track.read(SAMPLE_RATE)

    track.discard()
    assert track.finished


def test_a_long_text_is_spoken_without_a_gap(counting_engine: Any) -> None:
    track = SpeechTrack(counting_engine, "patient")
    track.append("this goes on and on without any mark or pause that one could breathe in " * 40)

    heard = []
    for _ in range(12):
        wait_for_stock(track, 2)
        heard.append(track.read(SAMPLE_RATE))

    loud = np.abs(np.concatenate(heard)).reshape(-1, SAMPLE_RATE // 4).max(axis=1)
    assert loud.min() > 300
    track.discard()


def test_silence_in_is_silence_out(listen: Listen) -> None:
    listener = listen()
    listener.track.append(" \n\t \x00\x01 ")

    assert not listener.track.read(SAMPLE_RATE).any()
    assert not listener.hear_all().any()
    assert listener.words() == []
    assert listener.track.mouth(SAMPLE_RATE) == REST


def test_reading_gives_what_was_asked_for(listen: Listen) -> None:
    listener = listen()
    listener.track.append("Short. ")
    listener.wait_for_sound()

    for count in (0, 1, 7, 1920, 48_000):
        assert listener.track.read(count).shape == (count,)
        assert listener.track.read(count).dtype == np.int16
    listener.track.discard()


def test_words_are_told_when_they_are_due_and_lie_inside_the_sound(listen: Listen) -> None:
    listener = listen()
    listener.track.read(SAMPLE_RATE)  # the stream has been silent for a second
    listener.track.append("One two three, four. ")
    listener.wait_for_sound()

    told: list[TimedWord] = []
    position = SAMPLE_RATE
    while listener.track.speaking:
        listener.track.read(1920)
        position += 1920
        due = listener.track.words_until(position)
        assert all(word.start * SAMPLE_RATE < position for word in due)
        told += due

    assert [word.word for word in told] == ["One", "two", "three", ",", "four", "."]
    assert told[0].start >= 1.0
    assert told[-1].end <= position / SAMPLE_RATE
    times = [time for word in told for time in (word.start, word.end)]
    assert times == sorted(times)
    listener.track.discard()


def test_the_track_finishes_and_its_thread_ends(listen: Listen) -> None:
    listener = listen()
    listener.track.append("That is all.")
    assert not listener.track.finished

    listener.hear_all()

    assert listener.track.finished
    listener.track._thread.join(60)
    assert not listener.track._thread.is_alive()


def test_a_track_that_gets_no_text_starts_no_thread(listen: Listen) -> None:
    listener = listen()
    listener.track.append("")
    listener.track.close_input()

    assert listener.track._thread is None
    assert listener.track.finished


def test_what_was_discarded_is_not_heard_and_not_told(listen: Listen) -> None:
    listener = listen()
    listener.track.append("The beginning is heard, but the end of it is not. Nor is this. " * 20)
    listener.wait_for_sound()
    listener.track.read(SAMPLE_RATE // 2)

    listener.track.discard()

    assert listener.track.finished
    assert not listener.track.read(SAMPLE_RATE).any()
    assert 1 <= len(listener.words()) < 5
    listener.track.append("Too late.")
    assert not listener.track.speaking
    assert listener.track.mouth(round(0.8 * SAMPLE_RATE)) == REST


def test_a_sleeping_reader_is_woken_by_sound_and_by_the_end(engine: VoiceEngine) -> None:
    woken = Event()
    track = SpeechTrack(engine, "alarm", on_audio=woken.set)

    track.append("Wake up. ")
    assert woken.wait(60)
    assert track.speaking
    track.discard()
    woken.clear()

    track = SpeechTrack(engine, "alarm", on_audio=woken.set)
    track.close_input()
    assert woken.is_set()


def test_ready_made_sound_is_played_between_the_words(listen: Listen) -> None:
    listener = listen()
    tone = np.full(4800, 1000, np.int16)

    listener.track.add(SpokenAudio(tone, (TimedWord("beep", 0.0, 0.1),)))
    listener.track.append("After that. ")
    heard = listener.hear_all()

    assert (heard[:4800] == 1000).all()
    assert listener.words() == ["beep", "After", "that", "."]


class BrokenEngine:
    patience = 0.0

    def speak(self, text: str, voice_id: str) -> SpokenAudio:
        raise VoiceError(f"Cannot say {text!r} as {voice_id}.")


def test_a_voice_that_fails_ends_the_track_with_its_error() -> None:
    ended = Event()
    track = SpeechTrack(BrokenEngine(), "nobody", on_audio=ended.set)

    track.append("Hello. ")

    assert ended.wait(60)
    assert track.finished
    assert "Cannot say" in str(track.error)
