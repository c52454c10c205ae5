"""Reads the bodies of HTTP responses up to a limit, decompressed step by step.

httpx decompresses any number of layers in one go: 3 kB can become
gigabytes. Knows httpx; neither an API nor a stream.
"""

import zlib
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from typing import Any, Final

import httpx

ENCODINGS: Final = "gzip, deflate"
"""The accepted encodings. A response encoded otherwise, or twice, is not read."""

_STEP: Final = 64 * 1024
"""Bytes decompressed at a time."""
_WRAPPED: Final[dict[str, int]] = {"gzip": 31, "x-gzip": 31, "deflate": 15}  # for zlib


class TooMuch(Exception):  # noqa: N818 (it says what happened)
    """The body is longer than the limit.

    Attributes
    ----------
    start
        As much of it as the limit allows.
    """

    def __init__(self, limit: int, start: bytes = b"") -> None:
        super().__init__(f"it is larger than {limit:,} bytes")
        self.start = start


def pieces(response: httpx.Response) -> Iterator[bytes]:
    """Yield the body of an answer, unpacked, in pieces of moderate size.

    Raises
    ------
    httpx.RequestError
        When the connection breaks, or the body cannot be unpacked.
    """
    unpacker = _Unpacker(response)
    if response.is_stream_consumed:  # by a transport that is no network
        yield response.content
        return
    for raw in response.iter_raw():
        yield from unpacker.unpack(raw)


async def apieces(response: httpx.Response) -> AsyncGenerator[bytes]:
    """Yield the body of an answer, as `pieces` does."""
    unpacker = _Unpacker(response)
    if response.is_stream_consumed:
        yield response.content
        return
    async for raw in response.aiter_raw():
        for piece in unpacker.unpack(raw):
            yield piece


def read(response: httpx.Response, limit: int) -> bytes:
    """Return the body of an answer, of `limit` bytes at most when unpacked.

    Raises
    ------
    TooMuch
        When it has more than `limit` bytes.
    httpx.RequestError
        When the connection breaks, or it cannot be unpacked.
    """
    body = _Body(limit)
    for piece in pieces(response):
        body.add(piece)
    return body.whole()


async def aread(response: httpx.Response, limit: int) -> bytes:
    """Return the body of an answer, as `read` does."""
    body = _Body(limit)
    async with aclosing(apieces(response)) as found:
        async for piece in found:
            body.add(piece)
    return body.whole()


class _Body:
    """Collects a body within its limits."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._pieces: list[bytes] = []
        self._size = 0

    def add(self, piece: bytes) -> None:
        self._size += len(piece)
        self._pieces.append(piece)
        if self._size > self._limit:
            raise TooMuch(self._limit, self.whole()[: self._limit])

    def whole(self) -> bytes:
        return b"".join(self._pieces)


class _Unpacker:
    """Undoes the one layer of packing that was agreed to."""

    def __init__(self, response: httpx.Response) -> None:
        self._request = response.request
        encoding = response.headers.get("content-encoding", "").strip().lower()
        self._packed = encoding not in {"", "identity"}
        if self._packed and encoding not in _WRAPPED:
            raise self._failed(
                f"the response is encoded as {encoding[:40]!r}, which was not requested"
            )
        self._wrapped = _WRAPPED.get(encoding, 0)
        self._zlib: Any = zlib.decompressobj(self._wrapped)
        self._begun = False

    def unpack(self, raw: bytes) -> Iterator[bytes]:
        """Yield the decompressed bytes; nothing after the end of the compressed data."""
        if not self._packed:
            yield raw
            return
        while raw and not self._zlib.eof:
            piece = self._next(raw)
            raw = self._zlib.unconsumed_tail
            yield piece

    def _next(self, raw: bytes) -> bytes:
        try:
            piece: bytes = self._zlib.decompress(raw, _STEP)
        except zlib.error as error:
            if self._begun or self._wrapped != zlib.MAX_WBITS:
                raise self._failed(f"the response cannot be decompressed: {error}") from None
            # Many servers mean by "deflate" what has no wrapping at all.
            self._zlib, self._begun = zlib.decompressobj(-zlib.MAX_WBITS), True
            return self._next(raw)
        self._begun = True
        return piece

    def _failed(self, reason: str) -> httpx.DecodingError:
        return httpx.DecodingError(reason, request=self._request)
