"""Tracks whether a session's server responds. While it does not, the meter shows what is known."""

import time
from collections.abc import Callable
from typing import Final

from heygen_widget.session.meter import Meter

PATIENCE: Final = 10.0
"""Seconds without a response after which users are told; polls are at most two seconds apart."""
OWN_PATIENCE: Final = 4.0
"""The same for our own server process on this machine."""
LONGEST_LOOK: Final = 1.0
"""Seconds between two looks. If there are more, this process itself stood still."""
OUT_OF_CONTACT: Final = 60.0
"""Seconds without a response after which a session is abandoned: twice HeyGen's idle timeout."""


class Contact:
    """Follows the answers of one session's server.

    Attributes
    ----------
    lost
        Whether the server has not answered for so long that nothing is known of the session.
    patience
        Seconds after which that is so.
    """

    def __init__(self, meter: Meter, on_change: Callable[[], object]) -> None:
        self.lost = False
        self.patience = PATIENCE
        self._meter = meter
        self._on_change = on_change
        self._at: float | None = None
        self._looked: float | None = None

    @property
    def silence(self) -> float:
        """Seconds since the last answer; 0 before the first request."""
        return 0.0 if self._at is None else time.monotonic() - self._at

    @property
    def pause(self) -> float:
        """The longest pause between questions with which a silence is noticed in time."""
        return self.patience / 3

    def heard(self) -> None:
        """Note an answer, or that the first question is asked now."""
        self._at = time.monotonic()
        self._meter.heard()
        self._set(lost=False)

    def look(self) -> None:
        """Notice a silence. Call it several times a second.

        Time in which this process could not listen (a machine that slept, code that held the
        interpreter) is not the server's silence.
        """
        now = time.monotonic()
        away = 0.0 if self._looked is None else now - self._looked - LONGEST_LOOK
        self._looked = now
        if self._at is not None and away > 0.0:
            self._at = min(now, self._at + away)
        if self.silence > self.patience:
            self._meter.lost()
            self._set(lost=True)

    def _set(self, *, lost: bool) -> None:
        if self.lost is not lost:
            self.lost = lost
            self._on_change()
