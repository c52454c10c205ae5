"""How an avatar's streams reach its pages: directly, or through the kernel.

Lives on the private loop. What is said here of pages comes from their messages alone.
"""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from heygen_widget.frontend.browser_message import BrowserMessage
from heygen_widget.frontend.protocol import Playback, Relay, Transport
from heygen_widget.session import PlaybackReady, SessionEvent, StatusChanged
from heygen_widget.transport.audience import Audience
from heygen_widget.transport.host import remote_browser_reason
from heygen_widget.transport.pusher import Broadcast

UNHEARD_AFTER: Final = 2.0
"""Seconds within which a page reports that it starts to play, if the kernel can hear it."""

_log = logging.getLogger("heygen_widget.relay")


class StreamRouter:
    """Follows each session's stream, and pushes it where a page cannot fetch it.

    Parameters
    ----------
    requested
        What the user asked for.
    nearby
        Whether the streams come from a server on the kernel's own machine.
    send
        Sends a message with buffers to the pages.
    expired
        Called with the epoch of a session when its playback URL works no longer; `play` may
        follow with another one.
    cell_runs
        Whether the kernel runs a cell, and so cannot hear its pages; None if that is not known.

    Attributes
    ----------
    transport
        ``"kernel"`` if pages cannot fetch the stream, ``"direct"`` if they shall, or ``"auto"``.
    reason
        Why pages cannot, where the kernel knows it.
    broadcast
        The stream of the session that runs or ran last.
    """

    def __init__(
        self,
        requested: Transport,
        *,
        nearby: bool,
        send: Callable[..., Any],
        expired: Callable[[int], None],
        cell_runs: Callable[[], bool | None],
    ) -> None:
        self.transport = requested
        self.reason = remote_browser_reason() if nearby and requested == "auto" else None
        self.broadcast: Broadcast | None = None
        self._send = send
        self._expired = expired
        self._cell_runs = cell_runs
        self._audience = Audience(cell_runs)
        self._heard = False  # whether a page spoke since the stream's address is known
        self._direct_works = False
        if self.reason is not None:
            self.transport = "kernel"
            _log.info("The kernel relays the stream, because %s.", self.reason)

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
        """Take note of what happens in the session with this epoch."""
        match event:
            case PlaybackReady(hls_url=url):
                self.play(epoch, url)
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
        if self._cell_runs() is not False:
            broadcast.push()
