"""Puts operations on the wire, blocking (`Wire`) or awaiting (`AsyncWire`).

Decides nothing: what to send, when to repeat and what an answer means is said elsewhere
(`_operations`, `_exchange`, `_answers`).
"""

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from io import BytesIO
from typing import Any, Final

import httpx

from heygen_widget.bounded import TooMuch, aread, read

from ._answers import read_answer, unexpected
from ._birth import Birth
from ._exchange import Fault, Outcome, Pause, exchange, lost_body
from ._frames import sealed, sealed_async
from ._key import KeyAuth
from ._lines import Line, Lines
from ._operations import AnswerT, Operation
from ._settings import Settings
from ._writing import AsyncWriting, Writing
from .errors import HeyGenError

MAX_REFUSAL: Final = 64 * 1024
"""Bytes of a refusal that are read; the status says enough, and its end is let go."""
LONGEST_BODY: Final = 60.0
"""Seconds in which the body of an answer is there, whole; or as long as the client is patient."""
_CLOSING: Final = 1.0  # seconds that closing given-up connections may hold anybody up


def _request(
    http: httpx.Client | httpx.AsyncClient, settings: Settings, operation: Operation[AnswerT]
) -> httpx.Request:
    file = operation.upload
    uploads = file is not None
    writing = AsyncWriting() if isinstance(http, httpx.AsyncClient) else Writing()
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
        extensions={"trace": writing},
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
        self._birth = Birth("client")
        self._lines = Lines(lambda: httpx.Client(**settings.http_options), http)

    @sealed
    def run(self, operation: Operation[AnswerT]) -> AnswerT:
        """Carry out an operation and return what the server says."""
        with self._line() as http:
            answer = self._exchange(http, operation)
        return read_answer(operation, answer, self.settings.key)

    @contextmanager
    def stream(self, operation: Operation[AnswerT]) -> Generator[httpx.Response]:
        """Give the answer of a streamed operation, unread, while the block lasts."""
        with self._line() as http:
            response = self._exchange(http, operation)
            try:
                yield response
            finally:
                response.close()

    def close(self) -> None:
        """Close the connections, unless they belong to someone else."""
        if (http := self._lines.close()) is not None:
            http.close()

    @contextmanager
    def _line(self) -> Generator[httpx.Client]:
        self._birth.check()
        line = self._lines.take(token := object())
        try:
            yield line.http
        except BaseException as error:
            _give_up_unless_orderly(self._lines, line, error)
            raise
        finally:
            if (http := self._lines.leave(line, token)) is not None:
                _close_apart(http)

    @sealed
    def _exchange(self, http: httpx.Client, operation: Operation[AnswerT]) -> httpx.Response:
        """Return the successful answer; that of a streamed operation is unread."""
        flow = exchange(
            operation,
            _request(http, self.settings, operation),
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
                    step = flow.send(self._send(http, step, operation))
        except StopIteration as done:
            answer: httpx.Response = done.value
            return answer

    @sealed
    def _send(
        self, http: httpx.Client, request: httpx.Request, operation: Operation[AnswerT]
    ) -> Outcome:
        try:
            response = http.send(request, auth=self._auth, stream=True, follow_redirects=False)
        except httpx.RequestError as error:
            return Fault.of(error)
        if operation.streamed and response.is_success:
            return response
        try:
            return _read(response, read(response, _most(operation, response), _longest(request)))
        except httpx.RequestError as error:
            return lost_body(error, response)
        except TooMuch as much:
            return self._cut(operation, response, much)
        finally:
            response.close()

    def _cut(
        self, operation: Operation[AnswerT], response: httpx.Response, much: TooMuch
    ) -> httpx.Response:
        if response.is_success:
            raise unexpected(operation, response, str(much), self.settings.key)
        return _read(response, much.start)


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
        self._birth = Birth("client")
        self._lines = Lines(lambda: httpx.AsyncClient(**settings.http_options), http)

    @sealed_async
    async def run(self, operation: Operation[AnswerT]) -> AnswerT:
        """Carry out an operation and return what the server says."""
        async with self._line() as http:
            answer = await self._exchange(http, operation)
        return read_answer(operation, answer, self.settings.key)

    @asynccontextmanager
    async def stream(self, operation: Operation[AnswerT]) -> AsyncGenerator[httpx.Response]:
        """Give the answer of a streamed operation, unread, while the block lasts."""
        async with self._line() as http:
            response = await self._exchange(http, operation)
            try:
                yield response
            finally:
                await response.aclose()

    async def close(self) -> None:
        """Close the connections, unless they belong to someone else."""
        if (http := self._lines.close()) is not None:
            await http.aclose()

    @asynccontextmanager
    async def _line(self) -> AsyncGenerator[httpx.AsyncClient]:
        self._birth.check()
        line = self._lines.take(token := object())
        try:
            yield line.http
        except BaseException as error:
            _give_up_unless_orderly(self._lines, line, error)
            raise
        finally:
            if (http := self._lines.leave(line, token)) is not None:
                await http.aclose()

    @sealed_async
    async def _exchange(
        self, http: httpx.AsyncClient, operation: Operation[AnswerT]
    ) -> httpx.Response:
        """Return the successful answer; that of a streamed operation is unread."""
        flow = exchange(
            operation,
            _request(http, self.settings, operation),
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
                    step = flow.send(await self._send(http, step, operation))
        except StopIteration as done:
            answer: httpx.Response = done.value
            return answer

    @sealed_async
    async def _send(
        self, http: httpx.AsyncClient, request: httpx.Request, operation: Operation[AnswerT]
    ) -> Outcome:
        try:
            response = await http.send(
                request, auth=self._auth, stream=True, follow_redirects=False
            )
        except httpx.RequestError as error:
            return Fault.of(error)
        if operation.streamed and response.is_success:
            return response
        try:
            body = await aread(response, _most(operation, response), _longest(request))
            return _read(response, body)
        except httpx.RequestError as error:
            return lost_body(error, response)
        except TooMuch as much:
            return self._cut(operation, response, much)
        finally:
            await response.aclose()

    def _cut(
        self, operation: Operation[AnswerT], response: httpx.Response, much: TooMuch
    ) -> httpx.Response:
        if response.is_success:
            raise unexpected(operation, response, str(much), self.settings.key)
        return _read(response, much.start)


def _close_apart(http: httpx.Client) -> None:
    """Close what was given up without waiting long: a lock in it may have been left locked."""
    closing = threading.Thread(target=http.close, name="heygen-widget-close", daemon=True)
    closing.start()
    closing.join(_CLOSING)


def _give_up_unless_orderly(lines: Lines[Any], line: Line[Any], error: BaseException) -> None:
    """Trust a line no longer, unless what ended a request is known to leave it in order.

    httpx clears up after a cancellation, which comes only where it awaits; and after the end of a
    generator, which is that of its consumer.
    """
    if not isinstance(error, HeyGenError | asyncio.CancelledError | GeneratorExit):
        lines.give_up(line)


def _most(operation: Operation[AnswerT], response: httpx.Response) -> int:
    return operation.most if response.is_success else MAX_REFUSAL


def _longest(request: httpx.Request) -> float | None:
    """Return the seconds in which the body is to be there, whole."""
    patience: float | None = request.extensions["timeout"]["read"]
    return None if patience is None else max(patience, LONGEST_BODY)


def _read(response: httpx.Response, body: bytes) -> httpx.Response:
    """Return an answer that holds its body, unpacked; not how it came."""
    headers = [
        (name, value)
        for name, value in response.headers.multi_items()
        if name not in {"content-encoding", "content-length", "transfer-encoding"}
    ]
    return httpx.Response(
        response.status_code, headers=headers, content=body, request=response.request
    )
