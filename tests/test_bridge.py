"""The private loop, and the two ways to wait for what runs there."""

import asyncio
import concurrent.futures
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from heygen_widget.bridge import Bridge, wait_awaited, wait_blocking
from heygen_widget.bridge import bridge as shared

PATIENCE = 60.0


@pytest.fixture
def bridge() -> Iterator[Bridge]:
    bridge = Bridge("test")
    yield bridge
    bridge.close()


Pending = concurrent.futures.Future[str]
Wait = Callable[[Pending], str]


def _blocking(pending: Pending) -> str:
    return wait_blocking(pending, PATIENCE)


def _awaited(pending: Pending) -> str:
    async def wait() -> str:
        async with asyncio.timeout(PATIENCE):
            return await wait_awaited(pending)

    return asyncio.run(wait())


both_ways = pytest.mark.parametrize("wait", [_blocking, _awaited])


async def _thread_name() -> str:
    await asyncio.sleep(0)
    return threading.current_thread().name


async def _fails() -> str:
    await asyncio.sleep(0)
    raise LookupError("not there")


class Work:
    """Goes on until it is told to end, and says how it ended."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._end = asyncio.Event()
        self.begun = threading.Event()
        self.ended: concurrent.futures.Future[str] = concurrent.futures.Future()

    async def run(self) -> str:
        self.begun.set()
        try:
            await self._end.wait()
        except asyncio.CancelledError:
            self.ended.set_result("cancelled")
            raise
        self.ended.set_result("done")
        return "done"

    def end(self) -> None:
        self._bridge.call(self._end.set)


@both_ways
def test_work_runs_on_a_thread_of_its_own(bridge: Bridge, wait: Wait) -> None:
    assert wait(bridge.submit(_thread_name())) == "test"


@both_ways
def test_an_error_reaches_whoever_waits(bridge: Bridge, wait: Wait) -> None:
    with pytest.raises(LookupError, match="not there"):
        wait(bridge.submit(_fails()))


@both_ways
def test_work_that_is_cancelled_says_so_to_whoever_waits(bridge: Bridge, wait: Wait) -> None:
    work = Work(bridge)
    pending = bridge.submit(work.run())
    assert work.begun.wait(PATIENCE)
    pending.cancel()
    with pytest.raises(RuntimeError, match="was cancelled"):
        wait(pending)
    assert work.ended.result(PATIENCE) == "cancelled"


@both_ways
def test_many_may_wait_for_one_thing(bridge: Bridge, wait: Wait) -> None:
    work = Work(bridge)
    pending = bridge.submit(work.run())
    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        waiting = [threads.submit(wait, pending) for _ in range(4)]
        work.end()
        assert [waiter.result(PATIENCE) for waiter in waiting] == ["done"] * 4


def test_waiting_too_long_ends_the_waiting_and_not_the_work(bridge: Bridge) -> None:
    work = Work(bridge)
    pending = bridge.submit(work.run())
    with pytest.raises(TimeoutError):
        wait_blocking(pending, timeout=0.01)
    assert not pending.done()
    work.end()
    assert pending.result(PATIENCE) == "done"


def _interrupt_this_thread() -> None:
    """A thread that is about to block sleeps through a signal, as it does if another takes it."""
    signal.pthread_kill(threading.get_ident(), signal.SIGINT)


def _interrupt_main_thread() -> None:
    ident = threading.main_thread().ident
    assert ident is not None
    signal.pthread_kill(ident, signal.SIGINT)


@pytest.mark.parametrize("interrupt", [_interrupt_main_thread, _interrupt_this_thread])
def test_an_interrupt_of_a_blocked_wait_ends_the_waiting_and_not_the_work(
    bridge: Bridge, interrupt: Callable[[], None]
) -> None:
    work = Work(bridge)
    pending = bridge.submit(work.run())
    assert work.begun.wait(PATIENCE)
    giving_up = threading.Timer(PATIENCE, work.end)
    giving_up.start()

    def wait() -> None:
        bridge.call(interrupt)
        wait_blocking(pending)

    # Whoever starts tests in the background may have them ignore interrupts.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            wait()
    finally:
        signal.signal(signal.SIGINT, before)
    assert not pending.done()
    giving_up.cancel()
    work.end()
    assert pending.result(PATIENCE) == "done"


@pytest.mark.parametrize(
    ("handler", "error"),
    [
        (signal.default_int_handler, KeyboardInterrupt),  # `asyncio.run` would cancel a task
        (lambda *_: None, asyncio.CancelledError),
    ],
)
def test_an_interrupt_ends_a_wait_that_blocks_a_loop(
    bridge: Bridge, handler: Callable[..., None], error: type[BaseException]
) -> None:
    work = Work(bridge)
    pending = bridge.submit(work.run())
    assert work.begun.wait(PATIENCE)
    here = threading.get_ident()

    def interrupt_when_not(in_charge: object) -> None:
        while signal.getsignal(signal.SIGINT) is in_charge:
            time.sleep(0.001)
        signal.pthread_kill(here, signal.SIGINT)

    async def block() -> None:
        bridge.call(interrupt_when_not, signal.getsignal(signal.SIGINT))
        wait_blocking(pending)

    before = signal.signal(signal.SIGINT, handler)
    try:
        with pytest.raises(error):
            asyncio.run(block())
        assert signal.getsignal(signal.SIGINT) is handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert not pending.done()
    work.end()
    assert pending.result(PATIENCE) == "done"


def test_whoever_ignores_interrupts_goes_on_to_wait(bridge: Bridge) -> None:
    work = Work(bridge)
    pending = bridge.submit(work.run())
    here = threading.get_ident()

    async def block() -> str:
        bridge.call(signal.pthread_kill, here, signal.SIGINT)
        work.end()
        return wait_blocking(pending, PATIENCE)

    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        assert asyncio.run(block()) == "done"
    finally:
        signal.signal(signal.SIGINT, before)


def test_cancelling_an_awaited_wait_ends_the_waiting_and_not_the_work(bridge: Bridge) -> None:
    work = Work(bridge)
    pending = bridge.submit(work.run())

    async def wait() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await wait_awaited(pending)
        assert not pending.done()
        work.end()
        assert await wait_awaited(pending) == "done"

    asyncio.run(wait())


def test_what_ends_after_the_waiting_loop_is_gone_harms_nothing(bridge: Bridge) -> None:
    work = Work(bridge)
    pending = bridge.submit(work.run())
    left: asyncio.Task[str] | None = None

    async def leave() -> None:
        nonlocal left
        left = asyncio.create_task(wait_awaited(pending))
        await asyncio.sleep(0)

    asyncio.run(leave())
    assert left is not None
    assert left.cancelled()
    work.end()
    assert pending.result(PATIENCE) == "done"


def test_calls_keep_their_order(bridge: Bridge) -> None:
    order: list[int] = []
    for number in range(1000):
        bridge.call(order.append, number)
    assert bridge.ask(order.copy) == list(range(1000))


def test_asking_gives_the_answer_or_the_error(bridge: Bridge) -> None:
    assert bridge.ask(max, 1, 2) == 2
    with pytest.raises(ZeroDivisionError):
        bridge.ask(divmod, 1, 0)


def test_the_loop_may_ask_itself(bridge: Bridge) -> None:
    assert bridge.ask(lambda: bridge.ask(max, 1, 2)) == 2


def test_a_wait_that_would_never_end_is_refused() -> None:
    never: concurrent.futures.Future[None] = concurrent.futures.Future()
    with pytest.raises(RuntimeError, match="deadlock"):
        shared.ask(wait_blocking, never)


def test_closing_cancels_what_runs(bridge: Bridge) -> None:
    work = Work(bridge)
    pending = bridge.submit(work.run())
    assert work.begun.wait(PATIENCE)
    bridge.close()
    assert work.ended.result(PATIENCE) == "cancelled"
    with pytest.raises(RuntimeError, match="was cancelled"):
        wait_blocking(pending, PATIENCE)


def test_closing_leaves_no_thread_and_may_be_repeated(bridge: Bridge) -> None:
    thread = bridge.ask(threading.current_thread)
    bridge.close()
    bridge.close()
    assert not thread.is_alive()


def test_a_loop_is_made_anew_after_closing(bridge: Bridge) -> None:
    before = bridge.ask(threading.current_thread)
    bridge.close()
    after = bridge.ask(threading.current_thread)
    assert after is not before
    assert after.is_alive()


FORK = """
import os, threading
from heygen_widget.bridge import Bridge

async def name():
    return threading.current_thread().name

bridge = Bridge("test")
print(bridge.submit(name()).result(60), flush=True)
child = os.fork()
print(bridge.submit(name()).result(60), flush=True)
if child:
    os.waitpid(child, 0)
"""


def test_a_forked_child_gets_a_loop_of_its_own() -> None:
    # In a process of its own: other tests leave threads of FFmpeg, without which a child may hang.
    program = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", FORK]
    told = subprocess.run(program, capture_output=True, text=True, check=True, timeout=PATIENCE)
    assert told.stdout.split() == ["test"] * 3


def test_what_is_done_already_is_not_waited_for() -> None:
    done: concurrent.futures.Future[int] = concurrent.futures.Future()
    done.set_result(1)
    assert wait_blocking(done) == 1
    assert asyncio.run(wait_awaited(done)) == 1


@pytest.mark.parametrize("end", [SystemExit, KeyboardInterrupt, GeneratorExit])
def test_nothing_that_runs_on_the_private_loop_ends_it(end: type[BaseException]) -> None:
    async def leave() -> None:
        raise end

    def leave_at_once() -> None:
        raise end

    async def stay() -> str:
        await asyncio.sleep(0)
        return "still here"

    bridge = Bridge("test-of-exits")
    try:
        bridge.call(leave_at_once)
        with pytest.raises(end):
            bridge.ask(leave_at_once)
        with pytest.raises(end):
            bridge.submit(leave()).result(10)
        assert bridge.running
        assert bridge.submit(stay()).result(10) == "still here"
    finally:
        bridge.close()
    assert not bridge.running


AT_EXIT = """
import atexit
from heygen_widget.bridge import bridge
from heygen_widget.relay import Part
from heygen_widget.take import Take

late = Take()
part = Part(1, 1.0, b"media", b"", False)
atexit.register(lambda: bridge.ask(late.add, part))  # as when sessions are being ended
Take().add(part)
"""


def test_what_still_arrives_while_a_program_ends_leaves_no_file_open() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", AT_EXIT],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
