"""A bell that wakes all waiters: how news of a stream reaches blocked requests."""

import asyncio
import contextlib


class Bell:
    """Wakes all waiters when it rings. For use on one event loop only."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def ring(self) -> None:
        """Wake everyone waiting now."""
        self._next.set()
        self._next = asyncio.Event()

    async def wait(self, timeout: float) -> None:  # noqa: ASYNC109 - both outcomes are normal
        """Wait for the next ring, at most `timeout` seconds; look afterwards what is new."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._next.wait()
