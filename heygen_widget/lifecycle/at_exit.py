"""Ends the sessions that cost money when the process ends.

The process waits for it briefly, since Jupyter soon kills the kernel. By then no new thread can be
started, in which asyncio would look up the names of hosts: they are looked up on the loop itself.
"""

import asyncio
import atexit
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import FrameType
from typing import Final, ParamSpec, TypeVar

from heygen_widget.bridge import bridge
from heygen_widget.lifecycle.avatars import AnyAvatar, find_avatars, forget_all

AT_EXIT: Final = 1.5
"""Seconds for all of it; Jupyter kills a kernel that takes longer than 2.5."""

LAST_CALLS: Final = 0.5
"""Seconds for callbacks about these endings."""

CUT_OFF: Final = (
    "The program ended while an avatar was rehearsing, so it was cut off. "
    "To let it speak, call avatar.finish() and avatar.wait() before the program ends.\n"
)

_FATAL: Final = (signal.SIGTERM, signal.SIGHUP) if os.name == "posix" else ()

P = ParamSpec("P")
T = TypeVar("T")

_ending = False
_afterwards: list[Callable[[float], object]] = []


def wait_at_exit(wait: Callable[[float], object]) -> None:
    """Call `wait` after the sessions have ended, with the seconds it may take."""
    _afterwards.append(wait)


def await_signals() -> None:
    """End the sessions before a signal ends the process, unless the program handles it itself.

    Only the main thread can arrange it.
    """
    if threading.current_thread() is threading.main_thread():
        for number in _FATAL:
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, _end_by_signal)


def _end_by_signal(number: int, _: FrameType | None) -> None:
    signal.signal(number, signal.SIG_DFL)
    _end_all()
    os.kill(os.getpid(), number)  # whoever waits for this process learns how it ended


def process_ends() -> bool:
    """Whether this process is about to end, so that its sessions' results are no longer needed."""
    return _ending


@atexit.register
def _end_with_program() -> None:
    # A script shows no panel that could tell; a rehearsal's server ends with this process.
    if "ipykernel" not in sys.modules and find_avatars(_rehearses) and sys.stderr:
        sys.stderr.write(CUT_OFF)
    _end_all()


def _rehearses(avatar: AnyAvatar) -> bool:
    return not (avatar.connection.lasting or avatar.queue.idle)


def _end_all() -> None:
    global _ending  # noqa: PLW0603 (a process ends once)
    _ending = True
    costly = find_avatars(lambda avatar: avatar.connection.lasting)
    if any(not avatar.queue.idle for avatar in costly):
        # Nobody is left to read of an error; an idle session ends by the server's own timeout.
        with contextlib.suppress(Exception):
            bridge.submit(_end_each(costly)).result(AT_EXIT)
    for wait in _afterwards:
        wait(LAST_CALLS)


async def _end_each(avatars: list[AnyAvatar]) -> None:
    asyncio.get_running_loop().set_default_executor(_NoThreads())
    for avatar in avatars:
        avatar.queue.stop()
    for avatar in avatars:
        await avatar.queue.rest()
    for avatar in avatars:
        await avatar.connection.aclose()


class _NoThreads(ThreadPoolExecutor):
    """Runs what it is given at once, in the thread that gives it."""

    def submit(
        self, function: Callable[P, T], /, *arguments: P.args, **keywords: P.kwargs
    ) -> Future[T]:
        done: Future[T] = Future()
        try:
            done.set_result(function(*arguments, **keywords))
        except Exception as error:  # noqa: BLE001 (the caller's to handle, as with threads)
            done.set_exception(error)
        return done


def _leave_to_parent() -> None:
    """In a forked child: the sessions are the parent's to end."""
    forget_all()
    with contextlib.suppress(ValueError):  # outside of the main thread
        for number in _FATAL:
            if signal.getsignal(number) is _end_by_signal:
                signal.signal(number, signal.SIG_DFL)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_to_parent)


await_signals()  # when this is imported, since avatars may be made in other threads
