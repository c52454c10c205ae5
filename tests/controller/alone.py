"""An avatar without a notebook: a controller, and a port that notes what goes through it."""

from typing import Any

from heygen_widget.controller.controller import AvatarController
from heygen_widget.controller.hls.backend import HlsBackend
from heygen_widget.lifecycle.connection import Connection
from heygen_widget.local import LocalServer
from heygen_widget.session import PRICE_PER_SECOND, SessionEvent


class Port:
    """Stands for a widget."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.views: list[dict[str, Any]] = []
        self.events: list[SessionEvent] = []
        self.closed = False

    def send(self, content: Any, buffers: Any = None) -> None:
        assert buffers is None or all(buffers)
        self.messages.append(content)

    def set_session(self, view: dict[str, Any]) -> None:
        self.views.append(view)

    def notify(self, event: SessionEvent) -> None:
        self.events.append(event)

    def close(self) -> None:
        self.closed = True

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in self.messages if message["kind"] == kind]


def make(server: LocalServer) -> tuple[AvatarController, HlsBackend]:
    """Make an avatar at a server, without a port."""
    connection = Connection(client=None, local=server)
    backend = HlsBackend(
        "an avatar",
        "a voice",
        connection,
        connection.setup(PRICE_PER_SECOND, None, None),
        transport="auto",
    )
    return AvatarController("Avatar", "an avatar", connection, backend), backend
