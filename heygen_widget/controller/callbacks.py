"""Runs the user's callbacks where users expect them, and shows their errors.

Events happen on the private loop. A user's callback runs on the event loop it was created on,
the kernel's in a notebook: between cells and while one awaits, in the main thread, with what it
prints under the cell it came from. Where there was no loop it runs in a thread for callbacks, one
after the other: one that takes long, or never returns, holds up no session.
"""

import asyncio
import contextlib
import contextvars
import logging
import queue
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from heygen_widget.bridge import bridge

SLOW: Final = 5.0
"""Seconds after which users are told which callback the others are waiting for."""

_log = logging.getLogger(__name__)

Callback: TypeAlias = Callable[..., Any]


def show_traceback(error: Exception) -> None:
    """Print an error that nobody can catch, where the running code prints."""
    traceback.print_exception(error)


class CallbackContext:
    """Where the creating code runs, so that later calls run there too.

    Parameters
    ----------
    on_error
        Called with the name of a callback and what it raised.
    """

    def __init__(self, on_error: Callable[[str, BaseException], None]) -> None:
        self._on_error = on_error
        self._context = contextvars.copy_context()
        self._loop: asyncio.AbstractEventLoop | None = None
        with contextlib.suppress(RuntimeError):
            self._loop = asyncio.get_running_loop()

    def call(self, callback: Callback, *arguments: object, name: str | None = None) -> None:
        """Call soon; at once when this is not the private loop. Raises nothing.

        Parameters
        ----------
        callback, *arguments
            What to call.
        name
            What people know it by; the function's own name by default.
        """
        known = name or str(getattr(callback, "__qualname__", repr(callback)))
        if not bridge.is_this_thread():
            self._try(known, callback, arguments)
        elif self._loop is not None and not self._loop.is_closed():
            with contextlib.suppress(RuntimeError):  # closed a moment ago
                self._loop.call_soon_threadsafe(
                    self._try, known, callback, arguments, context=self._context.copy()
                )
        else:
            _turns.put(
                lambda: self._try(known, callback, arguments),
                lambda seconds: self._tell_slow(known, seconds),
            )

    def _tell_slow(self, name: str, seconds: float) -> None:
        _log.warning("%s has been running for %.1f s; other callbacks wait for it.", name, seconds)
        said = (
            f"It has been running for {seconds:.1f} s. Other callbacks wait; the session continues."
        )
        self._on_error(name, TimeoutError(said))

    def _try(self, name: str, callback: Callback, arguments: tuple[object, ...]) -> None:
        try:
            callback(*arguments)
        # Whatever a user's function raises: sys.exit() there would end the loop that it runs on,
        # an avatar's or the kernel's, with a session open that costs money.
        except BaseException as error:  # noqa: BLE001
            _log.exception("%s failed.", name)
            self._on_error(name, error)


class Callbacks:
    """The callbacks of one avatar, in the order they were added."""

    def __init__(self, on_error: Callable[[str, BaseException], None]) -> None:
        self._on_error: Final = on_error
        self._all: dict[Callback, CallbackContext] = {}

    def add(self, callback: Callback) -> None:
        """Add `callback`, to run where this method was called. Adding it again changes nothing."""
        self._all.setdefault(callback, CallbackContext(self._on_error))

    def remove(self, callback: Callback) -> None:
        """Remove it. Harmless when it was not added."""
        self._all.pop(callback, None)

    def notify(self, event: object) -> None:
        """Call all of them with `event`."""
        for callback, context in tuple(self._all.items()):
            context.call(callback, event)


_Call: TypeAlias = Callable[[], object]
_TellSlow: TypeAlias = Callable[[float], object]


class _Turns:
    """Makes calls in a daemon thread, in the order in which they came."""

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[tuple[_Call, _TellSlow]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._under_way: tuple[float, _TellSlow] | None = None  # since when a call is made
        self._told: _TellSlow | None = None

    def put(self, call: _Call, tell_slow: _TellSlow) -> None:
        """Call soon, in that thread; report once if it takes long. Neither raises."""
        self._tell_if_slow()
        if self._thread is None or not self._thread.is_alive():  # as after a fork
            self._calls = queue.SimpleQueue()
            self._thread = threading.Thread(
                target=self._run, args=(self._calls,), name="heygen-widget-callbacks", daemon=True
            )
            try:
                self._thread.start()
            except RuntimeError:  # while Python ends, none is started any more
                call()
                return
        self._calls.put((call, tell_slow))

    def rest(self, seconds: float) -> None:
        """Wait until all calls were made, for so many seconds."""
        done = threading.Event()
        if self._thread is None or not self._thread.is_alive():
            return
        self._calls.put((done.set, lambda _: None))
        if not done.wait(seconds):
            self._tell_if_slow(0.0)

    def _run(self, calls: "queue.SimpleQueue[tuple[_Call, _TellSlow]]") -> None:
        while True:
            call, tell_slow = calls.get()
            self._under_way = (time.monotonic(), tell_slow)
            call()
            self._under_way = self._told = None
            del call, tell_slow  # which hold an avatar, while the next call is waited for

    def _tell_if_slow(self, least: float | None = None) -> None:
        if self._under_way is None:
            return
        since, tell_slow = self._under_way
        seconds = time.monotonic() - since
        if seconds > (SLOW if least is None else least) and tell_slow is not self._told:
            self._told = tell_slow
            tell_slow(seconds)


_turns: Final = _Turns()
"""The thread for all callbacks added where no event loop was running."""


def wait_for_callbacks(seconds: float) -> None:
    """Wait up to this many seconds for the callbacks on the callback thread."""
    _turns.rest(seconds)
