"""When the parts of a live stream are due.

Knows their numbers and a clock, nothing else.
"""

from threading import Event

from heygen_widget.local.clock import Clock


class Schedule:
    """Maps numbers of equal parts to media time.

    A stream that fell behind finds its parts overdue, makes them as fast as it can and so
    catches up. One that is more than `patience` late (a suspended laptop, say) does not try:
    the schedule moves, so that its next part is due now. A clock that is faster than real time
    waits for the stream instead.

    Parameters
    ----------
    clock
        Tells media time.
    rate
        Parts per second.
    patience
        Seconds a stream may be late and still catch up.
    head_start
        Seconds for which the stream is taken to run already.
    """

    def __init__(
        self, clock: Clock, rate: int, *, patience: float, head_start: float = 0.0
    ) -> None:
        self._clock = clock
        self._rate = rate
        self._patience = patience
        self._head_start = head_start
        self._origin = clock.now() - head_start

    def left(self, part: int) -> float:
        """Seconds until `part` is due, negative when it is late.

        Asking for a part that is later than `patience` is what moves the schedule.
        """
        due = self._origin + part / self._rate
        self._clock.wait_for(due + self._head_start)
        left = due - self._clock.now()
        if left < -self._patience:
            self._origin -= left
            return 0.0
        return left

    def wait(self, part: int, unless: Event, *, early: float = 0.0) -> None:
        """Block until `part` is due, or `early` seconds before that; not once `unless` is set."""
        while (left := self.left(part) - early) > 0 and not unless.is_set():
            self._clock.wait(unless, left)

    def date(self, part: int) -> float:
        """Unix time at which `part` is or was due."""
        return self._clock.date(self._origin + part / self._rate)
