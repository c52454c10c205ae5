"""Text that comes token by token, limits, and sessions that end too early."""

import asyncio
import itertools
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from heygen_widget import LocalServer
from heygen_widget.api.models import (
    CreateAvatarRealtimeRequestBody,
    CreateAvatarRealtimeTextStream,
)
from heygen_widget.api.transcript import as_text
from heygen_widget.session import Delivery, SessionStatus, SpeechStatus
from heygen_widget.session.base import SessionSetup
from heygen_widget.session.errors import StreamClosed
from heygen_widget.session.events import LimitNear
from heygen_widget.session.guard import Guard, Limit, Limits
from heygen_widget.session.meter import Meter
from heygen_widget.session.script import MOUTHFUL, ROOM
from heygen_widget.session.sessions import Sessions
from heygen_widget.session.writers import TextSource
from tests.session.test_session import LONG, Lossy, run, stage

TOKENS = ["The", " mod", "el has", " con", "verged", ". It is", " fine", "."]


def _tokens() -> Iterator[str]:
    yield from TOKENS


async def _tokens_later() -> AsyncIterator[str]:
    for token in TOKENS:
        await asyncio.sleep(0)
        yield token


async def _seeded(text: str) -> CreateAvatarRealtimeRequestBody:
    return CreateAvatarRealtimeTextStream(avatar_id="a", voice_id="v", text=text)


@pytest.mark.parametrize("source", [_tokens, _tokens_later])
def test_tokens_are_spoken_as_the_text_they_make(swift_server: LocalServer, source: object) -> None:
    async def work() -> None:
        async with stage(swift_server) as on:
            assert callable(source)
            speech = Delivery(source())
            session = on.session_of(speech)
            session.finish()
            await session.run()
            assert as_text(session.words) == "The model has converged. It is fine."
            assert speech.text == "The model has converged. It is fine."
            assert speech.status is SpeechStatus.SPOKEN
            assert as_text(speech.speech.words) == speech.text

    run(work)


def test_the_first_words_open_the_session_and_nothing_is_sent_before(
    swift_server: LocalServer,
) -> None:
    release = threading.Event()

    def hesitant() -> Iterator[str]:
        release.wait(60)
        yield "Now. "
        yield "Then."

    async def work() -> None:
        transport = Lossy()
        async with stage(swift_server, transport) as on:
            session = on.session_of(Delivery(hesitant()))
            session.finish()
            running = asyncio.create_task(session.run())
            for _ in range(20):
                await asyncio.sleep(0)
            assert session.status is SessionStatus.IDLE
            release.set()
            await running
            assert as_text(session.words) == "Now. Then."

    run(work)


def test_a_source_without_text_opens_nothing(swift_server: LocalServer) -> None:
    async def work() -> None:
        async with stage(swift_server) as on:
            speech = Delivery(iter([]))
            session = on.session_of(speech)
            await session.run()
            assert session.stream_id is None
            with pytest.raises(ValueError, match="produced no text"):
                speech.speech.result(timeout=0)

    run(work)


def test_a_first_source_without_text_does_not_cost_the_next_speech(
    swift_server: LocalServer,
) -> None:
    async def work() -> None:
        async with stage(swift_server) as on:
            after = Delivery("Hello.")
            session = on.session_of(Delivery(iter([])))
            session.say(after)
            session.finish()
            await session.run()
            assert as_text(session.words) == "Hello."
            assert after.status is SpeechStatus.SPOKEN

    run(work)


def test_a_source_that_fails_half_way_is_spoken_so_far_and_its_error_reaches_the_caller(
    swift_server: LocalServer,
) -> None:
    def broken() -> Iterator[str]:
        yield "This much was said. "
        raise OSError("the model hung up")

    async def work() -> None:
        async with stage(swift_server) as on:
            speech, after = Delivery(broken()), Delivery("And life goes on.")
            session = on.session_of(speech)
            session.say(after)
            session.finish()
            await session.run()
            assert as_text(session.words) == "This much was said. And life goes on."
            assert session.status is SessionStatus.COMPLETED
            with pytest.raises(OSError, match="hung up"):
                speech.speech.result(timeout=0)

    run(work)


async def _huge(text: str) -> AsyncIterator[str]:
    yield text


@pytest.mark.parametrize("make", [lambda text: iter([text]), _huge])
def test_a_huge_piece_of_a_stream_is_taken_in_mouthfuls(
    make: Callable[[str], TextSource],
) -> None:
    """Reading waits while a piece is written, so none may take long."""
    text = "More words, more and more. " * 10_000

    async def work() -> None:
        speech = Delivery(make(text))
        said = []
        while (delta := await speech.next_delta()) is not None:
            said.append(delta)
            assert speech._script._coalescer.backlog <= ROOM + MOUTHFUL
        assert "".join(said).strip() == text.strip()

    run(work)


def test_a_stopped_session_stops_its_source(swift_server: LocalServer) -> None:
    closed = threading.Event()

    def endless() -> Iterator[str]:
        try:
            for number in itertools.count():
                yield f"word{number} "
        finally:
            closed.set()

    async def work() -> None:
        async with stage(swift_server) as on:
            speech = Delivery(endless())
            session = on.session_of(speech)
            running = asyncio.create_task(session.run())
            await on.until(lambda: session.status is SessionStatus.STREAMING)
            session.stop()
            await running
            assert speech.status is SpeechStatus.INTERRUPTED
            assert await asyncio.to_thread(closed.wait, 60)

    run(work)


def test_words_can_be_iterated_while_they_are_spoken(swift_server: LocalServer) -> None:
    async def work() -> None:
        async with stage(swift_server) as on:
            speech = Delivery("One, two. Three!")
            session = on.session_of(speech)
            session.finish()
            running = asyncio.create_task(session.run())
            awaited = [word.word async for word in speech.speech]
            blocking = await asyncio.to_thread(lambda: [word.word for word in speech.speech])
            await running
            # Its last mark is told with the next segment: too late for who waits for its words.
            assert awaited[:5] == blocking[:5] == ["One", ",", "two", ".", "Three"]

    run(work)


def test_a_limit_is_announced_and_kept(
    swift_server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heygen_widget.session.guard.WARNING", 1.5)

    async def work() -> None:
        async with stage(swift_server) as on:
            speech = Delivery(LONG)
            session = on.session_of(speech, Limits(max_seconds=3.0))
            await session.run()
            assert session.status is SessionStatus.CANCELLED
            assert session.end_reason == "limit"
            (warning,) = [event for event in on.events if isinstance(event, LimitNear)]
            assert 0 <= warning.seconds_left <= 1.5
            assert speech.status is SpeechStatus.INTERRUPTED
            assert session.stream_id is not None
            answer = await on.client.avatar_realtime.get(session.stream_id)
            assert answer.status == "completed"

    run(work)


def test_a_sentence_that_no_longer_fits_is_not_begun() -> None:
    async def work() -> None:
        now = 0.0
        meter = Meter(clock=lambda: now)
        meter.requested()
        meter.streaming()
        warnings: list[tuple[float, Limit]] = []
        warned = asyncio.Event()

        def warn(left: float, limit: Limit) -> None:
            warnings.append((left, limit))
            warned.set()

        guard = Guard(Limits(max_cost=1.0), meter, warn)
        now = 12.0
        running = asyncio.create_task(guard.run())
        async with asyncio.timeout(60):
            await warned.wait()
        guard.words_said(lambda: "Short.")
        await asyncio.sleep(0)
        assert not running.done()
        guard.words_said(lambda: "A long sentence " * 20)
        await running
        ((left, limit),) = warnings
        assert left == pytest.approx(8.0)
        assert limit is Limit.MAX_COST

    run(work)


@pytest.mark.parametrize("limits", [{"max_cost": 0}, {"max_seconds": -1}])
def test_a_limit_of_nothing_is_refused(limits: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must be more than 0"):
        Limits(**limits)


@pytest.mark.parametrize("reopen", [False, True])
def test_what_was_not_sent_when_a_session_ended_is_said_in_a_new_one_once(
    server_with: Callable[..., LocalServer], *, reopen: bool
) -> None:
    release = threading.Event()

    def slow() -> Iterator[str]:
        yield "The first half. "
        release.wait(30)
        yield "The second half."

    async def work() -> None:
        async with stage(server_with(pace=8, idle_timeout=4.0)) as on:
            rested = asyncio.Event()
            sessions = Sessions(SessionSetup(on.connect), _seeded)
            sessions.subscribe(lambda _, event: on.take(event))
            sessions.subscribe_to_ends(lambda _: rested.set())
            speech = Delivery(slow(), reopen=reopen)
            sessions.say(speech)
            await on.until(lambda: on.statuses[-1:] == ["completed"])
            release.set()
            if reopen:
                await on.until(lambda: speech.status.ended)
                assert sessions.epoch == 2
                assert as_text(speech.speech.words).startswith("The first half. The second half")
            else:
                await on.until(lambda: speech.status.ended)
                with pytest.raises(StreamClosed, match="idle_timeout"):
                    speech.speech.result(timeout=0)
            sessions.stop()
            async with asyncio.timeout(60):
                await rested.wait()

    run(work)
