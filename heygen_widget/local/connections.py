"""The server's connections: limits on their number and on how long each may keep it waiting.

Uvicorn accepts any number of connections and waits for each one's request forever. Here a
connection is a stranger's until a request of it was admitted, and strangers make room for new
ones: they cannot keep out whoever has the key. Knows no key and no route.
"""

import asyncio
from typing import Any, Final, cast

import h11
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from heygen_widget.local.frames import Frames

ADMIT: Final = "heygen_widget.admit"
"""Extension of an ASGI scope: a function that says that its caller is no stranger."""

MAX_STRANGERS: Final = 256
"""Connections without an admitted request; the oldest goes when one more comes."""

HEAD: Final = 10.0
"""Seconds for the head of a request, from the connection or its first byte on."""

DRAIN: Final = 5.0
"""Seconds for the rest of a body that nobody wants."""

STALL: Final = 60.0
"""Seconds that a caller may leave an answer unread."""

_PAUSE: Final = 5  # seconds between two requests of a stranger


def admit(scope: Scope) -> None:
    """Mark the caller of a request as trusted."""
    extension = scope.get("extensions", {}).get(ADMIT)
    if extension is not None:
        extension()


class Crowd:
    """All connections of one server.

    Parameters
    ----------
    most
        How many there may be at once.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._most_strangers = max(1, min(MAX_STRANGERS, most // 2))
        # In the order they came.
        self._strangers: dict[asyncio.Transport, None] = {}
        self._admitted: dict[asyncio.Transport, None] = {}

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self._strangers) + len(self._admitted)

    def enter(self, transport: asyncio.Transport) -> None:
        """Add a new connection; another one, or this one, is cut if there is no room.

        A connection that only waits for its peer to read the rest is cut before any stranger.
        """
        self._strangers[transport] = None
        if len(self._strangers) > self._most_strangers:
            self._cut(next(iter(self._strangers)))
        elif self.size > self._most:
            closing = (each for each in self._admitted if each.is_closing())
            self._cut(next(closing, next(iter(self._strangers))))

    def admit(self, transport: asyncio.Transport) -> None:
        """Mark a connection as trusted."""
        if transport in self._strangers:
            del self._strangers[transport]
            self._admitted[transport] = None

    def leave(self, transport: asyncio.Transport) -> None:
        """Forget a connection."""
        self._strangers.pop(transport, None)
        self._admitted.pop(transport, None)

    def protocol(self, **uvicorns: Any) -> H11Protocol:
        """Return the protocol of a new connection; uvicorn gives the arguments."""
        return _Guarded(self, **uvicorns)

    def _cut(self, transport: asyncio.Transport) -> None:
        self.leave(transport)
        transport.abort()


class _Unread:
    """Cuts a connection whose peer does not read for too long what it is sent.

    Parameters
    ----------
    transport
        The connection.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Note that the peer has stopped reading."""
        if self._timer is None:
            self._timer = self._loop.call_later(STALL, self._transport.abort)

    def end(self) -> None:
        """Note that it reads, or is gone."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class _Guarded(H11Protocol):
    """HTTP on one connection, with deadlines.

    Parameters
    ----------
    crowd
        Where the connection counts.
    **uvicorns
        What uvicorn's own protocol takes.
    """

    def __init__(self, crowd: Crowd, **uvicorns: Any) -> None:
        super().__init__(**uvicorns)
        self._crowd = crowd
        self._guarded_app = self.app
        self.app = self._call_app
        self.timeout_keep_alive = min(_PAUSE, self.config.timeout_keep_alive)
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._unread = _Unread(transport)
        self._crowd.enter(transport)
        self._expect(HEAD)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._crowd.leave(self.transport)
        self._relax()
        self._unread.end()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.transport.get_protocol() is not self:  # it is a web socket's now
            return
        if self.conn.their_state is h11.IDLE:
            if self._deadline is None:
                self._expect(HEAD)
        elif self.conn.their_state is not h11.SEND_BODY or self._wanted:
            self._relax()

    def on_response_complete(self) -> None:
        # What came with the head of a refused request lives on. Up to uvicorn 0.40 it is `bytes`.
        self.cycle.body = type(self.cycle.body)()
        super().on_response_complete()
        # Who sends on after the answer is heard to the end, so that the answer is not lost.
        if self.conn.their_state is h11.SEND_BODY:
            self._expect(DRAIN)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self._relax()
        self._unread.end()
        # The application closes it, or admits it, at once.
        self._crowd.admit(self.transport)
        super().handle_websocket_upgrade(event)
        upgraded = self.transport.get_protocol()
        if upgraded is not self:
            self.transport.set_protocol(_Socket(self._crowd, upgraded, self.transport))

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread.begin()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._unread.end()

    @property
    def _wanted(self) -> bool:
        """Whether the body that comes belongs to a request without an answer yet."""
        return self.cycle is not None and not self.cycle.response_complete

    def _expect(self, seconds: float) -> None:
        """Cut the connection unless something is complete in time."""
        self._relax()
        self._deadline = self.loop.call_later(seconds, self.transport.abort)

    def _relax(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    async def _call_app(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("extensions", {})[ADMIT] = self._admit
        await self._guarded_app(scope, receive, send)

    def _admit(self) -> None:
        self._crowd.admit(self.transport)
        self.timeout_keep_alive = self.config.timeout_keep_alive


class _Socket(asyncio.Protocol):
    """A web socket on one connection: uvicorn's own, whichever that is, with limits.

    Parameters
    ----------
    crowd
        Where the connection counts.
    protocol
        Uvicorn's.
    transport
        The connection.
    """

    def __init__(
        self, crowd: Crowd, protocol: asyncio.BaseProtocol, transport: asyncio.Transport
    ) -> None:
        self._crowd = crowd
        self._protocol = cast("asyncio.Protocol", protocol)
        self._transport = transport
        self._unread = _Unread(transport)
        self._frames = Frames(asyncio.get_running_loop().time)

    def connection_lost(self, exc: Exception | None) -> None:
        self._crowd.leave(self._transport)
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
