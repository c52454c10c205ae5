"""How long sessions stay alive after they are ended in every state and every way.

Judged as the tests judge it, by what the server says of every session that it has begun.
"""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from unittest.mock import patch

from benchmarks.rows import Row, count
from benchmarks.stage import Stage
from tests.faults.leaving import kill_kernels, leave_sessions

SESSIONS = 200
AFTERWARDS = 2.0  # seconds
KILLED = 5  # kernels
IDLE_TIMEOUT = 3.0  # seconds


def measure(_: Stage) -> Iterator[Row]:
    """Count sessions still alive, and measure how long they were."""
    with tempfile.TemporaryDirectory() as state, patch.dict(os.environ, XDG_STATE_HOME=state):
        left = asyncio.run(leave_sessions(SESSIONS))
        found = asyncio.run(kill_kernels(KILLED))
        timed_out = asyncio.run(kill_kernels(1, idle_timeout=IDLE_TIMEOUT))
    what = f"{len(left.seconds)} sessions ended by {len(left.outlived)} ways: "
    late = sum(left.later_than(AFTERWARDS).values())
    yield count(f"{what}alive {AFTERWARDS:.0f} s later", late, limit=0)
    yield count("  alive when all is over", len(left.alive), limit=0)
    yield Row(measure="  alive after their end for", values=left.seconds)
    yield Row(
        measure="kernel killed (SIGKILL): time until the next kernel ends it",
        values=found,
        limit=AFTERWARDS,
        judged_by="max",
    )
    yield Row(
        measure=f"  without a next one, idle timeout {IDLE_TIMEOUT:.0f} s: alive for",
        values=timed_out,
    )
