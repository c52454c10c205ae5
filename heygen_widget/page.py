"""What a browser page needs beside the widget's own module: a player's library, once."""

import threading
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from heygen_widget.protocol import LibraryMessage, PlayerMessage, to_browser

STATIC: Final = Path(__file__).parent / "static"


class Library:
    """A JavaScript module that the kernel hands to each page once.

    Parameters
    ----------
    file
        Its name in `STATIC`.
    message
        What it travels with.
    """

    def __init__(self, file: str, message: BaseModel) -> None:
        self._file = file
        self._message = message
        self._lock = threading.Lock()
        self._handed_out = False

    @cached_property
    def source(self) -> bytes:
        """The module itself."""
        return (STATIC / self._file).read_bytes()

    def send(self, send: Callable[..., Any]) -> None:
        """Send it through a widget's comm."""
        send(to_browser(self._message), buffers=[self.source])

    def send_unasked(self, send: Callable[..., Any]) -> None:
        """Send it with the first widget that will need it.

        A page asks for what it lacks, but a kernel that a cell keeps busy does not hear it ask.
        """
        with self._lock:
            first, self._handed_out = not self._handed_out, True
        if first:
            self.send(send)


HLS: Final = Library("hls.js", PlayerMessage())
"""hls.js, which plays streams."""
LIVEKIT: Final = Library("livekit.js", LibraryMessage())
"""livekit-client, which joins rooms."""
