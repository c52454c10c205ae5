"""The cost of a session: seconds on the session's clock, times a price.

HeyGen bills "per second of session duration" and does not say whether the wait before the picture
counts. So the meter gives two figures: from the first `streaming` on, and from the request on.
While the server does not answer, only the seconds until its last answer are known.
"""

import time
from collections.abc import Callable
from typing import Final

from heygen_widget.api.prices import REALTIME

PRICE_PER_SECOND: Final = REALTIME
"""Dollars a second, self-serve."""


class Meter:
    """Counts the seconds of one session.

    Parameters
    ----------
    price_per_second
        Dollars.
    clock
        Seconds, rising.
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
        self._heard: float | None = None
        self._ended: float | None = None
        self._closed: float | None = None  # when the end was noted
        self._lost = False

    def requested(self) -> None:
        """Note that a session is being asked for."""
        self._requested = self._clock()

    def streaming(self) -> None:
        """Note that the server streams. Only the first time counts."""
        if self._streaming is None and self._ended is None:
            self._streaming = self._clock()

    def streamed(self, seconds: float) -> None:
        """Note how long the server has streamed, if it says so."""
        if self._ended is None:
            self._streaming = self._clock() - seconds

    def heard(self) -> None:
        """Note that the server has answered: all seconds until now are certain."""
        if self._ended is None:
            self._heard = self._clock()
            self._lost = False

    def lost(self) -> None:
        """Note that the server does not answer: what comes after its last answer is not known."""
        if self._ended is None:
            self._lost = True

    def ended(self) -> None:
        """Stop counting; at the last answer if the server does not answer. Only once."""
        if self._ended is None:
            self._closed = self._clock()
            self._ended = self._known_until

    def broke_off(self) -> None:
        """Stop counting at the last answer, since the server has ended and bills no more."""
        self.lost()
        self.ended()
        self._lost = False

    @property
    def running(self) -> bool:
        """Whether seconds are being counted."""
        return self._streaming is not None and self._ended is None and not self._lost

    @property
    def certain(self) -> bool:
        """Whether `elapsed` is all there is; otherwise it is at least that."""
        return not self._lost

    @property
    def elapsed(self) -> float:
        """Seconds since the server began to stream, until the end or its last answer."""
        return self._between(self._streaming, self._known_until)

    @property
    def elapsed_at_most(self) -> float:
        """The same, should the server go on although it does not answer."""
        return self._between(self._streaming, self._closed or self._clock())

    @property
    def cost(self) -> float:
        """Estimate in dollars, from `elapsed`."""
        return self.elapsed * self.price_per_second

    @property
    def cost_at_most(self) -> float:
        """The same estimate, should HeyGen bill from the request on, and go on unheard."""
        billed = self._between(self._requested, self._closed or self._clock())
        return billed * self.price_per_second

    @property
    def _known_until(self) -> float:
        if self._ended is not None:
            return self._ended
        now = self._clock()
        return (self._heard or now) if self._lost else now

    @staticmethod
    def _between(start: float | None, end: float) -> float:
        return 0.0 if start is None else max(0.0, end - start)


def cost_text(cost: float, *, certain: bool) -> str:
    """Return an estimate in dollars as people read it: about so much, or at least that."""
    return f"{'≈' if certain else '≥'} ${cost:.2f}"
