"""Lets Python collect widgets that no page shows.

ipywidgets 8 holds every widget for ever (`ipywidgets.widgets.widget._instances`, and the comm's
callback), since a page may still use what no variable names. Before a widget is shown there is no
such page, and holding it would keep a session open that nobody can reach.
"""

import weakref
from collections.abc import Callable
from typing import Any

import anywidget
from ipywidgets.widgets import widget as ipywidgets_widget

_held = ipywidgets_widget._instances  # noqa: SLF001 (there is no public way)


def let_go(widget: anywidget.AnyWidget) -> None:
    """Stop holding `widget` until `hold` is called."""
    if widget.comm is not None:
        _held.pop(widget.comm.comm_id, None)
        widget.comm.on_msg(weakly(widget._handle_msg))  # noqa: SLF001 (as above)


def hold(widget: anywidget.AnyWidget) -> None:
    """Hold `widget` until it is closed: a page is about to show it."""
    if widget.comm is not None:
        _held[widget.comm.comm_id] = widget


def weakly(method: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that calls `method` while its object lives, without keeping it alive."""
    weak = weakref.WeakMethod(method)

    def call(*arguments: Any, **keywords: Any) -> Any:
        living = weak()
        return living(*arguments, **keywords) if living else None

    return call
