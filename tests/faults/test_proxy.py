"""The proxy does to requests what it says, so that tests may believe it."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from heygen_widget import LocalServer
from tests.faults.plans import (
    AFTERWARDS,
    BEFORE,
    FAILING,
    HELD_UP,
    Chances,
    Fault,
    Operation,
    Plan,
    Script,
    calm,
)
from tests.faults.proxy import Proxy, run, until

TEXT_STREAM = {"type": "text_stream", "avatar_id": "a", "voice_id": "v", "text": "Hello."}
SESSIONS = "/v3/avatar-realtime"
HOLD = 0.3
HANGS_UP = {
    *(Fault.LOST, Fault.RESET, Fault.UNANSWERED, Fault.RESET_AFTER, Fault.CUT),
    *(Fault.HALF_CLOSED, Fault.ABANDONED),
}
ANSWERS = {
    Fault.REFUSED: 429,
    Fault.BROKEN: 502,
    Fault.FAILED: 500,
    Fault.LATE: 202,
    Fault.HELD: 202,
    Fault.CRAWLED: 202,
    Fault.DRIPPED: 202,
    Fault.GATEWAY: 504,
}
QUIET = {Fault.SILENT, Fault.STALLED}
WHOLE = {Fault.LATE, Fault.HELD, Fault.CRAWLED, Fault.DRIPPED}


@asynccontextmanager
async def caller(
    server: LocalServer, plan: Plan = calm, *, round_trip: float = 0.0
) -> AsyncIterator[tuple[Proxy, httpx.AsyncClient, str]]:
    """Open a session through a proxy, and cancel it in the end."""
    async with (
        Proxy(server.base_url, plan, round_trip=round_trip, hold=HOLD) as proxy,
        httpx.AsyncClient(
            base_url=proxy.base_url, headers={"x-api-key": server.api_key}, timeout=30
        ) as http,
    ):
        answer = await http.post(SESSIONS, json=TEXT_STREAM)
        path = f"{SESSIONS}/{answer.json()['data']['stream_id']}"
        yield proxy, http, path
        await http.post(f"{path}/cancel")


@pytest.mark.parametrize("fault", Fault)
def test_a_fault_does_what_it_is_called(swift_server: LocalServer, fault: Fault) -> None:
    async def work() -> None:
        async with caller(swift_server, Script(append=[fault])) as (proxy, http, path):
            patience = httpx.Timeout(30, read=0.5 if fault in QUIET else 30)
            append = http.post(f"{path}/text", json={"delta": "Alpha. "}, timeout=patience)
            if fault in ANSWERS:
                assert (await append).status_code == ANSWERS[fault]
            else:
                expected = httpx.TransportError if fault in HANGS_UP else httpx.ReadTimeout
                with pytest.raises(expected):
                    await append
            (met,) = proxy.of(Operation.APPEND)
            if fault in AFTERWARDS:
                assert met.reached is None
            await until(lambda: met.status is not None or fault in BEFORE)
            counted = (await http.post(f"{path}/text", json={"delta": " "})).json()["data"]
            arrived = fault not in BEFORE
            assert counted["buffered_bytes"] == len("Hello.") + len("Alpha. ") * arrived + 1
            assert proxy.faults == {fault: 1}
            (_, clean) = proxy.of(Operation.APPEND)
            assert (met.status, met.reached is not None) == (202 if arrived else None, arrived)
            assert met.answered is (fault in WHOLE)
            assert fault not in HELD_UP or (met.reached or 0) - met.came >= HOLD
            assert (clean.fault, clean.status, clean.answered) == (None, 202, True)

    run(work)


@pytest.mark.parametrize("fault", [Fault.HELD, Fault.CRAWLED])
def test_what_is_held_reaches_the_server_although_nobody_waits_for_it(
    swift_server: LocalServer, fault: Fault
) -> None:
    async def work() -> None:
        async with caller(swift_server, Script(append=[fault])) as (proxy, http, path):
            with pytest.raises(httpx.ReadTimeout):
                await http.post(
                    f"{path}/text", json={"delta": "Alpha. "}, timeout=httpx.Timeout(30, read=0.1)
                )
            (held,) = proxy.of(Operation.APPEND)
            await until(lambda: held.status is not None)
            counted = (await http.post(f"{path}/text", json={"delta": " "})).json()["data"]
            assert counted["buffered_bytes"] == len("Hello.") + len("Alpha. ") + 1

    run(work)


def test_who_leaves_before_a_late_request_is_passed_on_has_not_sent_it(
    swift_server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.faults.proxy.LATENESS", 30)

    async def work() -> None:
        async with caller(swift_server, Script(append=[Fault.LATE])) as (proxy, http, path):
            with pytest.raises(httpx.ReadTimeout):
                await http.post(
                    f"{path}/text", json={"delta": "Alpha. "}, timeout=httpx.Timeout(30, read=0.1)
                )
            await until(lambda: not proxy._connections)
            assert proxy.of(Operation.APPEND)[0].reached is None

    run(work)


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.SILENT])
def test_a_stream_of_words_gets_further_each_time_it_is_stopped(
    swift_server: LocalServer, fault: Fault
) -> None:
    async def listen(http: httpx.AsyncClient, path: str) -> bytes:
        heard = b""
        try:
            quiet = httpx.Timeout(30, read=3 if fault is Fault.SILENT else 30)
            async with http.stream("GET", f"{path}/words", timeout=quiet) as answer:
                async for chunk in answer.aiter_raw():
                    heard += chunk
        except httpx.TransportError:
            return heard
        return heard + b"whole"

    async def work() -> None:
        async with caller(swift_server, Script(words=[fault] * 3)) as (proxy, http, path):
            await http.post(
                f"{path}/text", json={"delta": "Alpha, bravo, charlie. ", "final": True}
            )
            async with http.stream("GET", f"{swift_server.base_url}{path}/words") as answer:
                await answer.aread()  # until all is said
            heard = [await listen(http, path) for _ in range(4)]
            assert sorted(heard, key=len) == heard
            assert heard[3].endswith(b"event: end\ndata: {}\n\nwhole")
            assert [each.fault for each in proxy.of(Operation.WORDS)] == [fault] * 3 + [None]

    run(work)


def test_a_listener_who_leaves_is_let_go(swift_server: LocalServer) -> None:
    async def work() -> None:
        async with caller(swift_server) as (proxy, http, path):
            async with http.stream("GET", f"{path}/words") as answer:
                assert answer.status_code == 200
            await until(lambda: not proxy._connections)

    run(work)


def test_the_same_seed_is_the_same_plan_whatever_else_is_asked() -> None:
    rates = dict.fromkeys(Operation, 0.3)
    alone, among_others = Chances(rates, 7), Chances(rates, 7)
    faults = [alone(Operation.APPEND) for _ in range(1000)]
    mixed = [(among_others(Operation.GET), among_others(Operation.APPEND))[1] for _ in range(1000)]
    assert faults == mixed
    assert {fault for fault in faults if fault} == set(FAILING)
    assert 250 < sum(fault is not None for fault in faults) < 350
    assert faults != [Chances(rates, 8)(Operation.APPEND) for _ in range(1000)]


def test_a_round_trip_takes_at_least_as_long_as_it_is_to(swift_server: LocalServer) -> None:
    async def work() -> None:
        async with caller(swift_server, round_trip=0.2) as (proxy, http, path):
            began = time.monotonic()
            await http.get(path)
            assert time.monotonic() - began >= 0.2
            (asked,) = proxy.of(Operation.GET)
            assert asked.reached is not None
            assert asked.reached - asked.came >= 0.1

    run(work)


def test_the_proxy_keeps_no_key(swift_server: LocalServer) -> None:
    async def work() -> None:
        async with caller(swift_server) as (proxy, http, path):
            await http.get(path)
            assert swift_server.api_key not in repr(vars(proxy))

    run(work)
