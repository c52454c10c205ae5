"""What a browser page would get from the kernel, where there is neither."""

import threading
import time
from collections.abc import Callable
from itertools import count
from typing import Any, Final, TypeAlias

from heygen_widget import Avatar
from heygen_widget.bridge import bridge
from heygen_widget.widget.base import SessionWidget

_counter = count()

PATIENCE: Final = 60.0
"""Seconds after which what must come is missed."""


def until(condition: Callable[[], object]) -> None:
    """Wait for something that comes by itself."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


class Page:
    """What a browser page would get from the kernel, and a way to answer."""

    def __init__(self) -> None:
        self.sent: list[tuple[dict[str, Any], list[bytes]]] = []
        self._news = threading.Condition()

    def take(self, data: dict[str, Any], buffers: list[bytes]) -> None:
        with self._news:
            self.sent.append((data, buffers))
            self._news.notify_all()

    def messages(self, kind: str) -> list[dict[str, Any]]:
        custom = [data["content"] for data, _ in list(self.sent) if data.get("method") == "custom"]
        return [content for content in custom if content["kind"] == kind]

    def until(self, condition: Callable[[], object]) -> None:
        with self._news:
            assert self._news.wait_for(condition, PATIENCE)

    def say(self, avatar: SessionWidget, content: object) -> None:
        """Send a message of the browser, and wait until the kernel has taken it.

        A page gives each of its messages an id; so is one that has none here.
        """
        if isinstance(content, dict):
            content = {"id": f"{id(self)}-{next(_counter)}"} | content
        data = {"method": "custom", "content": content}
        avatar.comm.handle_msg({"content": {"data": data}, "buffers": []})
        bridge.ask(lambda: None)


MakeAvatar: TypeAlias = Callable[..., Avatar]
"""Makes an avatar at the embedded server, with the arguments of `Avatar`."""


def playback(epoch: int, state: str = "playing") -> dict[str, Any]:
    """Make the message by which a page tells how it plays."""
    return {"kind": "playback", "epoch": epoch, "state": state, "position": 0.5}
