"""Keeps a session within what it may cost and how long it may last."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from heygen_widget.session.meter import Meter

WARNING: Final = 10.0
"""Seconds before the end at which it is announced."""
MARGIN: Final = 0.5
"""Seconds kept back, so that the server has ended the session when the limit is reached."""
SPEED: Final = 14.0
"""Characters a second; how long a sentence takes is estimated with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a session may cost (dollars) and how long it may stream (seconds). None: no limit."""

    max_cost: float | None = None
    max_seconds: float | None = None

    def __post_init__(self) -> None:
        for name in ("max_cost", "max_seconds"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise ValueError(f"{name} must be more than 0, not {value!r}.")


class Guard:
    """Says when a session must end.

    Parameters
    ----------
    limits
        What is allowed.
    meter
        What was used up. A limit in dollars counts from the request on, since HeyGen does not say
        whether waiting is billed; one in seconds counts from the first picture.
    on_warning
        Called once, `WARNING` seconds ahead, with the seconds that are left.
    """

    def __init__(self, limits: Limits, meter: Meter, on_warning: Callable[[float], None]) -> None:
        self._limits = limits
        self._meter = meter
        self._on_warning = on_warning
        self._warned = False
        self._sentence_over = asyncio.Event()

    @property
    def left(self) -> float | None:
        """Seconds until the limit; None without one."""
        left = []
        if self._limits.max_cost is not None:
            dollars = self._limits.max_cost - self._meter.cost_at_most
            left.append(dollars / self._meter.price_per_second)
        if self._limits.max_seconds is not None:
            left.append(self._limits.max_seconds - self._meter.elapsed)
        return min(left) if left else None

    def sentence_ended(self, upcoming: str) -> None:
        """Note that a sentence was said, and what text comes next: it may no longer fit."""
        left = self.left
        if self._warned and left is not None and len(upcoming) / SPEED > left - MARGIN:
            self._sentence_over.set()

    async def _near(self) -> None:
        """Wait until the limit is near. The meter may not even run yet, so it is asked again."""
        while (self.left or 0.0) > WARNING:  # noqa: ASYNC110 (time passes without an event)
            await asyncio.sleep(max(0.05, min(1.0, (self.left or 0.0) - WARNING)))

    async def run(self) -> None:
        """Return when the session must end; never without a limit."""
        if self.left is None:
            await asyncio.Event().wait()
        await self._near()
        self._warned = True
        self._on_warning(max(0.0, self.left or 0.0))
        while (left := self.left) is not None and left > MARGIN:
            try:
                async with asyncio.timeout(left - MARGIN):
                    await self._sentence_over.wait()
            except TimeoutError:
                continue
            return
