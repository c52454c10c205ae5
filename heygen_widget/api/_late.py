"""Handles late responses: a session opened by an abandoned request is ended.

A session costs money. So a request that opens one continues after its caller has given up,
because of a timeout, an interrupt or a cancellation; if it succeeds after all, the
session is ended.
"""

import asyncio
import atexit
import contextvars
import logging
import math
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import Future, wait
from dataclasses import replace
from itertools import islice
from typing import Any, Final, Generic, TypeVar

from heygen_widget.api.backoff import asked_to_wait, growing

from ._answers import read_answer
from ._exchange import Fault, Outcome, Pause
from ._key import Secret
from ._operations import AnswerT, Operation
from .errors import APIError, HeyGenError, RateLimited, ServerError, UnexpectedResponse

PARTING: Final = 5.0
"""Maximum seconds that closing a client, or leaving Python, waits for such responses."""

_ATTEMPTS: Final = 7  # to end what was opened

_HEARTBEAT: Final = 0.2  # seconds; an interrupt that comes just before a thread blocks waits for it

T = TypeVar("T")

_log = logging.getLogger(__name__)
_owned: dict[threading.Thread, object] = {}


def overdue(seconds: float) -> Fault:
    """Return the fault reported to the caller of a request that continues without it."""
    return Fault(f"no response within {seconds:g} s", timed_out=True, sent=None)


def undoing(
    operation: Operation[AnswerT], outcome: Outcome, key: Secret
) -> Generator[Operation[Any] | Pause, HeyGenError | None]:
    """Yield what to do next until the session opened by a late response is ended.

    Send back the error of each operation, or None.
    """
    if operation.undo is None or isinstance(outcome, Fault):
        return
    if not operation.dialect.accepts(outcome):
        return
    for way in operation.undo(read_answer(operation, outcome, key)):
        for pause in islice(growing(), _ATTEMPTS):
            error = yield replace(way, once=True)
            if error is None or isinstance(error, UnexpectedResponse):
                _log.info("%s succeeded too late and was undone.", operation.name)
                return
            if isinstance(error, APIError) and not isinstance(error, ServerError | RateLimited):
                break  # this server cannot be told so
            yield Pause(max(pause, asked_to_wait(error)))


class Apart(Generic[T]):
    """Runs work in a thread, where no interrupt reaches it and where it may be abandoned.

    Parameters
    ----------
    work
        What to do.
    late
        What to do with that which comes of it when nobody waits for it any more.
    owner
        Who is to wait for all of this before he goes; None for nobody.
    """

    def __init__(
        self, work: Callable[[], T], late: Callable[[T], None], owner: object = None
    ) -> None:
        self._work = work
        self._late = late
        self._owner = owner
        self._outcome: Future[T] = Future()

    def outcome(self, seconds: float | None = None) -> T:
        """Run the work and return its result.

        Raises
        ------
        TimeoutError
            When it takes longer. It goes on.
        """
        try:
            self._start(self._run)
            return self._wait(seconds)
        except BaseException as error:
            if self._outcome.cancel() or self._outcome.cancelled():
                raise
            if isinstance(error, TimeoutError):
                return self._outcome.result()  # it has come at this very moment
            if self._outcome.exception() is None:
                self._start(self._late, self._outcome.result())  # interrupted as it came
            raise

    def _wait(self, seconds: float | None) -> T:
        deadline = math.inf if seconds is None else time.monotonic() + seconds
        while not self._outcome.done() and (left := deadline - time.monotonic()) > 0:
            wait([self._outcome], min(left, _HEARTBEAT))
        return self._outcome.result(0)

    def _run(self) -> None:
        try:
            outcome = self._work()
        except BaseException as error:  # noqa: BLE001 (it is raised where it is waited for)
            if self._outcome.set_running_or_notify_cancel():
                self._outcome.set_exception(error)
            return
        if self._outcome.set_running_or_notify_cancel():
            self._outcome.set_result(outcome)
        else:
            self._late(outcome)

    def _start(self, work: Callable[..., object], *arguments: object) -> None:
        def run() -> None:
            try:
                context.run(work, *arguments)
            finally:
                _owned.pop(threading.current_thread(), None)

        context = contextvars.copy_context()
        thread = threading.Thread(target=run, name="heygen-widget-request", daemon=True)
        if self._owner is not None:
            _owned[thread] = self._owner
        try:
            thread.start()
        except RuntimeError:  # while Python ends, none is started any more
            context.run(work, *arguments)


@atexit.register
def wait_for_threads(owner: object = None) -> None:
    """Wait briefly for the threads of one owner, or of all owners."""
    deadline = time.monotonic() + PARTING
    for thread, its_owner in tuple(_owned.items()):
        if owner in {None, its_owner} and thread.ident is not None:
            thread.join(max(0.0, deadline - time.monotonic()))


async def wait_for_tasks(tasks: set["asyncio.Task[None]"]) -> None:
    """Wait briefly for this loop's tasks; then cancel them."""
    loop = asyncio.get_running_loop()
    if ours := {task for task in tasks if task.get_loop() is loop}:
        _, pending = await asyncio.wait(ours, timeout=PARTING)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
