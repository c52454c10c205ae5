"""One streaming session, and what becomes of it when its server fails."""

import asyncio
import json

import httpx
import pytest

from heygen_widget.api import APIConnectionError, HeyGenError, ServerError
from heygen_widget.legacy import (
    RoomReady,
    TaskDelivery,
)
from heygen_widget.session import (
    ContactLost,
    LimitNear,
    SessionStatus,
    SpeechStatus,
    StreamClosed,
)
from heygen_widget.session.guard import Limits
from tests.legacy.stage import Stage, on_stage


def test_a_session_speaks_and_ends_by_itself_once_finished() -> None:
    async def play(on: Stage) -> None:
        on.service.spoken.set()
        session, speech = on.session(), TaskDelivery("Hello.")
        session.say(speech)
        session.finish()
        await session.run()
        assert (session.status, session.end_reason) == (SessionStatus.COMPLETED, "finished")
        assert speech.status is SpeechStatus.SPOKEN
        assert session.transcript == "Hello."
        assert session.over
        assert len(on.of(RoomReady)) == 1
        assert on.service.calls["start"] == on.service.calls["stop"] == 1

    on_stage(play)


@pytest.mark.parametrize("says", [1200, None])
def test_its_limits_are_those_of_this_service(says: float | None) -> None:
    async def play(on: Stage) -> None:
        on.service.longest = says
        session = on.session(limits=Limits(max_cost=2))
        assert session.limits == Limits(max_cost=2, idle_timeout=120, longest=600)
        session.finish()
        await session.run()
        assert session.limits.longest == (says or 600)

    on_stage(play)


def test_stop_is_repeated_until_the_session_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heygen_widget.api.backoff.FIRST_PAUSE", 0.0)

    async def play(on: Stage) -> None:
        on.service.failures["stop"] = [503, httpx.ReadError("lost")]
        session, speech = on.session(), TaskDelivery("Never to its end.")
        session.say(speech)
        running = asyncio.create_task(session.run())
        await on.service.has_been_called("task", 1)
        session.stop()
        await running
        assert (session.status, session.over) == (SessionStatus.CANCELLED, True)
        assert speech.status is SpeechStatus.INTERRUPTED
        assert not on.service.open

    on_stage(play)


def test_a_server_that_does_not_answer_for_a_while_is_asked_again() -> None:
    async def play(on: Stage) -> None:
        on.service.spoken.set()
        on.service.failures["list"] = [502, httpx.ConnectError("refused")]
        session, speech = on.session(), TaskDelivery("Hello.")
        session.say(speech)
        session.finish()
        await session.run()
        errors = [event.error for event in on.of(ContactLost) if isinstance(event, ContactLost)]
        assert [type(error) for error in errors] == [ServerError, APIConnectionError]
        assert session.status is SessionStatus.COMPLETED

    on_stage(play)


def test_a_session_that_is_gone_is_seen_to_have_ended_at_the_next_text() -> None:
    async def play(on: Stage) -> None:
        on.service.spoken.set()
        session, first = on.session(), TaskDelivery("One.")
        session.say(first)
        running = asyncio.create_task(session.run())
        await first.speech
        on.service.open = False
        late = TaskDelivery("Two.")
        session.say(late)
        await running
        assert session.end_reason == "closed by the server"
        with pytest.raises(StreamClosed, match="open a new session"):
            await late.speech

    on_stage(play)


@pytest.mark.parametrize(("status", "kept"), [("connected", True), ("connecting", False)])
def test_a_session_is_kept_alive_while_somebody_watches(
    monkeypatch: pytest.MonkeyPatch, status: str, *, kept: bool
) -> None:
    monkeypatch.setattr("heygen_widget.legacy.opening.IDLE_TIMEOUT", 0.06)

    async def play(on: Stage) -> None:
        on.service.status = status
        session = on.session()
        running = asyncio.create_task(session.run())
        await on.service.has_been_called("list", 3)
        if kept:
            await on.service.has_been_called("keep_alive", 2)
        session.stop()
        await running
        assert bool(on.service.calls["keep_alive"]) is kept

    on_stage(play)


def test_a_limit_ends_the_session_and_is_announced() -> None:
    async def play(on: Stage) -> None:
        session, speech = on.session(limits=Limits(max_seconds=0.7)), TaskDelivery("Too long.")
        session.say(speech)
        await session.run()
        assert (session.status, session.end_reason) == (SessionStatus.CANCELLED, "limit")
        assert len(on.of(LimitNear)) == 1
        assert not on.service.open

    on_stage(play)


def test_a_session_that_cannot_be_opened_fails_its_texts() -> None:
    async def play(on: Stage) -> None:
        on.service.failures["new"] = [500]
        session, speech = on.session(), TaskDelivery("Hello.")
        session.say(speech)
        await session.run()
        assert session.status is SessionStatus.ERROR
        with pytest.raises(ServerError):
            await speech.speech

    on_stage(play)


def test_a_session_that_fails_to_start_is_not_left_behind() -> None:
    async def play(on: Stage) -> None:
        on.service.failures["start"] = [400]
        session = on.session()
        await session.run()
        assert session.status is SessionStatus.ERROR
        assert isinstance(session.error, HeyGenError)
        assert (session.over, on.service.open) == (True, False)

    on_stage(play)


def test_only_what_is_asked_for_is_asked_for() -> None:
    async def play(on: Stage) -> None:
        session = on.session()
        session.interrupt()
        session.stop()
        await session.run()
        assert session.status is SessionStatus.CANCELLED
        assert not on.service.calls

    on_stage(play)


def test_tokens_are_in_no_event() -> None:
    async def play(on: Stage) -> None:
        on.service.spoken.set()
        session = on.session()
        session.finish()
        await session.run()
        assert "jwt" not in json.dumps([repr(event) for event in on.events])

    on_stage(play)
