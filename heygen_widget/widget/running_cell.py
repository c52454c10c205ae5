"""Whether a cell is running, so that the kernel cannot hear its pages. Does not import IPython."""

import sys
from collections.abc import Callable
from typing import Any


class _Cells:
    """Follows the cells of one IPython shell."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.running = True  # most likely created in a cell; the next event tells
        shell.events.register("pre_run_cell", self._begins)
        shell.events.register("post_run_cell", self._ends)

    def _begins(self, *_: object) -> None:
        self.running = True

    def _ends(self, *_: object) -> None:
        self.running = False
        for call in _at_ends:
            call()


_followed: _Cells | None = None
_at_ends: list[Callable[[], object]] = []


def watch_cells() -> None:
    """Start following this process's cells, if it has an IPython shell. Call it from a cell."""
    global _followed  # noqa: PLW0603 (a process has one shell)
    find_shell = getattr(sys.modules.get("IPython"), "get_ipython", None)
    shell = find_shell() if find_shell else None
    if shell is not None and (_followed is None or _followed.shell is not shell):
        _followed = _Cells(shell)


def a_cell_runs() -> bool | None:
    """Return whether a cell is running; None outside IPython."""
    return _followed.running if _followed else None


def at_cell_ends(call: Callable[[], object]) -> None:
    """Call `call` at the end of each cell, while output still belongs to that cell."""
    _at_ends.append(call)
