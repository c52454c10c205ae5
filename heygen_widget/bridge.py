"""A private asyncio loop on its own thread, and how a notebook cell waits for it.

All network work runs here, so that a busy kernel freezes nothing. Cells wait in two ways, blocking
or awaited; both can be interrupted promptly. Knows nothing of sessions or widgets.
"""

import asyncio
import atexit
import concurrent.futures
import contextlib
import logging
import math
import os
import signal
import threading
import time
import weakref
from collections.abc import Callable, Coroutine
from types import FrameType
from typing import Any, Final, Self, TypeVar

T = TypeVar("T")

_log = logging.getLogger(__name__)

_reading: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, set[asyncio.Task[None]]]" = (
    weakref.WeakKeyDictionary()
)

HEARTBEAT: Final = 0.2
"""Seconds between wake-ups of a waiting cell.

ipykernel (6.31 to 7.4) delivers an interrupt to `await` only when the kernel's loop next wakes; and
one that comes just before a thread blocks, or to another thread, is noticed when that thread wakes.
"""


class LoopCannotWait(RuntimeError):  # noqa: N818 (it says what the loop cannot do)
    """A wait would block the very loop that reads the text it waits for."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        kind = f"{type(loop).__module__}.{type(loop).__qualname__}"
        super().__init__(
            f"This event loop ({kind}) reads the text, and cannot do so while it is blocked. "
            "Await the speech instead: `await speech`, or `async for word in speech`."
        )


CANCELLED: Final = "The operation was cancelled, or its event loop was closed."


def wait_blocking(future: concurrent.futures.Future[T], timeout: float | None = None) -> T:
    """Block this thread until `future` is done. An interrupt ends the waiting, not the work.

    Raises
    ------
    TimeoutError
        When it takes longer.
    RuntimeError
        When the work was cancelled, or when it could never be done, since this is its thread.
    LoopCannotWait
        When it needs text that is read on this thread's loop, which is not asyncio's own.
    """
    if bridge.is_this_thread() and not future.done():
        raise RuntimeError(
            "This was called from an avatar's own thread, perhaps by a callback, and would "
            "deadlock. Wait in a cell or in a thread of your own."
        )
    loop = _loop_of_this_thread()
    try:
        if loop is None or future.done():
            return _block(future, timeout)
        if _reading.get(loop):
            return _wait_within(loop, future, timeout)
        with _Interrupts():
            return _block(future, timeout)
    except concurrent.futures.CancelledError:
        raise RuntimeError(CANCELLED) from None


def reading_on(loop: asyncio.AbstractEventLoop, reading: asyncio.Task[None]) -> None:
    """Note that a user's loop reads text, so blocking waits must keep it running."""
    _reading.setdefault(loop, set()).add(reading)
    reading.add_done_callback(_reading[loop].discard)


def _loop_of_this_thread() -> asyncio.AbstractEventLoop | None:
    """Return the loop that stands still while this thread blocks."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _block(future: concurrent.futures.Future[T], timeout: float | None) -> T:
    """Block this thread, and whatever loop it runs, until `future` is done."""
    deadline = math.inf if timeout is None else time.monotonic() + timeout
    while not future.done():
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        concurrent.futures.wait([future], min(left, HEARTBEAT))
    return future.result()


def _wait_within(
    loop: asyncio.AbstractEventLoop, future: concurrent.futures.Future[T], timeout: float | None
) -> T:
    """Block on what needs the text that is read on this very loop.

    Only a re-entrant loop can go on while a cell that it runs blocks. The patch is made here, at
    the first wait that needs it, so that nobody else's asyncio changes by an import.
    """
    if not isinstance(loop, asyncio.BaseEventLoop):  # uvloop's: do not patch asyncio in vain
        raise LoopCannotWait(loop)
    import nest_asyncio2  # noqa: PLC0415

    nest_asyncio2.apply(loop)
    waiting = loop.create_task(wait_awaited(future))
    # An exception raised at once could hit the reading of the text, and end that instead.
    with _Interrupts(lambda: loop.call_soon_threadsafe(waiting.cancel)) as interrupts:
        try:
            loop.run_until_complete(asyncio.wait([waiting], timeout=timeout))
        finally:
            waiting.cancel()
    if not waiting.done():
        raise TimeoutError
    if waiting.cancelled():
        raise interrupts.taken()
    return waiting.result()


class _Interrupts:
    """Lets an interrupt end a wait that blocks a loop.

    When a cell awaits, ipykernel (6.31 to 7.4) makes an interrupt cancel the cell's task, as does
    `asyncio.run` with its own: whoever blocks the loop never notices.

    Parameters
    ----------
    end
        Ends the wait in good order. Without it, and at a second interrupt, it is broken off.
    """

    def __init__(self, end: Callable[[], object] | None = None) -> None:
        self._end = end
        self._in_charge: Callable[[int, FrameType | None], object] | None = None

    def __enter__(self) -> Self:
        in_charge = signal.getsignal(signal.SIGINT)
        # Only the main thread is interrupted; and who ignores interrupts shall go on to do so.
        if threading.current_thread() is threading.main_thread() and callable(in_charge):
            self._in_charge = in_charge
            signal.signal(signal.SIGINT, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        if self._in_charge is not None:
            signal.signal(signal.SIGINT, self._in_charge)

    def taken(self, frame: FrameType | None = None) -> asyncio.CancelledError:
        """Do what is done about interrupts here; return what to raise if that raises nothing."""
        if self._in_charge is not None:
            self._in_charge(signal.SIGINT, frame)  # in a cell that blocks, a KeyboardInterrupt
        return asyncio.CancelledError()

    def _handle(self, _: int, frame: FrameType | None) -> None:
        if self._end is None:
            raise self.taken(frame)
        end, self._end = self._end, None
        end()


async def wait_awaited(future: concurrent.futures.Future[T]) -> T:
    """Await `future` on whatever loop is running. An interrupt ends the waiting, not the work.

    Raises
    ------
    RuntimeError
        When the work was cancelled.
    """
    loop = asyncio.get_running_loop()
    done = asyncio.Event()

    def wake(_: object) -> None:
        # The loop may be gone by the time the work is done: nobody waits then.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(done.set)

    future.add_done_callback(wake)
    while not future.done():
        try:
            async with asyncio.timeout(HEARTBEAT):
                await done.wait()
        except TimeoutError:
            continue
    try:
        return future.result()
    except concurrent.futures.CancelledError:
        raise RuntimeError(CANCELLED) from None


class Bridge:
    """An asyncio loop on a daemon thread, created on first use and again after a fork."""

    def __init__(self, name: str = "heygen-widget") -> None:
        self._name = name
        # Garbage may be collected while it is held, and what is collected may call.
        self._lock = threading.RLock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._pid: int | None = None

    def submit(self, work: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Start a coroutine on the private loop, from any thread."""
        return asyncio.run_coroutine_threadsafe(work, self._running_loop())

    def call(self, function: Callable[..., object], *arguments: object) -> None:
        """Call a plain function on the private loop soon, in the order of the calls."""
        self._running_loop().call_soon_threadsafe(function, *arguments)

    def ask(self, function: Callable[..., T], *arguments: object) -> T:
        """Call a plain function on the private loop, after the calls before; return its answer."""
        if self.is_this_thread():
            return function(*arguments)
        answer: concurrent.futures.Future[T] = concurrent.futures.Future()
        self.call(_answer, answer, function, arguments)
        return _block(answer, None)  # it depends on nobody else's loop

    @property
    def running(self) -> bool:
        """Whether the loop is there: it was used, and neither closed nor left to a parent."""
        alive = self._thread is not None and self._thread.is_alive()
        return self._loop is not None and alive and self._pid == os.getpid()

    def is_this_thread(self) -> bool:
        """Whether the caller runs on the private loop."""
        return threading.current_thread() is self._thread

    def close(self, timeout: float = 2.0) -> None:
        """Cancel what still runs and end the thread, waiting at most `timeout` seconds."""
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is None or thread is None or self._pid != os.getpid() or loop.is_closed():
            return
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout)

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is not None and self.running:
                return self._loop
            self._loop = asyncio.new_event_loop()
            self._pid = os.getpid()
            self._thread = threading.Thread(
                target=_run, args=(self._loop,), name=self._name, daemon=True
            )
            self._thread.start()
            return self._loop


def _answer(
    answer: concurrent.futures.Future[T], function: Callable[..., T], arguments: tuple[object, ...]
) -> None:
    try:
        answer.set_result(function(*arguments))
    except BaseException as error:  # noqa: BLE001 (it is raised where the answer is awaited)
        answer.set_exception(error)


def _run(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        while not _runs_to_its_end(loop):
            pass
    finally:
        leftover = asyncio.all_tasks(loop)
        for task in leftover:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*leftover, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


def _runs_to_its_end(loop: asyncio.AbstractEventLoop) -> bool:
    """Run a loop until it is stopped, or until code that it runs calls `sys.exit`.

    asyncio lets that, and a `KeyboardInterrupt`, out of a task or a callback of a loop. But this
    loop is not the one to exit: sessions that cost money depend on it.
    """
    try:
        loop.run_forever()
    except (SystemExit, KeyboardInterrupt):
        _log.exception("Code on an avatar's event loop tried to exit; the loop keeps running.")
        return False
    return True


bridge: Final = Bridge()
"""This process's private loop."""
# At exit the finalizers run after whatever is registered from here on: sessions need their server
# and what they write to until the loop has stopped. The first finalizer sets that place.
weakref.finalize(bridge, bridge.close)
atexit.register(bridge.close, 0.5)
