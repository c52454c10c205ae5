"""What a workshop knows: slots, the queue, money, leases and codes. Knows no HTTP.

`Store` gives the operations of a backend types: `memory.Memory` in one process, or
`redis_store.RedisBackend` for any number of replicas. Each is one atomic step.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol, Self

MICRO: Final = 1_000_000
"""Parts of a dollar in which money is counted."""

SHORTEST: Final = 5.0
"""Seconds that a session must be able to last, or it is refused."""
CANCEL_MARGIN: Final = 5.0
"""Seconds reserved beyond a session's ceiling, in which it is being cancelled."""
LEASE: Final = 7.0
"""Seconds after the last sign of a client of ours when its session is cancelled."""
CHECK: Final = 2.0
"""Seconds between two looks at a session."""
LONGEST: Final = 3600.0
"""Seconds after which HeyGen ends any session."""
GUESSES: Final = 20
"""Wrong codes from one address, after which it is locked out."""
LOCKED_FOR: Final = 900.0
"""Seconds for which it is."""

Task = Literal["lost", "over", "cancel", "look"]


class StoreUnavailable(Exception):  # noqa: N818 (it says what happened)
    """The store does not answer; nothing can be decided now."""


class Backend(Protocol):
    """Where the state is, and where each operation is atomic."""

    async def call(self, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Carry out one operation.

        Raises
        ------
        StoreUnavailable
            When it may not have been carried out.
        """

    async def warn(self) -> None:
        """Log a warning if it may forget what it has answered."""

    async def close(self) -> None:
        """Close the connections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What every replica of a workshop must agree on. Seconds are real ones.

    Attributes
    ----------
    slots
        Sessions at once.
    price
        Millionths of a dollar a second.
    budget, per_learner
        Millionths of a dollar for the class, and for each learner, unless the teacher has changed
        them.
    max_session
        Seconds.
    longest
        Seconds after which the upstream server ends any session.
    """

    slots: int
    price: float
    budget: int
    per_learner: int
    max_session: float
    longest: float = LONGEST

    def call(self) -> dict[str, Any]:
        """Return what granting depends on."""
        return {
            "slots": self.slots,
            "price": self.price,
            "budget": self.budget,
            "per_learner": self.per_learner,
            "max_session": self.max_session,
            "shortest": min(SHORTEST, self.max_session),
            "margin": CANCEL_MARGIN,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A slot that is taken, or was.

    Attributes
    ----------
    left
        Seconds until its session must have been cancelled.
    reserve
        Millionths of a dollar.
    stream
        The session; empty until the upstream server has answered.
    stopped
        Whether the teacher has stopped it.
    """

    hold: str
    learner: str
    upstream: str
    left: float
    reserve: int
    stream: str = ""
    stopped: bool = False

    @classmethod
    def of(cls, found: dict[str, Any], now: float) -> Self:
        """Read what a backend has."""
        return cls(
            hold=found["hold"],
            learner=found["learner"],
            upstream=found["upstream"],
            left=found["ends"] - now,
            reserve=int(found["reserve"]),
            stream=found.get("stream", ""),
            stopped=bool(found.get("stop")),
        )


@dataclass(frozen=True, slots=True)
class Waiting:
    """A place in the queue: poll again after `retry` seconds; it takes `about` so many."""

    position: int
    retry: int
    about: float
    paused: bool


@dataclass(frozen=True, slots=True)
class Poor:
    """Not enough money: what is left of whose budget, in millionths of a dollar."""

    whose: Literal["learner", "class"]
    left: int


@dataclass(frozen=True, slots=True)
class Code:
    """A learner's code: its hash, whose it is, until when, and the budget if it has its own."""

    hash: str
    learner: str
    ends: float
    budget: int | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A learner, and until when the code is good."""

    learner: str
    ends: float


class Store:
    """The state of a workshop."""

    def __init__(self, backend: Backend, terms: Terms) -> None:
        self._backend = backend
        self._terms = terms

    async def grant(
        self,
        hold: str,
        learner: str,
        upstream: str,
        *,
        leased: bool,
        lost: float,
        exposed: float,
    ) -> Hold | Waiting | Poor:
        """Take a slot for a learner whose turn it is, or a place in the queue.

        Parameters
        ----------
        hold
            A new name for the slot; asking again with the same one changes nothing.
        leased
            Whether the learner's client shows that it is alive.
        lost
            Seconds after which the slot is free if the upstream server's answer is lost.
        exposed
            Seconds that the session may then go on, since nobody can cancel it; there must be
            money for them.
        """
        answer = await self._call(
            "grant",
            hold=hold,
            learner=learner,
            upstream=upstream,
            leased=leased,
            lost=lost,
            exposed=exposed,
            **self._terms.call(),
        )
        match answer["outcome"]:
            case "grant":
                return Hold.of(answer["hold"], answer["now"])
            case "poor":
                return Poor(answer["whose"], max(0, int(answer["left"])))
            case _:
                return _waiting(answer)

    async def opened(self, hold: str, stream: str) -> float | None:
        """Note the session of a slot; return its seconds, None if the slot is not held."""
        answer = await self._call("opened", hold=hold, stream=stream, lease=LEASE, check=CHECK)
        return None if "gone" in answer else float(answer["left"])

    async def find(self, stream: str) -> Hold | None:
        """Return the slot of a session, which may have ended."""
        answer = await self._call("find", stream=stream)
        return None if "gone" in answer else Hold.of(answer, answer["now"])

    async def renew(self, hold: str) -> None:
        """Note that the client of a session is alive."""
        await self._call("renew", hold=hold, lease=LEASE)

    async def settle(self, hold: str, seconds: float | None = None) -> None:
        """Free a slot whose session is over, and charge for so many seconds; by default, its age.

        Settling again changes nothing.
        """
        told = {} if seconds is None else {"seconds": seconds}
        await self._call("settle", hold=hold, price=self._terms.price, **told)

    async def forfeit(self, hold: str) -> None:
        """Free a slot whose session nobody saw end, and charge for all that it reserved."""
        await self._call("settle", hold=hold, price=self._terms.price, all=True)

    async def release(self, hold: str, *, wait: bool = False) -> Waiting | None:
        """Free a slot that got no session; its learner may `wait` again, at the old place."""
        terms = self._terms.call() if wait else {}
        answer = await self._call("release", hold=hold, **terms)
        return _waiting(answer) if "outcome" in answer else None

    async def due(self) -> list[tuple[Task, Hold]]:
        """Return the sessions that somebody must look after now; nobody else gets them too."""
        answer = await self._call("due", check=CHECK, longest=self._terms.longest)
        return [(found["task"], Hold.of(found, answer["now"])) for found in answer["holds"]]

    async def stop(self, learner: str | None = None) -> int:
        """Have the sessions of a learner cancelled, by default of all; return how many."""
        chosen = {"all": True} if learner is None else {"learner": learner}
        return int((await self._call("stop", **chosen))["stopped"])

    async def pause(self, *, paused: bool) -> None:
        """Grant no slots for now, or grant them again."""
        await self._call("pause", paused=paused)

    async def set_budget(self, amount: int, learner: str | None = None) -> None:
        """Set the budget of a learner, or of the class, in millionths of a dollar."""
        chosen = {} if learner is None else {"learner": learner}
        await self._call("set_budget", amount=amount, **chosen)

    async def add_codes(self, codes: Sequence[Code]) -> None:
        """Let learners in."""
        await self._call(
            "add_codes",
            codes=[
                {"hash": each.hash, "learner": each.learner, "ends": each.ends}
                | ({} if each.budget is None else {"budget": each.budget})
                for each in codes
            ],
        )

    async def identify(self, code: str, address: str) -> Known | Literal["unknown", "locked"]:
        """Return whose code has this hash, or count a wrong guess.

        An address that is locked out may still use the codes that it has used before.
        """
        answer = await self._call(
            "identify", hash=code, address=address, guesses=GUESSES, locked_for=LOCKED_FOR
        )
        if answer["outcome"] == "learner":
            return Known(answer["learner"], answer["ends"])
        return "locked" if answer["outcome"] == "locked" else "unknown"

    async def view(self) -> dict[str, Any]:
        """Return all there is to see for a teacher: money, sessions, queue and learners."""
        terms = self._terms
        found = await self._call("view", budget=terms.budget, per_learner=terms.per_learner)
        # An empty list of Lua is an empty object.
        return {**found, **{name: found[name] or [] for name in ("waiting", "holds", "learners")}}

    async def close(self) -> None:
        """Close the connections."""
        await self._backend.close()

    async def _call(self, operation: str, **arguments: Any) -> dict[str, Any]:
        return await self._backend.call(operation, arguments)


def _waiting(answer: dict[str, Any]) -> Waiting:
    return Waiting(
        position=int(answer["position"]),
        retry=math.ceil(answer["retry"]),
        about=float(answer["about"]),
        paused=bool(answer["paused"]),
    )
