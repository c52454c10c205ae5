"""How an avatar's streams reach its pages: directly, or through the kernel.

Lives on the private loop. What is said here of pages comes from their messages alone.
"""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from heygen_widget.api.models import WordEvent
from heygen_widget.frontend.protocol import (
    BrowserMessage,
    Playback,
    Relay,
    Transport,
)
from heygen_widget.session import (
    PlacedWords,
    PlaybackReady,
    SessionEvent,
    StatusChanged,
    WordsSpoken,
    written,
)
from heygen_widget.take import (
    FILM,
    Recording,
    Snapshot,
    Take,
    TakeError,
    record,
    save,
    snapshot,
)
from heygen_widget.transport.audience import Audience
from heygen_widget.transport.host import remote_browser_reason
from heygen_widget.transport.pusher import Broadcast
from heygen_widget.transport.running_cell import a_cell_runs

UNHEARD_AFTER: Final = 2.0
"""Seconds within which a page reports that it starts to play, if the kernel can hear it."""

NOTHING_YET: Final = "Nothing has been streamed yet: let the avatar speak first."

_log = logging.getLogger("heygen_widget.relay")


class Streams:
    """Follows each session's stream, and pushes it where a page cannot fetch it.

    Parameters
    ----------
    wish
        What the user asked for.
    nearby
        Whether the streams come from a server on the kernel's own machine.
    send
        Sends a message with buffers to the pages.
    expired
        Called with the number of a session when its playback URL works no longer; `play` may
        follow with another one.

    Attributes
    ----------
    transport
        ``"kernel"`` if pages cannot fetch the stream, ``"direct"`` if they shall, or ``"auto"``.
    why
        Why pages cannot, where the kernel knows it.
    broadcast
        The stream of the session that runs or ran last.
    """

    def __init__(
        self,
        wish: Transport,
        *,
        nearby: bool,
        send: Callable[..., Any],
        expired: Callable[[int], None],
    ) -> None:
        self.transport = wish
        self.why = remote_browser_reason() if nearby and wish == "auto" else None
        self.broadcast: Broadcast | None = None
        self._send = send
        self._expired = expired
        self._audience = Audience(a_cell_runs)
        self._heard = False  # whether a page spoke since the stream's address is known
        self._direct_works = False
        self._words: dict[int, PlacedWords] = {}  # by the number of the session
        self._newest = 0  # the number of the session that something was heard of last
        if self.why is not None:
            self.transport = "kernel"
            _log.info("The kernel relays the stream, because %s.", self.why)

    def play(self, epoch: int, url: str) -> None:
        """Follow the stream of a session; or take note of a new address of the same stream."""
        if self.broadcast is not None:
            if self.broadcast.epoch == epoch:
                self.broadcast.renew(url)
                return
            self.broadcast.retire()
        self._heard = False
        self._audience.expect()
        expired = partial(self._expired, epoch)
        self.broadcast = Broadcast(epoch, url, expired, self._send, self._audience)
        if self.transport == "kernel":
            self.broadcast.push()
        elif self.transport == "auto" and not self._direct_works:
            asyncio.get_running_loop().call_later(UNHEARD_AFTER, self._help_unheard, epoch)

    def follow(self, epoch: int, event: SessionEvent) -> None:
        """Take note of what happens in the session with the number `epoch`."""
        if epoch > self._newest:
            self._newest = epoch
            kept = self.broadcast.epoch if self.broadcast else None
            self._words = {number: log for number, log in self._words.items() if number == kept}
        match event:
            case PlaybackReady(hls_url=url):
                self.play(epoch, url)
            case WordsSpoken(log=PlacedWords() as log):
                self._words[epoch] = log
            case StatusChanged(status=status) if status.ended:
                self.session_over(epoch)

    def session_over(self, epoch: int) -> None:
        """Read what is left of a session's stream."""
        if self.broadcast is not None and self.broadcast.epoch == epoch:
            self.broadcast.drain()

    def hear(self, message: BrowserMessage) -> None:
        """Handle a message from a page."""
        self._heard = True
        match message:
            case Playback(transport="direct", state="playing"):
                self._direct_works = True
            case Relay():
                self._obey(message)

    async def save(self, target: Path) -> bool:
        """Save the newest take, or its captions alone; say whether the take has no gaps.

        Raises
        ------
        TakeError
            When there is nothing to save, or it cannot be written.
        """
        if target.suffix.lower() != FILM:
            words = self._words_of(self._newest)
            if not words and self.broadcast is None:
                raise TakeError(NOTHING_YET)
            await asyncio.to_thread(save, Take(), words, target)
            return True
        take, epoch = await self._take()
        await asyncio.to_thread(save, take, self._words_of(epoch), target)
        return take.whole

    async def record(self) -> Recording:
        """Make a recording of the newest take.

        Raises
        ------
        TakeError
            When there is nothing to show, or too much.
        """
        take, epoch = await self._take()
        return await asyncio.to_thread(record, take, self._words_of(epoch))

    async def snapshot(self, width: int | None = None) -> Snapshot:
        """Make an image of the newest picture, `width` pixels wide or as it is.

        Raises
        ------
        TakeError
            When there is none.
        """
        parts = await self.broadcast.newest_parts() if self.broadcast else []
        return await asyncio.to_thread(snapshot, parts, width)

    def _words_of(self, epoch: int) -> list[WordEvent]:
        """Return what was said in a session, as it was written."""
        log = self._words.get(epoch, PlacedWords())
        return written(log, log.heard())

    async def _take(self) -> tuple[Take, int]:
        """Return the newest take, and the number of its session."""
        if self.broadcast is None:
            raise TakeError(NOTHING_YET)
        broadcast = self.broadcast
        return await broadcast.whole_take(), broadcast.epoch

    def _obey(self, message: Relay) -> None:
        broadcast = self.broadcast
        if broadcast is None or broadcast.epoch != message.epoch or self.transport == "direct":
            return
        if not message.wanted:
            if self._audience.leave(message.page):
                broadcast.stop_pushing("no page needs it any more")
            return
        new = message.page not in self._audience
        self._audience.hear(message.page)
        broadcast.resume()
        if new or not broadcast.pushing:
            broadcast.push(message.next)

    def _help_unheard(self, epoch: int) -> None:
        """Push to pages that may be there, but are not heard since a cell keeps the kernel busy."""
        broadcast = self.broadcast
        if broadcast is None or broadcast.epoch != epoch or self._heard or self._direct_works:
            return
        if a_cell_runs() is not False:
            broadcast.push()
