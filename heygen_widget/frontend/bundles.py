"""What a browser page needs besides the widget's module, sent once: players and the presenter."""

import threading
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from heygen_widget.frontend.protocol import PlayerMessage, PresenterMessage, to_browser

STATIC: Final = Path(__file__).parents[1] / "static"

UNDERWAY: Final = 2.5
"""Seconds within which a page that asks for a module may be the one that is just getting it."""


class Library:
    """A JavaScript module that the kernel hands to each page once, with a message."""

    def __init__(self, file: str, message: BaseModel) -> None:
        self._file = file
        self._message = message
        self._lock = threading.Lock()
        self._owed = True
        self._underway = -UNDERWAY  # when it was sent unasked

    @cached_property
    def source(self) -> bytes:
        """The module itself."""
        return (STATIC / self._file).read_bytes()

    def send(self, send: Callable[..., Any]) -> None:
        """Send it through a widget's comm to a page that asks, unless it is already on its way."""
        with self._lock:
            underway = time.monotonic() - self._underway < UNDERWAY
            self._underway = -UNDERWAY  # a page that asks again has not got it
        if not underway:
            self._send(send)

    def send_unasked(self, send: Callable[..., Any]) -> None:
        """Send it if it was never sent, or is owed to a page.

        A page asks for what it lacks, but a kernel that a cell keeps busy does not hear it ask.
        """
        with self._lock:
            owed, self._owed = self._owed, False
            if owed:
                self._underway = time.monotonic()
        if owed:
            self._send(send)

    def owe(self) -> None:
        """Note that a page lacks it but does not need it yet."""
        with self._lock:
            self._owed = True

    def _send(self, send: Callable[..., Any]) -> None:
        send(to_browser(self._message), buffers=[self.source])


PLAYER: Final = Library("player.js", PlayerMessage())
"""The player with hls.js in it, which plays streams."""
LIVEKIT: Final = Library("livekit.js", PlayerMessage())
"""The player with livekit-client in it, which joins rooms."""
PRESENTER: Final = Library("presenter.js", PresenterMessage())
"""What shows figures and cues."""
