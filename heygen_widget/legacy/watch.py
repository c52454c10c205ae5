"""Watches one session from outside: whether it is open and has viewers; keeps it alive.

Believes the server alone; knows neither texts nor pages.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Final

from heygen_widget.api import HeyGenError
from heygen_widget.legacy.calls import SessionCalls
from heygen_widget.session.contact import OUT_OF_CONTACT, Contact
from heygen_widget.session.errors import may_pass

FIRST_PAUSE: Final = 0.1
"""Seconds between the first checks whether the room has a viewer."""
LONGEST_PAUSE: Final = 2.0
"""Seconds between polls in a session that has run for a while."""

_log = logging.getLogger(__name__)


class Watch:
    """Asks the server about one session.

    Parameters
    ----------
    contact
        Is told of each answer.
    on_look
        Called after each look that found the session open.
    on_silence
        Called with what went wrong when the server did not answer; it is asked again.

    Attributes
    ----------
    in_room
        Whether somebody is in the session's room.
    """

    def __init__(
        self,
        contact: Contact,
        on_look: Callable[[], object],
        on_silence: Callable[[HeyGenError], object],
    ) -> None:
        self.in_room = False
        self._contact = contact
        self._on_look = on_look
        self._on_silence = on_silence
        self._doubted = asyncio.Event()

    def doubt(self) -> None:
        """Check immediately: the session may have ended."""
        self._doubted.set()

    async def until_gone(self, calls: SessionCalls) -> None:
        """Return when the server no longer knows the session.

        Raises
        ------
        HeyGenError
            When the server refuses to say, or says nothing for long.
        """
        pause = FIRST_PAUSE
        seen = False
        while True:
            try:
                found = await calls.found()
                self._contact.heard()
            except HeyGenError as error:
                if not may_pass(error) or self._contact.silence > OUT_OF_CONTACT:
                    raise
                self._on_silence(error)
            else:
                # A server may need a moment before it lists a session that it has just opened.
                if found is None and (seen or self._doubted.is_set()):
                    return
                seen = seen or found is not None
                self.in_room = found is not None and found.status in {None, "connected"}
                self._on_look()
            self._doubted.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._doubted.wait()
            pause = min(pause * 1.2, LONGEST_PAUSE, self._contact.pause)

    async def keep_alive(self, calls: SessionCalls, every: float) -> None:
        """Restart the idle timeout at intervals while the room has a viewer."""
        while True:
            await asyncio.sleep(every)
            if not self.in_room:
                continue
            try:
                await calls.keep_alive()
            except HeyGenError as error:
                _log.debug("Keeping the session alive failed: %s", error)
                self.doubt()
