"""Never too many sessions, never over a budget, in order of arrival: in memory and in Redis."""

import asyncio
import math
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from heygen_widget.gateway.memory import GRACE, Memory
from heygen_widget.gateway.redis_store import RedisBackend
from heygen_widget.gateway.store import (
    CANCEL_MARGIN,
    CHECK,
    GUESSES,
    LEASE,
    LOCKED_FOR,
    MICRO,
    Backend,
    Code,
    Hold,
    Known,
    Poor,
    Store,
    Terms,
    Waiting,
)

if TYPE_CHECKING:
    from tests.gateway.redis_server import RedisServer

TERMS = Terms(
    slots=2, price=50_000, budget=12 * MICRO, per_learner=3 * MICRO, max_session=40, longest=300
)
LEARNERS = st.sampled_from(["Ada", "Ben", "Cleo", "Dan", "Eve"])
FATES = st.sampled_from(["opens", "lost", "refused"])
START = 1_800_000_000.0


class Clock:
    """A time that tests set."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


Make = Callable[[Callable[[], float]], Backend]


@pytest.fixture(params=["memory", "redis"])
def make(request: pytest.FixtureRequest) -> Make:
    """Make a backend with nothing in it."""
    if request.param == "memory":
        return Memory
    redis: RedisServer = request.getfixturevalue("redis")
    return lambda clock: RedisBackend(redis.url, uuid.uuid4().hex, clock)


@dataclass
class Desk:
    """A store, its clock, and whoever calls it."""

    store: Store
    clock: Clock
    run: Callable[..., Any]

    def ask(
        self, learner: str, *, leased: bool = False, lost: float = 90, exposed: float = 0
    ) -> Any:
        hold = uuid.uuid4().hex
        terms = {"lost": lost, "exposed": exposed}
        return self.run(self.store.grant(hold, learner, "here", leased=leased, **terms))

    def open(self, learner: str, **how: bool) -> Hold:
        hold = self.ask(learner, **how)
        assert isinstance(hold, Hold)
        assert self.run(self.store.opened(hold.hold, f"stream of {hold.hold}")) is not None
        return hold

    def due(self) -> list[tuple[str, str]]:
        return [(task, hold.learner) for task, hold in self.run(self.store.due())]

    def place(self, learner: str) -> int:
        waiting = self.ask(learner)
        assert isinstance(waiting, Waiting)
        return waiting.position


@contextmanager
def desk_of(make: Make, terms: Terms = TERMS) -> Iterator[Desk]:
    clock = Clock()
    with asyncio.Runner() as runner:
        store = Store(make(clock), terms)
        yield Desk(store, clock, runner.run)
        runner.run(store.close())


@pytest.fixture
def desk(make: Make) -> Iterator[Desk]:
    with desk_of(make) as desk:
        yield desk


# All interleavings.


def _cost(seconds: float) -> int:
    return math.ceil(round(seconds * TERMS.price, 1))


@dataclass
class Upstream:
    """A session as HeyGen has it: it may go on although nobody knows of it."""

    hold: Hold
    began: float
    opened: bool
    over_by: float = math.inf  # when it ends by itself


class Workshop(RuleBasedStateMachine):
    """Learners who come, poll, vanish; replicas that die; sessions that cost what they last."""

    def __init__(self, make: Make) -> None:
        super().__init__()
        self._context = desk_of(make)
        self.desk = self._context.__enter__()
        self.budget = TERMS.budget
        self.paused = False
        self.queue: dict[str, float] = {}  # in order of arrival: when each place lapses
        self.live: dict[str, Upstream] = {}
        self.billed: dict[str, int] = {}

    def teardown(self) -> None:
        self._context.__exit__(None, None, None)

    def _now(self) -> float:
        return self.desk.clock.now

    def _lapse(self) -> None:
        self.queue = {who: due for who, due in self.queue.items() if due > self._now()}

    def _over(self, session: Upstream) -> None:
        lasted = min(self._now(), session.over_by) - session.began
        who = session.hold.learner
        self.billed[who] = self.billed.get(who, 0) + _cost(lasted)
        del self.live[session.hold.hold]

    @rule(
        learner=LEARNERS, leased=st.booleans(), fate=st.sampled_from(["opens", "lost", "refused"])
    )
    def ask(self, learner: str, *, leased: bool, fate: str) -> None:
        self._lapse()
        free = TERMS.slots - len(self.live)
        answer = self.desk.ask(learner, leased=leased, lost=50, exposed=45)
        ahead = [*self.queue].index(learner) if learner in self.queue else len(self.queue)
        match answer:
            case Waiting(position=position, retry=retry):
                assert position == ahead + 1
                self.queue[learner] = self._now() + 2 * retry + GRACE
            case Poor():
                self.queue.pop(learner, None)
            case Hold():
                assert not self.paused
                assert ahead < free
                self.queue.pop(learner, None)
                self._grant(answer, fate)

    def _grant(self, hold: Hold, fate: str) -> None:
        session = Upstream(hold, self._now(), opened=fate == "opens")
        if fate == "refused":
            self.desk.run(self.desk.store.release(hold.hold))
            return
        self.live[hold.hold] = session
        if fate == "opens":
            assert self.desk.run(self.desk.store.opened(hold.hold, hold.hold))
        else:
            session.over_by = session.began + 45  # its text and the idle timeout

    @rule(seconds=st.sampled_from([0.5, 1.0, 3.0, 5.0]), times=st.sampled_from([1, 1, 2, 9]))
    def time_passes(self, seconds: float, times: int) -> None:
        """Replicas look after what is due at least every few seconds."""
        for _ in range(times):
            self.desk.clock.now += seconds
            self._look()

    def _look(self) -> None:
        for task, hold in self.desk.run(self.desk.store.due()):
            session = self.live[hold.hold]
            if task == "look":
                continue
            self._over(session)
            if task == "cancel":
                self.desk.run(self.desk.store.settle(hold.hold))
            else:
                assert not session.opened
                assert session.over_by <= self._now()
                self.desk.run(self.desk.store.forfeit(hold.hold))

    @rule(data=st.data())
    def one_ends(self, data: st.DataObject) -> None:
        if opened := [each for each in self.live if self.live[each].opened]:
            session = self.live[data.draw(st.sampled_from(sorted(opened)))]
            self._over(session)
            for _ in range(2):  # two replicas may see it
                self.desk.run(self.desk.store.settle(session.hold.hold))

    @rule(data=st.data())
    def one_is_alive(self, data: st.DataObject) -> None:
        if self.live:
            self.desk.run(self.desk.store.renew(data.draw(st.sampled_from(sorted(self.live)))))

    @rule()
    def the_teacher_pauses_or_goes_on(self) -> None:
        self.paused = not self.paused
        self.desk.run(self.desk.store.pause(paused=self.paused))

    @rule(learner=st.none() | LEARNERS)
    def the_teacher_stops(self, learner: str | None) -> None:
        self.desk.run(self.desk.store.stop(learner))
        self.queue.pop(learner or "", None)

    @rule()
    def the_teacher_gives_more(self) -> None:
        self.budget += MICRO
        self.desk.run(self.desk.store.set_budget(self.budget))

    @invariant()
    def never_too_many_sessions(self) -> None:
        now = self._now()
        assert sum(each.over_by > now for each in self.live.values()) <= TERMS.slots

    @invariant()
    def never_over_a_budget(self) -> None:
        view = self.desk.run(self.desk.store.view())
        assert view["spent"] + view["reserved"] <= view["budget"] == self.budget
        assert view["reserved"] == sum(each.hold.reserve for each in self.live.values())
        assert sum(self.billed.values()) <= view["spent"]
        self._lapse()
        assert view["waiting"] == [*self.queue]
        assert max(self.billed.values(), default=0) <= TERMS.per_learner


def test_no_interleaving_overspends_overtakes_or_admits_too_many(make: Make) -> None:
    # Without shrinking, which takes minutes.
    few = settings(
        max_examples=50 if make is Memory else 12,
        stateful_step_count=60,
        phases=[Phase.generate],
    )

    class OfThisKind(Workshop):
        def __init__(self) -> None:
            super().__init__(make)

    run_state_machine_as_test(OfThisKind, settings=few)


# The queue.


def test_slots_are_granted_in_order_of_arrival(desk: Desk) -> None:
    first, second = desk.open("Ada"), desk.open("Ben")
    assert [desk.place(each) for each in ("Cleo", "Dan", "Eve")] == [1, 2, 3]
    assert [desk.place(each) for each in ("Eve", "Cleo", "Dan")] == [3, 1, 2]
    desk.run(desk.store.settle(first.hold, 0))
    assert desk.place("Eve") == 3
    assert desk.place("Dan") == 2
    desk.open("Cleo")
    desk.run(desk.store.settle(second.hold, 0))
    assert desk.place("Eve") == 2
    desk.open("Dan")


def test_a_place_lapses_after_two_missed_polls_and_its_offer_passes_on(desk: Desk) -> None:
    held = desk.open("Ada")
    desk.open("Ben")
    assert desk.place("Cleo") == 1
    assert desk.place("Dan") == 2
    desk.run(desk.store.settle(held.hold, 0))
    desk.clock.now += GRACE + 1.5
    assert desk.place("Dan") == 2  # two polls of Cleo are not missed yet
    desk.clock.now += 0.5
    desk.open("Dan")
    assert desk.place("Cleo") == 1


def test_a_slot_that_the_server_refuses_gives_its_learner_the_old_place_back(desk: Desk) -> None:
    refused = desk.ask("Ada")
    desk.open("Ben")
    assert desk.place("Cleo") == 1
    waiting = desk.run(desk.store.release(refused.hold, wait=True))
    assert waiting.position == 1
    assert desk.place("Cleo") == 2
    desk.open("Ada")


def test_asking_for_the_same_slot_again_takes_no_other(desk: Desk) -> None:
    ask = partial(desk.store.grant, "one", "Ada", "here", leased=False, lost=90, exposed=0)
    first = desk.run(ask())
    assert desk.run(ask()) == first
    desk.open("Ben")
    assert desk.place("Cleo") == 1


def test_a_paused_queue_keeps_its_places(desk: Desk) -> None:
    desk.run(desk.store.pause(paused=True))
    assert [desk.place("Ada"), desk.place("Ben")] == [1, 2]
    desk.run(desk.store.pause(paused=False))
    desk.open("Ben")  # there are two slots
    desk.open("Ada")


# Money.


def test_a_session_lasts_as_long_as_the_money_of_its_learner(desk: Desk) -> None:
    hold = desk.open("Ada")
    assert hold.left == TERMS.max_session
    assert hold.reserve == (TERMS.max_session + CANCEL_MARGIN) * TERMS.price
    desk.run(desk.store.settle(hold.hold, 40))  # two dollars
    hold = desk.open("Ada")
    assert hold.reserve == MICRO
    assert hold.left == MICRO / TERMS.price - CANCEL_MARGIN
    desk.run(desk.store.settle(hold.hold, 19.5))
    assert desk.ask("Ada") == Poor("learner", 25_000)


def test_a_class_without_money_opens_nothing_until_it_gets_more(make: Make) -> None:
    with desk_of(make, replace(TERMS, budget=MICRO)) as desk:
        hold = desk.open("Ada")
        assert isinstance(desk.ask("Ben"), Waiting)  # the rest of the reserve may come back
        desk.run(desk.store.forfeit(hold.hold))
        assert desk.ask("Ben") == Poor("class", 0)
        desk.run(desk.store.set_budget(2 * MICRO))
        desk.open("Ben")


def test_a_session_needs_the_money_that_it_costs_if_its_answer_is_lost(desk: Desk) -> None:
    assert desk.ask("Ada", exposed=60).reserve == 60 * TERMS.price
    assert desk.ask("Ben", exposed=61) == Poor("learner", TERMS.per_learner)


# Leases.


def test_a_session_whose_client_falls_silent_is_cancelled_before_its_slot_is_free(
    desk: Desk,
) -> None:
    held = desk.open("Ada", leased=True)
    desk.open("Ben")
    desk.clock.now += LEASE - 1
    desk.run(desk.store.renew(held.hold))
    desk.clock.now += LEASE - 1
    assert ("cancel", "Ada") not in desk.due()
    desk.clock.now += 1
    assert desk.due()[:1] == [("cancel", "Ada")]
    assert desk.place("Cleo") == 1  # nobody has said that it is cancelled
    desk.clock.now += CHECK
    assert ("cancel", "Ada") in desk.due()
    desk.run(desk.store.settle(held.hold, 0))
    desk.open("Cleo")


def test_a_session_is_due_for_one_replica_only(desk: Desk) -> None:
    desk.open("Ada")
    assert desk.due() == []
    desk.clock.now += CHECK
    assert desk.due() == [("look", "Ada")]
    assert desk.due() == []


def test_a_session_is_cancelled_at_its_ceiling(desk: Desk) -> None:
    held = desk.open("Ada")
    desk.clock.now = START + held.left - 0.5
    assert desk.due() == [("look", "Ada")]
    desk.clock.now = START + held.left
    assert desk.due() == [("cancel", "Ada")]


def test_a_create_without_an_answer_holds_its_slot_until_it_must_be_over(desk: Desk) -> None:
    for learner in ("Ada", "Ben"):
        assert isinstance(desk.ask(learner, lost=90), Hold)
    desk.clock.now += 89
    assert desk.due() == []
    assert desk.place("Cleo") == 1
    desk.clock.now += 1
    assert sorted(desk.due()) == [("lost", "Ada"), ("lost", "Ben")]


def test_a_session_that_the_teacher_stops_is_due_at_once(desk: Desk) -> None:
    desk.open("Ada")
    opening = desk.ask("Ben")
    assert desk.run(desk.store.stop()) == 2
    assert desk.due() == [("cancel", "Ada")]
    desk.run(desk.store.opened(opening.hold, "late"))
    assert desk.due() == [("cancel", "Ben")]


def test_a_session_is_found_after_its_end(desk: Desk) -> None:
    hold = desk.open("Ada")
    desk.run(desk.store.settle(hold.hold, 0))
    found = desk.run(desk.store.find(f"stream of {hold.hold}"))
    assert (found.learner, found.upstream) == ("Ada", "here")
    assert desk.run(desk.store.find("another")) is None
    assert desk.run(desk.store.opened(hold.hold, "too late")) is None


# Codes.


def test_a_code_is_good_until_it_expires(desk: Desk) -> None:
    desk.run(desk.store.add_codes([Code("hash", "Ada", START + 60, MICRO)]))
    assert desk.run(desk.store.identify("hash", "1.2.3.4")) == Known("Ada", START + 60)
    assert desk.run(desk.store.identify("other", "1.2.3.4")) == "unknown"
    assert desk.open("Ada").reserve == MICRO
    desk.clock.now += 60
    assert desk.run(desk.store.identify("hash", "1.2.3.4")) == "unknown"


def test_guessing_locks_an_address_out_and_nobody_else(desk: Desk) -> None:
    async def guess() -> None:
        codes = [Code(each, each, START + 5000) for each in ("used", "unused")]
        await desk.store.add_codes(codes)
        await desk.store.identify("used", "classroom")
        answers = [await desk.store.identify(f"{n}", "classroom") for n in range(500)]
        assert answers == ["unknown"] * GUESSES + ["locked"] * (500 - GUESSES)
        assert await desk.store.identify("unused", "classroom") == "locked"
        assert isinstance(await desk.store.identify("used", "classroom"), Known)
        assert isinstance(await desk.store.identify("unused", "home"), Known)
        desk.clock.now += LOCKED_FOR
        assert await desk.store.identify("500", "classroom") == "unknown"

    desk.run(guess())


def test_a_teacher_sees_who_speaks_who_waits_and_the_money(desk: Desk) -> None:
    desk.run(desk.store.add_codes([Code("hash", "Cleo", START + 60)]))
    held = desk.open("Ada")
    desk.open("Ben")
    desk.place("Cleo")
    desk.run(desk.store.settle(held.hold, 20))
    view = desk.run(desk.store.view())
    assert view["waiting"] == ["Cleo"]
    assert [each["learner"] for each in view["holds"]] == ["Ben"]
    assert (view["budget"], view["spent"]) == (TERMS.budget, MICRO)
    assert [each["learner"] for each in view["learners"]] == ["Cleo"]
