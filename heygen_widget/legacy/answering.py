"""Sends pages' answers to the server's offer of a bare peer connection.

Such a connection has one peer, so only the first answer counts. Knows no session.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from heygen_widget.api import HeyGenError
from heygen_widget.legacy.calls import SessionCalls
from heygen_widget.legacy.models import IceCandidate, SessionDescription


class Answering:
    """The answers of one session's pages.

    Attributes
    ----------
    taken
        Whether a page has answered: no other can.
    """

    def __init__(self, calls: SessionCalls, on_failure: Callable[[HeyGenError], object]) -> None:
        self.taken = False
        self._calls = calls
        self._on_failure = on_failure
        self._errands: set[asyncio.Task[None]] = set()

    def answer(self, sdp: SessionDescription) -> None:
        """Take the first page's answer.

        Raises
        ------
        ValueError
            When a page has answered before.
        """
        if self.taken:
            raise ValueError(
                "This connection serves only one page, and a page has already joined. "
                "Open a session for another page with switch(), or with stop() and start()."
            )
        self.taken = True
        self._send(self._start(sdp))

    def add_candidate(self, candidate: IceCandidate) -> None:
        """Take a way to reach a page."""
        self._send(self._calls.ice(candidate))

    async def end(self) -> None:
        """Drop what is still on its way."""
        for errand in self._errands:
            errand.cancel()
        await asyncio.gather(*self._errands, return_exceptions=True)

    async def _start(self, sdp: SessionDescription) -> None:
        try:
            await self._calls.start(sdp)
        except HeyGenError:
            self.taken = False  # the next page may do better
            raise

    def _send(self, work: Coroutine[Any, Any, None]) -> None:
        errand = asyncio.create_task(self._errand(work))
        self._errands.add(errand)
        errand.add_done_callback(self._errands.discard)

    async def _errand(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except HeyGenError as error:
            self._on_failure(error)
