"""Speeches end with their last word, however a service reports its words, and when.

The embedded server reports words as they are written, so a stand-in for the service reports them in
other ways here.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any, Self, cast

import pytest

from heygen_widget.api import AsyncHeyGen
from heygen_widget.api.errors import BadRequest
from heygen_widget.api.models import (
    AppendTextDeltaResponse,
    AvatarRealtimeStatusResponse,
    CreateAvatarRealtimeResponse,
    CreateAvatarRealtimeTextStream,
    WordBatch,
    WordEvent,
)
from heygen_widget.session import Delivery, Session, SpeechStatus
from heygen_widget.session import speeches as speeches_module
from heygen_widget.session.base import SessionSetup


class Service:
    """A service that accepts text, and reports the words that a test makes it say."""

    def __init__(self) -> None:
        self.once = self.avatar_realtime = self
        self.wire = SimpleNamespace(settings=SimpleNamespace(timeout=10.0))
        self.received: list[str] = []
        self.refuses: Callable[[str], bool] = lambda _: False
        self._words: asyncio.Queue[WordBatch | None] = asyncio.Queue()
        self._bytes = 0
        self._ended = False

    def say(self, words: str | list[str], *, start: float = 0.0, pace: float = 0.01) -> float:
        """Report words at once, each `pace` seconds long; return when the last one ends."""
        said = words.split() if isinstance(words, str) else words
        events = [
            WordEvent(word, start + n * pace, start + (n + 1) * pace) for n, word in enumerate(said)
        ]
        self._words.put_nowait(WordBatch(words=events))
        return start + len(said) * pace

    async def create(self, **fields: Any) -> CreateAvatarRealtimeResponse:
        self.received.append(fields["text"])
        return CreateAvatarRealtimeResponse(stream_id="stream")

    async def get(self, stream_id: str) -> AvatarRealtimeStatusResponse:
        status = "completed" if self._ended else "streaming"
        return AvatarRealtimeStatusResponse(
            stream_id=stream_id, status=status, end_reason="final_marker"
        )

    async def append_text(self, _: str, delta: str, **__: bool) -> AppendTextDeltaResponse:
        if self.refuses(delta):
            raise BadRequest("No.", status=400)
        self.received.append(delta)
        self._bytes += len(delta.encode())
        return AppendTextDeltaResponse(buffered_bytes=self._bytes)

    async def cancel(self, _: str) -> object:
        self._ended = True
        return SimpleNamespace(cancelled=True)

    async def words(self, _: str) -> AsyncIterator[WordBatch]:
        while (batch := await self._words.get()) is not None:
            yield batch


class Stage:
    """A session with a service, and the texts said in it."""

    def __init__(self, service: Service, *texts: str) -> None:
        self.service = service
        self.speeches = [Delivery(text) for text in texts]
        self._changed = asyncio.Event()
        self.session = Session(
            SessionSetup(self._connect),
            self._request,
            speech=self.speeches[0],
            takes_text=True,
            on_event=lambda _: self._changed.set(),
        )
        for speech in self.speeches[1:]:
            self.session.say(speech)

    async def __aenter__(self) -> Self:
        self._running = asyncio.create_task(self.session.run())
        await self.until(lambda: all(s.whole or s.status.ended for s in self.speeches))
        await self.until(lambda: self.session.meter.running)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.session.stop()
        await self._running

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def _connect(self) -> AsyncHeyGen:
        return cast("AsyncHeyGen", self.service)

    async def _request(self, text: str) -> CreateAvatarRealtimeTextStream:
        return CreateAvatarRealtimeTextStream(avatar_id="a", voice_id="v", text=text)

    @property
    def statuses(self) -> list[SpeechStatus]:
        return [speech.status for speech in self.speeches]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speeches_module, "NO_MORE_WORDS", 0.2)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("สวัสดีครับวันนี้อากาศดีมาก", ["สวัสดีครับวันนี้อากาศดีมาก"]),
        ("One two three.", ["One two three."]),
        ("It was 2026.", ["It", "was", "twenty twenty six ."]),
    ],
)
def test_a_speech_is_spoken_when_its_last_word_is_over(text: str, words: list[str]) -> None:
    async def work() -> None:
        async with Stage(Service(), text) as on:
            end = on.service.say(words, start=0.1, pace=1.2 / len(words))
            async with asyncio.timeout(60):
                await on.speeches[0].speech
            assert on.statuses == [SpeechStatus.SPOKEN]
            assert on.session.meter.elapsed >= end

    asyncio.run(work())


@pytest.mark.parametrize(
    "words", ["It costs five dollars", "It costs $ 5 . 00", "It costs $5.00", "It costs five"]
)
def test_a_last_number_said_in_words_does_not_keep_anyone_waiting(words: str) -> None:
    async def work() -> None:
        async with Stage(Service(), "It costs $5.00") as on:
            on.service.say(words)
            async with asyncio.timeout(60):
                await on.speeches[0].speech
            assert on.statuses == [SpeechStatus.SPOKEN]
            assert on.session.transcript == "It costs $5.00"

    asyncio.run(work())


def test_words_of_a_text_that_broke_off_are_not_credited_to_the_next() -> None:
    def breaks_off() -> Any:
        yield "The quick brown fox jumps. "
        raise OSError("the model went away")

    async def work() -> None:
        service = Service()
        stage = Stage(service, "Hello.")
        broken, after = Delivery(breaks_off()), Delivery("The quick end.")
        stage.session.say(broken)
        stage.session.say(after)
        stage.speeches += [broken, after]
        async with stage as on:
            await on.until(lambda: broken.status is SpeechStatus.FAILED)
            service.say("Hello . The quick brown fox jumps .")
            await on.until(lambda: len(on.session.words) == 8)
            assert [word.word for word in broken.speech.words] == [
                "The",
                "quick",
                "brown",
                "fox",
                "jumps",
                ".",
            ]
            assert after.status is SpeechStatus.SENT
            service.say("The quick end .", start=0.1)
            async with asyncio.timeout(60):
                await after.speech
            assert len(after.speech.words) == 4
            assert on.session.transcript == "Hello. The quick brown fox jumps. The quick end."

    asyncio.run(work())


def test_the_words_of_a_refused_text_are_not_waited_for() -> None:
    async def work() -> None:
        service = Service()
        service.refuses = lambda delta: "refused" in delta
        async with Stage(service, "First.", "Yes, refused.", "Yes, taken.") as on:
            await on.until(lambda: on.speeches[1].status is SpeechStatus.FAILED)
            service.say("First . Yes , taken .")
            async with asyncio.timeout(60):
                await on.speeches[2].speech
            assert on.speeches[1].speech.words == ()
            assert on.session.transcript == "First. Yes, taken."

    asyncio.run(work())


def test_texts_of_numbers_alone_are_spoken_in_their_turn() -> None:
    async def work() -> None:
        async with Stage(Service(), "Before.", "2026", "42", "After.") as on:
            on.service.say("Before . twenty twenty six forty two After .")
            async with asyncio.timeout(60):
                await on.speeches[3].speech
            await on.until(lambda: all(speech.status.ended for speech in on.speeches))
            assert on.statuses[0] == on.statuses[3] == SpeechStatus.SPOKEN
            assert [word.word for word in on.speeches[3].speech.words] == ["After", "."]

    asyncio.run(work())


def test_a_text_that_others_were_heard_around_is_uncertain() -> None:
    async def work() -> None:
        async with Stage(Service(), "First of all.", "2026", "Last of all.") as on:
            on.service.say("First of all . Last of all .")
            async with asyncio.timeout(60):
                await on.speeches[1].speech
                await on.speeches[2].speech
            assert on.statuses == [
                SpeechStatus.SPOKEN,
                SpeechStatus.UNCERTAIN,
                SpeechStatus.SPOKEN,
            ]

    asyncio.run(work())


def test_a_symbol_that_no_word_is_reported_of_is_uncertain_and_keeps_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(speeches_module, "UNSAID_AFTER", 0.3)

    async def work() -> None:
        async with Stage(Service(), "%") as on:
            async with asyncio.timeout(60):
                await on.speeches[0].speech
            assert on.statuses == [SpeechStatus.UNCERTAIN]

    asyncio.run(work())


def test_words_told_far_ahead_do_not_end_a_text_before_it_is_heard() -> None:
    async def work() -> None:
        async with Stage(Service(), "One two three four.", "Five.") as on:
            end = on.service.say("One two three four . Five .", pace=0.3)
            async with asyncio.timeout(60):
                await on.speeches[0].speech
            assert on.session.meter.elapsed >= 1.2
            assert not on.speeches[1].status.ended
            async with asyncio.timeout(60):
                await on.speeches[1].speech
            assert on.session.meter.elapsed >= end - 0.3

    asyncio.run(work())
