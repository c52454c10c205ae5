"""Which pages play what the kernel pushes, and when to stop pushing.

A page says every few seconds that it is there. While a cell keeps the kernel busy nobody is heard,
so then its silence means nothing; but what is sent to nobody piles up in the notebook's server,
which keeps it for a page to come back, so even then it goes on only up to a limit.
"""

import time
from collections.abc import Callable
from typing import Final

SILENCE: Final = 20.0
"""Seconds without a message from any page, in an idle kernel, after which no page is listening."""
UNHEARD: Final = 256 * 1024 * 1024
"""Bytes that are sent in the hope that there is a page, of which nothing was ever heard."""
ANSWERLESS: Final = 1024**3
"""Bytes sent to known pages while the kernel is busy: an hour at 2 Mbit/s."""


class Audience:
    """The pages of one avatar that are pushed to.

    Parameters
    ----------
    deaf
        Whether the kernel is too busy to hear a page now; None if that cannot be known.
    clock
        Seconds, for the tests.
    """

    def __init__(
        self, deaf: Callable[[], bool | None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._deaf = deaf
        self._clock = clock
        self._heard: dict[str, float] = {}  # when, by page
        self._silent_since = clock()
        self._unheard = 0

    def __contains__(self, page: str) -> bool:
        return page in self._heard

    def expect(self) -> None:
        """Reset: for a while, there may be pages that have not reported yet."""
        self._heard.clear()
        self._silent_since = self._clock()
        self._unheard = 0

    def hear(self, page: str) -> None:
        """Note that a page listens."""
        self._heard[page] = self._clock()
        self._unheard = 0

    def leave(self, page: str) -> bool:
        """Note that a page does not listen; return whether that leaves none that does."""
        self._heard.pop(page, None)
        return not self._heard

    def sent(self, count: int) -> None:
        """Note that so many bytes were sent."""
        self._unheard += count

    def listens(self) -> bool:
        """Whether any page is listening, as far as is known."""
        if self._unheard > (ANSWERLESS if self._heard else UNHEARD):
            return False
        now = self._clock()
        if self._deaf() is not False:
            self._silent_since = now  # only what comes after counts
            return True
        latest = max(self._heard.values(), default=self._silent_since)
        return now - max(latest, self._silent_since) <= SILENCE
