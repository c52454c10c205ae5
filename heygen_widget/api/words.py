"""The words of a session as they are spoken, read from server-sent events.

Skips what it does not understand: captions must not cause a failure. Resuming after a broken
connection is left to the caller; the server then tells all words again from the first.
"""

from collections.abc import AsyncGenerator, Generator, Iterator
from contextlib import aclosing
from functools import partial
from typing import Final, Self

import httpx

from heygen_widget.api.bounded import TooMuch, apieces, pieces

from ._answers import parsed, unexpected
from ._async_wire import AsyncWire
from ._events import Event, EventReader
from ._exchange import Fault, connection_error
from ._frames import sealed, sealed_async
from ._key import Secret
from ._operations import Operation
from ._wire import Wire
from .models import WordBatch

MAX_WORDS: Final = 4 * 1024 * 1024
"""Bytes of a word stream. An hour of words takes a quarter of that."""
_EFFORT: Final = 64  # bytes that are as much work as reading an event

_END: Final = "end"
_KNOWN_EVENTS: Final = frozenset({"message", "words"})
_NO_END: Final = Fault("the word stream was cut off", timed_out=False, sent=True)


class WordStream:
    """An iterator over batches of words; ends when the session has no more.

    Iterating connects. Leaving a ``with`` block, or `close`, disconnects at once.

    Raises
    ------
    APIError
        When the server refuses: 404 or 405 if it has no word timestamps.
    APIConnectionError
        When the connection ends before the words do.
    """

    def __init__(self, wire: Wire, operation: Operation[WordBatch]) -> None:
        self._batches = self._follow(wire, operation)

    def __iter__(self) -> Self:
        return self

    @sealed
    def __next__(self) -> WordBatch:
        return next(self._batches)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Disconnect. No more batches follow."""
        self._batches.close()

    @staticmethod
    def _follow(wire: Wire, operation: Operation[WordBatch]) -> Generator[WordBatch]:
        fault = _NO_END
        with wire.stream(operation) as response:
            words = _Words(operation, response, wire.settings.key)
            try:
                for piece in pieces(response):
                    yield from words.read(piece)
                    if words.ended:
                        return
            except httpx.RequestError as error:
                fault = Fault.of(error, response)
        raise connection_error(operation, response.request, fault, wire.settings.key)


class AsyncWordStream:
    """An asynchronous iterator over batches of words; `WordStream`, awaited."""

    def __init__(self, wire: AsyncWire, operation: Operation[WordBatch]) -> None:
        self._batches = self._follow(wire, operation)

    def __aiter__(self) -> Self:
        return self

    @sealed_async
    async def __anext__(self) -> WordBatch:
        return await anext(self._batches)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Disconnect. No more batches follow."""
        await self._batches.aclose()

    @staticmethod
    async def _follow(
        wire: AsyncWire, operation: Operation[WordBatch]
    ) -> AsyncGenerator[WordBatch]:
        fault = _NO_END
        async with wire.stream(operation) as response, aclosing(apieces(response)) as found:
            words = _Words(operation, response, wire.settings.key)
            try:
                async for piece in found:
                    for batch in words.read(piece):
                        yield batch
                    if words.ended:
                        return
            except httpx.RequestError as error:
                fault = Fault.of(error, response)
        raise connection_error(operation, response.request, fault, wire.settings.key)


class _Words:
    """Reads batches out of the bytes of one answer, and refuses what is no stream of words.

    Attributes
    ----------
    ended
        Whether the server said that there are no more.
    """

    def __init__(
        self, operation: Operation[WordBatch], response: httpx.Response, key: Secret
    ) -> None:
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "text/event-stream":
            raise unexpected(operation, response, f"it is {kind[:80] or 'nothing'}", key)
        self.ended = False
        self._refused = partial(unexpected, operation, response, key=key)
        self._key = key
        self._events = EventReader()
        self._size = 0

    def read(self, piece: bytes) -> Iterator[WordBatch]:
        """Yield the batches that the next bytes complete."""
        try:
            self._count(len(piece))
            for event in self._events.read(piece):
                if event.event == _END:
                    self.ended = True
                    return
                if (batch := self._batch(event)) is not None:
                    yield batch
        except TooMuch as error:
            raise self._refused(str(error)) from None

    def _batch(self, event: Event) -> WordBatch | None:
        if event.event not in _KNOWN_EVENTS or not event.data:
            return None
        self._count(_EFFORT)
        try:
            batch = WordBatch.model_validate(self._key.scrub_answer(parsed(event.data)))
        except ValueError:  # no JSON, or no batch
            return None
        return batch if batch.words else None

    def _count(self, size: int) -> None:
        self._size += size
        if self._size > MAX_WORDS:
            raise TooMuch(MAX_WORDS)
