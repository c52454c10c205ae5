"""The words of a session as they are spoken, read from server-sent events.

Passes over what it does not understand: captions are no reason to fail. Resuming after a broken
connection is left to the caller; the server then tells all words again from the first.
"""

from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing
from types import TracebackType
from typing import Final, Self

import httpx
from httpx_sse import EventSource, ServerSentEvent
from pydantic_core import from_json

from ._answers import unexpected
from ._exchange import Fault, connection_error
from ._key import Secret
from ._operations import Operation
from ._settings import Settings
from ._wire import AsyncWire, Wire
from .models import WordBatch

_END: Final = "end"
_KNOWN_EVENTS: Final = frozenset({"message", "words"})
_NO_END: Final = Fault("the stream of words broke off", timed_out=False, sent=True)


class WordStream:
    """Batches of words, to be iterated; ends when the session has no more.

    Iterating connects. Leaving a ``with`` block, or `close`, disconnects at once.

    Raises
    ------
    APIError
        When the server refuses: 404 or 405 where there are no word timestamps.
    APIConnectionError
        When the connection ends before the words do.
    """

    def __init__(self, wire: Wire, operation: Operation[WordBatch]) -> None:
        self._batches = self._follow(wire, operation)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> WordBatch:
        return next(self._batches)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Disconnect. Nothing more will come."""
        self._batches.close()

    @staticmethod
    def _follow(wire: Wire, operation: Operation[WordBatch]) -> Generator[WordBatch]:
        response = wire.open(operation)
        fault = _NO_END
        try:
            for event in _events(operation, response, wire.settings).iter_sse():
                if event.event == _END:
                    return
                if batch := _read_batch(event, wire.settings.key):
                    yield batch
        except httpx.RequestError as error:
            fault = Fault.of(error, response)
        finally:
            response.close()
        raise connection_error(operation, response.request, fault, wire.settings.key)


class AsyncWordStream:
    """Batches of words, to be iterated; ends when the session has no more.

    Iterating connects. Leaving an ``async with`` block, or `aclose`, disconnects at once.

    Raises
    ------
    APIError
        When the server refuses: 404 or 405 where there are no word timestamps.
    APIConnectionError
        When the connection ends before the words do.
    """

    def __init__(self, wire: AsyncWire, operation: Operation[WordBatch]) -> None:
        self._batches = self._follow(wire, operation)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> WordBatch:
        return await anext(self._batches)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Disconnect. Nothing more will come."""
        await self._batches.aclose()

    @staticmethod
    async def _follow(
        wire: AsyncWire, operation: Operation[WordBatch]
    ) -> AsyncGenerator[WordBatch]:
        response = await wire.open(operation)
        fault = _NO_END
        try:
            events = _events(operation, response, wire.settings).aiter_sse()
            async with aclosing(events):
                async for event in events:
                    if event.event == _END:
                        return
                    if batch := _read_batch(event, wire.settings.key):
                        yield batch
        except httpx.RequestError as error:
            fault = Fault.of(error, response)
        finally:
            await response.aclose()
        raise connection_error(operation, response.request, fault, wire.settings.key)


def _events(
    operation: Operation[WordBatch], response: httpx.Response, settings: Settings
) -> EventSource:
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "text/event-stream":
        raise unexpected(operation, response, f"it is {kind or 'nothing'}", settings.key)
    # Events are UTF-8, whatever charset a proxy names, and may begin with a byte order mark.
    response.headers["content-type"] = "text/event-stream; charset=utf-8-sig"
    return EventSource(response)


def _read_batch(event: ServerSentEvent, key: Secret) -> WordBatch | None:
    if event.event not in _KNOWN_EVENTS or not event.data:
        return None
    try:
        batch = WordBatch.model_validate(key.scrub_answer(from_json(event.data)))
    except ValueError:  # no JSON, or no batch
        return None
    return batch if batch.words else None
