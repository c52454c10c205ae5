"""Reads request bodies within limits: size, time, and memory for all of them together.

Knows no route and no field. Every refusal is an `ApiError`.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from starlette.requests import Request

from heygen_widget.local.errors import ApiError

MAX_JSON: Final = 1024 * 1024
"""Maximum bytes of a body without audio."""

MIN_TIME: Final = 10.0
"""Seconds that any body may take, however slow."""

MIN_RATE: Final = 256 * 1024
"""Minimum bytes per second, from its start, of a body that takes longer."""

_MAX_SMALL_BYTES: Final = 16 * 1024 * 1024  # bytes of all bodies that are no larger than MAX_JSON
_MAX_LARGE_BODIES: Final = 3  # larger bodies that are read at once; they go to the disk
_TURN_TIMEOUT: Final = 30.0  # seconds to wait until one of them is done


class Intake:
    """Reads the bodies of one server. Only a few larger than `MAX_JSON` are read at once.

    Otherwise many half-sent bodies could fill the memory or the disk.
    """

    def __init__(self) -> None:
        self._held = 0
        self._large = asyncio.Semaphore(_MAX_LARGE_BODIES)

    @asynccontextmanager
    async def body(self, request: Request, limit: int = MAX_JSON) -> AsyncIterator[bytearray]:
        """Read the body of `request`; its memory counts as used until the block ends.

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
        """Read the body of `request` in chunks, otherwise like `body`."""
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
        if self._held + size > _MAX_SMALL_BYTES:
            raise ApiError.busy()
        self._held += size
        held.callback(self._release, size)

    def _release(self, size: int) -> None:
        self._held -= size

    async def _take_turn(self, held: AsyncExitStack) -> None:
        try:
            async with asyncio.timeout(_TURN_TIMEOUT):
                await self._large.acquire()
        except TimeoutError:
            raise ApiError.busy() from None
        held.callback(self._large.release)


async def _in_time(request: Request) -> AsyncGenerator[bytes, None]:
    """Yield the chunks of a body; 408 if they take too long."""
    loop = asyncio.get_running_loop()
    stream = request.stream()
    allowed = MIN_TIME
    while True:
        began = loop.time()
        try:
            async with asyncio.timeout(allowed):
                chunk = await anext(stream)
        except TimeoutError:
            raise ApiError.too_slow() from None
        except StopAsyncIteration:
            return
        allowed += len(chunk) / MIN_RATE - (loop.time() - began)
        yield chunk
