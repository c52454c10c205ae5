"""Runs what a user wants called where they expect it, and shows what goes wrong there.

Events happen on the private loop. A call-back of the user's runs on the event loop it was made on,
the kernel's in a notebook: between cells and while one awaits, in the main thread, with what it
prints under the cell it came from. Where there was no loop it runs at once.
"""

import asyncio
import contextlib
import contextvars
import logging
import traceback
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from heygen_widget.bridge import bridge

_log = logging.getLogger(__name__)

Callback: TypeAlias = Callable[..., Any]


def show_traceback(error: Exception) -> None:
    """Show an error where the code that runs now prints, as nobody is there to catch it."""
    traceback.print_exception(error)


class Home:
    """Where the code that makes this runs, for calls of it later.

    Parameters
    ----------
    on_error
        Called with the name of a call-back and what it raised.
    """

    def __init__(self, on_error: Callable[[str, BaseException], None]) -> None:
        self._on_error = on_error
        self._context = contextvars.copy_context()
        self._loop: asyncio.AbstractEventLoop | None = None
        with contextlib.suppress(RuntimeError):
            self._loop = asyncio.get_running_loop()

    def call(self, callback: Callback, *arguments: object, name: str | None = None) -> None:
        """Call soon, or at once when this is not the private loop. Raises nothing.

        Parameters
        ----------
        callback, *arguments
            What to call.
        name
            What people know it by; the function's own name by default.
        """
        known = name or str(getattr(callback, "__qualname__", repr(callback)))
        if bridge.is_this_thread() and self._loop is not None and not self._loop.is_closed():
            with contextlib.suppress(RuntimeError):  # closed a moment ago
                self._loop.call_soon_threadsafe(
                    self._try, known, callback, arguments, context=self._context.copy()
                )
        else:
            self._try(known, callback, arguments)

    def _try(self, name: str, callback: Callback, arguments: tuple[object, ...]) -> None:
        try:
            callback(*arguments)
        # Whatever a user's function raises: sys.exit() there would end the loop that it runs on,
        # an avatar's or the kernel's, with a session open that costs money.
        except BaseException as error:  # noqa: BLE001
            _log.exception("%s failed.", name)
            self._on_error(name, error)


class Observers:
    """The call-backs of one avatar, in the order in which they were added.

    Parameters
    ----------
    on_error
        Called with the name of a call-back and what it raised.
    """

    def __init__(self, on_error: Callable[[str, BaseException], None]) -> None:
        self._on_error: Final = on_error
        self._all: dict[Callback, Home] = {}

    def add(self, callback: Callback) -> None:
        """Call `callback` from now on, where this was called. Adding it again changes nothing."""
        self._all.setdefault(callback, Home(self._on_error))

    def remove(self, callback: Callback) -> None:
        """Call it no longer. Harmless when it was not added."""
        self._all.pop(callback, None)

    def notify(self, event: object) -> None:
        """Call all of them with `event`."""
        for callback, home in tuple(self._all.items()):
            home.call(callback, event)
