"""Whatever fails in a session, it ends, its meter says what is known, and another can follow."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heygen_widget import LocalServer
from heygen_widget.api import AsyncHeyGen
from heygen_widget.legacy import Opening, StreamingSessions, TaskDelivery
from heygen_widget.session import Delivery, Session, SessionStatus
from heygen_widget.session.base import BaseSession, SessionSetup
from heygen_widget.session.contact import OWN_PATIENCE, Contact
from heygen_widget.session.guard import Guard, Limits
from heygen_widget.session.lifeline import TICK
from heygen_widget.session.meter import Meter, cost_text
from heygen_widget.session.sessions import Sessions
from tests.session.test_session import LONG, run
from tests.session.test_streams import _seeded


class _Defect(Exception):  # noqa: N818
    """What nobody foresaw."""


def _fails(*_: object, **__: object) -> Any:
    raise _Defect


async def _fails_later(*_: object, **__: object) -> Any:
    raise _Defect


STEPS: list[tuple[type[BaseSession], str, Callable[..., Any]]] = [
    (BaseSession, "_abandon", _fails_later),
    (BaseSession, "_settle", _fails),
    (Session, "_settle", _fails),
    (Session, "_leave", _fails_later),
    (Session, "_cancel", _fails_later),
    (Session, "_watch", _fails_later),
    (Session, "_create", _fails_later),
    (Session, "_live", _fails_later),
    (Session, "_append", _fails_later),
    (Session, "_take_words", _fails),
    (Session, "left_over", _fails),
]


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize(
    ("kind", "step", "fails"), STEPS, ids=lambda value: getattr(value, "__name__", value)
)
def test_after_any_defect_the_next_session_is_possible(
    swift_server: LocalServer,
    kind: type[BaseSession],
    step: str,
    fails: Callable[..., Any],
    *,
    told: bool,
) -> None:
    """A session fails by a defect in one step, and in telling of it too unless `told`."""

    async def work() -> None:
        async with AsyncHeyGen(swift_server.api_key, swift_server.base_url) as client:
            broken = True

            async def connect() -> AsyncHeyGen:
                return client

            def tell(*_: object) -> None:
                if broken and not told:
                    raise _Defect

            sessions = Sessions(SessionSetup(connect), _seeded)
            sessions.subscribe(tell)
            sessions.subscribe_to_ends(tell)
            first = Delivery("First.")
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(kind, step, fails)
                sessions.say(first)
                if step == "_append":
                    sessions.say(Delivery("More."))
                sessions.finish()
                if step in {"_cancel", "_leave"}:
                    sessions.stop()
                await sessions.rest()
            assert sessions.idle
            assert sessions.current is not None
            assert sessions.current.status.ended
            assert first.status.ended
            assert not sessions.current.meter.running
            broken = False
            second = Delivery("Second.")
            sessions.say(second)
            sessions.finish()
            await sessions.rest()
            assert sessions.current.status is SessionStatus.COMPLETED
            assert second.status == "spoken"

    run(work)


def test_after_any_defect_the_next_session_in_a_room_is_possible() -> None:
    async def work() -> None:
        asked = 0

        async def connect() -> AsyncHeyGen:
            nonlocal asked
            asked += 1
            raise _Defect

        sessions = StreamingSessions(SessionSetup(connect), Opening(avatar_id="a", voice_id="v"))
        sessions.subscribe_to_ends(_fails)
        for number in (1, 2):
            speech = TaskDelivery("Hello.")
            sessions.say(speech)
            await sessions.rest()
            assert sessions.current is not None
            assert sessions.current.status is SessionStatus.ERROR
            assert (asked, speech.status) == (number, "failed")

    run(work)


# What is known.


@given(
    st.lists(
        st.tuples(st.sampled_from(["heard", "lost", "nothing"]), st.floats(0.01, 30)), max_size=12
    ),
    st.sampled_from(["ended", "broke_off", "runs"]),
)
def test_the_meter_shows_what_is_known_and_its_limit_counts_what_may_be(
    course: list[tuple[str, float]], end: str
) -> None:
    now = 100.0
    meter = Meter(clock=lambda: now)
    guard = Guard(Limits(max_seconds=400), meter, lambda *_: None)
    meter.requested()
    meter.heard()
    meter.streaming()
    heard = begun = now
    for happens, later in course:
        now += later
        if happens == "heard":
            meter.heard()
            heard = now
        elif happens == "lost":
            meter.lost()
        known = now if meter.certain else heard
        assert meter.elapsed == pytest.approx(known - begun)
        assert meter.running is meter.certain
        assert meter.elapsed <= meter.elapsed_at_most == pytest.approx(now - begun)
        assert guard.nearest[0] == pytest.approx(400 - (now - begun))
    if end == "runs":
        return
    known, certain = (now if meter.certain else heard), meter.certain
    getattr(meter, end)()
    expected = heard if end == "broke_off" else known
    now += 1000
    meter.heard()
    meter.lost()
    assert meter.elapsed == pytest.approx(expected - begun)
    assert meter.certain is (certain or end == "broke_off")
    shown = cost_text(meter.cost, certain=meter.certain)
    assert shown.startswith("≈" if meter.certain else "≥")
    assert not meter.running


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What time it is, to be changed."""
    now = [1000.0]
    monkeypatch.setattr("heygen_widget.session.contact.time.monotonic", lambda: now[0])
    return now


def look_for(contact: Contact, clock: list[float], seconds: float) -> None:
    for _ in range(round(seconds / TICK)):
        clock[0] += TICK
        contact.look()


def test_contact_is_lost_by_silence_and_found_by_any_answer(clock: list[float]) -> None:
    told: list[bool] = []
    contact = Contact(Meter(clock=lambda: clock[0]), lambda: told.append(contact.lost))
    contact.patience = OWN_PATIENCE
    look_for(contact, clock, 100.0)  # nothing was asked yet
    contact.heard()
    look_for(contact, clock, OWN_PATIENCE)
    assert told == []
    look_for(contact, clock, 1.0)
    assert told == [True]
    contact.heard()
    contact.heard()
    assert told == [True, False]


def test_a_process_that_stood_still_does_not_take_that_for_the_servers_silence(
    clock: list[float],
) -> None:
    contact = Contact(Meter(clock=lambda: clock[0]), lambda: None)
    contact.patience = OWN_PATIENCE
    contact.heard()
    look_for(contact, clock, 1.0)
    clock[0] += 1000.0
    contact.look()
    assert not contact.lost
    assert contact.silence < OWN_PATIENCE
    look_for(contact, clock, OWN_PATIENCE)
    assert contact.lost


def test_text_that_comes_while_a_limit_ends_a_session_is_said_in_the_next(
    swift_server: LocalServer,
) -> None:
    async def work() -> None:
        async with AsyncHeyGen(swift_server.api_key, swift_server.base_url) as client:

            async def connect() -> AsyncHeyGen:
                return client

            sessions = Sessions(SessionSetup(connect, limits=Limits(max_seconds=1.5)), _seeded)
            late = Delivery("Later.")
            said = asyncio.Event()

            async def slowly(session: Session) -> bool:
                sessions.say(late)
                said.set()
                await asyncio.sleep(0)
                return await _cancel(session)

            _cancel: Callable[[Session], Coroutine[Any, Any, bool]] = Session._cancel
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(Session, "_cancel", slowly)
                sessions.say(Delivery(LONG))
                await said.wait()
            sessions.finish()
            await sessions.rest()
            assert late.status == "spoken"

    run(work)
