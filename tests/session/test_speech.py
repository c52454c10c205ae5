"""What may be said, and how its end is told."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from heygen_widget.session import Delivery, Meter, SessionStatus, Speech, SpeechStatus


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\x00\x07"])
def test_nothing_to_say_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must not be empty"):
        Delivery(text)


def test_more_than_a_session_can_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="1,000,000 characters"):
        Delivery("x" * 1_000_000)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hello", "Hello"),
        ("Hi 👩‍🚀!", "Hi 👩‍🚀!"),
        ("שלום עולם", "שלום עולם"),
        ("half \ud83d of it", "half � of it"),
        ("bell\x07 and null\x00", "bell  and null "),
    ],
)
def test_any_text_is_made_speakable(text: str, said: str) -> None:
    assert Delivery(text).text == said


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(TypeError, match=r"int is not text\. Pass a string"):
        Delivery(42)  # type: ignore[arg-type]


def test_an_end_is_final_and_releases_every_waiter() -> None:
    speech = Delivery("Hello")
    waiter = threading.Thread(target=speech.speech.result)
    waiter.start()

    async def awaited() -> Speech:
        return await speech.speech

    assert speech.become(SpeechStatus.SPOKEN)
    assert not speech.become(SpeechStatus.INTERRUPTED)
    waiter.join(60)
    assert not waiter.is_alive()
    assert asyncio.run(awaited()) is speech.speech


def test_the_meter_counts_from_the_first_picture_to_the_end() -> None:
    now = 100.0
    meter = Meter(clock=lambda: now)
    assert (meter.elapsed, meter.cost, meter.running) == (0, 0, False)
    meter.requested()
    now = 104.0
    meter.streaming()
    now = 114.0
    meter.streaming()
    assert (meter.elapsed, meter.running) == (10, True)
    meter.ended()
    now = 200.0
    assert meter.cost == pytest.approx(0.5)
    assert meter.cost_at_most == pytest.approx(0.7)
    assert not meter.running


def test_an_end_counts_as_having_passed_every_state_but_other_ends() -> None:
    assert SessionStatus.CANCELLED.has_reached(SessionStatus.STREAMING)
    assert not SessionStatus.PENDING.has_reached(SessionStatus.STREAMING)
    assert not SessionStatus.STREAMING.has_reached(SessionStatus.COMPLETED)
    assert SessionStatus.STREAMING.open
    assert not SessionStatus.IDLE.open


def test_what_was_spoken_may_turn_out_uncertain_and_nothing_else_may() -> None:
    speech = Delivery("Hello")
    assert speech.become(SpeechStatus.SPOKEN)
    assert speech.doubt()
    assert speech.speech.result(timeout=0).status is SpeechStatus.UNCERTAIN
    assert not speech.become(SpeechStatus.SPOKEN)
    failed = Delivery("Hello")
    failed.become(SpeechStatus.FAILED)
    assert not failed.doubt()
    assert failed.status is SpeechStatus.FAILED


def test_what_is_in_doubt_is_never_spoken_but_uncertain() -> None:
    speech = Delivery("Hello")
    assert not speech.doubt()
    assert speech.become(SpeechStatus.SPOKEN)
    assert speech.status is SpeechStatus.UNCERTAIN


def test_a_model_that_only_thinks_is_not_read_on_once_nobody_listens() -> None:
    read, ended, closed = 0, threading.Event(), threading.Event()

    def thinking() -> Iterator[object]:
        nonlocal read
        try:
            while True:
                if read == 1:
                    ended.wait(60)
                read += 1
                yield {"choices": [{"delta": {"reasoning_content": "hm"}}]}
        finally:
            closed.set()

    speech = Delivery(thinking())
    speech.become(SpeechStatus.INTERRUPTED)
    ended.set()
    assert closed.wait(60)
    assert read <= 2


def test_whoever_lets_an_avatar_speak_gets_a_handle_that_tells_and_waits() -> None:
    handle = Delivery("Hello").speech
    names = {name for name in dir(handle) if not name.startswith("_")}
    assert names == {"error", "id", "result", "status", "text", "words"}
    for name in names - {"result"}:
        with pytest.raises(AttributeError):
            setattr(handle, name, None)
