"""What is known of the pieces of a text, from answers and from pages that hear only some of it."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heygen_widget.legacy import (
    AvatarEndMessage,
    AvatarEvent,
    AvatarStartTalking,
    AvatarStopTalking,
    AvatarTalkingMessage,
    TaskDelivery,
)
from heygen_widget.legacy.models import TaskType
from heygen_widget.legacy.tasks import NOT_REPORTED, Task, Tasks
from heygen_widget.session import Heard

WORDS = ("One", ", two", ", three.")
HEARD: list[AvatarEvent] = [
    AvatarStartTalking(task_id="t"),
    AvatarTalkingMessage(task_id="t", message="One", index=0),
]


def told(tasks: Tasks, *events: AvatarEvent, task_type: TaskType = "repeat") -> Task:
    """Begin a task of which a page hears `events`."""
    tasks.heard_by_page = bool(events)
    task = tasks.begin(TaskDelivery("One two."), "One two.", task_type)
    for event in events:
        tasks.take(event)
    return task


def test_a_text_that_was_spoken_whole_is_whole_though_a_page_missed_words() -> None:
    tasks = Tasks()
    task = told(tasks, *HEARD)
    assert tasks.transcript == "One"
    task.spoken = True
    tasks.end(task)
    assert tasks.transcript == "One two."


def test_of_a_text_that_was_not_spoken_to_its_end_stands_what_was_heard() -> None:
    tasks = Tasks()
    tasks.end(told(tasks, *HEARD))
    assert tasks.transcript == "One"


def test_words_are_placed_in_the_piece_they_were_told_of_however_late() -> None:
    tasks = Tasks()
    speech = TaskDelivery("One 👍 two. Two three.")
    asyncio.run(_read(speech))
    pieces = ["One 👍 two. ", "Two three."]
    for task_id, piece in zip("ab", pieces, strict=True):
        start = speech.said.index(piece)
        tasks.begin(speech, piece, "repeat", start).task_id = task_id
    for task_id, index, word in [("b", 0, "Tw"), ("a", 0, "One "), ("a", 1, "two."), ("b", 1, "o")]:
        tasks.take(AvatarTalkingMessage(task_id=task_id, message=word, index=index))
    heard = [speech.said[start:end] for _, start, end in tasks.log.heard()]
    assert heard == [" Tw", "One 👍", " two.", "o"]
    assert {place.speech for place in tasks.log.heard()} == {speech}


def test_an_answer_has_no_place_in_the_question() -> None:
    tasks = Tasks()
    told(tasks, *HEARD, task_type="talk")
    assert tasks.log.heard() == (Heard(None, 0, 0),)


def test_an_answer_is_known_by_its_words_alone() -> None:
    tasks = Tasks()
    told(tasks, *HEARD, task_type="talk").spoken = True
    assert tasks.transcript == "One"


async def _read(speech: TaskDelivery) -> None:
    while await speech.next_delta() is not None:
        pass


def reports(words: tuple[str, ...]) -> list[AvatarEvent]:
    """Return what a page tells that hears all of `words`."""
    said = [AvatarTalkingMessage(task_id="t", message=m, index=i) for i, m in enumerate(words)]
    return [*said, AvatarEndMessage(task_id="t")]


@pytest.mark.parametrize(
    ("events", "transcript"),
    [([], NOT_REPORTED), (HEARD, f"One {NOT_REPORTED}")],
    ids=["no word", "some words"],
)
def test_an_answer_says_that_words_are_missing_until_a_page_tells_them(
    events: list[AvatarEvent], transcript: str
) -> None:
    tasks = Tasks()
    task = told(tasks, *events, task_type="talk")
    task.task_id, task.spoken = "t", True
    tasks.take(AvatarStopTalking(task_id="t"))
    assert tasks.transcript == transcript
    for event in reports(WORDS):
        tasks.take(event)
    assert tasks.transcript == "One, two, three."


@given(reported=st.integers(0, len(WORDS)))
def test_what_the_server_tells_was_said_whatever_pages_report(reported: int) -> None:
    tasks = Tasks()
    task = told(tasks, *reports(WORDS)[:reported], task_type="talk")
    task.task_id, task.said, task.spoken = "t", "One, two, three.", True
    for event in reports(WORDS):  # late, and some of them again
        tasks.take(event)
    assert tasks.transcript == "One, two, three."


@pytest.mark.parametrize(
    ("events", "speaks"),
    [([], True), (HEARD, True), ([*HEARD, AvatarStopTalking(task_id="t")], False)],
    ids=["nobody tells", "it began", "it stopped"],
)
def test_it_speaks_while_a_page_hears_it_or_else_while_the_server_is_at_it(
    events: list[AvatarEvent], *, speaks: bool
) -> None:
    tasks = Tasks()
    task = told(tasks, *events)
    assert tasks.speaking is speaks
    tasks.end(task)
    assert not tasks.speaking


def test_a_page_that_tells_makes_it_speak_from_its_first_sound_on() -> None:
    tasks = Tasks()
    tasks.end(told(tasks, *HEARD, AvatarStopTalking(task_id="t")))
    tasks.begin(TaskDelivery("Three."), "Three.", "repeat")
    assert not tasks.speaking
    tasks.take(AvatarStartTalking(task_id="u"))
    assert tasks.speaking


def test_a_lost_stop_and_a_lost_answer_leave_it_silent() -> None:
    tasks = Tasks()
    tasks.end(told(tasks, *HEARD))  # as when the answer to the task never came
    assert not tasks.speaking
