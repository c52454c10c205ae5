"""Keeps a session within its limits on cost and length."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Self

from heygen_widget.session.meter import Meter

WARNING: Final = 10.0
"""Seconds before the end when it is announced."""
MARGIN: Final = 0.5
"""Seconds kept back, so that the server has ended the session when the limit is reached."""
SPEED: Final = 14.0
"""Characters a second; how long a sentence takes is estimated with it."""

IDLE_TIMEOUT: Final = 30.0
"""Seconds without new text after which HeyGen closes a `text_stream` session."""
LONGEST: Final = 3600.0
"""Seconds after which HeyGen ends any session."""
# Both from developers.heygen.com/avatar-realtime.


class Limit(StrEnum):
    """A limit that ends a session by itself."""

    MAX_COST = "max_cost"
    MAX_SECONDS = "max_seconds"
    LONGEST = "longest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits on a session's cost and length."""

    max_cost: float | None = None  # dollars; None for no limit
    by_balance: bool = False  # whether what is left in the account limits the cost, too
    max_seconds: float | None = None  # seconds of streaming; None for no limit
    # Seconds without new text after which the server closes the input.
    idle_timeout: float = IDLE_TIMEOUT
    longest: float = LONGEST  # seconds of streaming after which the server ends the session

    def __post_init__(self) -> None:
        for name in ("max_cost", "max_seconds"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise ValueError(f"{name} must be more than 0, not {value!r}.")

    def within(self, max_cost: float) -> Self:
        """Return the same limits, but at most so many dollars."""
        allowed = max_cost if self.max_cost is None else min(max_cost, self.max_cost)
        return replace(self, max_cost=allowed)


class Guard:
    """Decides when a session must end.

    Parameters
    ----------
    limits
        What is allowed.
    meter
        What was used up. A limit in dollars counts from the request on, since HeyGen does not say
        whether waiting is billed; one in seconds counts from the first picture.
    on_warning
        Called once, `WARNING` seconds ahead, with the seconds that are left and the limit.
    real
        Returns how long seconds on the meter take on this machine.
    """

    def __init__(
        self,
        limits: Limits,
        meter: Meter,
        on_warning: Callable[[float, Limit], None],
        real: Callable[[float], float] = float,
    ) -> None:
        self._limits = limits
        self._meter = meter
        self._on_warning = on_warning
        self._real = real
        self._warned = False
        self._sentence_over = asyncio.Event()

    @property
    def nearest(self) -> tuple[float, Limit]:
        """Seconds until the first limit, and which one that is."""
        elapsed = self._meter.elapsed_at_most
        left = [(self._limits.longest - elapsed, Limit.LONGEST)]
        if self._limits.max_cost is not None:
            dollars = self._limits.max_cost - self._meter.cost_at_most
            left.append((dollars / self._meter.price_per_second, Limit.MAX_COST))
        if self._limits.max_seconds is not None:
            left.append((self._limits.max_seconds - elapsed, Limit.MAX_SECONDS))
        seconds, limit = min(left)
        return max(0.0, seconds), limit

    def words_said(self, next_sentence: Callable[[], str | None]) -> None:
        """Note that words were said.

        `next_sentence` returns None within a sentence; between two, the one that may not fit.
        """
        seconds, limit = self.nearest
        if not self._warned or limit is Limit.LONGEST:
            return
        upcoming = next_sentence()
        if upcoming is not None and len(upcoming) / SPEED > seconds - MARGIN:
            self._sentence_over.set()

    async def run(self) -> None:
        """Return when the session must end; never for the server's own limit, which it keeps."""
        await self._near()
        self._warned = True
        self._on_warning(*self.nearest)
        while (left := self.nearest[0] - MARGIN) > 0 and not self._sentence_over.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._real(left)):
                    await self._sentence_over.wait()
        if self.nearest[1] is Limit.LONGEST:
            await asyncio.Event().wait()

    async def _near(self) -> None:
        """Wait until a limit is near. The meter may not even run yet, so it is asked again."""
        while (left := self.nearest[0] - WARNING) > 0:  # noqa: ASYNC110 (time passes without events)
            await asyncio.sleep(self._real(max(0.05, min(1.0, left))))
