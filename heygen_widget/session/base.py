"""What every kind of session shares: its states, as reported, its limits and its end.

Whatever fails on the way, a session ends, so that another one can follow.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final

from heygen_widget.api import AsyncHeyGen
from heygen_widget.api.errors import HeyGenError
from heygen_widget.api.models import WordEvent
from heygen_widget.session.clock import Clock
from heygen_widget.session.contact import Contact
from heygen_widget.session.delivery import Delivery
from heygen_widget.session.events import ContactLost, LimitNear, SessionEvent, StatusChanged
from heygen_widget.session.guard import Guard, Limit, Limits
from heygen_widget.session.heard import Heard, PlacedWords, written
from heygen_widget.session.lifeline import FindHost, Lifeline, ServerEnded
from heygen_widget.session.meter import PRICE_PER_SECOND, Meter
from heygen_widget.session.speech import SpeechStatus
from heygen_widget.session.status import SessionStatus

CANCEL_TIMEOUT: Final = 10.0
"""Seconds for ending a session that failed, before the next may begin."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SessionSetup:
    """What all sessions of an avatar have in common."""

    # Gives the client of HeyGen or of the embedded avatar server, which it may start first.
    connect: Callable[[], Awaitable[AsyncHeyGen]]
    price_per_second: float = PRICE_PER_SECOND  # dollars, for the meters
    # What one session may cost, and how long it may last.
    limits: Limits = Limits()  # noqa: RUF009
    # Gives the process of the server, once connected; None when it is not ours.
    find_host: FindHost = lambda: None


class BaseSession:
    """One session, on one event loop. A kind of session fills in its steps.

    Attributes
    ----------
    status
        The server's last word.
    hls_url
        The playback URL; None until the server has given one, and in a room.
    over
        Whether the server has said that it ended: nothing more is billed.
    place
        Where it stands in a workshop's queue, in words; None while it does not.
    """

    def __init__(self, setup: SessionSetup, on_event: Callable[[SessionEvent], None]) -> None:
        self.status = SessionStatus.IDLE
        self.stream_id: str | None = None
        self.hls_url: str | None = None
        self.end_reason: str | None = None
        self.error: Exception | None = None
        self.over = False
        self.place: str | None = None
        self._clock = Clock()
        self.meter = Meter(setup.price_per_second, self._clock)
        self._connect = setup.connect
        self._find_host = setup.find_host
        self._on_event = on_event
        self._log = PlacedWords()
        self._limit(setup.limits)
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

    @property
    def limit(self) -> tuple[float, Limit] | None:
        """Seconds until the nearest limit, and which it is; None while no seconds are counted."""
        return self._guard.nearest if self.meter.running else None

    @property
    def idle_left(self) -> float | None:
        """Seconds until the server ends it for lack of text; None while no timeout is pending."""
        return None

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

    @property
    def words(self) -> tuple[WordEvent, ...]:
        """The words spoken so far; times in seconds from the start of the stream."""
        return self._log[:]

    @property
    def heard(self) -> tuple[Heard, ...]:
        """What of which text was heard with each word; empty where that is not known."""
        return self._log.heard()

    @property
    def written_words(self) -> list[WordEvent]:
        """The words spoken so far, with what their author wrote for each where that is known."""
        return written(self.words, self.heard)

    @property
    def transcript(self) -> str:
        """The text spoken so far."""
        raise NotImplementedError

    @property
    def unsaid(self) -> str:
        """The text not spoken yet."""
        raise NotImplementedError

    @property
    def takes_text(self) -> bool:
        """Whether more text may be said in this session."""
        raise NotImplementedError

    @property
    def ending(self) -> bool:
        """Whether it has ended, or was told to."""
        raise NotImplementedError

    def finish(self) -> None:
        """Close the input; what was said before is still spoken. Harmless when closed already."""
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
            async with asyncio.timeout(CANCEL_TIMEOUT):
                await self._leave()
        except (HeyGenError, TimeoutError) as failed:
            _log.debug("A failed session could not be ended: %s", failed)
        except Exception:  # noqa: BLE001 (the next session must be possible)
            _log.exception("A failed session could not be ended.")

    async def _keep_within_balance(self, client: AsyncHeyGen) -> None:
        """Read what is left in the account, if the session may cost no more than that."""
        if not self.limits.by_balance:
            return
        left = await client.balance(price_per_second=self.meter.price_per_second)
        if left.dollars is None and left.credits is not None:
            raise HeyGenError(
                "max_cost='balance' cannot be kept: the account counts in credits.",
                hint="Pass max_cost in dollars.",
            )
        if (
            left.dollars is not None and left.dollars > 0
        ):  # with none, the server says what it needs
            self._limit(replace(self.limits, max_cost=left.dollars))

    def _limit(self, limits: Limits) -> None:
        """Keep within these limits from now on."""
        self.limits = limits
        self._guard = Guard(limits, self.meter, self._warn, self._clock.real)

    def _warn(self, seconds_left: float, limit: Limit) -> None:
        self._on_event(LimitNear(seconds_left=seconds_left, limit=limit))

    def _lose_contact(self, error: HeyGenError) -> None:
        self._on_event(ContactLost(error=error))

    def _be_over(self, status: SessionStatus, reason: str | None = None) -> None:
        """End as the server says."""
        self.over = True
        self.end_reason = reason
        self._become(status)

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
