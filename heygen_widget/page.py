"""What a browser page needs beside the widget's own module: the player with hls.js, once."""

import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

from heygen_widget.protocol import PlayerMessage, to_browser

STATIC: Final = Path(__file__).parent / "static"

_lock = threading.Lock()
_handed_out = False


@cache
def player_library() -> bytes:
    """Return the source of the player with hls.js in it, a JavaScript module."""
    return (STATIC / "player.js").read_bytes()


def send_player(send: Callable[..., Any]) -> None:
    """Send the player through a widget's comm."""
    send(to_browser(PlayerMessage()), buffers=[player_library()])


def send_player_unasked(send: Callable[..., Any]) -> None:
    """Send the player with the first widget that is shown.

    A page asks for what it lacks, but a kernel that a cell keeps busy does not hear it ask.
    """
    global _handed_out
    with _lock:
        first, _handed_out = not _handed_out, True
    if first:
        send_player(send)
