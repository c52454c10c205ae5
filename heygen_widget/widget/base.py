"""The base of the widgets: a thin port to an `AvatarController`, which does the work."""

from collections.abc import Callable
from typing import Any

import anywidget
import traitlets

from heygen_widget.bridge import bridge
from heygen_widget.controller.backend import Backend
from heygen_widget.controller.callbacks import CallbackContext, Callbacks
from heygen_widget.controller.controller import AvatarController, OnInterrupt
from heygen_widget.frontend.bundles import STATIC
from heygen_widget.lifecycle.connection import Connection
from heygen_widget.session import SessionEvent
from heygen_widget.widget.cells import MadeInCells, runs_unseen
from heygen_widget.widget.headless import keep_up_to_date
from heygen_widget.widget.port import WidgetPort
from heygen_widget.widget.running_cell import watch_cells
from heygen_widget.widget.saved_output import Bundle, Outputs
from heygen_widget.widget.verbs import SessionVerbs

_made_in_cells: MadeInCells[AvatarController] = MadeInCells()


class SessionWidget(SessionVerbs, anywidget.AnyWidget):
    """A widget that has one session at a time."""

    # As text: given a path, anywidget would watch the file and keep every widget alive.
    _esm = (STATIC / "widget.js").read_text(encoding="utf-8")
    _css = (STATIC / "widget.css").read_text(encoding="utf-8")
    session = traitlets.Dict(read_only=True).tag(sync=True)
    _port: WidgetPort | None = None  # while ipywidgets makes it, nobody shows it

    def __init__(
        self,
        avatar_id: str,
        connection: Connection,
        backend: Backend,
        *,
        interrupt: OnInterrupt,
        floating: bool,
    ) -> None:
        self._controller = controller = AvatarController(
            type(self).__name__,
            avatar_id,
            connection,
            backend,
            interrupt=interrupt,
            floating=floating,
        )
        watch_cells()
        self._callbacks = Callbacks(controller.show_failure)  # they may refer to this widget
        self._context = CallbackContext(controller.show_failure)
        super().__init__()
        self._port = WidgetPort(self, controller)
        self._outputs = Outputs(controller, self._port.bundle, self._context)
        self.on_msg(self._port.hear)
        controller.attach(self._port)
        for older in _made_in_cells.add(controller):
            older.close()

    def close(self) -> None:
        """Stop, and remove the widget from every page. Harmless when closed already.

        Examples
        --------
        >>> avatar.close()  # doctest: +SKIP
        """
        self._controller.close()

    def __del__(self) -> None:
        if self.comm is not None:
            self._controller.abandon()
        super().close()

    def on_event(self, callback: Callable[[SessionEvent], object], *, remove: bool = False) -> None:
        """Call `callback` with every event from now on; with `remove`, no longer.

        In a notebook it runs in the kernel's main thread, between cells and while one awaits, and
        prints below the cell that called this. Its exceptions are shown in the widget. Without a
        running event loop, callbacks run one after another in a separate thread.

        Examples
        --------
        >>> avatar.on_event(print)  # doctest: +SKIP
        """
        if remove:
            self._callbacks.remove(callback)
        else:
            self._callbacks.add(callback)

    def __repr__(self) -> str:
        return f"<{self._controller.summary}>"

    @property
    def model_id(self) -> str:
        """The identifier of the widget's model. Front ends and containers read it to show it."""
        if self._port is not None and not self._controller.closed:
            self._expect_page(self._port)
        return str(super().model_id)

    def _expect_page(self, port: WidgetPort) -> None:
        port.hold()
        self._controller.warm_up()
        if runs_unseen():
            self._outputs.unseen = True
            keep_up_to_date(self._outputs)
        else:
            self._controller.expect_page()

    def _ipython_display_(self) -> None:
        self._outputs.show()

    def _repr_mimebundle_(self, **_: Any) -> Bundle:
        return self._outputs.bundle()

    def _live_bundle(self) -> Bundle:
        """Return what shows the widget itself; nothing does when it is closed."""
        return ({}, {}) if self.comm is None else (super()._repr_mimebundle_() or ({}, {}))

    def _remove(self) -> None:
        """Remove the widget from every page; `close` also ends its session."""
        super().close()
        bridge.call(self._outputs.renew_if_unused)

    def _notify_observers(self, event: traitlets.Bunch) -> None:
        # traitlets 5 has no public place between sending a trait and telling its observers.
        if event["name"] == "session":
            self._context.call(super()._notify_observers, event, name="An observer of `session`")
        else:
            super()._notify_observers(event)

    @traitlets.default("session")
    def _first_view(self) -> dict[str, Any]:
        # With the model itself, so that a page knows at once which player it needs.
        return self._controller.publisher.session
