"""What a viewer sees and hears of a session, and what the viewer is told."""

import time
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest

from heygen_widget.local import LocalServer
from tests.local.v1.conftest import Live, Streamer
from tests.local.v1.viewer import Picture, Viewer

LONG = "One two three four five six seven eight nine ten eleven twelve thirteen fourteen. " * 4
CATCHING_UP = 0.2  # seconds: what begins late is shown faster, until the clock is right again


def mouth(picture: Picture) -> npt.NDArray[np.int16]:
    """The lower face, where nothing moves but the lips and, slowly, the head."""
    height, width = picture.luma.shape
    rows = slice(height * 48 // 100, height * 66 // 100)
    return picture.luma[rows, width * 42 // 100 : width * 58 // 100].astype(np.int16)


def movement(before: Picture, after: Picture) -> int:
    return int(np.abs(mouth(after) - mouth(before)).max())


def message(viewer: Viewer, task_id: str) -> str:
    told = viewer.events("avatar_talking_message")
    return "".join(event["message"] for event in told if event["task_id"] == task_id)


# Pictures and sound.


@pytest.mark.parametrize("coding", ["H264", "VP8"])
@pytest.mark.parametrize(
    ("quality", "size"), [("low", (854, 480)), ("medium", (1280, 720)), ("high", (1920, 1080))]
)
def test_a_quality_is_a_size(
    streamer: Streamer, coding: str, quality: str, size: tuple[int, int]
) -> None:
    live = streamer.live(quality=quality, video_encoding=coding)
    assert live.viewer.seen.pictures[0].size == size
    assert live.viewer.seen.pictures[0].luma.std() > 20  # somebody is there


def test_a_resting_avatar_is_seen_and_not_heard(live: Live) -> None:
    pictures = live.viewer.seen.pictures
    live.viewer.wait(lambda: len(pictures) >= 75, "three seconds")
    assert not live.viewer.seen.loud
    assert np.median(np.diff([picture.time for picture in pictures])) == pytest.approx(1 / 25)
    assert any(movement(a, b) for a, b in pairwise(pictures))  # it lives


@pytest.mark.parametrize("coding", ["H264", "VP8"])
def test_what_is_said_is_heard_and_the_lips_move(streamer: Streamer, coding: str) -> None:
    live = streamer.live(video_encoding=coding)
    pictures = live.viewer.seen.pictures
    live.viewer.wait(lambda: len(pictures) >= 30, "a second of rest")
    resting = max(movement(a, b) for a, b in pairwise(pictures[10:30]))
    said_at = len(pictures)
    live.say("Hello there, my friend.")
    live.viewer.wait_for_event("avatar_stop_talking")
    live.viewer.wait_for_silence()
    assert live.viewer.seen.loud > 40
    moved = sum(movement(a, b) > 2 * resting for a, b in pairwise(pictures[said_at:]))
    assert moved > 10


def test_everyone_in_a_session_opened_later_sees_at_once(streamer: Streamer) -> None:
    """What the first session has coded while it rested shows in the second, undistorted."""
    first, second = streamer.live(), streamer.live()
    for live in (first, second):
        live.viewer.wait(lambda live=live: len(live.viewer.seen.pictures) >= 60, "rest")  # type: ignore[misc]
    faces = [live.viewer.seen.pictures[50] for live in (first, second)]
    differing = np.abs(faces[0].luma.astype(np.int16) - faces[1].luma)
    assert np.median(differing) <= 2


# Tasks.


def test_a_task_in_sync_returns_when_it_is_spoken(live: Live) -> None:
    began = time.monotonic()
    done = live.say("Hello there, my friend.", task_mode="sync")
    took = time.monotonic() - began
    assert 1.0 < done["duration_ms"] / 1000 < took + CATCHING_UP
    stopped = live.viewer.wait_for_event("avatar_stop_talking")
    assert (stopped["task_id"], stopped["duration_ms"]) == (done["task_id"], done["duration_ms"])


def test_a_task_is_repeated_and_in_sync_unless_it_says_otherwise(live: Live) -> None:
    """HeyGen's SDK sends neither field when it is used as its README shows."""
    done = live.call("task", text="Hello there.")
    live.viewer.wait_for_event("avatar_stop_talking")
    assert message(live.viewer, done["task_id"]) == "Hello there."


def test_a_task_in_async_returns_before_it_is_spoken(live: Live) -> None:
    done = live.say(LONG)
    assert not live.viewer.events("avatar_stop_talking")
    assert 15_000 < done["duration_ms"] < 30_000  # an estimate


def test_tasks_are_spoken_one_after_another(live: Live) -> None:
    ids = [live.say(text)["task_id"] for text in ("First.", "Second.", "Third.")]
    live.viewer.wait_for_event("avatar_stop_talking", 3)
    told = [(event["type"], event["task_id"]) for event in live.viewer.seen.events]
    turns = [each for each in told if each[0] in {"avatar_start_talking", "avatar_stop_talking"}]
    assert turns == [
        (kind, task_id)
        for task_id in ids
        for kind in ("avatar_start_talking", "avatar_stop_talking")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Hello there!  How are you, dear friend?",
        'She said: "It costs $5 & more." <b>Really</b>…',
        "Zwölf Boxkämpfer 你好 🎉 end.",
    ],
)
def test_the_messages_of_a_task_are_its_text(live: Live, text: str) -> None:
    task_id = live.say(text)["task_id"]
    end = live.viewer.wait_for_event("avatar_end_message")
    assert end["task_id"] == task_id
    assert message(live.viewer, task_id) == text
    kinds = [event["type"] for event in live.viewer.seen.events]
    assert kinds[0] == "avatar_start_talking"
    assert set(kinds[1:-2]) <= {"avatar_talking_message"}


def test_a_text_that_has_no_sound_is_over_at_once(live: Live) -> None:
    done = live.say(" \n ", task_mode="sync")
    assert (done["duration_ms"], done["message"]) == (0, "")
    assert live.say("Hello.", task_mode="sync")["duration_ms"] > 200


# Interrupting.


def test_an_interrupt_silences_at_once(live: Live) -> None:
    live.say(LONG)
    live.viewer.wait_for_sound(50)
    live.call("interrupt")
    stopped = live.viewer.wait_for_event("avatar_stop_talking")
    live.viewer.wait_for_silence()
    assert 500 < stopped["duration_ms"] < 15_000  # all of it takes 20 seconds
    assert not live.viewer.events("avatar_end_message")


# Talking.


def test_an_avatar_that_is_talked_to_says_it_back(live: Live) -> None:
    for number, kind in enumerate(("talk", "chat"), 1):
        task_id = live.say("Good morning.", task_type=kind)["task_id"]
        live.viewer.wait_for_event("avatar_stop_talking", number)
        assert message(live.viewer, task_id) == "Good morning."


def test_talk_over_the_room_is_answered(live: Live) -> None:
    """The SDK's LiveKit transport publishes the text as a bare JSON string."""
    live.viewer.publish(b'"Good morning."')
    started = live.viewer.wait_for_event("avatar_start_talking")
    live.viewer.wait_for_event("avatar_stop_talking")
    assert message(live.viewer, started["task_id"]) == "Good morning."


@pytest.mark.parametrize(
    ("responder", "answer"),
    [("shout", "HOW ARE YOU? INDEED."), ("count", "You said 3 words.")],
)
def test_answers_can_come_from_anyone(
    server_with: Callable[..., LocalServer],
    streamer_at: Callable[[LocalServer], Streamer],
    responder: str,
    answer: str,
) -> None:
    server = server_with(responder=f"tests.local.v1.answers:{responder}")
    live = streamer_at(server).live()
    done = live.say("How are you?", task_type="talk", task_mode="sync")
    live.viewer.wait_for_event("avatar_stop_talking")
    assert message(live.viewer, done["task_id"]) == done["message"] == answer
    repeated = live.say("Good.", task_type="repeat", task_mode="sync")["task_id"]
    live.viewer.wait_for_event("avatar_stop_talking", 2)
    assert message(live.viewer, repeated) == "Good."


def test_a_responder_that_fails_costs_only_its_answer(
    server_with: Callable[..., LocalServer], streamer_at: Callable[[LocalServer], Streamer]
) -> None:
    live = streamer_at(server_with(responder="tests.local.v1.answers:fail")).live()
    assert live.say("Hm?", task_type="talk", task_mode="sync")["duration_ms"] == 0
    assert live.say("Hello.", task_mode="sync")["duration_ms"] > 200
