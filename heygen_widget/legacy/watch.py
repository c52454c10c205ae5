"""Watches one session from outside: whether it is open and has viewers; keeps it alive.

Believes the server alone; knows neither texts nor pages.
"""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Final

from heygen_widget.api import HeyGenError
from heygen_widget.legacy.calls import SessionCalls
from heygen_widget.session.contact import Contact
from heygen_widget.session.polling import poll

FIRST_PAUSE: Final = 0.1
"""Seconds between the first checks whether the room has a viewer."""

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
        self._seen = False  # whether the server has listed the session
        self._may_be_gone = False
        self._contact = contact
        self._on_look = on_look
        self._on_silence = on_silence
        self._hurry = asyncio.Event()

    def doubt(self) -> None:
        """Check immediately: the session may have ended."""
        self._may_be_gone = True
        self._hurry.set()

    async def until_gone(self, calls: SessionCalls) -> None:
        """Return when the server no longer knows the session.

        Raises
        ------
        HeyGenError
            When the server refuses to say, or says nothing for long.
        """
        await poll(
            partial(self._look, calls),
            self._contact,
            self._hurry,
            self._on_silence,
            first=FIRST_PAUSE,
        )

    async def _look(self, calls: SessionCalls) -> bool:
        """Look whether the session is gone."""
        found = await calls.found()
        self._contact.heard()
        # A server may need a moment before it lists a session that it has just opened.
        if found is None and (self._seen or self._may_be_gone):
            return True
        self._seen, self._may_be_gone = self._seen or found is not None, False
        self.in_room = found is not None and found.status in {None, "connected"}
        self._on_look()
        return False

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
