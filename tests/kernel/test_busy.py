"""Whether a cell runs, as a thread sees it in a real kernel."""

from heygen_widget.busy import a_cell_runs
from tests.kernel.notebook import Kernel

WATCH = """
import threading, time
from heygen_widget.busy import a_cell_runs, watch_cells
watch_cells(); watch_cells()
seen = []
def look():
    while True:
        seen.append(a_cell_runs())
        time.sleep(0.01)
threading.Thread(target=look, daemon=True).start()
"""


def test_a_thread_knows_when_a_cell_runs_and_when_none_does(kernel: Kernel) -> None:
    kernel.run(WATCH)
    kernel.run("time.sleep(0.3); during = seen[-10:]")
    kernel.run("await __import__('asyncio').sleep(0.3); awaiting = seen[-10:]")
    assert kernel.run("print(set(during), set(awaiting))") == "{True} {True}"
    # Between two cells there is a time when none runs.
    assert kernel.run("print(False in seen)") == "True"


def test_where_there_is_no_ipython_nobody_knows() -> None:
    assert a_cell_runs() is None
