"""Asks a server about one session again and again, until it is over. Knows no kind of session."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Final

from heygen_widget.api.backoff import asked_to_wait
from heygen_widget.api.errors import HeyGenError
from heygen_widget.session.contact import OUT_OF_CONTACT, Contact
from heygen_widget.session.errors import retryable

LONGEST_PAUSE: Final = 2.0
"""Seconds between polls in a session that has run for a while."""


async def poll(
    ask: Callable[[], Awaitable[bool]],
    contact: Contact,
    hurry: asyncio.Event,
    on_silence: Callable[[HeyGenError], object],
    *,
    first: float,
    longest: Callable[[], float] = lambda: LONGEST_PAUSE,
    real: Callable[[float], float] = float,
) -> None:
    """Ask until the answer is that the session is over; less often as time passes.

    Parameters
    ----------
    ask
        Asks once; tells whether the session is over.
    contact
        Knows for how long the server has been silent.
    hurry
        Set to ask at once. It is cleared then.
    on_silence
        Called with what went wrong when the server did not answer; it is asked again.
    first, longest
        Seconds between polls.
    real
        Tells how long so many seconds of the session take.

    Raises
    ------
    HeyGenError
        When the server refuses to say, or says nothing for long.
    """
    pause = first
    while True:
        try:
            if await ask():
                return
        except HeyGenError as error:
            if not retryable(error) or contact.silence > OUT_OF_CONTACT:
                raise
            on_silence(error)
            await asyncio.sleep(asked_to_wait(error))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(real(pause)):
                await hurry.wait()
        hurry.clear()
        pause = min(pause * 1.2, longest(), contact.pause)
