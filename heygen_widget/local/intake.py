"""Request bodies on their way in: limited in size, in time, and in memory for all of them together.

Knows no route and no field. Every refusal is an `ApiError`.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from starlette.requests import Request

from heygen_widget.local.errors import ApiError

MAX_JSON: Final = 1024 * 1024
"""Bytes of a body without audio in it."""

GRACE: Final = 10.0
"""Seconds that any body may take."""

SLOWEST: Final = 256 * 1024
"""Bytes a second that a body which takes longer must bring, from its start."""

_MAX_HELD: Final = 16 * 1024 * 1024  # bytes of all bodies that are no larger than MAX_JSON
_LARGE: Final = 3  # larger bodies that are read at once; they go to the disk
_TURN: Final = 30.0  # seconds to wait until one of them is done


class Intake:
    """Reads the bodies of one server. Of those larger than `MAX_JSON`, few are read at once.

    Without that, many who send half a body each would fill the memory, or the disk.
    """

    def __init__(self) -> None:
        self._held = 0
        self._large = asyncio.Semaphore(_LARGE)

    @asynccontextmanager
    async def body(self, request: Request, limit: int = MAX_JSON) -> AsyncIterator[bytearray]:
        """Read the body of `request`; its memory is accounted for until the block ends.

        Raises
        ------
        ApiError
            413 beyond `limit` bytes, 408 when it is too slow, 503 when there is too much to read.
        """
        async with self.chunks(request, limit) as chunks:
            body = bytearray()
            async for chunk in chunks:
                body += chunk
            yield body

    @asynccontextmanager
    async def chunks(
        self, request: Request, limit: int
    ) -> AsyncIterator[AsyncGenerator[bytes, None]]:
        """Read the body of `request` piece by piece, else like `body`."""
        if int(request.headers.get("content-length", "0")) > limit:
            raise ApiError.too_large(limit)
        async with AsyncExitStack() as held:
            yield self._chunks(request, limit, held)

    async def _chunks(
        self, request: Request, limit: int, held: AsyncExitStack
    ) -> AsyncGenerator[bytes, None]:
        size = 0
        async for chunk in _in_time(request):
            if size + len(chunk) > limit:
                raise ApiError.too_large(limit)
            if size + len(chunk) <= MAX_JSON:
                self._hold(len(chunk), held)
            elif size <= MAX_JSON:
                await self._take_turn(held)
            size += len(chunk)
            yield chunk

    def _hold(self, size: int, held: AsyncExitStack) -> None:
        if self._held + size > _MAX_HELD:
            raise ApiError.busy()
        self._held += size
        held.callback(self._release, size)

    def _release(self, size: int) -> None:
        self._held -= size

    async def _take_turn(self, held: AsyncExitStack) -> None:
        try:
            async with asyncio.timeout(_TURN):
                await self._large.acquire()
        except TimeoutError:
            raise ApiError.busy() from None
        held.callback(self._large.release)


async def _in_time(request: Request) -> AsyncGenerator[bytes, None]:
    """Yield the pieces of a body; 408 when waiting for them takes too long."""
    loop = asyncio.get_running_loop()
    stream = request.stream()
    allowed = GRACE
    while True:
        began = loop.time()
        try:
            async with asyncio.timeout(allowed):
                chunk = await anext(stream)
        except TimeoutError:
            raise ApiError.too_slow() from None
        except StopAsyncIteration:
            return
        allowed += len(chunk) / SLOWEST - (loop.time() - began)
        yield chunk
