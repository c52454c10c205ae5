"""What a session costs: seconds on the monotonic clock, times a price.

HeyGen bills "per second of session duration" and does not say whether the wait before the picture
counts. So the meter gives two figures: from the first `streaming` on, and from the request on.
"""

import time
from collections.abc import Callable
from typing import Final

PRICE_PER_SECOND: Final = 0.05
"""Dollars a second, self-serve (developers.heygen.com/avatar-realtime)."""


class Meter:
    """Counts the seconds of one session.

    Parameters
    ----------
    price_per_second
        Dollars.
    clock
        Monotonic seconds.
    """

    def __init__(
        self,
        price_per_second: float = PRICE_PER_SECOND,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if not price_per_second > 0:
            raise ValueError(f"price_per_second must be more than 0, not {price_per_second!r}.")
        self.price_per_second = price_per_second
        self._clock = clock
        self._requested: float | None = None
        self._streaming: float | None = None
        self._ended: float | None = None

    def requested(self) -> None:
        """Note that a session is being asked for."""
        self._requested = self._clock()

    def streaming(self) -> None:
        """Note that the server streams. Only the first time counts."""
        if self._streaming is None and self._ended is None:
            self._streaming = self._clock()

    def ended(self) -> None:
        """Stop counting. Only the first time counts."""
        if self._ended is None:
            self._ended = self._clock()

    @property
    def running(self) -> bool:
        """Whether seconds are being counted."""
        return self._streaming is not None and self._ended is None

    @property
    def elapsed(self) -> float:
        """Seconds since the server began to stream, until the end."""
        return self._since(self._streaming)

    @property
    def cost(self) -> float:
        """Estimate in dollars, from `elapsed`."""
        return self.elapsed * self.price_per_second

    @property
    def cost_at_most(self) -> float:
        """The same estimate, should HeyGen bill from the request on."""
        return self._since(self._requested) * self.price_per_second

    def _since(self, start: float | None) -> float:
        if start is None:
            return 0.0
        return (self._clock() if self._ended is None else self._ended) - start
