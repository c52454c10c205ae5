"""Runs a notebook as a program does, and enters the rooms that its widgets are told of."""

import threading
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from tests.local.v1.viewer import Viewer


class Reader(NotebookClient):
    """Runs a notebook, and enters rooms as pages do.

    Parameters
    ----------
    notebook
        What to run.
    folder
        Where.
    **options
        Those of `NotebookClient`.
    """

    def __init__(self, notebook: NotebookNode, folder: Path, **options: Any) -> None:
        place = {"metadata": {"path": str(folder)}}
        super().__init__(notebook, kernel_name="python3", resources=place, **options)
        self._viewers: list[Viewer] = []

    def handle_comm_msg(
        self, outs: list[NotebookNode], msg: dict[str, Any], cell_index: int
    ) -> None:
        """Take what a kernel tells its widgets' pages."""
        super().handle_comm_msg(outs, msg, cell_index)
        match msg["content"].get("data"):
            case {"content": {"kind": "room", "url": url, "token": token}}:
                self._viewers.append(Viewer())
                threading.Thread(target=self._viewers[-1].join, args=(url, token)).start()

    def leave(self) -> None:
        """Leave the rooms."""
        for viewer in self._viewers:
            viewer.close()


def notebook_of(path: Path, last: str) -> NotebookNode:
    """Read a notebook, and give it a last cell."""
    functions: Any = nbformat  # have no types
    notebook: NotebookNode = functions.reads(path.read_text(encoding="utf-8"), as_version=4)
    notebook.cells.append(functions.v4.new_code_cell(last))
    return notebook
