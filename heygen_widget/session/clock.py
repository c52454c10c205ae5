"""The seconds of a session: those of this machine, or of a rehearsal that runs faster."""

import time


class Clock:
    """Tells the time of one session; rising."""

    def __init__(self) -> None:
        self.pace = 1.0
        self._since = self._told = time.monotonic()

    def __call__(self) -> float:
        """Return seconds since some moment."""
        return self._told + (time.monotonic() - self._since) * self.pace

    def run_at(self, pace: float) -> None:
        """Pass at another pace from now on."""
        self._told, self._since, self.pace = self(), time.monotonic(), pace

    def real(self, seconds: float) -> float:
        """Return how long so many seconds take on this machine."""
        return seconds / self.pace
