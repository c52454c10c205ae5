"""Whether a cell runs, as a thread sees it in a real kernel."""

import time

from heygen_widget.widget.running_cell import a_cell_runs
from tests.kernel.notebook import PATIENCE, Kernel

WATCH = """
import threading, time
from heygen_widget.widget.running_cell import a_cell_runs, watch_cells
watch_cells(); watch_cells()
seen = []
def look():
    while True:
        seen.append(a_cell_runs())
        time.sleep(0.01)
threading.Thread(target=look, daemon=True).start()
"""

GATHER = """
import asyncio
del seen[:]
while len(seen) < 12:
    {pause}
print(set(seen[1:]))  # the first look may have begun before the cell
"""


def test_a_thread_knows_when_a_cell_runs_and_when_none_does(kernel: Kernel) -> None:
    kernel.run(WATCH)
    for pause in ("time.sleep(0.01)", "await asyncio.sleep(0.01)"):
        assert kernel.run(GATHER.format(pause=pause)) == "{True}"
    kernel.run("del seen[:]")
    deadline = time.monotonic() + PATIENCE
    while kernel.run("print(False in seen)") != "True":
        assert time.monotonic() < deadline
        time.sleep(0.1)  # no cell runs


def test_where_there_is_no_ipython_nobody_knows() -> None:
    assert a_cell_runs() is None
