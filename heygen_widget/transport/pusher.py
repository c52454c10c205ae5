"""The stream of one session, from the server to the pages and the take.

Between `relay`, which reads, and the pages, which are told in messages. Lives on the private loop;
knows no widget, only a function that sends.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any, Final

from heygen_widget.frontend.protocol import MediaMessage, MediaPart, to_browser
from heygen_widget.relay import Follower, Part, StreamError, StreamUnavailable, Window
from heygen_widget.take import Take
from heygen_widget.transport.audience import Audience

AFTERMATH: Final = 15.0
"""Seconds for reading the rest of a stream after its session has ended."""

_log = logging.getLogger("heygen_widget.relay")


class Broadcast:
    """Reads a stream to its end, keeps it in a take, and pushes it to pages on request.

    Parameters
    ----------
    epoch
        Number of the session.
    url
        Address of its playlist.
    expired
        Called when that address works no longer; `renew` may follow.
    send
        Sends a message with buffers to the pages.
    audience
        The pages.

    Attributes
    ----------
    take
        What was streamed so far.
    error
        Why the stream could not be read any further; None while it can.
    may_pass
        Whether that may be otherwise when it is read `again`.
    pushing
        Whether parts go to the pages.
    """

    def __init__(
        self,
        epoch: int,
        url: str,
        expired: Callable[[], None],
        send: Callable[..., Any],
        audience: Audience,
    ) -> None:
        self.epoch = epoch
        self.take = Take()
        self.error: str | None = None
        self.may_pass = False
        self._send = send
        self._audience = audience
        self._window = Window()
        self._follower = Follower(url, expired)
        self._follower.hurry(hurry=False)
        self.pushing = False
        self._inits: dict[bytes, int] = {}
        self._last_call: asyncio.TimerHandle | None = None
        self._reading = asyncio.get_running_loop().create_task(self._read())

    def renew(self, url: str) -> None:
        """Take note of the stream's present address."""
        self._follower.renew(url)

    def push(self, next_part: int | None = None) -> None:
        """Push parts from now on, starting with what a page needs to begin.

        Parameters
        ----------
        next_part
            The first part that the page lacks; None if it has none.
        """
        if not self.pushing:
            self.pushing = True
            self._set_pace()
            _log.info("The kernel relays the stream to the pages.")
        parts = self._window.to_join() if next_part is None else self._window.since(next_part)
        self._tell(parts)
        if self._reading.done():
            self._tell_end()

    def hush(self, reason: str) -> None:
        """Push no more."""
        if self.pushing:
            self.pushing = False
            self._set_pace()
            _log.info("The kernel no longer relays the stream: %s.", reason)

    def again(self) -> None:
        """Go on reading where it failed."""
        if self.error is not None and self._reading.done():
            self.error = None
            self._reading = asyncio.get_running_loop().create_task(self._read())

    def last_call(self) -> None:
        """Read what is left of a stream whose session has ended, without delay."""
        if not self._reading.done() and self._last_call is None:
            self._last_call = asyncio.get_running_loop().call_later(AFTERMATH, self.close)
            self._set_pace()

    def retire(self) -> None:
        """Make room for the stream of another session: read the rest, for the take alone."""
        self.pushing = False
        self.last_call()

    async def whole_take(self) -> Take:
        """Return the take, once everything available has been read."""
        await self._catch_up(to_the_end=self._last_call is not None)
        return self.take

    async def newest_parts(self) -> list[Part]:
        """Return the newest parts that one decoder can read."""
        await self._catch_up(to_the_end=False)
        return self._window.newest_run()

    async def _catch_up(self, *, to_the_end: bool) -> None:
        catching_up = asyncio.ensure_future(self._follower.catch_up())
        awaited = {self._reading} if to_the_end else {self._reading, catching_up}
        try:
            await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
        finally:
            catching_up.cancel()

    def close(self) -> None:
        """Stop reading. What is not read by now is missing in the take."""
        if not self._reading.done():
            self.take.whole = False
            self._reading.cancel()

    def _set_pace(self) -> None:
        self._follower.hurry(hurry=self.pushing or self._last_call is not None)

    async def _read(self) -> None:
        try:
            async with contextlib.aclosing(self._follower.parts()) as parts:
                async for part in parts:
                    self._take(part)
        except StreamError as error:
            self.take.whole = False
            self.error = str(error)
            self.may_pass = isinstance(error, StreamUnavailable)
            _log.warning("The stream can no longer be read: %s", error)
        except Exception:  # noqa: BLE001 (pages and takes are told of any defect)
            self.take.whole = False
            self.error = "The kernel failed to read the stream; its log says why."
            self.may_pass = False
            _log.exception("Reading the stream failed.")
        finally:
            if self._last_call is not None:
                self._last_call.cancel()
            if self.pushing:
                self._tell_end()

    def _take(self, part: Part) -> None:
        self.take.add(part)
        self._window.add(part)
        if self.pushing and not self._audience.listens():
            self._audience.expect()
            self.hush("no page is listening")
        if self.pushing:
            self._tell([part])

    def _tell(self, parts: Sequence[Part]) -> None:
        """Send parts, as many at a time as share an initialization section."""
        for init, same in groupby(parts, key=lambda part: part.init):
            group = list(same)
            message = MediaMessage(
                epoch=self.epoch,
                init=self._inits.setdefault(init, len(self._inits)) if init else None,
                parts=[
                    MediaPart(
                        number=part.number, seconds=part.seconds, discontinuity=part.discontinuity
                    )
                    for part in group
                ],
            )
            buffers = [*([init] if init else []), *(part.data for part in group)]
            self._audience.sent(sum(map(len, buffers)))
            self._send(to_browser(message), buffers=buffers)

    def _tell_end(self) -> None:
        message = MediaMessage(
            epoch=self.epoch,
            init=None,
            parts=[],
            ended=self.error is None,
            error=self.error,
            may_pass=self.error is not None and self.may_pass,
        )
        self._send(to_browser(message))
