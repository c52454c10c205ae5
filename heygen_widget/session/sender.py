"""Sends one delta after another, and finds out whether those without a response arrived.

While a delta may still arrive, its request is kept open and its answer waited for. Where that broke
off, the server is asked with a delta of blanks, which speaks nothing, and its count tells. What is
sent again may be there twice: it is watched for, and reported.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from itertools import islice
from typing import Any, Final, Protocol

from heygen_widget.api.backoff import asked_to_wait, growing
from heygen_widget.api.errors import (
    APIConnectionError,
    APITimeoutError,
    Gone,
    HeyGenError,
    RateLimited,
)
from heygen_widget.api.models import AppendTextDeltaResponse
from heygen_widget.session.count import LATENESS, ByteCount, Difference, Sent
from heygen_widget.session.delivery import Delivery
from heygen_widget.session.errors import may_be_under_way, may_have_arrived, retryable
from heygen_widget.session.events import AnswerOverdue, CountDiffers, SessionEvent, Throttled
from heygen_widget.session.retries import ATTEMPTS, Retries
from heygen_widget.session.tasks import end_tasks, is_done

PROBE: Final = " "

CHECKS: Final = (1.0, 3.0, 12.0)
"""Seconds between looks at the count after a text was sent again: the first may come late."""

AT_ONCE: Final = 2.0
"""Seconds within which nothing late is expected between the last count and the end."""

_log = logging.getLogger(__name__)


class Append(Protocol):
    """Sends one delta, once; what `AsyncAvatarRealtime.append_text` does for one session."""

    def __call__(self, delta: str, *, final: bool) -> Awaitable[AppendTextDeltaResponse]:
        """Send `delta`; with `final`, close the input behind it."""


class Sender:
    """Gets one delta after the other to the server, and keeps the account of them."""

    def __init__(
        self,
        append: Append,
        patience: Callable[[], float],
        on_event: Callable[[SessionEvent], None],
        on_doubt: Callable[[Delivery], None],
    ) -> None:
        self._append = append
        self._patience = patience
        self._on_event = on_event
        self._on_doubt = on_doubt
        self._count = ByteCount()
        self._copies: list[Sent] = []  # of the latest delta
        self._open = False  # the request of the latest copy
        self._untold: list[Sent] = []  # of those before that no answer has told of
        self._turn = asyncio.Lock()
        self._watching: asyncio.Task[None] | None = None

    @property
    def in_doubt(self) -> bool:
        """Whether the latest delta may be at the server, or arrive there, and nothing tells."""
        return self._open or (self._fate() is None and bool(self._copies))

    def open(self, seed: str) -> None:
        """Note the text that the session was created with."""
        self._count.open(seed)

    async def send(self, speech: Delivery, delta: str) -> bool:
        """Send one delta. Returns False if it is unknown whether it arrived."""
        async with self._turn:
            self._untold += self._copies
            self._copies = []
            retries = self._retries()
            while not retries.exhausted:
                arrived = await self._send_copy(speech, delta, retries)
                for copy in self._copies:
                    if copy.ambiguous or copy.counted is False:
                        self._give_up(copy)
                if arrived is not False:
                    return arrived is True
        raise self._given_up("The text")

    async def close(self) -> None:
        """Close the input. What is late by then never arrives."""
        async with self._turn:
            if self._count.late():
                await self._check()
            retries = self._retries()
            while not retries.exhausted:
                try:
                    await self._ask_with("", final=True)
                except Gone:  # an attempt that seemed lost had arrived
                    if time.monotonic() - self._count.counted_at < AT_ONCE:
                        self._count.close()
                    return
                except HeyGenError as error:
                    await retries.rest(error)
                else:
                    self._count.close()
                    return
        raise self._given_up("The end of the text")

    def leave(self) -> None:
        """Note that the session takes no more. What may have come late stays in doubt."""
        if self._watching is not None:
            self._watching.cancel()
        for speech in self._count.late():
            self._on_doubt(speech)
        self._count.close()

    async def _send_copy(self, speech: Delivery, delta: str, retries: Retries) -> bool | None:
        """Send a delta once, and find out whether it arrived. None when nobody can tell."""
        size = _size(delta)
        if delta[-1].isspace():
            padding = self._count.padding(size)
            delta, size = delta + PROBE * padding, size + padding
        sent = self._count.send(size, speech)
        self._copies.append(sent)
        self._open = True
        request = asyncio.ensure_future(self._append(delta, final=False))
        try:
            if not await is_done(request, self._patience()):
                self._on_event(AnswerOverdue(speech=speech.speech, seconds=self._patience()))
                arrived = await self._is_counted_meanwhile(request, sent)
                if arrived is not False:
                    self._open = False
                    return arrived
            answer = await request
        except HeyGenError as error:
            self._open = False
            if not may_have_arrived(error):
                self._count.refused(sent)
            await retries.rest(error)
            if not may_have_arrived(error):
                return self._fate()  # an earlier copy may have come late
            return await self._ask(sent, patient=may_be_under_way(error))
        finally:
            await end_tasks(request)
        self._open = False
        self._take(sent, answer)
        return True

    async def _is_counted_meanwhile(
        self, request: "asyncio.Future[AppendTextDeltaResponse]", sent: Sent
    ) -> bool | None:
        """Ask for the count until it tells that a text arrived; False once its request is done.

        As long as that is open, the text may still arrive, however often the count lacks it. None
        where the count fits both.
        """
        size = self._count.blanks(sent.size)
        for pause in islice(growing(), ATTEMPTS):
            asking = asyncio.ensure_future(self._ask_with(PROBE * size))
            both: set[asyncio.Future[Any]] = {request, asking}
            wait = pause
            try:
                await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
                if asking.done():
                    asking.result()
            except HeyGenError as error:
                if not retryable(error):
                    break  # the answer to the text itself says more
                wait = max(pause, asked_to_wait(error))
            finally:
                await end_tasks(asking)
            if self._fate():
                return True
            if sent.ambiguous:
                return False if await is_done(request, LATENESS) else None
            if await is_done(request, wait):
                return False
        await asyncio.wait({request})
        return False

    async def _ask(self, sent: Sent, *, patient: bool) -> bool | None:
        """Ask with blanks whether a text arrived. None when nobody can tell.

        Whoever is patient does not take "not counted" for "lost".
        """
        retries = self._retries()
        size = self._count.blanks(sent.size)
        while not retries.exhausted:
            try:
                await self._ask_with(PROBE * size)
            except RateLimited as error:
                if not retries.may_wait:
                    return None
                await retries.rest(error)
            except HeyGenError as error:
                _log.debug("Asking for the byte count failed: %s", error)
                await retries.rest(error)
            else:
                arrived = self._fate()
                if arrived is not False or not patient:
                    return arrived
                await retries.rest()
        return None

    async def _ask_with(self, blanks: str, *, final: bool = False) -> None:
        """Send blanks and take the count that comes back."""
        sent = self._count.send(_size(blanks))
        try:
            async with asyncio.timeout(self._patience()):
                answer = await self._append(blanks, final=final)
        except TimeoutError:
            raise APITimeoutError("The server did not report its byte count in time.") from None
        except HeyGenError as error:
            if not may_have_arrived(error):
                self._count.refused(sent)
            raise
        self._take(sent, answer)

    async def _check(self) -> None:
        """Look at the count, which tells of what has come late."""
        blanks = PROBE * (1 + self._count.padding(1))
        for pause in islice(growing(), 3):
            try:
                await self._ask_with(blanks)
            except HeyGenError as error:
                _log.debug("Asking for the byte count failed: %s", error)
                if not retryable(error):
                    return
                await asyncio.sleep(pause)
            else:
                return

    async def _watch_late(self) -> None:
        """Look at the count from time to time where no text makes the server tell it."""
        for pause in CHECKS:
            await asyncio.sleep(pause)
            async with self._turn:
                if self._count.late() and time.monotonic() - self._count.counted_at >= CHECKS[0]:
                    await self._check()

    def _retries(self) -> Retries:
        return Retries(on_throttled=lambda seconds: self._on_event(Throttled(seconds=seconds)))

    def _give_up(self, copy: Sent) -> None:
        if self._count.give_up(copy):
            if self._watching is not None:
                self._watching.cancel()
            self._watching = asyncio.create_task(self._watch_late())

    def _take(self, sent: Sent, answer: AppendTextDeltaResponse) -> None:
        for difference in self._count.answer(sent, answer.buffered_bytes):
            self._report(difference)
        for untold in self._untold:
            self._count.give_up(untold)
        self._untold = []

    def _report(self, difference: Difference) -> None:
        sent, surplus = difference.sent, difference.surplus
        if (speech := sent.speech) is None:
            return
        others = any(copy.counted for copy in self._copies if copy is not sent)
        if sent.given_up is not None and sent in self._copies and not others:
            return  # a copy that is late, and the only one
        self._on_event(CountDiffers(speech=speech.speech, surplus=surplus))
        self._on_doubt(speech)

    def _given_up(self, what: str) -> APIConnectionError:
        return APIConnectionError(
            f"{what} could not be sent in {ATTEMPTS} attempts.",
            hint="Check the network, then speak again.",
        )

    def _fate(self) -> bool | None:
        """Whether the latest delta is at the server, in whichever copy."""
        counted = [copy.counted for copy in self._copies]
        return True if True in counted else None if None in counted else False


def _size(text: str) -> int:
    return len(text.encode())
