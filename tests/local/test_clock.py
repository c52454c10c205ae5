"""Media time: how fast it passes, when it stands still, and who calls by it."""

import asyncio
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heygen_widget.local import LocalServer, LocalServerError, clock
from heygen_widget.local.clock import FASTEST, Clock
from tests.local.conftest import TTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.local.conftest import Caller

MOMENTS = st.lists(st.tuples(st.booleans(), st.floats(0, 1e4)), max_size=20)


class Time(SimpleNamespace):
    """Real time, set by hand."""

    now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return self.now + 1e9


@pytest.fixture(scope="module", autouse=True)
def real() -> "Iterator[Time]":
    real = Time()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "time", real)
        yield real


@given(pace=st.floats(1, FASTEST), moments=MOMENTS)
def test_media_time_passes_at_its_pace_and_real_time_never_stops(
    real: Time, pace: float, moments: list[tuple[bool, float]]
) -> None:
    media = Clock(pace)
    expected = 0.0
    for paused, seconds in moments:
        if paused:
            with media.paused(), media.paused():
                real.now += seconds
        else:
            real.now += seconds
        if pace == 1 or not paused:
            expected += seconds * pace
        assert media.now() == pytest.approx(expected, abs=1e-3)


@given(pace=st.floats(1, FASTEST), late=st.floats(0, 100), paused=st.booleans())
def test_only_a_fast_clock_goes_back_for_a_stream_that_is_late(
    real: Time, pace: float, late: float, *, paused: bool
) -> None:
    media = Clock(pace)
    real.now += 200
    before = media.now()
    if paused:
        with media.paused():
            media.wait_for(before - late)
    else:
        media.wait_for(before - late)
    media.wait_for(before + 1)
    assert media.now() == pytest.approx(before if pace == 1 else before - late, abs=1e-3)


@given(pace=st.floats(1, FASTEST), seconds=st.floats(0, 1e5))
def test_dates_stay_in_step_with_media_time(real: Time, pace: float, seconds: float) -> None:
    media = Clock(pace)
    made = real.time()
    real.now += 7
    assert media.date(seconds) == pytest.approx(made + seconds, abs=1e-3)


@pytest.mark.parametrize("pace", [0.0, -1.0, 0.5, FASTEST + 1, float("nan")])
def test_other_paces_are_refused_with_those_that_can_be_had(pace: float) -> None:
    with pytest.raises(ValueError, match=r"must be from 1 to 16"):
        Clock(pace)


def test_a_call_is_made_when_media_time_has_come_and_not_before() -> None:
    async def watch() -> None:
        media = Clock(FASTEST)
        called = asyncio.Event()
        cancelled = media.call_later(0.5, called.set)
        cancelled.cancel()
        due = media.now() + 1.0
        media.call_later(1.0, called.set)
        media.wait_for(media.now() - 3.0)
        async with asyncio.timeout(60):
            await called.wait()
        assert media.now() >= due

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "time", time)
        asyncio.run(watch())


def test_a_server_refuses_a_pace_it_cannot_keep() -> None:
    with pytest.raises(LocalServerError, match=r"The pace must be from 1 to 16, not 17"):
        LocalServer(pace=17).start()


def test_only_a_fast_server_tells_its_time(
    caller: "Caller", caller_at: "Callable[[LocalServer], Caller]", swift_server: LocalServer
) -> None:
    assert "rehearsal" not in caller.status(caller.text_stream())
    fast = caller_at(swift_server)
    told = fast.until(fast.create(**TTS), "completed")["rehearsal"]
    assert told["pace"] == 8
    assert 0.4 < told["streamed"] < 4


def test_rooms_are_refused_by_a_fast_server_with_the_reason(swift_server: LocalServer) -> None:
    answer = httpx.post(
        f"{swift_server.base_url}/v1/streaming.new",
        headers={"x-api-key": swift_server.api_key},
        json={"avatar_id": "anna"},
    )
    assert answer.status_code == 400
    assert "real time" in answer.json()["message"]
