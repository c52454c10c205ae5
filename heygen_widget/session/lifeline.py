"""Makes sure that a session ends when it should, even if its server is dead, frozen or silent.

A server that is a process of our own is watched; when it does not do what it is told, it is killed.
Of any other server, only its answers are known.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Coroutine
from typing import Any, Final, Protocol

from heygen_widget.api.errors import APIConnectionError, APITimeoutError, HeyGenError
from heygen_widget.session.contact import OUT_OF_CONTACT, OWN_PATIENCE, Contact
from heygen_widget.session.status import SessionStatus

TICK: Final = 0.25
"""Seconds between looks at the server."""
ENDING_LOOKS: Final = 5
"""How often a process that has hung up is looked at, within a `TICK`, before it counts as alive."""
STOP_SHOWN: Final = 1.0
"""Seconds after which users are told that a session has not obeyed a stop."""
STOP_PATIENCE: Final = 6.0
"""Seconds after which our own server is killed if it does not respond to a stop."""

_log = logging.getLogger(__name__)


class Host(Protocol):
    """The process of a server of our own."""

    @property
    def ending(self) -> HeyGenError | None:
        """How it ended; None while it is running."""

    def kill(self) -> None:
        """Kill it, even when it is frozen. May take a moment."""


FindHost = Callable[[], Host | None]
"""Returns the process that runs new sessions; None for someone else's server."""


class ServerEnded(HeyGenError):  # noqa: N818 (as in `api.errors`)
    """The process of an embedded avatar server has ended, and its sessions with it."""


class Lifeline:
    """Watches over the server while one session lives.

    Parameters
    ----------
    contact
        Whether the server answers.
    is_stopping
        Whether the session was told to stop, and the server has not answered that.
    on_change
        Called when `stop_is_pending` has changed.

    Attributes
    ----------
    stop_is_pending
        Whether a stop was not answered for so long that people should know.
    """

    def __init__(
        self, contact: Contact, is_stopping: Callable[[], bool], on_change: Callable[[], object]
    ) -> None:
        self.stop_is_pending = False
        self._contact = contact
        self._is_stopping = is_stopping
        self._on_change = on_change
        self._stopping_since: float | None = None

    def state(self, status: SessionStatus) -> SessionStatus:
        """Return what people are told where `status` is the server's last word."""
        if status.ended:
            return status
        if self.stop_is_pending:
            return SessionStatus.STOPPING
        return SessionStatus.UNREACHABLE if self._contact.lost else status

    async def hold(self, host: Host | None, work: Coroutine[Any, Any, None]) -> None:
        """Do `work`, for as long as the server is there to do it with.

        Raises
        ------
        ServerEnded
            When its process has ended, or had to be ended.
        APITimeoutError
            When a server of somebody else did not answer for too long.
        """
        if host is not None:
            self._contact.patience = OWN_PATIENCE
        working = asyncio.create_task(work)
        try:
            while not (await asyncio.wait({working}, timeout=TICK))[0]:
                await self._look(host)
        finally:
            working.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await working
        try:
            working.result()
        except APIConnectionError:
            if (ending := await _ending_soon(host)) is not None:
                raise ending from None
            raise

    async def _look(self, host: Host | None) -> None:
        if host is not None and (ending := host.ending) is not None:
            raise ending
        self._contact.look()
        silence, waited = self._contact.silence, self._waited()
        if host is not None and (silence > OUT_OF_CONTACT or waited > STOP_PATIENCE):
            _log.warning("The embedded avatar server does not respond; killing it.")
            await asyncio.to_thread(host.kill)
        elif silence > OUT_OF_CONTACT:
            raise APITimeoutError(
                f"The server has not responded for {silence:.0f} seconds, so the session was "
                "abandoned.",
                hint="It may continue, and be billed, until its own timeout. Check the network, "
                "then speak again.",
            )

    def _waited(self) -> float:
        """Return for how many seconds a stop has not been answered."""
        now = time.monotonic()
        self._stopping_since = (self._stopping_since or now) if self._is_stopping() else None
        waited = 0.0 if self._stopping_since is None else now - self._stopping_since
        if self.stop_is_pending is not (waited > STOP_SHOWN):
            self.stop_is_pending = not self.stop_is_pending
            self._on_change()
        return waited


async def _ending_soon(host: Host | None) -> HeyGenError | None:
    """Return how a process ended that has just hung up, if it is about to be gone."""
    for _ in range(ENDING_LOOKS):
        if host is None or host.ending is not None:
            break
        await asyncio.sleep(TICK / ENDING_LOOKS)
    return None if host is None else host.ending
