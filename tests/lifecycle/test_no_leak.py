"""No session lives on, in whatever state and by whatever way it was ended.

How soon each is over is for the benchmarks to show: here a machine may be slow.
"""

import pytest

from tests.faults.leaving import kill_kernels, leave_sessions
from tests.faults.places import NEVER
from tests.faults.proxy import run

pytestmark = [pytest.mark.kernel, pytest.mark.alone]


def test_no_session_outlives_its_end_whatever_its_state_and_the_way_it_is_ended() -> None:
    async def work() -> None:
        left = await leave_sessions(40)
        assert {way for way, seconds in left.outlived.items() if NEVER in seconds} == set()
        assert left.alive == []

    run(work, seconds=240)


def test_what_a_killed_kernel_left_is_ended_by_the_idle_timeout_at_the_latest() -> None:
    async def work() -> None:
        (seconds,) = await kill_kernels(1, idle_timeout=1)
        assert seconds < NEVER

    run(work)
