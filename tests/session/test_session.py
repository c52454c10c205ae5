"""One session against the embedded server, over real HTTP."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from heygen_widget import LocalServer
from heygen_widget.api import AsyncHeyGen
from heygen_widget.api.errors import APIConnectionError, BadRequest
from heygen_widget.api.models import (
    AssetBase64,
    CreateAvatarRealtimeAudio,
    CreateAvatarRealtimeRequestBody,
    CreateAvatarRealtimeTextStream,
    CreateAvatarRealtimeTTS,
)
from heygen_widget.api.transcript import as_text
from heygen_widget.session import (
    CaptionsUnavailable,
    Delivery,
    PlaybackReady,
    Session,
    SessionEvent,
    SessionStatus,
    SpeechStatus,
    StatusChanged,
)
from heygen_widget.session.base import SessionSetup
from heygen_widget.session.guard import Limit, Limits
from heygen_widget.session.session import Request
from heygen_widget.session.text.coalescer import LARGEST_PORTION

LONG = "One two three four five six seven eight nine ten. " * 20


async def _text_stream(text: str) -> CreateAvatarRealtimeRequestBody:
    return CreateAvatarRealtimeTextStream(avatar_id="a", voice_id="v", text=text)


async def _tts(text: str) -> CreateAvatarRealtimeRequestBody:
    return CreateAvatarRealtimeTTS(avatar_id="a", voice_id="v", text=text)


class Stage:
    """A running session and what it said about itself."""

    def __init__(self, client: AsyncHeyGen) -> None:
        self.client = client
        self.events: list[SessionEvent] = []
        self._changed = asyncio.Event()

    def open(self, text: str) -> tuple[Session, Delivery]:
        speech = Delivery(text)
        return self.session(_text_stream, speech), speech

    def session_of(self, speech: Delivery, limits: Limits | None = None) -> Session:
        return self.session(_text_stream, speech, limits)

    def session(
        self,
        request: Request,
        speech: Delivery | None,
        limits: Limits | None = None,
    ) -> Session:
        return Session(
            SessionSetup(self.connect, limits=limits or Limits()),
            request,
            speech=speech,
            takes_text=request is _text_stream,
            on_event=self.take,
        )

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def connect(self) -> AsyncHeyGen:
        return self.client

    def take(self, event: SessionEvent) -> None:
        self.events.append(event)
        self._changed.set()

    @property
    def statuses(self) -> list[SessionStatus]:
        return [event.status for event in self.events if isinstance(event, StatusChanged)]


@asynccontextmanager
async def stage(
    server: LocalServer, transport: httpx.AsyncBaseTransport | None = None
) -> AsyncIterator[Stage]:
    async with httpx.AsyncClient(transport=transport or httpx.AsyncHTTPTransport()) as http:
        client = AsyncHeyGen(server.api_key, server.base_url, http_client=http)
        yield Stage(client)


class Lossy(httpx.AsyncHTTPTransport):
    """Loses single requests for more text: on the way there, or the answer on the way back."""

    def __init__(self, *, there: set[int] = frozenset(), back: set[int] = frozenset()) -> None:  # type: ignore[assignment]
        super().__init__()
        self._there, self._back = there, back
        self.appends = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("/text"):
            return await super().handle_async_request(request)
        self.appends += 1
        if self.appends in self._there:
            raise httpx.ReadError("lost on the way there")
        response = await super().handle_async_request(request)
        if self.appends in self._back:
            await response.aread()
            raise httpx.ReadError("lost on the way back")
        return response


class Without(httpx.AsyncHTTPTransport):
    """A server that lacks an operation."""

    def __init__(self, ending: str) -> None:
        super().__init__()
        self._ending = ending

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith(self._ending):
            return httpx.Response(404, request=request)
        return await super().handle_async_request(request)


class Refusing(httpx.AsyncHTTPTransport):
    """A server that does not take a text with a certain word."""

    def __init__(self, word: str) -> None:
        super().__init__()
        self._word = word.encode()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._word in await request.aread():
            return httpx.Response(400, request=request)
        return await super().handle_async_request(request)


class Listening(httpx.AsyncHTTPTransport):
    """Notes the texts of all requests."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if body := await request.aread():
            fields = json.loads(body)
            self.texts.append(fields.get("text") or fields.get("delta", ""))
        return await super().handle_async_request(request)


def run(work: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(90):
            await work()

    asyncio.run(bounded())


def test_a_session_speaks_its_seed_and_what_is_added_in_order(swift_server: LocalServer) -> None:
    async def work() -> None:
        async with stage(swift_server) as on:
            session, first = on.open("Good morning.")
            second = Delivery("The results are in!")
            running = asyncio.create_task(session.run())
            await on.until(lambda: session.status is SessionStatus.STREAMING)
            session.say(second)
            session.finish()
            await running
            assert on.statuses == ["creating", "pending", "streaming", "draining", "completed"]
            assert session.end_reason == "final_marker"
            assert as_text(session.words) == "Good morning. The results are in!"
            assert [word.word for word in first.speech.words] == ["Good", "morning", "."]
            assert as_text(second.speech.words) == "The results are in!"
            assert first.status is second.status is SpeechStatus.SPOKEN
            assert first.speech.result(timeout=0) is first.speech
            assert session.meter.elapsed > 0
            assert not session.meter.running

    run(work)


def test_the_last_playback_url_is_kept_after_the_end(swift_server: LocalServer) -> None:
    async def work() -> None:
        async with stage(swift_server) as on:
            speech = Delivery("Hi, and be seen. " * 4)
            session = on.session(_tts, speech)
            await session.run()
            assert session.status is SessionStatus.COMPLETED
            ready = [event for event in on.events if isinstance(event, PlaybackReady)]
            assert session.hls_url == ready[-1].hls_url
            async with httpx.AsyncClient() as http:
                playlist = (await http.get(ready[-1].hls_url)).text
            assert playlist.rstrip().endswith("#EXT-X-ENDLIST")

    run(work)


@pytest.mark.parametrize("when", ["idle", "creating", "pending", "streaming", "draining"])
def test_stop_ends_a_session_in_every_state(swift_server: LocalServer, when: str) -> None:
    async def work() -> None:
        async with stage(swift_server) as on:
            session, speech = on.open(LONG)
            running = asyncio.create_task(session.run())
            if when == "draining":
                session.finish()
            if when != "idle":
                await on.until(lambda: session.status.has_reached(SessionStatus(when)))
            session.stop()
            await running
            assert session.status is SessionStatus.CANCELLED
            assert speech.status is SpeechStatus.INTERRUPTED
            if session.stream_id is not None:
                answer = await on.client.avatar_realtime.get(session.stream_id)
                assert answer.status == "completed"

    run(work)


def test_a_session_nobody_feeds_ends_by_the_idle_timeout(
    server_with: Callable[..., LocalServer],
) -> None:
    async def work() -> None:
        async with stage(server_with(pace=8, idle_timeout=4.0)) as on:
            session, _ = on.open("Hi.")
            await session.run()
            assert session.status is SessionStatus.COMPLETED
            assert session.end_reason == "idle_timeout"

    run(work)


@pytest.mark.parametrize(
    ("there", "back"), [({2}, set()), (set(), {2}), ({1}, set()), (set(), {1}), ({2, 3}, {4})]
)
def test_a_delta_lost_in_transit_is_spoken_once(
    swift_server: LocalServer, there: set[int], back: set[int]
) -> None:
    async def work() -> None:
        transport = Lossy(there=there, back=back)
        async with stage(swift_server, transport) as on:
            session, _ = on.open("Zero.")
            texts = ["Alpha.", "Bravo, bravo.", "Charlie."]
            speeches = [Delivery(text) for text in texts]
            for speech in speeches:
                session.say(speech)
            session.finish()
            await session.run()
            assert as_text(session.words) == "Zero. Alpha. Bravo, bravo. Charlie."
            assert [speech.status for speech in speeches] == [SpeechStatus.SPOKEN] * 3

    run(work)


def test_a_refused_text_fails_alone(swift_server: LocalServer) -> None:
    async def work() -> None:
        async with stage(swift_server, Refusing("Unheard")) as on:
            session, _ = on.open("Before.")
            refused, after = Delivery("Unheard of."), Delivery("After.")
            session.say(refused)
            session.say(after)
            session.finish()
            await session.run()
            assert refused.status is SpeechStatus.FAILED
            with pytest.raises(BadRequest):
                refused.speech.result(timeout=0)
            assert after.status is SpeechStatus.SPOKEN
            assert as_text(session.words) == "Before. After."

    run(work)


@pytest.mark.parametrize("text", ["字" * 40_000, "Words and more. " * 6_000])
def test_a_text_larger_than_a_request_is_sent_piece_by_piece(
    swift_server: LocalServer, text: str
) -> None:
    async def work() -> None:
        transport = Listening()
        async with stage(swift_server, transport) as on:
            session, speech = on.open(text)
            running = asyncio.create_task(session.run())
            await on.until(lambda: speech.whole)
            session.stop()
            await running
            assert "".join(transport.texts).strip() == text.strip()
            assert max(len(sent.encode()) for sent in transport.texts) <= LARGEST_PORTION

    run(work)


def test_a_session_that_takes_no_more_text_gets_all_of_it_at_once(
    swift_server: LocalServer,
) -> None:
    async def work() -> None:
        transport = Listening()
        async with stage(swift_server, transport) as on:
            text = "Words and more. " * 2_000
            speech = Delivery(text)
            session = on.session(_tts, speech)
            running = asyncio.create_task(session.run())
            await on.until(lambda: session.status is SessionStatus.PENDING)
            session.stop()
            await running
            assert [sent.strip() for sent in transport.texts if sent] == [text.strip()]

    run(work)


def test_a_server_without_words_costs_only_the_captions(swift_server: LocalServer) -> None:
    async def work() -> None:
        async with stage(swift_server, Without("/words")) as on:
            session, speech = on.open("Hello.")
            session.finish()
            await session.run()
            assert session.status is SessionStatus.COMPLETED
            assert any(isinstance(event, CaptionsUnavailable) for event in on.events)
            assert speech.status is SpeechStatus.UNCERTAIN

    run(work)


def test_a_server_without_cancel_is_told_that_the_text_is_final_and_watched_to_its_end(
    swift_server: LocalServer,
) -> None:
    async def work() -> None:
        async with stage(swift_server, Without("/cancel")) as on:
            session, speech = on.open("Hello.")
            running = asyncio.create_task(session.run())
            await on.until(lambda: session.status is SessionStatus.STREAMING)
            session.stop()
            await running
            assert on.statuses[-2:] == [SessionStatus.DRAINING, SessionStatus.COMPLETED]
            assert (session.end_reason, speech.status) == ("final_marker", SpeechStatus.SPOKEN)
            assert session.over

    run(work)


def test_time_left_is_counted_from_the_first_picture_and_idle_time_from_the_last_text(
    local_server: LocalServer,
) -> None:
    async def work() -> None:
        async with stage(local_server) as on:
            limits = Limits(max_seconds=500, idle_timeout=20)
            speech = Delivery("Hello, this takes a moment to say.")
            session = on.session_of(speech, limits)
            assert (session.limit, session.idle_left) == (None, None)
            running = asyncio.create_task(session.run())
            await on.until(lambda: session.status is SessionStatus.STREAMING)
            assert session.limit is not None
            assert session.limit[1] is Limit.MAX_SECONDS
            early, (left, _), late = session.meter.elapsed, session.limit, session.meter.elapsed
            assert 500 - late <= left <= 500 - early
            assert session.idle_left is not None
            assert session.idle_left < 20
            asked = time.monotonic()
            more = Delivery("And more.")
            session.say(more)
            assert session.idle_left is None
            await on.until(lambda: more.status is not SpeechStatus.QUEUED and more.whole)
            assert session.idle_left is not None
            assert session.idle_left >= 20 - (time.monotonic() - asked)
            session.stop()
            await running
            assert (session.limit, session.idle_left) == (None, None)

    run(work)


def test_a_server_that_dies_ends_the_session_in_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heygen_widget.session.polling.OUT_OF_CONTACT", 0.2)

    async def work() -> None:
        with LocalServer() as server:
            async with stage(server) as on:
                session, speech = on.open(LONG)
                running = asyncio.create_task(session.run())
                await on.until(lambda: speech.status is SpeechStatus.SPEAKING)
                await asyncio.to_thread(server.close)
                await running
                assert session.status is SessionStatus.ERROR
                assert isinstance(session.error, APIConnectionError)
                assert speech.status is SpeechStatus.INTERRUPTED

    run(work)


def test_a_server_that_is_not_there_fails_the_speech_and_the_session() -> None:
    async def work() -> None:
        nowhere = AsyncHeyGen("key", "http://127.0.0.1:9", max_retries=0)
        on = Stage(nowhere)
        session, speech = on.open("Hello?")
        await session.run()
        assert session.status is SessionStatus.ERROR
        with pytest.raises(APIConnectionError, match="could not be reached"):
            speech.speech.result(timeout=0)

    run(work)


def test_audio_that_cannot_be_read_ends_in_error_with_the_reason(swift_server: LocalServer) -> None:
    async def work() -> None:
        async with stage(swift_server) as on:
            audio = AssetBase64(media_type="audio/wav", data="bm8gc291bmQ=")
            body = CreateAvatarRealtimeAudio(avatar_id="a", audio=audio)

            async def unreadable(_: str) -> CreateAvatarRealtimeRequestBody:
                return body

            session = on.session(unreadable, None)
            await session.run()
            assert session.status is SessionStatus.ERROR
            assert "audio" in str(session.error)

    run(work)
