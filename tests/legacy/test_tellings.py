"""What is known of the pieces of a text, from answers and from pages that hear only some of it."""

import pytest

from heygen_widget.legacy import (
    AvatarEvent,
    AvatarStartTalking,
    AvatarStopTalking,
    AvatarTalkingMessage,
    Task,
)
from heygen_widget.legacy.models import TaskType
from heygen_widget.legacy.tellings import Telling, Tellings

HEARD: list[AvatarEvent] = [
    AvatarStartTalking(task_id="t"),
    AvatarTalkingMessage(task_id="t", message="One", index=0),
]


def told(tellings: Tellings, *events: AvatarEvent, task_type: TaskType = "repeat") -> Telling:
    """Begin a task of which a page hears `events`."""
    tellings.heard_by_page = bool(events)
    telling = tellings.begin(Task("One two."), "One two.", task_type)
    for event in events:
        tellings.take(event)
    return telling


def test_a_text_that_was_spoken_whole_is_whole_though_a_page_missed_words() -> None:
    tellings = Tellings()
    telling = told(tellings, *HEARD)
    assert tellings.transcript == "One"
    telling.spoken = True
    tellings.end(telling)
    assert tellings.transcript == "One two."


def test_of_a_text_that_was_not_spoken_to_its_end_stands_what_was_heard() -> None:
    tellings = Tellings()
    tellings.end(told(tellings, *HEARD))
    assert tellings.transcript == "One"


def test_an_answer_is_known_by_its_words_alone() -> None:
    tellings = Tellings()
    told(tellings, *HEARD, task_type="talk").spoken = True
    assert tellings.transcript == "One"


@pytest.mark.parametrize(
    ("events", "speaks"),
    [([], True), (HEARD, True), ([*HEARD, AvatarStopTalking(task_id="t")], False)],
    ids=["nobody tells", "it began", "it stopped"],
)
def test_it_speaks_while_a_page_hears_it_or_else_while_the_server_is_at_it(
    events: list[AvatarEvent], *, speaks: bool
) -> None:
    tellings = Tellings()
    telling = told(tellings, *events)
    assert tellings.speaking is speaks
    tellings.end(telling)
    assert not tellings.speaking


def test_a_page_that_tells_makes_it_speak_from_its_first_sound_on() -> None:
    tellings = Tellings()
    tellings.end(told(tellings, *HEARD, AvatarStopTalking(task_id="t")))
    tellings.begin(Task("Three."), "Three.", "repeat")
    assert not tellings.speaking
    tellings.take(AvatarStartTalking(task_id="u"))
    assert tellings.speaking


def test_a_lost_stop_and_a_lost_answer_leave_it_silent() -> None:
    tellings = Tellings()
    tellings.end(told(tellings, *HEARD))  # as when the answer to the task never came
    assert not tellings.speaking
