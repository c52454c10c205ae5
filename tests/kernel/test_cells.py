"""Which cell runs, by a real kernel's own account."""

import json

import pytest

from heygen_widget.cells import MadeInCells, current_cell
from tests.kernel.conftest import Cell, Kernel

SHOW = "print(current_cell())"
MAKE = """
class Thing:
    def __init__(self, name):
        self.name = name
        self.older = sorted(thing.name for thing in made.add(self))
"""


def begin_as(kernel: Kernel, source: str, **metadata: object) -> Cell:
    """Run a cell as a front end does that says which one it is."""
    message = kernel._client.session.msg(
        "execute_request",
        {
            "code": source,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": True,
        },
        metadata=metadata,
    )
    cell = kernel._cells[message["header"]["msg_id"]] = Cell()
    kernel._client.shell_channel.send(message)
    return cell


def run_as(kernel: Kernel, cell_id: str, source: str) -> str:
    cell = begin_as(kernel, source, cellId=cell_id)
    kernel.until(lambda: cell.ended)
    assert not cell.error, "\n".join(cell.traceback)
    return cell.printed.strip()


@pytest.fixture
def notebook(kernel: Kernel) -> Kernel:
    kernel.run(
        "import asyncio, threading\n"
        "from heygen_widget.cells import MadeInCells, current_cell\n"
        "made = MadeInCells()" + MAKE
    )
    return kernel


def test_a_cell_keeps_its_id_and_each_run_has_its_own(notebook: Kernel) -> None:
    source = "import json\ncell = current_cell()\nprint(json.dumps([cell.id, cell.run]))"
    first = json.loads(run_as(notebook, "a", source))
    second = json.loads(run_as(notebook, "a", source))
    other = json.loads(run_as(notebook, "b", source))
    assert [first[0], second[0], other[0]] == ["a", "a", "b"]
    assert len({first[1], second[1], other[1]}) == 3


def test_a_cell_that_awaits_is_still_that_cell(notebook: Kernel) -> None:
    cell = run_as(notebook, "a", "await asyncio.sleep(0.01)\nprint(current_cell().id)")
    assert cell == "a"


def test_colab_has_its_own_word_for_it(notebook: Kernel) -> None:
    cell = begin_as(notebook, "print(current_cell().id)", colab={"cell_id": "c"})
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
    assert run_as(notebook, "a", source) == "[None]"


def test_outside_a_kernel_there_is_no_cell() -> None:
    assert current_cell() is None
    assert MadeInCells[Cell]().add(Cell()) == []


def test_a_second_run_is_told_what_the_first_one_made(notebook: Kernel) -> None:
    two = "one, two = Thing('one'), Thing('two')\nprint(one.older, two.older)"
    assert run_as(notebook, "a", two) == "[] []"
    assert run_as(notebook, "b", "three = Thing('three')\nprint(three.older)") == "[]"
    two_more = "four, five = Thing('four'), Thing('five')\nprint(four.older, five.older)"
    assert run_as(notebook, "a", two_more) == "['one', 'two'] []"
    assert run_as(notebook, "a", "six = Thing('six')\nprint(six.older)") == "['five', 'four']"


def test_a_second_run_that_makes_nothing_changes_nothing(notebook: Kernel) -> None:
    careful = "if 'kept' not in globals():\n    kept = Thing('kept')\nprint(kept.name, kept.older)"
    assert run_as(notebook, "a", careful) == "kept []"
    assert run_as(notebook, "a", careful) == "kept []"
    assert run_as(notebook, "a", "print(Thing('new').older)") == "['kept']"


def test_what_nobody_else_keeps_is_not_kept(notebook: Kernel) -> None:
    run_as(notebook, "a", "import gc\nlost = Thing('lost')\ndel lost\nprint(gc.collect() >= 0)")
    assert run_as(notebook, "a", "print(Thing('new').older)") == "[]"
