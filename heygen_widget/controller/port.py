"""What an avatar needs of whatever shows it: a widget, or a test."""

from typing import Any, Protocol

from heygen_widget.session import SessionEvent


class FrontendPort(Protocol):
    """Carries messages, the `session` trait and events out of a controller.

    The controller holds its port, so a port holds what it stands for weakly. So does whatever
    users gave it, such as their callbacks: they may refer to the avatar.
    """

    def send(self, content: Any, buffers: Any = None) -> None:
        """Send a message to the pages."""

    def set_session(self, view: dict[str, Any]) -> None:
        """Set the `session` trait, which pages follow."""

    def notify(self, event: SessionEvent) -> None:
        """Tell the user's callbacks of an event."""

    def close(self) -> None:
        """Remove it from every page."""
