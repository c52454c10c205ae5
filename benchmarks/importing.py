"""What importing the package costs a kernel that has its dependencies already."""

import subprocess
import sys
from collections.abc import Iterator

from benchmarks.rows import Row
from benchmarks.stage import Stage

TIMES = 10
PROGRAM = """
import anywidget, httpx, pydantic, time
began = time.perf_counter()
{statement}
print(time.perf_counter() - began)
"""


def measure(_: Stage) -> Iterator[Row]:
    """Measure the two ways to begin, each in fresh interpreters."""
    for statement in ("import heygen_widget", "from heygen_widget import Avatar"):
        seconds = [import_time(statement) for _ in range(TIMES + 1)]
        milliseconds = [
            1000 * value for value in seconds[1:]
        ]  # the first one fills the disk's cache
        yield Row(measure=statement, values=milliseconds, unit="ms", limit=80, digits=1)


def import_time(statement: str) -> float:
    """Seconds that `statement` takes in a new interpreter, beyond its dependencies."""
    program = PROGRAM.format(statement=statement)
    command = [sys.executable, "-c", program]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
