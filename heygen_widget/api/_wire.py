"""Sends operations, blocking.

Decides nothing: what to send, when to retry and what a response means is defined elsewhere
(`_operations`, `_exchange`, `_answers`).
"""

import logging
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

import httpx

from heygen_widget.api.bounded import TooMuch, read

from ._answers import read_answer
from ._carrying import (
    BaseWire,
    as_read,
    cut_short,
    give_up_unless_orderly,
    most_of,
    patience_of,
    writing_of,
)
from ._deadline import answer_due, keep_deadlines, set_due
from ._exchange import Fault, Outcome, Pause, StepT, T, lost_body
from ._frames import sealed
from ._late import Apart, overdue, undoing, wait_for_threads
from ._lines import Line, Lines
from ._operations import AnswerT, Operation
from ._settings import Settings
from .errors import HeyGenError

_CLOSING: Final = 1.0  # seconds that closing given-up connections may hold anybody up

_log = logging.getLogger(__name__)


class Wire(BaseWire):
    """Carries out operations while the caller waits.

    Attributes
    ----------
    sleep
        Waits between two attempts, for so many seconds.
    """

    sleep: Callable[[float], object]

    def __init__(self, settings: Settings, http: httpx.Client | None) -> None:
        super().__init__(settings)
        self.sleep = time.sleep
        self._lines = Lines(lambda: keep_deadlines(httpx.Client(**settings.http_options)), http)

    @sealed
    def run(self, operation: Operation[AnswerT]) -> AnswerT:
        """Run an operation and return the server's response."""
        with self._line() as line:
            answer = self._exchange(line, operation)
        return read_answer(operation, answer, self.settings.key)

    @contextmanager
    def stream(self, operation: Operation[AnswerT]) -> Generator[httpx.Response]:
        """Yield the unread response of a streamed operation while the block lasts."""
        with self._line() as line:
            response = self._exchange(line, operation)
            try:
                yield response
            finally:
                response.close()

    def close(self) -> None:
        """Close the connections, unless they belong to someone else."""
        try:
            wait_for_threads(self)
        finally:
            if (http := self._lines.close()) is not None:
                http.close()

    @contextmanager
    def _line(self) -> Generator[Line[httpx.Client]]:
        self._birth.check()
        line = self._lines.take(token := object())
        try:
            yield line
        except BaseException as error:
            give_up_unless_orderly(self._lines, line, error)
            raise
        finally:
            self._leave(line, token)

    def _leave(self, line: Line[httpx.Client], token: object) -> None:
        if (http := self._lines.leave(line, token)) is not None:
            _close_apart(http)

    @sealed
    def _exchange(self, line: Line[httpx.Client], operation: Operation[AnswerT]) -> httpx.Response:
        flow = self._flow(line.http, operation)
        return self._drive(flow, lambda request: self._send(line, request, operation))

    def _drive(self, flow: Generator[StepT | Pause, Any, T], act: Callable[[StepT], object]) -> T:
        """Do what `flow` yields, send back what comes of it, and return its result."""
        outcome: object = None
        while True:
            try:
                step = flow.send(outcome)
            except StopIteration as done:
                result: T = done.value
                return result
            outcome = self.sleep(step.seconds) if isinstance(step, Pause) else act(step)

    @sealed
    def _send(
        self, line: Line[httpx.Client], request: httpx.Request, operation: Operation[AnswerT]
    ) -> Outcome:
        """Send a request once, where no interrupt can leave httpx in disorder."""
        costly = operation.undo is not None
        line.users.add(token := object())

        def work() -> Outcome:
            try:
                return self._answer(line.http, request, operation)
            finally:
                self._leave(line, token)

        apart = Apart[Outcome](work, partial(self._undo, operation), owner=self if costly else None)
        try:
            return apart.outcome(self.settings.timeout if costly else None)
        except TimeoutError:
            return overdue(self.settings.timeout)

    def _undo(self, operation: Operation[AnswerT], outcome: Outcome) -> None:
        """Undo what was answered when nobody waited for it any more."""
        if isinstance(outcome, httpx.Response):
            outcome.close()
        flow = undoing(operation, outcome, self.settings.key)
        try:
            self._drive(flow, self._try)
        except HeyGenError as error:
            _log.warning("%s", error)

    def _try(self, operation: Operation[Any]) -> HeyGenError | None:
        try:
            self.run(operation)
        except HeyGenError as error:
            return error
        return None

    @sealed
    def _answer(
        self, http: httpx.Client, request: httpx.Request, operation: Operation[AnswerT]
    ) -> Outcome:
        with answer_due():
            writing_of(request).on_written = lambda: set_due(patience_of(request))
            try:
                response = http.send(request, auth=self._auth, stream=True, follow_redirects=False)
            except httpx.RequestError as error:
                return Fault.of(error)
            if operation.streamed and response.is_success:
                return response
            return self._whole(response, operation)

    def _whole(self, response: httpx.Response, operation: Operation[AnswerT]) -> Outcome:
        try:
            return as_read(response, read(response, most_of(operation, response)))
        except httpx.RequestError as error:
            return lost_body(error, response)
        except TooMuch as much:
            return cut_short(operation, response, much, self.settings.key)
        finally:
            response.close()


def _close_apart(http: httpx.Client) -> None:
    """Close what was given up without waiting long: a lock in it may have been left locked."""
    closing = threading.Thread(target=http.close, name="heygen-widget-close", daemon=True)
    closing.start()
    closing.join(_CLOSING)
