"""A refusal (429) is waited out once, as long as the server asks, and by one layer alone.

Against the real server, behind a proxy that refuses. Long sleeps are noted, and take no time.
"""

import asyncio

import pytest

from heygen_widget.api import RateLimited
from heygen_widget.api.backoff import LONGEST_WAIT, asked_to_wait, growing
from heygen_widget.legacy import TaskDelivery
from heygen_widget.session import Delivery, SessionStatus
from heygen_widget.session.retries import ATTEMPTS
from tests.faults.plans import Fault, Operation, Script
from tests.faults.promises import Scene, scene
from tests.faults.proxy import run, until
from tests.faults.swift import swift_server
from tests.legacy.stage import Stage, on_stage

ASKED = 9.0
"""Seconds that the server asks to wait: longer than any pause of ours."""


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Note the sleeps that are as long as the server asks."""
    seconds: list[float] = []
    sleep = asyncio.sleep

    async def note(delay: float, result: object = None) -> object:
        if not ASKED <= delay <= LONGEST_WAIT:
            return await sleep(delay, result)
        seconds.append(delay)
        return await sleep(0, result)

    monkeypatch.setattr(asyncio, "sleep", note)
    return seconds


@pytest.mark.parametrize("refusals", [1, 3])
@pytest.mark.parametrize("operation", ["get", "append", "words", "cancel"])
def test_each_refusal_costs_one_request_and_is_waited_out_once(
    slept: list[float], operation: str, refusals: int
) -> None:
    async def work() -> None:
        plan = Script(**{operation: [Fault.REFUSED] * refusals})
        async with swift_server() as server, scene(server, plan, retry_after=ASKED) as on:
            more = Delivery("More.")
            on.session.say(more)
            if operation == "cancel":
                await _streams(on)
                on.session.stop()
            else:
                on.session.finish()
            await on.running
            expected = SessionStatus.CANCELLED if operation == "cancel" else SessionStatus.COMPLETED
            assert on.session.status is expected
            faults = [each.fault for each in on.proxy.of(Operation(operation))]
            assert faults[: refusals + 1] == [*[Fault.REFUSED] * refusals, None]
            if operation == "cancel":
                assert len(faults) == refusals + 1
            assert slept == [ASKED] * refusals

    run(work)


async def _streams(on: Scene) -> None:
    await until(lambda: on.session.status is SessionStatus.STREAMING)


@pytest.mark.parametrize("refusals", [2, 3])
def test_an_opening_that_is_refused_is_repeated_as_often_as_the_client_says(
    slept: list[float], refusals: int
) -> None:
    async def work() -> None:
        plan = Script(create=[Fault.REFUSED] * refusals)
        async with swift_server() as server, scene(server, plan, retry_after=ASKED) as on:
            on.session.finish()
            await on.running
            assert len(on.proxy.of(Operation.CREATE)) == 3
            assert slept == [ASKED, ASKED]
            opened = refusals == 2
            assert isinstance(on.session.error, RateLimited) is not opened
            assert on.seed.status == ("spoken" if opened else "failed")

    run(work)


@pytest.mark.parametrize("operation", ["append", "cancel"])
def test_a_server_that_keeps_refusing_is_asked_for_half_a_minute(
    slept: list[float], operation: str
) -> None:
    async def work() -> None:
        plan = Script(**{operation: [Fault.REFUSED] * 50})
        async with swift_server() as server, scene(server, plan, retry_after=ASKED) as on:
            await _streams(on)
            if operation == "append":
                more = Delivery("More.")
                on.session.say(more)
                await until(lambda: more.status.ended)
                assert isinstance(more.error, RateLimited)
            else:
                on.session.stop()
                await on.running
                assert isinstance(on.session.error, RateLimited)
            # The rest of the half minute is shorter than the server asks, and is not noted.
            assert slept[:3] == [ASKED] * 3
            assert 3 * ASKED < LONGEST_WAIT < 4 * ASKED

    run(work)


@pytest.mark.parametrize("verb", ["task", "stop", "list"])
def test_the_first_api_waits_a_refusal_out_once_too(slept: list[float], verb: str) -> None:
    async def play(on: Stage) -> None:
        on.service.failures[verb] = [429, 429, 429]
        on.service.retry_after = ASKED
        session, speech = on.session(), TaskDelivery("Once.")
        session.say(speech)
        session.finish()
        session.saw_picture()
        running = asyncio.create_task(session.run())
        await on.service.has_been_called(verb, 0 if verb == "stop" else 4)
        on.service.spoken.set()
        await running
        assert speech.status == "spoken"
        assert slept == [ASKED] * 3
        if verb != "list":
            assert on.service.calls[verb] == 4

    on_stage(play)


# Pauses.


def test_pauses_grow_to_the_longest_and_are_never_in_step() -> None:
    first, again = growing(), growing()
    pauses = [next(first) for _ in range(ATTEMPTS)]
    assert all(0.09 * 2**n <= pause <= 0.16 * 2**n for n, pause in enumerate(pauses))
    assert pauses != [next(again) for _ in range(ATTEMPTS)]
    assert all(next(first) <= 8 for _ in range(20))


@pytest.mark.parametrize(
    ("asked", "waited"), [(None, 0.0), (0.0, 0.0), (7.5, 7.5), (1e9, LONGEST_WAIT)]
)
def test_a_server_may_ask_for_half_a_minute(asked: float | None, waited: float) -> None:
    error = RateLimited("Too many.")
    error.retry_after = asked
    assert asked_to_wait(error) == waited
    assert asked_to_wait(ValueError()) == 0
