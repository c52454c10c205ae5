"""Puts operations on the wire, blocking (`Wire`) or awaiting (`AsyncWire`).

Decides nothing: what to send, when to repeat and what an answer means is said elsewhere
(`_operations`, `_exchange`, `_answers`).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from io import BytesIO

import httpx

from ._answers import read_answer
from ._exchange import Fault, Outcome, Pause, exchange, lost_body
from ._key import KeyAuth
from ._operations import AnswerT, Operation
from ._settings import Settings


def _request(
    http: httpx.Client | httpx.AsyncClient, settings: Settings, operation: Operation[AnswerT]
) -> httpx.Request:
    file = operation.upload
    uploads = file is not None
    return http.build_request(
        operation.method,
        settings.base_url + operation.path,
        content=operation.body,
        # From bytes httpx would make a single write, and one time-out for all of it.
        files={"file": (file.filename, BytesIO(file.data), file.media_type)} if file else None,
        headers=settings.headers(streamed=operation.streamed, uploads=uploads),
        timeout=settings.timeouts(
            streamed=operation.streamed, uploads=uploads, patience=operation.patience
        ),
    )


class Wire:
    """Carries out operations while the caller waits.

    Attributes
    ----------
    settings
        Key, address and patience.
    sleep
        Waits between two attempts, for so many seconds.
    """

    settings: Settings
    sleep: Callable[[float], object]

    def __init__(self, settings: Settings, http: httpx.Client | None) -> None:
        self.settings = settings
        self.sleep = time.sleep
        self._auth = KeyAuth(settings.key)
        self._borrowed = http is not None
        self._http = http or httpx.Client(**settings.http_options)

    def run(self, operation: Operation[AnswerT]) -> AnswerT:
        """Carry out an operation and return what the server says."""
        return read_answer(operation, self.open(operation), self.settings.key)

    def open(self, operation: Operation[AnswerT]) -> httpx.Response:
        """Return the successful answer; that of a streamed operation is unread, to be closed."""
        flow = exchange(
            operation,
            _request(self._http, self.settings, operation),
            self.settings.key,
            max_retries=self.settings.max_retries,
        )
        try:
            step = next(flow)
            while True:
                if isinstance(step, Pause):
                    self.sleep(step.seconds)
                    step = next(flow)
                else:
                    step = flow.send(self._send(step, streamed=operation.streamed))
        except StopIteration as done:
            answer: httpx.Response = done.value
            return answer

    def close(self) -> None:
        """Close the connections, unless they belong to someone else."""
        if not self._borrowed:
            self._http.close()

    def _send(self, request: httpx.Request, *, streamed: bool) -> Outcome:
        try:
            response = self._http.send(
                request, auth=self._auth, stream=True, follow_redirects=False
            )
        except httpx.RequestError as error:
            return Fault.of(error)
        if streamed and response.is_success:
            return response
        try:
            response.read()
        except httpx.RequestError as error:
            return lost_body(error, response)
        finally:
            response.close()
        return response


class AsyncWire:
    """Carries out operations on the running event loop.

    Attributes
    ----------
    settings
        Key, address and patience.
    sleep
        Waits between two attempts, for so many seconds.
    """

    settings: Settings
    sleep: Callable[[float], Awaitable[object]]

    def __init__(self, settings: Settings, http: httpx.AsyncClient | None) -> None:
        self.settings = settings
        self.sleep = asyncio.sleep
        self._auth = KeyAuth(settings.key)
        self._borrowed = http is not None
        self._http = http or httpx.AsyncClient(**settings.http_options)

    async def run(self, operation: Operation[AnswerT]) -> AnswerT:
        """Carry out an operation and return what the server says."""
        return read_answer(operation, await self.open(operation), self.settings.key)

    async def open(self, operation: Operation[AnswerT]) -> httpx.Response:
        """Return the successful answer; that of a streamed operation is unread, to be closed."""
        flow = exchange(
            operation,
            _request(self._http, self.settings, operation),
            self.settings.key,
            max_retries=self.settings.max_retries,
        )
        try:
            step = next(flow)
            while True:
                if isinstance(step, Pause):
                    await self.sleep(step.seconds)
                    step = next(flow)
                else:
                    step = flow.send(await self._send(step, streamed=operation.streamed))
        except StopIteration as done:
            answer: httpx.Response = done.value
            return answer

    async def close(self) -> None:
        """Close the connections, unless they belong to someone else."""
        if not self._borrowed:
            await self._http.aclose()

    async def _send(self, request: httpx.Request, *, streamed: bool) -> Outcome:
        try:
            response = await self._http.send(
                request, auth=self._auth, stream=True, follow_redirects=False
            )
        except httpx.RequestError as error:
            return Fault.of(error)
        if streamed and response.is_success:
            return response
        try:
            await response.aread()
        except httpx.RequestError as error:
            return lost_body(error, response)
        finally:
            await response.aclose()
        return response
