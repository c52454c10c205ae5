"""The server that speaks: HeyGen, or an embedded avatar server that the gateway starts.

The only place that has the real key. Knows no learner and no money.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Final

import httpx

from heygen_widget.api import AsyncHeyGen
from heygen_widget.api._key import KeyAuth, Secret
from heygen_widget.api.errors import NotFound
from heygen_widget.local.errors import ApiError
from heygen_widget.local.launcher import LocalServer, LocalServerError
from heygen_widget.session.ending import end

SESSIONS: Final = "/v3/avatar-realtime"

CONNECTIONS: Final = 500
CONNECT_TIMEOUT: Final = 5.0
READ_TIMEOUT: Final = 30.0
# Many servers close an idle connection after 5 s; what is sent on it at that moment is lost.
_LIMITS: Final = httpx.Limits(
    max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS, keepalive_expiry=4.0
)
PASSED_BACK: Final = ("content-type", "retry-after")
"""Headers of an answer that learners get."""

_NEVER_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_ENDS: Final = frozenset({"completed", "error"})


class Unreachable(Exception):  # noqa: N818 (it says what happened)
    """The server gave no answer. `sent` is False if it certainly got no request."""

    def __init__(self, *, sent: bool) -> None:
        super().__init__("The avatar server does not answer.")
        self.sent = sent


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen of a session: whether it is over, and the seconds it says it has streamed."""

    over: bool
    streamed: float | None = None


class Upstream:
    """One server.

    Parameters
    ----------
    name
        Tells it from others in the store; sessions of a process have its name.
    base_url, key
        Its address, and the key it accepts.
    pace
        How many times as fast as real time it is.
    """

    def __init__(self, name: str, base_url: str, key: str, pace: float = 1.0) -> None:
        self.name = name
        self._pace = pace
        self._secret = Secret(key)
        self._auth = KeyAuth(self._secret)
        self._client = AsyncHeyGen(key, base_url, timeout=READ_TIMEOUT)
        self._http = httpx.AsyncClient(
            base_url=self._client.base_url,
            limits=_LIMITS,
            trust_env=bool(self._client.wire.settings.http_options["trust_env"]),
        )

    async def send(
        self,
        method: str,
        path: str,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        patience: float | None = READ_TIMEOUT,
    ) -> httpx.Response:
        """Pass a request on, once, and return the answer.

        Raises
        ------
        Unreachable
            Without one.
        """
        request = self._request(method, path, content, headers, patience)
        try:
            return self._masked(await self._http.send(request, auth=self._auth))
        except httpx.RequestError as error:
            sent = not isinstance(error, _NEVER_SENT)
        raise Unreachable(sent=sent)  # outside the handler: the frames of that error hold the key

    @contextlib.asynccontextmanager
    async def stream(
        self, path: str, headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[httpx.Response]:
        """Pass a GET request on, and give its answer to be read as it comes.

        Raises
        ------
        Unreachable
            Without an answer, or when it breaks off.
        """
        request = self._request("GET", path, None, headers, None)
        try:
            response = await self._http.send(request, auth=self._auth, stream=True)
            try:
                if response.is_error:
                    await response.aread()
                    response = self._masked(response)
                yield response
            finally:
                await response.aclose()
        except httpx.RequestError as error:
            sent = not isinstance(error, _NEVER_SENT)
        else:
            return
        raise Unreachable(sent=sent)

    async def end(self, stream_id: str) -> bool:
        """Cancel a session; return whether it has ended.

        Raises
        ------
        HeyGenError
            When that is not known.
        """
        return await end(self._client.once, stream_id)

    async def look(self, stream_id: str) -> Sight:
        """See whether a session is over.

        Raises
        ------
        HeyGenError
            When that is not known.
        """
        try:
            answer = await self._client.once.avatar_realtime.get(stream_id)
        except NotFound:
            return Sight(over=True)
        paced = answer.rehearsal
        streamed = None if paced is None else paced.streamed / self._pace
        return Sight(answer.status in _ENDS, streamed)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()
        await self._client.aclose()

    def _request(
        self,
        method: str,
        path: str,
        content: bytes | None,
        headers: Mapping[str, str] | None,
        patience: float | None,
    ) -> httpx.Request:
        timeout = httpx.Timeout(patience, connect=CONNECT_TIMEOUT, pool=CONNECT_TIMEOUT)
        return self._http.build_request(
            method, path, content=content, headers=headers, timeout=timeout
        )

    def _masked(self, response: httpx.Response) -> httpx.Response:
        """Return an answer without the key, in case the server echoed it."""
        if not response.is_error:
            return response
        text = self._secret.scrub(response.text)
        kept = {name: response.headers[name] for name in PASSED_BACK if name in response.headers}
        return httpx.Response(
            response.status_code, headers=kept, text=text, request=response.request
        )


class Upstreams:
    """The server for new sessions, and those of earlier ones.

    Parameters
    ----------
    base_url
        ``"local"`` for an embedded server, started when first needed and again if it dies.
    key
        The key; an embedded server makes its own.
    slots
        Sessions that an embedded server speaks at once.
    pace
        How many times as fast as real time the server is.
    """

    def __init__(self, base_url: str, key: str, *, slots: int, pace: float) -> None:
        self._pace = pace
        self._server = LocalServer(concurrency=slots, pace=pace) if base_url == "local" else None
        self._current = Upstream("upstream", base_url, key, pace) if self._server is None else None
        self._starting = asyncio.Lock()

    async def current(self) -> Upstream:
        """Return the server for new sessions.

        Raises
        ------
        ApiError
            503 when an embedded server does not start.
        """
        async with self._starting:
            if self._current is None or not self._alive:
                await self._start()
        assert self._current is not None  # noqa: S101 (for the type checker)
        return self._current

    def of(self, name: str) -> Upstream | None:
        """Return the server of a session; None if it has ended, with its sessions."""
        if self._current is not None and self._current.name == name and self._alive:
            return self._current
        return None

    async def close(self) -> None:
        """Close the connections, and end an embedded server."""
        if self._current is not None:
            await self._current.close()
        if self._server is not None:
            await asyncio.to_thread(self._server.close)

    @property
    def _alive(self) -> bool:
        return self._server is None or self._server.running

    async def _start(self) -> None:
        assert self._server is not None  # noqa: S101 (only an embedded server is ever started)
        try:
            server = await asyncio.to_thread(self._server.start)
        except LocalServerError as error:
            raise ApiError(503, "server_unavailable", str(error)) from None
        before = self._current
        self._current = Upstream(f"local-{server.pid}", server.base_url, server.api_key, self._pace)
        if before is not None:
            await before.close()
