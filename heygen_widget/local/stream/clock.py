"""When the frames of a live stream are due.

Knows frame numbers and the clocks of the machine, nothing else.
"""

import time
from typing import Final

from heygen_widget.local.face import FRAME_RATE

PATIENCE: Final = 5.0
"""Seconds a stream may be late and still catch up."""


class Clock:
    """Maps frame numbers to the monotonic clock.

    A stream that fell behind finds its frames overdue, makes them as fast as it can and so
    catches up. One that is more than `PATIENCE` late (a suspended laptop, say) does not try:
    the clock's origin moves, so that its next frame is due now.

    Parameters
    ----------
    head_start
        Seconds for which the stream is taken to run already.
    """

    def __init__(self, head_start: float) -> None:
        self._origin = time.monotonic() - head_start

    def left(self, frame: int) -> float:
        """Seconds until `frame` is due, negative when it is late.

        Asking for a frame that is later than `PATIENCE` is what moves the origin.
        """
        left = self._origin + frame / FRAME_RATE - time.monotonic()
        if left < -PATIENCE:
            self._origin -= left
            return 0.0
        return left

    def date(self, frame: int) -> float:
        """Unix time at which `frame` is or was due."""
        return time.time() - time.monotonic() + self._origin + frame / FRAME_RATE
