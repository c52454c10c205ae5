"""Sends operations asynchronously; the counterpart of `_wire` on the running event loop."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from heygen_widget.api.bounded import TooMuch, aread

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
from ._deadline import TAKES_TOO_LONG
from ._exchange import Fault, Outcome, Pause, StepT, T, lost_body
from ._frames import sealed_async
from ._late import overdue, undoing, wait_for_tasks
from ._lines import Lines
from ._operations import AnswerT, Operation
from ._settings import Settings
from .errors import HeyGenError

_log = logging.getLogger(__name__)


class AsyncWire(BaseWire):
    """Carries out operations on the running event loop.

    Attributes
    ----------
    sleep
        Waits between two attempts, for so many seconds.
    """

    sleep: Callable[[float], Awaitable[object]]

    def __init__(self, settings: Settings, http: httpx.AsyncClient | None) -> None:
        super().__init__(settings)
        self.sleep = asyncio.sleep
        self._lines = Lines(lambda: httpx.AsyncClient(**settings.http_options), http)
        self._late: set[asyncio.Task[None]] = set()

    @sealed_async
    async def run(self, operation: Operation[AnswerT]) -> AnswerT:
        """Run an operation and return the server's response."""
        async with self._line() as http:
            answer = await self._exchange(http, operation)
        return read_answer(operation, answer, self.settings.key)

    @asynccontextmanager
    async def stream(self, operation: Operation[AnswerT]) -> AsyncGenerator[httpx.Response]:
        """Yield the unread response of a streamed operation while the block lasts."""
        async with self._line() as http:
            response = await self._exchange(http, operation)
            try:
                yield response
            finally:
                await response.aclose()

    async def close(self) -> None:
        """Close the connections, unless they belong to someone else."""
        try:
            await wait_for_tasks(self._late)
        finally:
            if (http := self._lines.close()) is not None:
                await http.aclose()

    @asynccontextmanager
    async def _line(self) -> AsyncGenerator[httpx.AsyncClient]:
        self._birth.check()
        line = self._lines.take(token := object())
        try:
            yield line.http
        except BaseException as error:
            give_up_unless_orderly(self._lines, line, error)
            raise
        finally:
            if (http := self._lines.leave(line, token)) is not None:
                await http.aclose()

    @sealed_async
    async def _exchange(
        self, http: httpx.AsyncClient, operation: Operation[AnswerT]
    ) -> httpx.Response:
        flow = self._flow(http, operation)
        return await self._drive(flow, lambda request: self._send(http, request, operation))

    async def _drive(
        self, flow: Generator[StepT | Pause, Any, T], act: Callable[[StepT], Awaitable[object]]
    ) -> T:
        """Do what `flow` yields, send back what comes of it, and return its result."""
        outcome: object = None
        while True:
            try:
                step = flow.send(outcome)
            except StopIteration as done:
                result: T = done.value
                return result
            if isinstance(step, Pause):
                outcome = await self.sleep(step.seconds)
            else:
                outcome = await act(step)

    @sealed_async
    async def _send(
        self, http: httpx.AsyncClient, request: httpx.Request, operation: Operation[AnswerT]
    ) -> Outcome:
        if operation.undo is None:
            return await self._answer(http, request, operation)

        async def work() -> Outcome:
            async with self._line() as its_own:
                return await self._answer(its_own, request, operation)

        working = asyncio.create_task(work())
        try:
            done, _ = await asyncio.wait({working}, timeout=self.settings.timeout)
        except BaseException:
            self._leave(operation, working)
            raise
        if done:
            return working.result()
        self._leave(operation, working)
        return overdue(self.settings.timeout)

    def _leave(self, operation: Operation[AnswerT], working: "asyncio.Task[Outcome]") -> None:
        late = asyncio.create_task(self._undo(operation, working))
        self._late.add(late)
        late.add_done_callback(self._late.discard)

    async def _undo(self, operation: Operation[AnswerT], working: "asyncio.Task[Outcome]") -> None:
        """Undo what is answered when nobody waits for it any more."""
        try:
            flow = undoing(operation, await working, self.settings.key)
            await self._drive(flow, self._try)
        except HeyGenError as error:
            _log.warning("%s", error)

    async def _try(self, operation: Operation[Any]) -> HeyGenError | None:
        try:
            await self.run(operation)
        except HeyGenError as error:
            return error
        return None

    @sealed_async
    async def _answer(
        self, http: httpx.AsyncClient, request: httpx.Request, operation: Operation[AnswerT]
    ) -> Outcome:
        response: httpx.Response | None = None
        try:
            async with asyncio.timeout(None) as limit:
                writing_of(request).on_written = lambda: _begin(limit, patience_of(request))
                response = await http.send(
                    request, auth=self._auth, stream=True, follow_redirects=False
                )
                if operation.streamed and response.is_success:
                    return response
                return await self._whole(response, operation)
        except TimeoutError:
            error = httpx.ReadTimeout(TAKES_TOO_LONG, request=request)
        except httpx.RequestError as fault:
            return Fault.of(fault)
        return Fault.of(error) if response is None else lost_body(error, response)

    async def _whole(self, response: httpx.Response, operation: Operation[AnswerT]) -> Outcome:
        try:
            return as_read(response, await aread(response, most_of(operation, response)))
        except httpx.RequestError as error:
            return lost_body(error, response)
        except TooMuch as much:
            return cut_short(operation, response, much, self.settings.key)
        finally:
            await response.aclose()


def _begin(limit: asyncio.Timeout, seconds: float | None) -> None:
    """Let what is under way take so many seconds from now on."""
    limit.reschedule(None if seconds is None else asyncio.get_running_loop().time() + seconds)
