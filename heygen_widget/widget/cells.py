"""Which notebook cell is running, and what its earlier runs created.

Read from the request that the kernel is answering, or from marimo's account of its cells; needs
neither IPython nor marimo, and knows no avatar.
"""

import os
import sys
import threading
import uuid
import weakref
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cell:
    """One run of one cell."""

    id: str  # the cell's own identifier; the same each time it is run
    run: str  # identifies this run


def current_cell() -> Cell | None:
    """Return the cell that runs now.

    None outside a kernel, in a thread of one's own, in a widget's callback, and where the front end
    does not say which cell it runs, as a console does.
    """
    return _cell_of_marimo() or _cell_of_kernel()


def _cell_of_kernel() -> Cell | None:
    if threading.current_thread() is not threading.main_thread():
        return None  # the kernel would name whichever cell ran last
    request = _request_under_way()
    header, metadata = request.get("header", {}), request.get("metadata", {})
    # JupyterLab, Notebook and VS Code say `cellId`; Colab has its own word.
    cell_id = metadata.get("cellId") or (metadata.get("colab") or {}).get("cell_id")
    if header.get("msg_type") != "execute_request" or not cell_id:
        return None
    return Cell(str(cell_id), str(header.get("msg_id")))


def runs_unseen() -> bool:
    """Whether the cell that runs now is run by a program that shows no page.

    So nbclient does (0.5 to 0.11), and with it papermill and ``nbconvert --execute``: the whole
    notebook is run, then saved. It names no cell, and has nobody who could be asked for input.
    Voilà uses it too, and then shows the result to people.
    """
    if threading.current_thread() is not threading.main_thread():
        return False
    request = _request_under_way()
    asks = request.get("content", {})
    whole = "store_history" in asks and asks.get("allow_stdin") is False
    shown_later = os.environ.get("SERVER_SOFTWARE", "").startswith("voila")
    return whole and current_cell() is None and not shown_later


def output_is_captured() -> bool:
    """Whether an `Output` widget takes what the cell that runs now shows, as in `interact`."""
    widgets = getattr(sys.modules.get("ipywidgets.widgets.widget"), "_instances", {})
    output = getattr(sys.modules.get("ipywidgets"), "Output", ())
    run = _request_under_way().get("header", {}).get("msg_id")
    captures = (widget.msg_id for widget in tuple(widgets.values()) if isinstance(widget, output))
    return run is not None and run in captures


class MadeInCells(Generic[T]):
    """Remembers, weakly, what the latest run of each cell made."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[str, weakref.WeakSet[T]]] = {}

    def add(self, made: T) -> list[T]:
        """Note that the cell which runs now made this; return what its earlier run had made."""
        cell = current_cell()
        if cell is None:
            return []
        run, things = self._made.get(cell.id, (cell.run, weakref.WeakSet[T]()))
        if run == cell.run:
            things.add(made)
            self._made[cell.id] = (run, things)
            return []
        self._made[cell.id] = (cell.run, weakref.WeakSet([made]))
        return list(things)


def _request_under_way() -> dict[str, Any]:
    """Return the message that the kernel is answering, or nothing."""
    # Where there is a kernel, IPython has been imported.
    find_shell = getattr(sys.modules.get("IPython"), "get_ipython", None)
    find_request = getattr(find_shell and find_shell(), "get_parent", None)
    return (find_request and find_request()) or {}


@dataclass(frozen=True)
class _Run:
    """A run of one of marimo's cells. marimo forgets it when the cell is about to run again."""

    id: str = field(default_factory=lambda: uuid.uuid4().hex)

    def create(self, _: object) -> None:
        """Do nothing: marimo tells that the run has begun."""

    def dispose(self, *_: object, **__: object) -> bool:
        """Agree to be forgotten."""
        return True


def _cell_of_marimo() -> Cell | None:
    find_context = getattr(sys.modules.get("marimo._runtime.context"), "safe_get_context", None)
    context: Any = find_context and find_context()
    with suppress(AttributeError):  # no public interface of marimo's (as of 0.25) tells its cells
        cell_id, registry = context.cell_id, context.cell_lifecycle_registry
        items = registry.registry.get(cell_id, ())
        run = next((item for item in items if isinstance(item, _Run)), None)
        if cell_id is not None and run is None:
            run = _Run()
            registry.add(run)
        # Several people may have the same notebook open in one process, each in a context.
        return Cell(f"{id(context)} {cell_id}", run.id) if run else None
    return None
