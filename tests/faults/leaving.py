"""Whether a session lives on after its end, as a measure of any size.

Every way of ending one takes its turn, on a good line and on a bad one. The server itself is asked
about every session that it has begun, also those of which no client ever heard.
"""

import asyncio
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from heygen_widget import LocalServer
from heygen_widget.api import AsyncHeyGen
from tests.faults.places import Place, lives
from tests.faults.plans import FAILING, Chances, Fault, Operation, Plan, calm
from tests.faults.processes import Kernels, ended_with_the_interpreter
from tests.faults.promises import Server
from tests.faults.proxy import Proxy
from tests.faults.ways import WAYS, Way

LONG: Final = 3600.0
"""Idle timeout in seconds, so that nothing ends by itself while it is watched."""

AT_ONCE: Final = 4
"""Ways that are gone at the same time."""

PATIENCE: Final = 60.0
"""Seconds that a way may take, on a machine that has much else to do."""

ROUND_TRIP: Final = 0.2
"""Seconds; so long is an answer under way, for instance the one that brings the id."""

BAD: Final = 0.3
"""Share of the requests that fail on a bad line, all but those that create.

What creates is not repeated, and what nobody has heard of is ended by the idle timeout.
"""

HASTY: Final = tuple(fault for fault in FAILING if fault is not Fault.SILENT)
"""What a client notices at once; against silence it is patient for longer than is judged here."""


@dataclass(frozen=True, slots=True)
class Left:
    """What became of the sessions after their ends.

    Attributes
    ----------
    outlived
        Seconds that each session lived on, by the way in which it was ended.
    alive
        Sessions that the server still runs when all is over.
    """

    outlived: dict[str, list[float]]
    alive: list[str]

    @property
    def seconds(self) -> list[float]:
        """The same of all sessions together."""
        return [seconds for each in self.outlived.values() for seconds in each]

    def later_than(self, seconds: float) -> dict[str, int]:
        """Count the sessions that lived on for longer, by the ways that had some."""
        counts = {way: sum(s > seconds for s in each) for way, each in self.outlived.items()}
        return {way: count for way, count in counts.items() if count}


async def leave_sessions(count: int, seed: int = 1) -> Left:
    """Begin and end at least so many sessions, in whole rounds of all ways there are."""
    outlived: defaultdict[str, list[float]] = defaultdict(list)
    order = random.Random(seed)
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalServer(idle_timeout=LONG, concurrency=100, warm_up=0.3) as server,
    ):
        async with AsyncExitStack() as stack:
            kernels = await stack.enter_async_context(Kernels(Path(folder)))
            places: list[Place] = []
            free = asyncio.Semaphore(AT_ONCE)

            async def go(way: Way, plan: Plan) -> None:
                async with free:
                    proxy = Proxy(server.base_url, plan, round_trip=ROUND_TRIP)
                    place = Place(server, await stack.enter_async_context(proxy))
                    places.append(place)
                    try:
                        async with asyncio.timeout(PATIENCE):
                            await way(place)
                    except BaseException as error:
                        error.add_note(f"This was the way: {way.__name__}")
                        raise
                    outlived[way.__name__] += await place.outlived(time.monotonic())

            while sum(map(len, outlived.values())) < count:
                good = [(way, calm) for way in (*WAYS, *kernels.ways)]
                bad = [(way, _bad_line(order.random())) for way in WAYS]
                turns = order.sample([*good, *bad], len(good) + len(bad))
                async with asyncio.TaskGroup() as going:
                    for way, plan in turns:
                        going.create_task(go(way, plan))
                await go(ended_with_the_interpreter, calm)  # which has not long, so it goes alone
            alive = await _alive(server, places)
            for place in places:
                place.close()
    return Left(dict(outlived), alive)


async def kill_kernels(times: int, *, idle_timeout: float | None = None) -> list[float]:
    """Kill kernels with a session open; return for how many seconds each session lived on.

    With `idle_timeout` (seconds) they are counted from the death of the kernel. Without, they are
    left to the next kernel, and counted from its first avatar.
    """
    outlived = []
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalServer(idle_timeout=idle_timeout or LONG) as server,
    ):
        async with Kernels(Path(folder)) as kernels:
            for _ in range(times):
                async with Proxy(server.base_url) as proxy:
                    place = Place(server, proxy)
                    await (kernels.killed if idle_timeout else kernels.killed_and_found)(place)
                    outlived += await place.outlived(time.monotonic())
    return outlived


def _bad_line(seed: float) -> Plan:
    failing = (Operation.APPEND, Operation.GET, Operation.WORDS, Operation.CANCEL)
    return Chances(dict.fromkeys(failing, BAD), seed, HASTY)


async def _alive(server: Server, places: Iterable[Place]) -> list[str]:
    async with AsyncHeyGen(server.api_key, server.base_url) as client:
        created = [stream_id for place in places for stream_id in place.created]
        return [stream_id for stream_id in created if await lives(client, stream_id)]
