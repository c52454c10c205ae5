"""Repeats the requests of a session: how soon, how often, and as late as the server asks.

The only layer that does, so that a refusal (429) is waited out once. The client of a session sends
each request once (`AsyncWire.once`), except the one that opens it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from heygen_widget.api.backoff import LONGEST_WAIT, asked_to_wait, growing
from heygen_widget.api.errors import HeyGenError, RateLimited
from heygen_widget.session.errors import retryable

ATTEMPTS: Final = 7
"""How often one request may fail, refusals (429) aside."""

T = TypeVar("T")

_log = logging.getLogger(__name__)


class Retries:
    """How soon, and how often, one request is repeated.

    Parameters
    ----------
    attempts
        How often it may fail.
    on_throttled
        Called with the seconds that a refusal (429) is waited out.
    """

    def __init__(
        self, attempts: int = ATTEMPTS, on_throttled: Callable[[float], object] = lambda _: None
    ) -> None:
        self._attempts = attempts
        self._on_throttled = on_throttled
        self._pauses = growing()
        self._failures = 0
        self._left = LONGEST_WAIT

    @property
    def exhausted(self) -> bool:
        """Whether it has failed too often."""
        return self._failures >= self._attempts

    @property
    def may_wait(self) -> bool:
        """Whether a refusal may still be waited out."""
        return self._left > 0

    async def rest(self, error: HeyGenError | None = None) -> None:
        """Wait before the next attempt, as long as the server asks; raise what will not pass."""
        pause = next(self._pauses)
        if isinstance(error, RateLimited) and self.may_wait:
            pause = min(max(pause, asked_to_wait(error)), self._left)
            self._left -= pause
            self._on_throttled(pause)
        elif error is not None and (isinstance(error, RateLimited) or not retryable(error)):
            raise error
        else:
            self._failures += 1
        await asyncio.sleep(pause)


async def repeated(
    send: Callable[[], Awaitable[T]], worth: Callable[[HeyGenError], bool] = retryable
) -> T:
    """Send a request until it is answered, as often as that is worth it.

    Raises
    ------
    HeyGenError
        When it failed too often, or in a way that no repeating helps.
    """
    retries = Retries(ATTEMPTS - 1)  # the last failure is raised at once
    while True:
        try:
            return await send()
        except HeyGenError as error:
            if retries.exhausted or not worth(error):
                raise
            _log.debug("A request failed; sending it again: %s", error)
            await retries.rest(error)
