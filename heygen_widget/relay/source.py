"""Fetches playlists and parts of one stream, and nothing else.

Playlists are untrusted: what they name is fetched only from the playlist's own origin, over HTTP,
up to a size limit, and without any key. Knows nothing of playlist syntax.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from http import HTTPStatus
from typing import Final, NamedTuple, Self

import httpx

from heygen_widget.api.bounded import ENCODINGS, TooMuch, apieces, aread
from heygen_widget.relay.errors import StreamRefused, StreamUnavailable

MAX_PLAYLIST: Final = 1024 * 1024
"""Bytes of a playlist. One of an hour in segments of 0.4 s has a third of that."""
MAX_PART: Final = 12 * 1024 * 1024
"""Bytes of a segment: sixteen seconds at the maximum bandwidth."""
MAX_HOPS: Final = 5
TIMEOUT: Final = 10.0
"""Seconds for connecting, and for each read."""
MAX_SECONDS: Final = 60.0
"""Seconds for a whole playlist or part, in addition to what a blocking reload may take."""
BURST: Final = 500
"""Requests without a pause: a stream is read from its start, which may be long ago."""
SPACING: Final = 0.02
"""Seconds between requests after that; only a hostile playlist needs more."""

_GONE: Final = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class Section(NamedTuple):
    """Where bytes are: a whole resource, or `length` bytes of it from `start` on."""

    url: str
    start: int = 0
    length: int | None = None


class Fetched(NamedTuple):
    """A response body and its final URL, after redirects."""

    url: str
    data: bytes


class Source:
    """Reads one stream. Made, used and closed on one event loop.

    Raises
    ------
    StreamRefused
        When it is not the address of a stream.
    """

    def __init__(self, url: str) -> None:
        self._origin = _origin(url)
        # A proxy does not reach loopback.
        self._http = httpx.AsyncClient(
            trust_env=httpx.URL(url).host not in _LOOPBACK,
            timeout=TIMEOUT,
            headers={"accept-encoding": ENCODINGS},
        )
        self._next_request = -math.inf

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def playlist(self, url: str, patience: float = TIMEOUT) -> Fetched:
        """Fetch a playlist, which a server may block for `patience` seconds.

        Raises
        ------
        StreamRefused, StreamUnavailable
            When it cannot be had.
        """
        return await self._fetch(Section(url), MAX_PLAYLIST, patience)

    async def part(self, section: Section) -> bytes:
        """Fetch media.

        Raises
        ------
        StreamRefused, StreamUnavailable
            When it cannot be had.
        """
        return (await self._fetch(section, MAX_PART, TIMEOUT)).data

    async def _fetch(self, section: Section, limit: int, patience: float) -> Fetched:
        if section.length is not None and section.length > limit:
            raise StreamRefused(f"A part of the stream is larger than {limit:,} bytes.")
        url = section.url
        for _ in range(MAX_HOPS):
            if _origin(url) != self._origin:
                raise StreamRefused(
                    f"The stream at {self._origin} leads to {_origin(url)}, which is not allowed."
                )
            await self._throttle()
            try:
                async with (
                    asyncio.timeout(MAX_SECONDS + patience),
                    self._opened(section._replace(url=url), patience) as response,
                ):
                    if not response.has_redirect_location:
                        return Fetched(url, await _read(response, section, limit))
                    url = str(response.url.join(response.headers["location"]))
            except httpx.InvalidURL as error:
                raise StreamRefused(f"The stream has an invalid address: {error}") from error
            except TooMuch:
                raise StreamRefused(
                    f"A part of the stream is larger than {limit:,} bytes."
                ) from None
            except (httpx.HTTPError, TimeoutError) as error:
                raise StreamUnavailable(
                    f"The stream's server does not respond: {str(error) or type(error).__name__}"
                ) from error
        raise StreamRefused(f"The stream redirects more than {MAX_HOPS} times.")

    async def _throttle(self) -> None:
        """Limit the request rate: `BURST` at once, then one per `SPACING`."""
        now = time.monotonic()
        self._next_request = max(self._next_request, now - BURST * SPACING) + SPACING
        await asyncio.sleep(max(0.0, self._next_request - now))

    @asynccontextmanager
    async def _opened(self, section: Section, patience: float) -> AsyncIterator[httpx.Response]:
        headers = {}
        if section.length is not None:
            headers["range"] = f"bytes={section.start}-{section.start + section.length - 1}"
            headers["accept-encoding"] = "identity"
        timeout = httpx.Timeout(TIMEOUT, read=patience)
        async with self._http.stream(
            "GET", section.url, headers=headers, timeout=timeout
        ) as answer:
            if not answer.has_redirect_location and not answer.is_success:
                raise StreamUnavailable(
                    f"The stream's server returned HTTP {answer.status_code}.",
                    gone=answer.status_code in _GONE,
                )
            yield answer


async def _read(response: httpx.Response, section: Section, limit: int) -> bytes:
    """Read the requested bytes; a server that does not support ranges sends more."""
    if section.length is None:
        return await aread(response, limit)
    skip = 0 if response.status_code == HTTPStatus.PARTIAL_CONTENT else section.start
    wanted: list[bytes] = []
    missing = section.length
    async with aclosing(apieces(response)) as found:
        async for piece in found:
            passed = min(skip, len(piece))
            skip -= passed
            wanted.append(piece[passed : passed + missing])
            missing -= len(wanted[-1])
            if not missing:
                return b"".join(wanted)
    raise StreamUnavailable("The stream's server sent less than requested.")


def _origin(url: str) -> str:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise StreamRefused(f"The stream has an invalid address: {error}") from error
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise StreamRefused("A stream's URL must use http or https.")
    port = parsed.port or {"http": 80, "https": 443}[parsed.scheme]
    return f"{parsed.scheme}://{parsed.host}:{port}"
