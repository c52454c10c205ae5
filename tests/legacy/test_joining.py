"""Who waits for whom before an avatar speaks: the text, the page and its answer."""

import asyncio
import itertools
from collections.abc import Iterator

import pytest

from heygen_widget.legacy import (
    NobodyJoined,
    RoomReady,
    TaskDelivery,
)
from heygen_widget.session import (
    ContactLost,
    SessionStatus,
    SpeechStatus,
)
from tests.legacy.stage import ANSWER, Stage, on_stage


def test_nothing_is_said_before_somebody_is_in_the_room() -> None:
    async def play(on: Stage) -> None:
        on.service.spoken.set()
        on.service.status = "connecting"
        session, speech = on.session(), TaskDelivery("Hello.")
        session.say(speech)
        running = asyncio.create_task(session.run())
        await on.service.has_been_called("list", 3)
        assert on.service.calls["task"] == 0
        assert (session.status, session.meter.running) == (SessionStatus.PENDING, False)
        on.service.status = "connected"
        await speech.speech
        assert session.status is SessionStatus.STREAMING
        session.stop()
        await running

    on_stage(play)


def test_an_avatar_that_its_cell_shows_after_all_waits_for_the_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("heygen_widget.legacy.joining.JOINING", 0.5)

    async def play(on: Stage) -> None:
        on.service.spoken.set()
        on.service.status = "connecting"
        waited = asyncio.Event()

        def shown() -> Iterator[bool]:
            yield False  # when the text is said, and true ever after
            monkeypatch.setattr("heygen_widget.legacy.joining.JOINING", 60)
            waited.set()
            yield from itertools.cycle([True])

        session, speech = on.session(is_shown=shown().__next__), TaskDelivery("Hello.")
        session.say(speech)
        running = asyncio.create_task(session.run())
        await waited.wait()
        await on.service.has_been_called("list", on.service.calls["list"] + 1)
        on.service.status = "connected"
        await speech.speech
        assert speech.status is SpeechStatus.SPOKEN
        session.stop()
        await running

    on_stage(play)


@pytest.mark.parametrize(
    ("shown", "what_to_do"), [(False, "end a cell with the avatar"), (True, "could not join")]
)
def test_a_session_to_which_nobody_comes_ends_and_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, what_to_do: str, *, shown: bool
) -> None:
    monkeypatch.setattr("heygen_widget.legacy.joining.JOINING", 0.2)

    async def play(on: Stage) -> None:
        on.service.status = "connecting"
        on.shown = shown
        session, first, second = on.session(), TaskDelivery("Hello?"), TaskDelivery("Anybody?")
        session.say(first)
        session.say(second)
        await session.run()
        assert (session.status, session.over) == (SessionStatus.ERROR, True)
        assert isinstance(session.error, NobodyJoined)
        for speech in (first, second):
            with pytest.raises(NobodyJoined, match=what_to_do):
                await speech.speech
        assert not on.service.open

    on_stage(play)


def test_a_session_in_which_nothing_is_to_be_said_waits_for_a_page_as_long_as_the_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("heygen_widget.legacy.joining.JOINING", 0.01)

    async def play(on: Stage) -> None:
        on.service.status = "connecting"
        session = on.session()
        running = asyncio.create_task(session.run())
        await on.service.has_been_called("list", 3)
        assert session.status is SessionStatus.PENDING
        session.stop()
        await running

    on_stage(play)


def test_a_server_that_speaks_although_it_names_nobody_is_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("heygen_widget.legacy.joining.JOINING", 0.1)

    async def play(on: Stage) -> None:
        on.service.spoken.set()
        on.service.status = "in a word of its own"
        session, speech = on.session(), TaskDelivery("Hello.")
        session.say(speech)
        session.finish()
        await session.run()
        assert speech.status is SpeechStatus.SPOKEN
        assert session.status is SessionStatus.COMPLETED

    on_stage(play)


def test_what_waits_for_a_page_can_be_interrupted() -> None:
    async def play(on: Stage) -> None:
        on.service.status = "connecting"
        session, speech = on.session(), TaskDelivery("Hello?")
        session.say(speech)
        running = asyncio.create_task(session.run())
        await on.service.has_been_called("list", 2)
        session.interrupt()
        assert speech.status is SpeechStatus.INTERRUPTED
        session.finish()
        await running
        assert session.status is SessionStatus.COMPLETED
        assert on.service.calls["task"] == 0

    on_stage(play)


def test_of_two_answers_to_one_offer_the_first_is_taken() -> None:
    async def play(on: Stage) -> None:
        on.service.raw = True
        on.service.status = "connecting"
        session = on.session()
        running = asyncio.create_task(session.run())
        await on.until(lambda: on.of(RoomReady))
        assert not session.answered
        session.take_answer(ANSWER)
        with pytest.raises(ValueError, match="serves only one page"):
            session.take_answer(ANSWER)
        await on.service.has_been_called("start", 1)
        assert session.answered
        session.stop()
        await running
        assert on.service.calls["start"] == 1

    on_stage(play)


def test_an_answer_that_the_server_does_not_take_leaves_room_for_another() -> None:
    async def play(on: Stage) -> None:
        on.service.raw = True
        on.service.status = "connecting"
        on.service.failures["start"] = [400]
        session = on.session()
        running = asyncio.create_task(session.run())
        await on.until(lambda: on.of(RoomReady))
        session.take_answer(ANSWER)
        await on.until(lambda: on.of(ContactLost))
        session.take_answer(ANSWER)
        await on.service.has_been_called("start", 2)
        session.stop()
        await running

    on_stage(play)
