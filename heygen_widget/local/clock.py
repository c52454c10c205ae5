"""Media time: the seconds of streams and sessions, of which `pace` pass in a second of real time.

What happens to an avatar is timed by it: speech, segments, timeouts, dates. What guards the server
against slow or dead clients, and how long an ended session is kept, is timed by the real clock.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Lock
from typing import Any, Final

FASTEST: Final = 16.0
"""The highest pace: a playlist must not turn over before those who follow it come by again."""

_SHORTEST: Final = 0.001  # seconds of real time to wait at least, as when the clock stands still


class Clock:
    """Tells media time. Thread-safe.

    At pace 1 it is real time, which waits for nobody. A faster one waits: it stands still during
    `paused`, and goes back for a stream that is late. So a busy machine makes it slower, and what
    it times comes out the same.

    Parameters
    ----------
    pace
        Seconds of media time in a second, from 1 to `FASTEST`.

    Raises
    ------
    ValueError
        For any other pace.
    """

    def __init__(self, pace: float = 1.0) -> None:
        if not 1 <= pace <= FASTEST:
            raise ValueError(f"The pace must be from 1 to {FASTEST:g}, not {pace:g}.")
        self.pace: Final = pace
        self._began = time.monotonic()
        self._lock = Lock()
        self._lost = 0.0  # seconds of media time for which it stood still or went back
        self._pauses = 0
        self._stopped_at = 0.0  # media time, while there are pauses

    def now(self) -> float:
        """Return seconds since the clock was made."""
        with self._lock:
            return self._now()

    def date(self, at: float) -> float:
        """Return media time as Unix time; the two are the same when the clock is made."""
        return time.time() - (time.monotonic() - self._began) + at

    def wait_for(self, at: float) -> None:
        """Let it be `at` again, if it is later than that; real time goes on."""
        if self.pace == 1:
            return
        with self._lock:
            late = self._now() - at
            if late > 0:
                self._lost += late
                self._stopped_at -= late

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let the clock stand still during the block; real time goes on."""
        if self.pace == 1:
            yield
            return
        with self._lock:
            self._stopped_at = self._now()
            self._pauses += 1
        try:
            yield
        finally:
            with self._lock:
                self._pauses -= 1
                if not self._pauses:
                    self._lost += self._running() - self._stopped_at

    def real(self, seconds: float) -> float:
        """Return how many seconds of real time so many take at least."""
        return max(seconds / self.pace, _SHORTEST)

    def wait(self, event: Event, seconds: float) -> None:
        """Block until `event` is set, `seconds` at most. May return early: look at the time."""
        event.wait(self.real(seconds))

    def call_later(self, seconds: float, callback: Callable[..., object], *args: Any) -> "Timer":
        """Call `callback` in so many seconds, on the running event loop."""
        return Timer(self, self.now() + seconds, lambda: callback(*args))

    def _now(self) -> float:
        return self._stopped_at if self._pauses else self._running()

    def _running(self) -> float:
        return (time.monotonic() - self._began) * self.pace - self._lost


class Timer:
    """A call that is due at a media time. For use on one event loop only."""

    def __init__(self, clock: Clock, due: float, callback: Callable[[], object]) -> None:
        self._clock = clock
        self.due = due
        self._callback = callback
        self._loop = asyncio.get_running_loop()
        self._handle: asyncio.Handle
        self._look()

    def cancel(self) -> None:
        """Do not call any more. Harmless afterwards."""
        self._handle.cancel()

    def _look(self) -> None:
        left = self.due - self._clock.now()
        if left > 0:
            self._handle = self._loop.call_later(self._clock.real(left), self._look)
        else:
            self._handle = self._loop.call_soon(self._callback)


REAL_TIME: Final = Clock()
"""The clock of those who were given none."""
