"""Waits for a session's turn where a workshop shares its avatars. Knows no session."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import TypeVar

from heygen_widget.api.backoff import asked_to_wait
from heygen_widget.api.errors import RateLimited

T = TypeVar("T")


async def in_turn(
    ask: Callable[[], Awaitable[T]],
    stopping: asyncio.Event,
    on_place: Callable[[int, float | None], object],
) -> T | None:
    """Ask until the answer is other than a place in a queue; None when stopped before.

    Parameters
    ----------
    ask
        Asks once.
    stopping
        Set when it is no longer wanted.
    on_place
        Called with each place, and about how many seconds it takes.
    """
    while True:
        try:
            return await ask()
        except RateLimited as error:
            if error.position is None:
                raise
            on_place(error.position, error.wait)
            pause = asked_to_wait(error)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await stopping.wait()
        if stopping.is_set():
            return None
