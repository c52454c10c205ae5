"""Which pages play what the kernel pushes, and when to stop pushing.

Pages report every few seconds. While a cell keeps the kernel busy no page is heard, so silence
means nothing. But messages to closed pages pile up in the notebook server, so pushing stops at a
limit.
"""

import time
from collections.abc import Callable
from typing import Final

LISTENING_TIMEOUT: Final = 20.0
"""Seconds without a message from any page, in an idle kernel, after which no page is listening."""
MAX_UNHEARD_BYTES: Final = 256 * 1024 * 1024
"""Bytes sent before any page has reported."""
MAX_UNACKED_BYTES: Final = 1024**3
"""Bytes sent to known pages while the kernel is busy: an hour at 2 Mbit/s."""


class Audience:
    """The pages of one avatar that the kernel pushes to.

    Parameters
    ----------
    kernel_busy
        Whether a running cell keeps the kernel from hearing pages; None if unknown.
    clock
        Returns seconds; for tests.
    """

    def __init__(
        self, kernel_busy: Callable[[], bool | None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._kernel_busy = kernel_busy
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
        """Record that a page is listening."""
        self._heard[page] = self._clock()
        self._unheard = 0

    def leave(self, page: str) -> bool:
        """Record that a page stopped listening; return whether it was the last one."""
        self._heard.pop(page, None)
        return not self._heard

    def sent(self, count: int) -> None:
        """Record that `count` bytes were sent."""
        self._unheard += count

    def listens(self) -> bool:
        """Whether any page is listening, as far as is known."""
        if self._unheard > (MAX_UNACKED_BYTES if self._heard else MAX_UNHEARD_BYTES):
            return False
        now = self._clock()
        if self._kernel_busy() is not False:
            self._silent_since = now  # only what comes after counts
            return True
        latest = max(self._heard.values(), default=self._silent_since)
        return now - max(latest, self._silent_since) <= LISTENING_TIMEOUT
