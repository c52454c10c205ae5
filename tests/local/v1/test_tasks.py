"""How much may wait to be spoken, and how much may be answered."""

import threading
from collections.abc import Callable, Iterable, Iterator
from itertools import count

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heygen_widget.local.v1 import tasks
from heygen_widget.local.v1.answering import ResponderQueue
from heygen_widget.local.v1.tasks import (
    Ended,
    News,
    Said,
    Started,
    Task,
    TaskQueue,
    beginning,
    size_of,
)
from heygen_widget.local.voice import SpeechTrack, SpokenAudio, TimedWord, VoiceError
from tests.local.v1.viewer import PATIENCE

MOST_TEXT = 1000
FRAME = 10
ROOMS = st.integers(-5, 50)
TEXTS = st.text("aß€😀\ud800", max_size=20)


class Mute:
    """An engine that does not come to speak."""

    patience = 0.0

    def __init__(self) -> None:
        self.end = threading.Event()

    def speak(self, text: str, voice_id: str) -> SpokenAudio:
        self.end.wait(PATIENCE)
        raise VoiceError(f"{voice_id} cannot speak {len(text)} characters.")


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mute]:
    monkeypatch.setattr(tasks, "MOST_TEXT", MOST_TEXT)
    mute = Mute()
    yield mute
    mute.end.set()


def test_what_waits_takes_room_until_it_is_over(engine: Mute) -> None:
    queue = TaskQueue(lambda _: None)
    for text in ("a" * 300, "€" * 100, ""):
        queue.add(task := Task(engine, "mute", asked="b" * 10))
        task.append(text)
    assert queue.room == MOST_TEXT - 610
    queue.read(1)  # the first is being spoken
    assert queue.room == MOST_TEXT - 610
    queue.interrupt()
    assert queue.room == MOST_TEXT


@pytest.mark.parametrize("comes", range(6))
def test_a_task_starts_before_its_first_word_whenever_its_sound_comes(comes: int) -> None:
    """Sound may come between any two steps of the reader: at each of them once."""
    news: list[News] = []
    queue = TaskQueue(news.append)
    task = Task(Mute(), "mute")
    task._text = "One. Two."
    words = (TimedWord("One.", 0.0, 0.001), TimedWord("Two.", 0.001, 0.002))
    audio = SpokenAudio(np.ones(5 * FRAME, np.int16), words)
    steps = count()

    class Track(SpeechTrack):
        """Its sound comes at a step of the reader."""

        def __getattribute__(self, name: str) -> object:
            looked_at = name in {"speaking", "onset", "read", "words_until", "finished"}
            if looked_at and next(steps) == comes:
                self.add(audio)
                self.close_input()
            return super().__getattribute__(name)

    task.track.__class__ = Track
    queue.add(task)
    while not news or not isinstance(news[-1], Ended):
        queue.read(FRAME)
    assert isinstance(news[0], Started)
    assert "".join(each.message for each in news if isinstance(each, Said)) == "One. Two."


def answers(
    engine: Mute, respond: Callable[[str], Iterable[str]], *asked: str
) -> tuple[int, list[str]]:
    """Ask, and wait for the answers; return the room that is left, and the answers."""
    queue = TaskQueue(lambda _: None)
    done = threading.Event()

    def responder(text: str) -> Iterable[str]:
        if text == "done":  # answers come in order
            done.set()
        return respond(text)

    answering = ResponderQueue(responder, queue)
    asking = [Task(engine, "mute", text) for text in asked]
    for task in asking:
        queue.add(task)
    for text, task in zip([*asked, "done"], [*asking, Task(engine, "mute")], strict=True):
        answering.add(text, task)
    assert done.wait(PATIENCE)
    return queue.room, [task.rest() for task in asking]


def test_what_was_taken_is_echoed_whole_even_if_there_is_no_room_for_more(engine: Mute) -> None:
    asked = ["a" * 400, "€" * 100, "b" * 300]
    assert answers(engine, lambda text: [text], *asked) == (0, asked)


@pytest.mark.parametrize("piece", ["a", "€", "abc " * 1000])
def test_answers_without_end_take_no_more_than_the_room_there_is(engine: Mute, piece: str) -> None:
    room, said = answers(engine, lambda _: [piece] * 10_000, "a", "b", "c")
    assert 0 <= room < size_of(piece)
    assert sum(map(size_of, said)) <= MOST_TEXT
    assert all((piece * 1000).startswith(each) for each in said)


@settings(max_examples=100)
@given(text=TEXTS, size=ROOMS)
def test_a_text_is_cut_between_characters(text: str, size: int) -> None:
    cut = beginning(text, size)
    assert size_of(cut) <= max(size, 0)
    assert text.replace("\ud800", "").startswith(cut)
    assert cut == text or size_of(text) > size or "\ud800" in text
