"""Waits until a viewer has joined. Knows no server and no page."""

import asyncio
from collections.abc import Callable
from typing import Final

from heygen_widget.api import HeyGenError

JOINING: Final = 15.0
"""Seconds a page may take to join before a text is sent anyway.

They count from the text on, and again once a page shows the avatar.
"""


class NobodyJoined(HeyGenError):  # noqa: N818 (as in `api.errors`)
    """No viewer joined for the first text, so the session was ended.

    Attributes
    ----------
    shown
        Whether a page shows the avatar.
    """

    def __init__(self, *, shown: bool) -> None:
        if shown:
            message = (
                "A page shows the avatar but could not join its session, so the session was ended."
            )
            hint = (
                "The panel says why. Picture and sound need a direct connection from the server to "
                "the browser (WebRTC), without a proxy, and a network that is up."
            )
        else:
            message = "No page shows the avatar, so nobody could hear it and its session was ended."
            hint = (
                "Show it in a notebook that is open in a browser: end a cell with the avatar "
                "itself. Then speak in the next cell."
            )
        super().__init__(message, hint=hint)
        self.shown = shown


class Joining:
    """Whether a viewer has joined a session yet."""

    def __init__(self, is_shown: Callable[[], bool]) -> None:
        self._is_shown = is_shown
        self._came = asyncio.Event()

    @property
    def done(self) -> bool:
        """Whether a viewer has joined."""
        return self._came.is_set()

    def come(self) -> None:
        """Note that a viewer has joined."""
        self._came.set()

    async def over(self) -> None:
        """Return once a viewer has joined, or the time for it is over."""
        shown = False
        while not shown:
            shown = self._is_shown()  # an avatar is often shown by the cell that lets it speak
            try:
                async with asyncio.timeout(JOINING):
                    await self._came.wait()
            except TimeoutError:
                if not self._is_shown():
                    return
            else:
                return

    def failed(self) -> NobodyJoined:
        """Return the error for a session without viewers."""
        return NobodyJoined(shown=self._is_shown())
