"""The server's connections: limits on their number and on how long each may block.

Uvicorn accepts any number of connections and waits for each one's request forever. Here a
connection is untrusted until one of its requests is admitted, and untrusted ones make room for
new ones, so they cannot lock out clients with the key. Knows no key and no route.
"""

import asyncio
from typing import Any, Final, cast

import h11
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from heygen_widget.local.frames import FrameLimiter

ADMIT: Final = "heygen_widget.admit"
"""Extension of an ASGI scope: a function that marks the connection as trusted."""

MAX_UNTRUSTED: Final = 256
"""Connections without an admitted request; beyond that, the oldest is closed."""

HEAD_TIMEOUT: Final = 10.0
"""Seconds for the head of a request, counted from the connection or its first byte."""

DRAIN_TIMEOUT: Final = 5.0
"""Seconds for the rest of a body that is not needed."""

STALL_TIMEOUT: Final = 60.0
"""Seconds that a client may leave a response unread."""

_PAUSE: Final = 5  # seconds between two requests on an untrusted connection


def admit(scope: Scope) -> None:
    """Mark the caller of a request as trusted."""
    extension = scope.get("extensions", {}).get(ADMIT)
    if extension is not None:
        extension()


class ConnectionLimiter:
    """All connections of one server."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._max_untrusted = max(1, min(MAX_UNTRUSTED, most // 2))
        # In order of arrival.
        self._untrusted: dict[asyncio.Transport, None] = {}
        self._admitted: dict[asyncio.Transport, None] = {}

    @property
    def size(self) -> int:
        """The number of connections."""
        return len(self._untrusted) + len(self._admitted)

    def enter(self, transport: asyncio.Transport) -> None:
        """Add a new connection; if there is no room, another one or this one is aborted.

        Connections that only wait for their peer to read the rest are aborted first.
        """
        self._untrusted[transport] = None
        if len(self._untrusted) > self._max_untrusted:
            self._abort(next(iter(self._untrusted)))
        elif self.size > self._most:
            closing = (each for each in self._admitted if each.is_closing())
            self._abort(next(closing, next(iter(self._untrusted))))

    def admit(self, transport: asyncio.Transport) -> None:
        """Mark a connection as trusted."""
        if transport in self._untrusted:
            del self._untrusted[transport]
            self._admitted[transport] = None

    def leave(self, transport: asyncio.Transport) -> None:
        """Forget a connection."""
        self._untrusted.pop(transport, None)
        self._admitted.pop(transport, None)

    def protocol(self, **options: Any) -> H11Protocol:
        """Return the protocol of a new connection; uvicorn passes the arguments."""
        return _HttpConnection(self, **options)

    def _abort(self, transport: asyncio.Transport) -> None:
        self.leave(transport)
        transport.abort()


class _WriteStall:
    """Aborts a connection whose peer does not read for too long."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Record that the peer has stopped reading."""
        if self._timer is None:
            self._timer = self._loop.call_later(STALL_TIMEOUT, self._transport.abort)

    def end(self) -> None:
        """Record that the peer reads again, or is gone."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class _HttpConnection(H11Protocol):
    """HTTP on one connection, with deadlines."""

    def __init__(self, limiter: ConnectionLimiter, **options: Any) -> None:
        super().__init__(**options)
        self._limiter = limiter
        self._guarded_app = self.app
        self.app = self._call_app
        self.timeout_keep_alive = min(_PAUSE, self.config.timeout_keep_alive)
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._unread = _WriteStall(transport)
        self._limiter.enter(transport)
        self._start_timer(HEAD_TIMEOUT)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._limiter.leave(self.transport)
        self._stop_timer()
        self._unread.end()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.transport.get_protocol() is not self:  # it became a web socket
            return
        if self.conn.their_state is h11.IDLE:
            if self._deadline is None:
                self._start_timer(HEAD_TIMEOUT)
        elif self.conn.their_state is not h11.SEND_BODY or self._awaits_body:
            self._stop_timer()

    def on_response_complete(self) -> None:
        # What came with the head of a refused request lives on. Up to uvicorn 0.40 it is `bytes`.
        self.cycle.body = type(self.cycle.body)()
        super().on_response_complete()
        # Read the rest of what the client sends, otherwise it may lose the response.
        if self.conn.their_state is h11.SEND_BODY:
            self._start_timer(DRAIN_TIMEOUT)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self._stop_timer()
        self._unread.end()
        # The application closes it, or admits it, at once.
        self._limiter.admit(self.transport)
        super().handle_websocket_upgrade(event)
        upgraded = self.transport.get_protocol()
        if upgraded is not self:
            self.transport.set_protocol(_WebSocket(self._limiter, upgraded, self.transport))

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread.begin()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._unread.end()

    @property
    def _awaits_body(self) -> bool:
        """Whether the incoming body belongs to a request that is not answered yet."""
        return self.cycle is not None and not self.cycle.response_complete

    def _start_timer(self, seconds: float) -> None:
        """Abort the connection unless the timer is stopped in time."""
        self._stop_timer()
        self._deadline = self.loop.call_later(seconds, self.transport.abort)

    def _stop_timer(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    async def _call_app(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("extensions", {})[ADMIT] = self._admit
        await self._guarded_app(scope, receive, send)

    def _admit(self) -> None:
        self._limiter.admit(self.transport)
        self.timeout_keep_alive = self.config.timeout_keep_alive


class _WebSocket(asyncio.Protocol):
    """Adds limits to uvicorn's own web socket protocol on one connection."""

    def __init__(
        self,
        limiter: ConnectionLimiter,
        protocol: asyncio.BaseProtocol,
        transport: asyncio.Transport,
    ) -> None:
        self._limiter = limiter
        self._protocol = cast("asyncio.Protocol", protocol)
        self._transport = transport
        self._unread = _WriteStall(transport)
        self._frames = FrameLimiter(asyncio.get_running_loop().time)

    def connection_lost(self, exc: Exception | None) -> None:
        self._limiter.leave(self._transport)
        self._unread.end()
        self._protocol.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._frames.feed(data):
            self._protocol.data_received(data)
        else:
            self._transport.abort()

    def eof_received(self) -> bool | None:
        return self._protocol.eof_received()

    def pause_writing(self) -> None:
        self._protocol.pause_writing()
        self._unread.begin()

    def resume_writing(self) -> None:
        self._protocol.resume_writing()
        self._unread.end()
