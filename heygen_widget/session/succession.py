"""The sessions of one avatar, one after the other, whatever kind of session they are.

An avatar has one picture, so it has one session at a time.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from heygen_widget.api.models import WordEvent
from heygen_widget.session.delivery import Delivery
from heygen_widget.session.guard import Limit, Limits
from heygen_widget.session.heard import Heard
from heygen_widget.session.meter import Meter
from heygen_widget.session.status import SessionStatus

_log = logging.getLogger(__name__)


class AnySession(Protocol):
    """The interface of every kind of session."""

    status: SessionStatus  # the server's last word
    stream_id: str | None
    hls_url: str | None
    end_reason: str | None
    error: Exception | None
    over: bool
    meter: Meter
    limits: Limits

    @property
    def limit(self) -> tuple[float, Limit] | None:
        """Seconds until the nearest limit, and which it is; None while no seconds are counted."""

    @property
    def idle_left(self) -> float | None:
        """Seconds until the server ends it for want of text; None where that does not threaten."""

    @property
    def state(self) -> SessionStatus:
        """The state shown to users: `status`, or that the server does not respond."""

    @property
    def stopping(self) -> bool:
        """Whether it was told to end at once, and has not ended yet."""

    @property
    def unsaid(self) -> str:
        """The text not spoken yet."""

    @property
    def speeches(self) -> tuple[Delivery, ...]:
        """The texts that were to be said in it, in their order."""

    @property
    def words(self) -> tuple[WordEvent, ...]:
        """The words spoken so far."""

    @property
    def heard(self) -> tuple[Heard, ...]:
        """What of which text was heard with each word; empty where that is not known."""

    @property
    def takes_text(self) -> bool:
        """Whether more text may be said in it."""

    @property
    def ending(self) -> bool:
        """Whether it has ended, or was told to."""

    def finish(self) -> None:
        """Close the input; what was said before is still spoken."""

    def stop(self) -> None:
        """End as soon as possible, in whatever state it is."""

    async def run(self) -> None:
        """Live from the beginning to the end. Raises nothing, unless there is a defect."""

    def give_up(self, error: Exception) -> None:
        """Be over after all, since `run` has raised `error`."""


SessionT = TypeVar("SessionT", bound=AnySession)


class Succession(Generic[SessionT]):
    """Runs the sessions of one avatar, one at a time. Lives on one event loop.

    Parameters
    ----------
    on_end
        Called with each session once nothing more will come of it.

    Attributes
    ----------
    current
        The session that runs or ran last. Only read elsewhere.
    number
        How many sessions were current, this one included.
    """

    def __init__(self, on_end: Callable[[SessionT], None] = lambda _: None) -> None:
        self.current: SessionT | None = None
        self.number = 0
        self._waiting: deque[SessionT] = deque()
        self._on_end = on_end
        self._running: asyncio.Task[None] | None = None

    @property
    def continues(self) -> bool:
        """Whether another session waits for its turn."""
        return bool(self._waiting)

    @property
    def at_rest(self) -> bool:
        """Whether nothing runs or waits: every word has come, every speech has its end."""
        return self._running is None

    @property
    def newest(self) -> SessionT | None:
        """The session that was asked for last."""
        return self._waiting[-1] if self._waiting else self.current

    def enter(self, session: SessionT) -> None:
        """Run a session, once those before it have ended."""
        if not self.at_rest:
            self._waiting.append(session)
            return
        self._make_current(session)
        self._running = asyncio.get_running_loop().create_task(self._run(session))

    def finish(self) -> None:
        """Close the input of the open session and of the waiting ones."""
        for session in self._all():
            session.finish()

    def stop(self) -> None:
        """End the open session and the waiting ones."""
        for session in self._all():
            session.stop()

    async def rest(self) -> None:
        """Wait until nothing runs or waits."""
        while self._running is not None:
            await asyncio.wait({self._running})

    def _all(self) -> list[SessionT]:
        return [*([self.current] if self.current else []), *self._waiting]

    def _make_current(self, session: SessionT) -> None:
        self.current = session
        self.number += 1

    async def _run(self, session: SessionT) -> None:
        while True:
            await self._see_through(session)
            if not self._waiting:
                break
            self._tell_end(session)
            session = self._waiting.popleft()
            self._make_current(session)
        self._running = None
        self._tell_end(session)

    async def _see_through(self, session: SessionT) -> None:
        """Run a session to its end. Whatever fails in it, the next can follow."""
        try:
            await session.run()
        except Exception as error:  # noqa: BLE001 (of any defect)
            _log.exception("A session failed unexpectedly.")
            session.give_up(error)
        try:
            self._move_on(session)
        except Exception:  # noqa: BLE001 (likewise)
            _log.exception("The unspoken text of a session was lost.")

    def _tell_end(self, session: SessionT) -> None:
        try:
            self._on_end(session)
        except Exception:  # noqa: BLE001 (of any defect)
            _log.exception("Reporting the end of a session failed.")

    def _move_on(self, session: SessionT) -> None:
        """Take over what an ended session leaves to be said in another; nothing, for most."""
