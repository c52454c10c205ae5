"""Which cell runs, by a real kernel's own account."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from heygen_widget.widget.cells import MadeInCells, current_cell
from tests.kernel.notebook import Cell, Kernel

SHOW = "print(current_cell())"
MAKE = """
class Thing:
    def __init__(self, name):
        self.name = name
        self.older = sorted(thing.name for thing in made.add(self))
"""


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    kernel = Kernel(tmp_path_factory.mktemp("cells"))
    yield kernel
    kernel.close()


@pytest.fixture
def notebook(kernel: Kernel) -> Kernel:
    """A kernel in which no cell has made anything yet."""
    kernel.run(
        "import asyncio, threading\n"
        "from heygen_widget.widget.cells import MadeInCells, current_cell\n"
        "made = MadeInCells()" + MAKE
    )
    return kernel


def test_a_cell_keeps_its_id_and_each_run_has_its_own(notebook: Kernel) -> None:
    source = "import json\ncell = current_cell()\nprint(json.dumps([cell.id, cell.run]))"
    first = json.loads(notebook.run(source, cellId="a"))
    second = json.loads(notebook.run(source, cellId="a"))
    other = json.loads(notebook.run(source, cellId="b"))
    assert [first[0], second[0], other[0]] == ["a", "a", "b"]
    assert len({first[1], second[1], other[1]}) == 3


def test_a_cell_that_awaits_is_still_that_cell(notebook: Kernel) -> None:
    cell = notebook.run("await asyncio.sleep(0.01)\nprint(current_cell().id)", cellId="a")
    assert cell == "a"


def test_colab_has_its_own_word_for_it(notebook: Kernel) -> None:
    cell = notebook.begin("print(current_cell().id)", colab={"cell_id": "c"})
    notebook.until(lambda: cell.ended)
    assert cell.printed == "c\n"


def test_a_front_end_that_does_not_say_has_no_cells(notebook: Kernel) -> None:
    assert notebook.run(SHOW) == "None"


def test_a_thread_belongs_to_no_cell(notebook: Kernel) -> None:
    source = (
        "seen = []\n"
        "thread = threading.Thread(target=lambda: seen.append(current_cell()))\n"
        "thread.start(); thread.join()\n"
        "print(seen)"
    )
    assert notebook.run(source, cellId="a") == "[None]"


def test_outside_a_kernel_there_is_no_cell() -> None:
    assert current_cell() is None
    assert MadeInCells[Cell]().add(Cell()) == []


def test_a_second_run_is_told_what_the_first_one_made(notebook: Kernel) -> None:
    two = "one, two = Thing('one'), Thing('two')\nprint(one.older, two.older)"
    assert notebook.run(two, cellId="a") == "[] []"
    assert notebook.run("three = Thing('three')\nprint(three.older)", cellId="b") == "[]"
    two_more = "four, five = Thing('four'), Thing('five')\nprint(four.older, five.older)"
    assert notebook.run(two_more, cellId="a") == "['one', 'two'] []"
    assert notebook.run("six = Thing('six')\nprint(six.older)", cellId="a") == "['five', 'four']"


def test_a_second_run_that_makes_nothing_changes_nothing(notebook: Kernel) -> None:
    careful = "if 'kept' not in globals():\n    kept = Thing('kept')\nprint(kept.name, kept.older)"
    assert notebook.run(careful, cellId="a") == "kept []"
    assert notebook.run(careful, cellId="a") == "kept []"
    assert notebook.run("print(Thing('new').older)", cellId="a") == "['kept']"


def test_what_nobody_else_keeps_is_not_kept(notebook: Kernel) -> None:
    notebook.run("import gc\nlost = Thing('lost')\ndel lost\nprint(gc.collect() >= 0)", cellId="a")
    assert notebook.run("print(Thing('new').older)", cellId="a") == "[]"


IN_MARIMO = """
import json

import marimo

app = marimo.App()


@app.cell
def _():
    from marimo._runtime.context import get_context

    from heygen_widget.widget.cells import current_cell

    first, same_run = current_cell(), current_cell()
    context = get_context()
    context.cell_lifecycle_registry.dispose(context.cell_id, deletion=False)  # as a second run does
    second = current_cell()
    return current_cell, first, same_run, second


@app.cell
def _(current_cell):
    other = current_cell()
    return (other,)


_, made = app.run()
runs = [made[name] for name in ("first", "same_run", "second", "other")]
outside = made["current_cell"]()
print(json.dumps([[cell.id for cell in runs], [cell.run for cell in runs], outside]))
"""


def test_marimo_tells_its_cells_and_their_runs_apart(tmp_path: Path) -> None:
    notebook = tmp_path / "cells.py"
    notebook.write_text(IN_MARIMO)
    command = [sys.executable, "-W", "ignore", str(notebook)]
    marimo = subprocess.run(command, capture_output=True, text=True, check=False)
    assert marimo.returncode == 0, marimo.stderr
    ids, runs, outside = json.loads(marimo.stdout)
    assert ids[0] == ids[1] == ids[2] != ids[3]
    assert runs[0] == runs[1]
    assert len(set(runs)) == 3
    assert outside is None
