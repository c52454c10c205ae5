"""`WidgetPort`: what a controller knows of its widget, and the only weak reference to it.

ipywidgets 8 holds every widget for ever (`ipywidgets.widgets.widget._instances`, and the comm's
callback), since a page may still use what no variable names. Before a widget is shown there is no
such page, and holding it would keep a session open that nobody can reach.
"""

import weakref
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ipywidgets.widgets import widget as ipywidgets_widget

from heygen_widget.controller.controller import AvatarController
from heygen_widget.lifecycle.avatars import find_avatars
from heygen_widget.session import SessionEvent
from heygen_widget.widget.saved_output import Bundle

if TYPE_CHECKING:
    from heygen_widget.widget.base import SessionWidget

W = TypeVar("W", bound="SessionWidget")

_held: Final = ipywidgets_widget._instances  # noqa: SLF001 (there is no public way)


class WidgetPort:
    """The `FrontendPort` of a widget, which it does not keep alive."""

    def __init__(self, widget: "SessionWidget", controller: AvatarController) -> None:
        self._widget = weakref.ref(widget)
        self._controller = controller
        if widget.comm is not None:
            _held.pop(widget.comm.comm_id, None)
            widget.comm.on_msg(self._handle_comm)

    @property
    def widget(self) -> "SessionWidget | None":
        """The widget; None once nobody holds it."""
        return self._widget()

    def hear(self, _: object, content: object, __: object) -> None:
        """Pass a message of a page on, as ipywidgets delivers it."""
        self._controller.hear(content)

    def hold(self) -> None:
        """Hold the widget until it is closed: a page is about to show it."""
        widget = self._widget()
        if widget is not None and widget.comm is not None:
            _held[widget.comm.comm_id] = widget

    def send(self, content: Any, buffers: Any = None) -> None:
        """Send a message to the pages."""
        if widget := self._widget():
            widget.send(content, buffers)

    def set_session(self, view: dict[str, Any]) -> None:
        """Set the `session` trait."""
        if widget := self._widget():
            widget.set_trait("session", view)

    def notify(self, event: SessionEvent) -> None:
        """Tell the user's callbacks of an event."""
        if widget := self._widget():
            widget._callbacks.notify(event)  # noqa: SLF001 (its own port)

    def close(self) -> None:
        """Remove the widget from every page."""
        if widget := self._widget():
            widget._remove()  # noqa: SLF001 (as above)

    def bundle(self) -> Bundle:
        """Return what shows the widget; nothing does when it is closed."""
        widget = self._widget()
        return widget._live_bundle() if widget else ({}, {})  # noqa: SLF001 (as above)

    def _handle_comm(self, message: dict[str, Any]) -> None:
        if widget := self._widget():
            widget._handle_msg(message)  # noqa: SLF001 (as ipywidgets itself does)


def newest_widget(kind: type[W]) -> W | None:
    """Return the most recently created widget of this kind that is not closed."""
    for avatar in find_avatars(lambda avatar: not avatar.closed):
        port = avatar.port if isinstance(avatar, AvatarController) else None
        widget = port.widget if isinstance(port, WidgetPort) else None
        if isinstance(widget, kind):
            return widget
    return None
