"""The notebook that a front end would save of what a kernel published."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

_OUTPUTS: Final = frozenset({"display_data", "error", "execute_result", "stream"})


def save(path: Path, sources: Sequence[str], heard: Iterable[dict[str, Any]]) -> None:
    """Write a notebook of these cells, with the state of all widgets and the outputs of all cells.

    The outputs stand below the last one: which cell has which does not matter here.
    """
    import nbformat
    from nbclient import NotebookClient

    functions: Any = nbformat  # have no types
    cells = [functions.v4.new_code_cell(source) for source in sources]
    notebook = functions.v4.new_notebook(cells=cells)
    outputs = cells[-1].outputs
    client = NotebookClient(notebook, store_widget_state=True)  # which knows how to save widgets
    client.reset_execution_trackers()
    for message in heard:
        if message["msg_type"] in _OUTPUTS:
            outputs.append(functions.v4.output_from_msg(message))
        elif message["msg_type"] in {"comm_open", "comm_msg"}:
            client.handle_comm_msg(outputs, message, 0)
    client.set_widgets_metadata()
    functions.validate(notebook)
    functions.write(notebook, path)
