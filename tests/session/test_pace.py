"""A rehearsal faster than real time: the same words, films and costs, sooner."""

import asyncio
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from heygen_widget import LocalServer
from heygen_widget.api import AsyncHeyGen
from heygen_widget.api.models import (
    AvatarRealtimeStatusResponse,
    CreateAvatarRealtimeTTS,
    WordEvent,
)
from heygen_widget.session import (
    Delivery,
    PlaybackReady,
    Session,
    SessionEvent,
    SessionStatus,
    clock,
)
from heygen_widget.session.base import SessionSetup
from heygen_widget.session.clock import Clock
from heygen_widget.session.guard import Limits
from heygen_widget.session.meter import PRICE_PER_SECOND, Meter

SEGMENT = 0.4
"""Seconds; what a machine is late by moves speech by no more."""

CENTS = SEGMENT * PRICE_PER_SECOND

SENTENCES = st.lists(
    st.sampled_from(["Hello there.", "Ünder 3 ducks!", "你好。", "Well, no...", "A", "It's $5."]),
    min_size=1,
    max_size=4,
).map(lambda some: " ".join(["This takes a while, so that it is seen to be on air.", *some]))


@dataclass(frozen=True)
class Outcome:
    """What came of a text."""

    words: tuple[WordEvent, ...]
    film: float  # seconds
    cost: float  # dollars


async def say(server: LocalServer, text: str, limits: Limits | None = None) -> Outcome:
    """Speak a text in a session of its own."""
    urls: list[str] = []

    async def connect() -> AsyncHeyGen:
        return client

    async def request(seed: str) -> CreateAvatarRealtimeTTS:
        return CreateAvatarRealtimeTTS(avatar_id="a", voice_id="en", text=seed)

    def take(event: SessionEvent) -> None:
        if isinstance(event, PlaybackReady):
            urls.append(event.hls_url)

    async with AsyncHeyGen(server.api_key, server.base_url) as client, httpx.AsyncClient() as http:
        session = Session(
            SessionSetup(connect, limits=limits or Limits()),
            request,
            speech=Delivery(text),
            takes_text=False,
            on_event=take,
        )
        async with asyncio.timeout(120):
            await session.run()
        assert session.status is SessionStatus.COMPLETED or limits, session.error
        playlist = (await http.get(urls[0])).text
    film = sum(map(float, re.findall(r"#EXTINF:([\d.]+)", playlist)))
    return Outcome(session.words, film, session.meter.cost)


def spread(outcome: Outcome) -> list[float]:
    """Return when words and film end after the first word; when that is depends on the machine."""
    begin = outcome.words[0].start
    return [*(word.start - begin for word in outcome.words), outcome.film - begin]


@given(text=SENTENCES, pace=st.just(4))
@example(text="Hello there. It costs $5.", pace=1)
@settings(max_examples=4)
def test_any_pace_gives_the_same_words_films_and_costs(
    swift_server: LocalServer, server_with: Callable[..., LocalServer], text: str, pace: int
) -> None:
    swift = asyncio.run(say(swift_server, text))
    other = asyncio.run(say(server_with(**({} if pace == 1 else {"pace": pace})), text))
    assert [word.word for word in swift.words] == [word.word for word in other.words]
    assert spread(swift) == pytest.approx(spread(other), abs=SEGMENT)
    assert swift.cost == pytest.approx(swift.film * PRICE_PER_SECOND, abs=CENTS)
    if pace > 1:  # real time is measured, and passes while the machine is busy
        assert other.cost == pytest.approx(other.film * PRICE_PER_SECOND, abs=CENTS)


def test_a_limit_in_seconds_is_kept_in_media_time(swift_server: LocalServer) -> None:
    cut = asyncio.run(say(swift_server, "One two three four. " * 20, Limits(max_seconds=8)))
    assert 4 < cut.film < 12
    assert cut.cost < 0.5


# The client's side.


@pytest.mark.parametrize(
    "nonsense", [True, "8", [], {"pace": 0, "streamed": 1}, {"pace": 8}, {"pace": math.nan}]
)
def test_what_another_server_means_by_the_name_is_left_out(nonsense: object) -> None:
    answer = {"stream_id": "s", "status": "streaming", "rehearsal": nonsense}
    assert AvatarRealtimeStatusResponse.model_validate(answer).rehearsal is None


@given(st.lists(st.tuples(st.floats(1, 16), st.floats(0, 1e4)), max_size=10))
def test_a_clock_rises_whatever_pace_it_is_told(changes: list[tuple[float, float]]) -> None:
    now = 100.0
    expected = 0.0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "time", SimpleNamespace(monotonic=lambda: now))
        told = Clock()
        began = told()
        for pace, seconds in changes:
            told.run_at(pace)
            now += seconds
            expected += pace * seconds
            assert told() - began == pytest.approx(expected)
            assert told.real(pace) == pytest.approx(1.0)


def test_the_meter_believes_a_server_that_counts_itself() -> None:
    now = 0.0
    meter = Meter(clock=lambda: now)
    meter.requested()
    now = 5.0
    meter.streaming()
    now = 9.0
    assert meter.elapsed == 4.0
    meter.streamed(3.0)
    assert meter.elapsed == 3.0
    meter.ended()
    now = 20.0
    meter.streamed(8.0)
    assert meter.elapsed == 3.0
