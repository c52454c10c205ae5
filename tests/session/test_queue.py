"""What subscribers of a queue of sessions hear, and that their failures end nothing."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heygen_widget import LocalServer
from heygen_widget.api import AsyncHeyGen
from heygen_widget.session import Delivery, SessionStatus
from heygen_widget.session.base import SessionSetup
from heygen_widget.session.events import CaptionsUnavailable, SessionEvent, SpeechChanged
from heygen_widget.session.queue import SessionQueue
from heygen_widget.session.sessions import Sessions
from heygen_widget.session.snapshot import SessionSnapshot
from tests.session.test_session import run
from tests.session.test_streams import _seeded


class _Defect(Exception):  # noqa: N818
    """What nobody foresaw."""


def _event(number: int) -> SessionEvent:
    return CaptionsUnavailable(reason=str(number))


def _heard(told: list[tuple[int, SessionEvent]]) -> list[tuple[int, str]]:
    return [(epoch, event.details) for epoch, event in told]


@pytest.fixture(autouse=True)
def quiet() -> Any:
    """Failing subscribers are logged, which is looked at in one test alone."""
    logger = logging.getLogger("heygen_widget.session.queue")
    logger.disabled = True
    yield
    logger.disabled = False


@given(
    fails=st.lists(st.booleans(), min_size=1, max_size=5),
    epochs=st.lists(st.integers(1, 3), max_size=6),
    causes=st.dictionaries(st.integers(0, 5), st.integers(0, 4), max_size=4),
    hook_fails=st.booleans(),
)
def test_all_subscribers_hear_all_events_in_one_order_whichever_of_them_fail(
    *, fails: list[bool], epochs: list[int], causes: dict[int, int], hook_fails: bool
) -> None:
    """Subscribers fail or not; some emit another event when they hear one."""
    queue: SessionQueue[Any] = SessionQueue()
    order: list[int] = []
    told: list[list[tuple[int, SessionEvent]]] = [[] for _ in fails]
    failures: list[Exception] = []

    def subscriber(place: int) -> Callable[[int, SessionEvent], None]:
        def hear(epoch: int, event: SessionEvent) -> None:
            order.append(place)
            told[place].append((epoch, event))
            heard = len(told[place]) - 1
            if causes.get(heard) == place and heard < len(epochs):
                queue.emit(_event(100 + heard), epoch)
            if fails[place]:
                raise _Defect

        return hear

    def note(error: Exception) -> None:
        failures.append(error)
        if hook_fails:
            raise _Defect

    for place in range(len(fails)):
        queue.subscribe(subscriber(place))
    queue.on_failure = note
    for number, epoch in enumerate(epochs):
        queue.emit(_event(number), epoch)
    first = _heard(told[0])
    assert all(_heard(each) == first for each in told)
    emitted = [(epoch, f"reason={number}") for number, epoch in enumerate(epochs)]
    assert [each for each in first if each in emitted] == emitted
    assert order == list(range(len(fails))) * len(first)
    assert len(failures) == sum(fails) * len(first)


def _in_sessions(server: LocalServer, work: Callable[[Sessions], Awaitable[None]]) -> None:
    async def on_the_loop() -> None:
        async with AsyncHeyGen(server.api_key, server.base_url) as client:

            async def connect() -> AsyncHeyGen:
                return client

            await work(Sessions(SessionSetup(connect), _seeded))

    run(on_the_loop)


def test_a_session_goes_on_whatever_its_subscribers_raise(swift_server: LocalServer) -> None:
    async def work(sessions: Sessions) -> None:
        ends: list[int] = []

        def fail(*_: object) -> None:
            raise _Defect

        heard: list[SessionEvent] = []
        sessions.subscribe(fail)
        sessions.subscribe(lambda _, event: heard.append(event))
        sessions.subscribe_to_ends(fail)
        sessions.subscribe_to_ends(ends.append)
        speech = Delivery("I am heard.")
        sessions.say(speech)
        sessions.finish()
        await sessions.rest()
        assert speech.status == "spoken"
        assert sessions.snapshot.status is SessionStatus.COMPLETED
        assert {"WordsSpoken", "SpeechChanged", "StatusChanged"} <= {each.event for each in heard}
        assert ends == [1]

    _in_sessions(swift_server, work)


def test_a_failing_subscriber_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("heygen_widget.session.queue").disabled = False
    queue: SessionQueue[Any] = SessionQueue()

    def fail(*_: object) -> None:
        raise _Defect("says why")

    queue.subscribe(fail)
    queue.emit(_event(1))
    (record,) = caplog.records
    assert record.exc_info is not None
    assert "says why" in str(record.exc_info[1])


def test_events_of_a_session_that_waits_carry_its_own_epoch(swift_server: LocalServer) -> None:
    async def work(sessions: Sessions) -> None:
        epochs: dict[str, set[int]] = {}
        ends: list[tuple[int, bool]] = []

        def hear(epoch: int, event: SessionEvent) -> None:
            if isinstance(event, SpeechChanged):
                epochs.setdefault(event.speech.text, set()).add(epoch)

        sessions.subscribe(hear)
        sessions.subscribe_to_ends(lambda epoch: ends.append((epoch, sessions.idle)))
        sessions.say(Delivery("First."))
        sessions.finish()
        sessions.say(Delivery("Second."))
        sessions.say(Delivery("And more."))
        assert epochs == {"And more.": {2}}
        assert sessions.epoch == 1
        sessions.finish()
        await sessions.rest()
        assert epochs == {"First.": {1}, "Second.": {2}, "And more.": {2}}
        assert ends == [(1, False), (2, True)]

    _in_sessions(swift_server, work)


def test_a_snapshot_stays_as_it_was_taken(swift_server: LocalServer) -> None:
    async def work(sessions: Sessions) -> None:
        assert sessions.snapshot == SessionSnapshot()
        sessions.say(Delivery("Hello."))
        streams = asyncio.Event()
        sessions.subscribe(
            lambda *_: streams.set() if sessions.snapshot.status == "streaming" else None
        )
        await streams.wait()
        early = sessions.snapshot
        sessions.stop()
        await sessions.rest()
        late = sessions.snapshot
        assert (early.status, early.running, early.over) == ("streaming", True, False)
        assert (late.status, late.running, late.over) == ("cancelled", False, True)
        assert (early.epoch, early.stream_id, early.hls_url) == (
            late.epoch,
            late.stream_id,
            late.hls_url,
        )
        assert early.elapsed <= late.elapsed
        assert early.limit_left is not None
        assert late.limit_left is None
        assert sessions.current is not None
        assert late.cost == sessions.current.meter.cost

    _in_sessions(swift_server, work)
