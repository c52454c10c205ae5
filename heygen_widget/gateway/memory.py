"""The decisions of a workshop in one process; `store.lua` makes the same ones in Redis.

Money is in millionths of a dollar, time in seconds. Nothing here waits, so each is atomic.
"""

import math
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any, Final

CLASS: Final = "*"
LONGEST_POLL: Final = 6.0
"""Seconds between the polls of learners at the end of a long queue."""
GRACE: Final = 4.0
"""Seconds that a poll may be late, on top of the two that may be missed."""
ADDRESSES: Final = 8
"""Addresses from which a code is still accepted when they are locked out."""

MOST: Final = 10_000
"""Ended streams and guessing addresses that are remembered."""

Result = dict[str, Any]


class Memory:
    """All that is known of one workshop."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._money: dict[str, dict[str, int]] = defaultdict(dict)
        self._holds: dict[str, Result] = {}
        self._checks: dict[str, float] = {}
        self._streams: dict[str, Result] = {}
        self._queue: dict[str, int] = {}  # the number of arrival of each learner
        self._places: dict[str, float] = {}  # when each place lapses
        self._arrivals = 0
        self._codes: dict[str, Result] = {}
        self._seen: dict[str, list[str]] = defaultdict(list)
        self._failures: dict[str, tuple[int, float]] = {}
        self._learners: set[str] = set()
        self._usual: float | None = None
        self._sessions = 0
        self._paused = False

    async def call(self, operation: str, arguments: Result) -> Result:
        """Carry out one operation."""
        result: Result = getattr(self, f"_{operation}")(**arguments)
        return {**result, "now": self._clock()}

    async def warn(self) -> None:
        """Do nothing: whoever starts the process says that it forgets."""

    async def close(self) -> None:
        """Do nothing: there are no connections."""

    def _grant(self, *, hold: str, learner: str, upstream: str, **a: Any) -> Result:
        self._lapse()
        if hold in self._holds:
            return {"outcome": "grant", "hold": self._holds[hold]}
        mine = self._account(learner, a["per_learner"])
        ours = self._account(CLASS, a["budget"])
        least = math.ceil(max(a["shortest"] + a["margin"], a["exposed"]) * a["price"])
        own = mine["budget"] - mine["spent"] - mine["reserved"]
        shared = ours["budget"] - ours["spent"]
        if own < least or shared < least:
            self._leave(learner)
            whose, left = ("learner", own) if own < least else ("class", shared)
            return {"outcome": "poor", "whose": whose, "left": left}
        if learner not in self._queue:
            self._arrivals += 1
            self._queue[learner] = self._arrivals
        rank = self._rank(learner)
        left = min(own, shared - ours["reserved"])
        if self._paused or left < least or rank >= a["slots"] - len(self._holds):
            return self._wait(learner, rank + 1, **a)
        now = self._clock()
        ceiling = math.floor(min(a["max_session"], left / a["price"] - a["margin"]) * 1000) / 1000
        granted = {
            "hold": hold,
            "learner": learner,
            "upstream": upstream,
            "place": self._queue[learner],
            "leased": a["leased"],
            "began": now,
            "ends": now + ceiling,
            "lost": now + a["lost"],
            "reserve": max(least, min(left, math.ceil((ceiling + a["margin"]) * a["price"]))),
        }
        self._leave(learner)
        for who in (CLASS, learner):
            self._add(who, "reserved", granted["reserve"])
        self._holds[hold] = granted
        self._checks[hold] = granted["lost"]
        return {"outcome": "grant", "hold": granted}

    def _opened(self, *, hold: str, stream: str, lease: float, check: float) -> Result:
        held = self._holds.get(hold)
        if held is None:
            return {"gone": True}
        now = self._clock()
        held["stream"] = stream
        if held["leased"]:
            held["lease"] = now + lease
        self._checks[hold] = now if held.get("stop") else min(now + check, held["ends"])
        self._streams[stream] = held
        _forget_oldest(self._streams)
        return {"left": held["ends"] - now}

    def _find(self, *, stream: str) -> Result:
        return self._streams.get(stream, {"gone": True})

    def _renew(self, *, hold: str, lease: float) -> Result:
        held = self._holds.get(hold, {})
        if "lease" in held:
            held["lease"] = self._clock() + lease
        return {}

    def _settle(
        self,
        *,
        hold: str,
        price: float,
        seconds: float | None = None,
        all: bool = False,  # noqa: A002 (as in Lua)
    ) -> Result:
        held = self._holds.get(hold)
        if held is not None:
            self._drop(held)
            lasted = self._clock() - held["began"]
            # Not a millionth more because of how fractions are stored.
            cost = math.ceil(round((lasted if seconds is None else seconds) * price, 1))
            for who in (CLASS, held["learner"]):
                self._add(who, "spent", held["reserve"] if all else cost)
            usual = lasted if self._usual is None else self._usual
            self._usual = usual + (lasted - usual) / 4
            self._sessions += 1
        return {}

    def _release(self, *, hold: str, **a: Any) -> Result:
        held = self._holds.get(hold)
        if held is None or "stream" in held:
            return {}
        self._drop(held)
        learner = held["learner"]
        if "slots" not in a or learner in self._queue:
            return {}
        self._queue[learner] = held["place"]
        return self._wait(learner, self._rank(learner) + 1, **a)

    def _due(self, *, check: float, longest: float) -> Result:
        now = self._clock()
        found = []
        for hold in [each for each, at in self._checks.items() if at <= now]:
            held = self._holds[hold]
            ending = held.get("stop") or now >= min(held["ends"], held.get("lease", math.inf))
            next_check = now + check
            if "stream" not in held:
                task = "lost"
            elif now >= held["began"] + longest:
                task = "over"
            elif ending:
                task = "cancel"
            else:
                task = "look"
                next_check = min(next_check, held["ends"], held.get("lease", math.inf))
            self._checks[hold] = next_check
            found.append({**held, "task": task})
        return {"holds": found}

    def _stop(self, *, learner: str = "", all: bool = False) -> Result:  # noqa: A002 (as in Lua)
        stopped = [held for held in self._holds.values() if all or held["learner"] == learner]
        for held in stopped:
            held["stop"] = True
            if "stream" in held:
                self._checks[held["hold"]] = self._clock()
        self._leave(learner)
        return {"stopped": len(stopped)}

    def _pause(self, *, paused: bool) -> Result:
        self._paused = paused
        return {}

    def _set_budget(self, *, amount: int, learner: str = CLASS) -> Result:
        self._money[learner]["budget"] = amount
        return {}

    def _add_codes(self, *, codes: list[Result]) -> Result:
        for code in codes:
            self._codes[code["hash"]] = code
            self._learners.add(code["learner"])
            if "budget" in code:
                self._money[code["learner"]]["budget"] = code["budget"]
        return {}

    def _identify(self, *, hash: str, address: str, guesses: int, locked_for: float) -> Result:  # noqa: A002 (as in Lua)
        now = self._clock()
        failures, until = self._failures.get(address, (0, now))
        if until <= now:
            failures = 0
        locked = failures >= guesses
        code = self._codes.get(hash)
        if code is None or now >= code["ends"]:
            if not locked:
                self._failures.pop(address, None)
                self._failures[address] = (failures + 1, now + locked_for)
                _forget_oldest(self._failures)
            return {"outcome": "locked" if locked else "unknown"}
        seen = self._seen[hash]
        if locked and address not in seen:
            return {"outcome": "locked"}
        if address not in seen:
            seen.append(address)
            del seen[:-ADDRESSES]
        return {"outcome": "learner", "learner": code["learner"], "ends": code["ends"]}

    def _view(self, *, budget: int, per_learner: int) -> Result:
        self._lapse()
        return {
            **self._account(CLASS, budget),
            "paused": self._paused,
            "sessions": self._sessions,
            "waiting": sorted(self._queue, key=self._queue.__getitem__),
            "holds": list(self._holds.values()),
            "learners": [
                {**self._account(each, per_learner), "learner": each} for each in self._learners
            ],
        }

    def _wait(
        self, learner: str, position: int, *, slots: int, max_session: float, **_: Any
    ) -> Result:
        turns = math.ceil(position / slots)
        retry = min(turns, LONGEST_POLL)
        usual = min(60, max_session) if self._usual is None else self._usual
        self._places[learner] = self._clock() + 2 * retry + GRACE
        return {
            "outcome": "wait",
            "position": position,
            "retry": retry,
            "about": turns * usual,
            "paused": self._paused,
        }

    def _rank(self, learner: str) -> int:
        return sum(number < self._queue[learner] for number in self._queue.values())

    def _lapse(self) -> None:
        now = self._clock()
        for learner in [each for each, due in self._places.items() if due <= now]:
            self._leave(learner)

    def _leave(self, learner: str) -> None:
        self._queue.pop(learner, None)
        self._places.pop(learner, None)

    def _drop(self, held: Result) -> None:
        del self._holds[held["hold"]], self._checks[held["hold"]]
        for who in (CLASS, held["learner"]):
            self._add(who, "reserved", -held["reserve"])

    def _account(self, who: str, budget: int) -> Result:
        return {"budget": budget, "spent": 0, "reserved": 0, **self._money[who]}

    def _add(self, who: str, field: str, amount: int) -> None:
        self._money[who][field] = self._money[who].get(field, 0) + amount


def _forget_oldest(entries: dict[str, Any]) -> None:
    if len(entries) > MOST:
        del entries[next(iter(entries))]
