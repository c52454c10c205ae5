"""When the parts of a live stream are due.

Knows their numbers and the clocks of the machine, nothing else.
"""

import time


class Clock:
    """Maps numbers of equal parts to the monotonic clock.

    A stream that fell behind finds its parts overdue, makes them as fast as it can and so
    catches up. One that is more than `patience` late (a suspended laptop, say) does not try:
    the clock's origin moves, so that its next part is due now.

    Parameters
    ----------
    rate
        Parts per second.
    patience
        Seconds a stream may be late and still catch up.
    head_start
        Seconds for which the stream is taken to run already.
    """

    def __init__(self, rate: int, *, patience: float, head_start: float = 0.0) -> None:
        self._rate = rate
        self._patience = patience
        self._origin = time.monotonic() - head_start

    def left(self, part: int) -> float:
        """Seconds until `part` is due, negative when it is late.

        Asking for a part that is later than `patience` is what moves the origin.
        """
        left = self._origin + part / self._rate - time.monotonic()
        if left < -self._patience:
            self._origin -= left
            return 0.0
        return left

    def date(self, part: int) -> float:
        """Unix time at which `part` is or was due."""
        return time.time() - time.monotonic() + self._origin + part / self._rate
