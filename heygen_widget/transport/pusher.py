"""Reads one session's stream, pushes it to the pages, and records the take.

`relay` reads; the pages receive messages. Runs on the private loop; knows no widget, only a
function that sends.
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

DRAIN_TIMEOUT: Final = 15.0
"""Seconds for reading the rest of a stream after its session has ended."""

_log = logging.getLogger("heygen_widget.relay")


class Broadcast:
    """Reads a stream to its end, keeps it in a take, and pushes it to pages on request.

    Attributes
    ----------
    take
        What was streamed so far.
    error
        Why reading failed; None otherwise.
    may_pass
        Whether the failure may be temporary, so that `resume` may succeed.
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
        self._follower.set_live(live=False)
        self.pushing = False
        self._inits: dict[bytes, int] = {}
        self._draining: asyncio.TimerHandle | None = None
        self._reading = asyncio.get_running_loop().create_task(self._read())

    def renew(self, url: str) -> None:
        """Set the stream's current address."""
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
            self._update_pace()
            _log.info("The kernel relays the stream to the pages.")
        parts = (
            self._window.for_new_viewer() if next_part is None else self._window.since(next_part)
        )
        self._send_parts(parts)
        if self._reading.done():
            self._send_end()

    def stop_pushing(self, reason: str) -> None:
        """Stop pushing to the pages; reading continues for the take."""
        if self.pushing:
            self.pushing = False
            self._update_pace()
            _log.info("The kernel no longer relays the stream: %s.", reason)

    def resume(self) -> None:
        """Continue reading where it failed."""
        if self.error is not None and self._reading.done():
            self.error = None
            self._reading = asyncio.get_running_loop().create_task(self._read())

    def drain(self) -> None:
        """Read the rest of a stream whose session has ended, without delay."""
        if not self._reading.done() and self._draining is None:
            self._draining = asyncio.get_running_loop().call_later(DRAIN_TIMEOUT, self.close)
            self._update_pace()

    def retire(self) -> None:
        """Make way for another session's stream: read the rest for the take only."""
        self.pushing = False
        self.drain()

    async def whole_take(self) -> Take:
        """Return the take, once everything available has been read."""
        await self._catch_up(to_the_end=self._draining is not None)
        return self.take

    async def newest_parts(self) -> list[Part]:
        """Return the newest parts that one decoder can read."""
        await self._catch_up(to_the_end=False)
        return self._window.decodable_tail()

    async def _catch_up(self, *, to_the_end: bool) -> None:
        catching_up = asyncio.ensure_future(self._follower.catch_up())
        awaited = {self._reading} if to_the_end else {self._reading, catching_up}
        try:
            await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
        finally:
            catching_up.cancel()

    def close(self) -> None:
        """Stop reading. The take lacks what has not been read."""
        if not self._reading.done():
            self.take.whole = False
            self._reading.cancel()

    def _update_pace(self) -> None:
        self._follower.set_live(live=self.pushing or self._draining is not None)

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
        except Exception:  # noqa: BLE001 (pages are told of any defect)
            self.take.whole = False
            self.error = "The kernel failed to read the stream; its log says why."
            self.may_pass = False
            _log.exception("Reading the stream failed.")
        finally:
            if self._draining is not None:
                self._draining.cancel()
            if self.pushing:
                self._send_end()

    def _take(self, part: Part) -> None:
        self.take.add(part)
        self._window.add(part)
        if self.pushing and not self._audience.listens():
            self._audience.expect()
            self.stop_pushing("no page is listening")
        if self.pushing:
            self._send_parts([part])

    def _send_parts(self, parts: Sequence[Part]) -> None:
        """Send parts, grouped by initialization section."""
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

    def _send_end(self) -> None:
        message = MediaMessage(
            epoch=self.epoch,
            init=None,
            parts=[],
            ended=self.error is None,
            error=self.error,
            may_pass=self.error is not None and self.may_pass,
        )
        self._send(to_browser(message))
