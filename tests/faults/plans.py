"""Which request meets which fault: by a seed, or one by one. Knows no sockets."""

import random
from collections.abc import Callable, Collection, Iterable, Mapping
from enum import StrEnum
from typing import Final, Self


class Operation(StrEnum):
    """What a request asks for."""

    CREATE = "create"
    GET = "get"
    APPEND = "append"
    WORDS = "words"
    CANCEL = "cancel"
    OTHER = "other"

    @classmethod
    def of(cls, method: str, path: str) -> Self:
        """Tell the operation by its route."""
        parts = path.strip("/").split("/")
        if parts[:2] != ["v3", "avatar-realtime"]:
            return cls("other")
        last = {("POST", 2): "create", ("GET", 3): "get"}.get((method, len(parts)))
        named = {"text": "append", "words": "words", "cancel": "cancel"}
        return cls(last or named.get(parts[-1], "other"))


class Fault(StrEnum):
    """What becomes of a request or of its answer."""

    LOST = "lost"  # hung up; the server never saw it
    RESET = "reset"  # the same by a TCP reset
    REFUSED = "refused"  # 429 from before the server
    BROKEN = "broken"  # 502 from before the server
    LATE = "late"  # held back, then carried out; dropped if the client has left by then
    UNANSWERED = "unanswered"  # the server did it; hung up instead of answering
    RESET_AFTER = "reset after"  # the same by a TCP reset
    FAILED = "failed"  # the server did it, and 500 is what the client hears
    SILENT = "silent"  # the server did it, and its answer never comes (or stops coming)
    CUT = "cut"  # the answer ends within its body
    HELD = (
        "held"  # kept longer than anybody waits, then carried out; answered whoever still is there
    )
    CRAWLED = "crawled"  # the same, stalled within its headers and passed on byte by byte
    HALF_CLOSED = "half closed"  # the client's end is closed, then the server does it
    ABANDONED = "abandoned"  # the same by a TCP reset
    GATEWAY = "gateway"  # the same, and 504 is what the client hears
    STALLED = "stalled"  # the server did it; the answer stops within its headers
    DRIPPED = "dripped"  # the server did it; the answer comes byte by byte, and takes too long


BEFORE: Final = frozenset({Fault.LOST, Fault.RESET, Fault.REFUSED, Fault.BROKEN})
"""The server never sees the request."""

AFTERWARDS: Final = frozenset({Fault.HALF_CLOSED, Fault.ABANDONED, Fault.GATEWAY})
"""The server gets the request when the client has given it up."""

HELD_UP: Final = frozenset({Fault.HELD, Fault.CRAWLED, *AFTERWARDS})
"""The server gets the request later than a client waits for its answer."""

SLOW: Final = (*sorted(HELD_UP), Fault.STALLED, Fault.DRIPPED)
"""Nothing fails, and everything takes too long."""

ENDLESS: Final = frozenset({*SLOW, Fault.SILENT})
"""What a client must lose its patience with."""

FAILING: Final = tuple(fault for fault in Fault if fault not in {Fault.LATE, *SLOW})
"""The client gets no good answer."""

Plan = Callable[[Operation], Fault | None]
"""Asked once for each request, in the order in which they come."""


def calm(_: Operation) -> None:
    """Let everything pass."""


class Chances:
    """Faults at random: the same for the same seed, whatever the other operations do.

    Parameters
    ----------
    rates
        Share of the requests that meet a fault, for each operation.
    seed
        Decides which requests, and which faults.
    faults
        The kinds, all equally likely.
    """

    def __init__(
        self,
        rates: Mapping[Operation, float],
        seed: float,
        faults: Collection[Fault] = FAILING,
    ) -> None:
        self._rates = rates
        self._faults = tuple(faults)
        self._dice = {operation: random.Random(f"{seed} {operation}") for operation in Operation}

    def __call__(self, operation: Operation) -> Fault | None:
        """Throw the dice of this operation."""
        dice = self._dice[operation]
        fault = dice.choice(self._faults)  # thrown anyway, so that rates do not shift the kinds
        return fault if dice.random() < self._rates.get(operation, 0) else None


class Script:
    """Faults one by one for single operations; everything else passes.

    Attributes
    ----------
    endless
        Whether a client must lose its patience with an answer.
    """

    def __init__(self, **faults: Iterable[Fault | None]) -> None:
        kinds = {Operation(name): tuple(kinds) for name, kinds in faults.items()}
        self._faults = {operation: iter(each) for operation, each in kinds.items()}
        self.endless = any(
            ENDLESS.intersection(each)
            for operation, each in kinds.items()
            if operation is not Operation.WORDS  # whose silence has a time limit of its own
        )

    def __call__(self, operation: Operation) -> Fault | None:
        """Take the next fault of this operation."""
        return next(self._faults.get(operation, iter(())), None)
