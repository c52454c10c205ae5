"""The lifecycle of every kind of session: its states, as reported, and its end.

Whatever fails on the way, a session ends, so that another one can follow.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from heygen_widget.api.errors import HeyGenError
from heygen_widget.session.clock import Clock
from heygen_widget.session.contact import Contact
from heygen_widget.session.delivery import Delivery
from heygen_widget.session.events import SessionEvent, StatusChanged
from heygen_widget.session.lifeline import FindHost, Lifeline, ServerEnded
from heygen_widget.session.meter import Meter
from heygen_widget.session.speech import SpeechStatus
from heygen_widget.session.status import SessionStatus

FAREWELL: Final = 10.0
"""Seconds for ending a session that failed, before the next may begin."""

_log = logging.getLogger(__name__)


class Course:
    """The course of one session, on one event loop. A kind of session fills in its steps.

    Parameters
    ----------
    on_event
        Called on the loop with everything that happens.
    price_per_second
        Dollars, for the meter.
    find_host
        Gives the process of the server, once connected; None when it is not ours.

    Attributes
    ----------
    status
        The server's last word.
    over
        Whether the server has said that it ended: nothing more is billed.
    """

    def __init__(
        self,
        on_event: Callable[[SessionEvent], None],
        *,
        price_per_second: float,
        find_host: FindHost,
    ) -> None:
        self.status = SessionStatus.IDLE
        self.stream_id: str | None = None
        self.end_reason: str | None = None
        self.error: Exception | None = None
        self.over = False
        self._clock = Clock()
        self.meter = Meter(price_per_second, self._clock)
        self._on_event = on_event
        self._find_host = find_host
        self._stopping = asyncio.Event()
        self._stop_answered = False
        self._contact = Contact(self.meter, self._tell_trouble)
        self._lifeline = Lifeline(self._contact, self._awaits_stop, self._tell_trouble)

    @property
    def state(self) -> SessionStatus:
        """The state shown to users: `status`, or that the server does not respond."""
        return self._lifeline.state(self.status)

    @property
    def stopping(self) -> bool:
        """Whether it was told to end at once, and has not ended yet."""
        return self._stopping.is_set() and not self.status.ended

    def stop(self) -> None:
        """End the session as soon as possible, in whatever state it is. Harmless when ended."""
        self._stopping.set()

    async def run(self) -> None:
        """Live from the first words to the end. Returns in an ended status and raises nothing."""
        try:
            await self._go()
            if self.stream_id is None:
                self.over = True
                self._become(SessionStatus.CANCELLED)
        except ServerEnded as error:
            self._break_off(error)
        except HeyGenError as error:
            await self._abandon(error)
        except Exception as error:  # noqa: BLE001 (a defect must not leave a session that is billed)
            _log.exception("The session failed.")
            await self._abandon(error)
        self._settle()

    def give_up(self, error: Exception) -> None:
        """Be over after all, since `run` has raised `error`."""
        self.error = self.error or error
        if not self.status.ended:
            self.status = SessionStatus.ERROR
            self.meter.ended()
        for speech in self.speeches:
            speech.become(SpeechStatus.FAILED, error)  # whoever waits for it waits no longer

    @property
    def speeches(self) -> tuple[Delivery, ...]:
        """The texts that were to be said in this session, in their order."""
        raise NotImplementedError

    async def _go(self) -> None:
        """Open the session and live; return without a `stream_id` when it was not to be opened."""
        raise NotImplementedError

    async def _leave(self) -> None:
        """End the session on the server, and note in `over` whether it has ended."""
        raise NotImplementedError

    def _settle(self) -> None:
        """Say of each text that was not spoken to its end what became of it."""
        raise NotImplementedError

    def _break_off(self, error: ServerEnded) -> None:
        """Be over, as the server is: nothing can go on in a process that has ended."""
        self.over = True
        self.meter.broke_off()
        if self._stopping.is_set():
            self._become(SessionStatus.CANCELLED)
        elif not self.status.ended:
            self.error = error
            self._become(SessionStatus.ERROR)

    async def _abandon(self, error: Exception) -> None:
        """End in error, and try not to leave anything behind that costs money."""
        self.error = error
        try:
            self._become(SessionStatus.ERROR)
            self._settle()
        except Exception:  # noqa: BLE001 (what costs money comes first)
            _log.exception("Reporting the end of a session failed.")
        if self.stream_id is None or self.over:
            return
        try:
            async with asyncio.timeout(FAREWELL):
                await self._leave()
        except (HeyGenError, TimeoutError) as failed:
            _log.debug("A failed session could not be ended: %s", failed)
        except Exception:  # noqa: BLE001 (the next session must be possible)
            _log.exception("A failed session could not be ended.")

    def _become(self, status: SessionStatus) -> None:
        if self.status is status or self.status.ended:
            return
        self.status = status
        if status.ended:
            self.meter.ended()
        self._tell_state()

    def _tell_state(self) -> None:
        self._on_event(
            StatusChanged(status=self.state, end_reason=self.end_reason, error=self.error)
        )

    def _tell_trouble(self) -> None:
        if not self.status.ended:
            self._tell_state()

    def _awaits_stop(self) -> bool:
        return self.stopping and not self._stop_answered
