"""One streaming session and a server that fails it at the wrong moment.

What the embedded server cannot be made to do is done by a transport here, which answers as HeyGen's
documents say.
"""

import asyncio
import itertools
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager

import httpx
import pytest

from heygen_widget.api import APIConnectionError, AsyncHeyGen, HeyGenError, ServerError
from heygen_widget.legacy import (
    NobodyJoined,
    Opening,
    RoomReady,
    SessionDescription,
    StreamedSpeech,
    StreamingSession,
)
from heygen_widget.session import (
    ContactLost,
    LimitNear,
    SessionEvent,
    SessionStatus,
    SpeechStatus,
    StreamClosed,
)
from heygen_widget.session.guard import Limits

OPENING = Opening(avatar_id="a", voice_id="v")
ANSWER = SessionDescription(type="answer", sdp="v=0")
NOT_YET = {"code": 400006, "message": "Session is not in correct state"}


class Service(httpx.AsyncBaseTransport):
    """Answers for one session; what a verb meets first stands in `failures`."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.failures: dict[str, list[int | Exception]] = {}
        self.open = False
        self.status = "connected"
        self.raw = False
        self.longest: float | None = 600
        self.spoken = asyncio.Event()
        self.called = asyncio.Event()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        verb = request.url.path.rpartition(".")[2]
        self.calls[verb] += 1
        self.called.set()
        if failures := self.failures.get(verb):
            failure = failures.pop(0)
            if isinstance(failure, Exception):
                raise failure
            return httpx.Response(failure, request=request)
        if verb not in {"new", "list"} and not self.open:
            return httpx.Response(400, json={"code": 10005, "message": "closed"}, request=request)
        if verb == "task" and self.status == "connecting":
            return httpx.Response(400, json=NOT_YET, request=request)
        return httpx.Response(200, json={"code": 100, "data": await self._data(verb)})

    async def _data(self, verb: str) -> object:
        match verb:
            case "new":
                self.open = True
                if self.raw:
                    return {"session_id": "s1", "sdp": {"type": "offer", "sdp": "v=0"}}
                room = {
                    "url": "wss://room",
                    "access_token": "jwt",
                    "session_duration_limit": self.longest,
                }
                return {"session_id": "s1", **room}
            case "task":
                await self.spoken.wait()
                return {"task_id": f"t{self.calls['task']}", "duration_ms": 500}
            case "list":
                listed = [{"session_id": "s1", "status": self.status}]
                return {"sessions": listed if self.open else []}
            case "stop":
                self.open = False
        return None

    async def has_been_called(self, verb: str, times: int) -> None:
        while self.calls[verb] < times:
            self.called.clear()
            await self.called.wait()


class Stage:
    def __init__(self, service: Service, http: httpx.AsyncClient) -> None:
        self.service = service
        self.events: list[SessionEvent] = []
        self.shown = True
        self._http = http
        self._changed = asyncio.Event()

    def session(
        self, *, is_shown: Callable[[], bool] | None = None, limits: Limits | None = None
    ) -> StreamingSession:
        return StreamingSession(
            self._connect,
            OPENING,
            is_shown=is_shown or (lambda: self.shown),
            on_event=self._take,
            limits=limits,
        )

    async def until(self, condition: Callable[[], object]) -> None:
        while not condition():
            self._changed.clear()
            await self._changed.wait()

    def of(self, kind: type) -> list[SessionEvent]:
        return [event for event in self.events if isinstance(event, kind)]

    async def _connect(self) -> AsyncHeyGen:
        return AsyncHeyGen("key", "http://127.0.0.1:1", http_client=self._http, max_retries=0)

    def _take(self, event: SessionEvent) -> None:
        self.events.append(event)
        self._changed.set()


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    service = Service()
    async with asyncio.timeout(60), httpx.AsyncClient(transport=service) as http:
        yield Stage(service, http)


def on_stage(play: Callable[[Stage], Awaitable[None]]) -> None:
    async def run() -> None:
        async with stage() as on:
            await play(on)

    asyncio.run(run())


def test_a_session_speaks_and_ends_by_itself_once_finished() -> None:
    async def play(on: Stage) -> None:
        on.service.spoken.set()
        session, speech = on.session(), StreamedSpeech("Hello.")
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


def test_nothing_is_said_before_somebody_is_in_the_room() -> None:
    async def play(on: Stage) -> None:
        on.service.spoken.set()
        on.service.status = "connecting"
        session, speech = on.session(), StreamedSpeech("Hello.")
        session.say(speech)
        running = asyncio.create_task(session.run())
        await on.service.has_been_called("list", 3)
        assert on.service.calls["task"] == 0
        assert (session.status, session.meter.running) == (SessionStatus.PENDING, False)
        on.service.status = "connected"
        await speech
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

        session, speech = on.session(is_shown=shown().__next__), StreamedSpeech("Hello.")
        session.say(speech)
        running = asyncio.create_task(session.run())
        await waited.wait()
        await on.service.has_been_called("list", on.service.calls["list"] + 1)
        on.service.status = "connected"
        await speech
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
        session, first, second = on.session(), StreamedSpeech("Hello?"), StreamedSpeech("Anybody?")
        session.say(first)
        session.say(second)
        await session.run()
        assert (session.status, session.over) == (SessionStatus.ERROR, True)
        assert isinstance(session.error, NobodyJoined)
        for speech in (first, second):
            with pytest.raises(NobodyJoined, match=what_to_do):
                await speech
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
        session, speech = on.session(), StreamedSpeech("Hello.")
        session.say(speech)
        session.finish()
        await session.run()
        assert speech.status is SpeechStatus.SPOKEN
        assert session.status is SessionStatus.COMPLETED

    on_stage(play)


def test_what_waits_for_a_page_can_be_interrupted() -> None:
    async def play(on: Stage) -> None:
        on.service.status = "connecting"
        session, speech = on.session(), StreamedSpeech("Hello?")
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
        with pytest.raises(ValueError, match="serves one page"):
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


def test_stop_is_repeated_until_the_session_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heygen_widget.legacy.calls.STOP_PAUSES", (0.0, 0.0, 0.0))

    async def play(on: Stage) -> None:
        on.service.failures["stop"] = [503, httpx.ReadError("lost")]
        session, speech = on.session(), StreamedSpeech("Never to its end.")
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
        session, speech = on.session(), StreamedSpeech("Hello.")
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
        session, first = on.session(), StreamedSpeech("One.")
        session.say(first)
        running = asyncio.create_task(session.run())
        await first
        on.service.open = False
        late = StreamedSpeech("Two.")
        session.say(late)
        await running
        assert session.end_reason == "closed by the server"
        with pytest.raises(StreamClosed, match="opens another session"):
            await late

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
        session, speech = on.session(limits=Limits(max_seconds=0.7)), StreamedSpeech("Too long.")
        session.say(speech)
        await session.run()
        assert (session.status, session.end_reason) == (SessionStatus.CANCELLED, "limit")
        assert len(on.of(LimitNear)) == 1
        assert not on.service.open

    on_stage(play)


def test_a_session_that_cannot_be_opened_fails_its_texts() -> None:
    async def play(on: Stage) -> None:
        on.service.failures["new"] = [500]
        session, speech = on.session(), StreamedSpeech("Hello.")
        session.say(speech)
        await session.run()
        assert session.status is SessionStatus.ERROR
        with pytest.raises(ServerError):
            await speech

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
