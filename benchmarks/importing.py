"""The cost of importing the package into a kernel that has loaded its dependencies.

Every kernel has asyncio, and importing pydantic imports nothing of it until a name is used.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator

from benchmarks.rows import Row
from benchmarks.stage import Stage

TIMES = 10
PROGRAM = """
import anywidget, asyncio, httpx, time
from pydantic import BaseModel
began = time.perf_counter()
{statement}
print(time.perf_counter() - began)
"""


def measure(_: Stage) -> Iterator[Row]:
    """Measure both ways to import it, each in new interpreters."""
    for statement in ("import heygen_widget", "from heygen_widget import Avatar"):
        with tempfile.TemporaryDirectory() as folder:
            seconds = [import_time(statement, folder) for _ in range(TIMES + 1)]
        values = [1000 * value for value in seconds[1:]]  # the first one compiles
        yield Row(measure=statement, values=values, unit="ms", limit=80, digits=1)


def import_time(statement: str, bytecode: str) -> float:
    """Return the seconds that `statement` takes in a new interpreter, beyond its dependencies.

    An installed package is compiled, a checkout may not be: a folder of its own keeps the bytecode.
    """
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment = kept | {"PYTHONPYCACHEPREFIX": bytecode}
    command = [sys.executable, "-c", PROGRAM.format(statement=statement)]
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return float(answer.stdout)
