"""What a workshop's gateway adds: to a text on its way, to a processor, and to its memory."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import psutil

from benchmarks.rows import Row
from benchmarks.stage import Stage
from heygen_widget import LocalServer
from tests.gateway.redis_server import RedisServer
from tests.gateway.replica import KEY, PATIENCE, SESSIONS, TEXT_STREAM, Replica

LEARNERS = 100
ROUNDS = 10  # appends of each learner, either way
PERIOD = 1.0  # seconds between two appends of one learner
APPENDS = 1000
WAITING = 2000
POLLING = 30.0  # seconds
LONGEST_POLL = 6.0  # seconds that the gateway asks the last in line to wait
PERCENTILE = 94  # of 99


def measure(_: Stage) -> Iterator[Row]:
    """Measure appends of a class, and a long queue."""
    with _workshop(slots=LEARNERS) as (server, replica):
        added, cost = asyncio.run(_append(server, replica))
    yield Row(
        measure=f"a gateway adds to an append, 95th percentile, {LEARNERS} learners",
        values=[1000 * added],
        unit="ms",
        limit=10,
        digits=1,
    )
    yield Row(
        measure=f"CPU of a gateway for {APPENDS:,} appends", values=[cost], unit="core-s", limit=1
    )
    with _workshop(slots=1) as (_server, replica):
        answers, memory = asyncio.run(_wait_in_line(replica))
    yield Row(
        measure=f"{WAITING:,} learners wait in line: answers a second, of one gateway",
        values=[answers / POLLING],
        unit="",
        least=0.8 * WAITING / LONGEST_POLL,
        digits=0,
    )
    yield Row(measure="  its memory", values=[memory / 2**20], unit="MB", limit=200, digits=0)


@contextmanager
def _workshop(slots: int) -> Iterator[tuple[LocalServer, Replica]]:
    """Run a gateway with a store, before a server on which nobody needs to speak."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(LocalServer(api_key=KEY, warm_up=3600.0, concurrency=slots))
        redis = RedisServer(folder).start()
        stack.callback(redis.kill)
        replica = Replica(
            folder,
            upstream=server.base_url,
            store=redis.url,
            slots=slots,
            budget=10_000,
            max_session=600,
            per_learner=50,
        ).start()
        stack.callback(replica.close)
        yield server, replica


async def _append(server: LocalServer, replica: Replica) -> tuple[float, float]:
    """Return the seconds that a gateway adds, and its core-seconds for `APPENDS`."""
    codes = replica.workshop.codes(LEARNERS)
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(timeout=PATIENCE, limits=limits) as http:
        streams = {}
        for code in codes.values():
            headers = {"x-api-key": code}
            answer = await http.post(replica.base_url + SESSIONS, json=TEXT_STREAM, headers=headers)
            streams[code] = answer.json()["data"]["stream_id"]

        async def append(code: str, *, directly: bool) -> float:
            base_url, key = (server.base_url, KEY) if directly else (replica.base_url, code)
            url = f"{base_url}{SESSIONS}/{streams[code]}/text"
            since = time.perf_counter()
            answer = await http.post(url, json={"delta": "And so on. "}, headers={"x-api-key": key})
            assert answer.status_code == 202, answer.text
            return time.perf_counter() - since

        async def learn(number: int, code: str) -> list[tuple[float, float]]:
            await asyncio.sleep(number * PERIOD / LEARNERS)
            told = []
            for _ in range(ROUNDS):
                told.append((await append(code, directly=False), await append(code, directly=True)))
                await asyncio.sleep(PERIOD)
            return told

        before = _used(replica)
        learning = [learn(number, code) for number, code in enumerate(streams)]
        told = [pair for pairs in await asyncio.gather(*learning) for pair in pairs]
        cost = (_used(replica) - before) * APPENDS / len(told)
    through, directly = (_late(values) for values in zip(*told, strict=True))
    return through - directly, cost


async def _wait_in_line(replica: Replica) -> tuple[int, int]:
    """Return how many answers a long queue gets, and the bytes of memory that it takes."""
    codes = [*replica.workshop.codes(WAITING).values()]
    limits = httpx.Limits(max_connections=128, max_keepalive_connections=128)
    answers = 0
    async with httpx.AsyncClient(timeout=PATIENCE, limits=limits) as http:
        ends = time.monotonic() + POLLING

        async def wait(number: int, code: str) -> None:
            nonlocal answers
            await asyncio.sleep(number * LONGEST_POLL / WAITING)
            while time.monotonic() < ends:
                answer = await http.post(
                    replica.base_url + SESSIONS, json=TEXT_STREAM, headers={"x-api-key": code}
                )
                answers += 1
                await asyncio.sleep(int(answer.headers.get("retry-after", "1")))

        await asyncio.gather(*(wait(number, code) for number, code in enumerate(codes)))
    return answers, psutil.Process(replica.pid).memory_info().rss


def _used(replica: Replica) -> float:
    times = psutil.Process(replica.pid).cpu_times()
    return times.user + times.system


def _late(values: tuple[float, ...]) -> float:
    return statistics.quantiles(values, n=100)[PERCENTILE]
