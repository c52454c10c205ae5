"""The connections of the server: how many there may be, and how long each may keep it waiting.

Uvicorn takes any number of connections and waits for each one's request for ever. Here a
connection is a stranger's until a request of it was admitted, and strangers make room for new
ones: they cannot keep out whoever has the key. Knows no key and no route.
"""

import asyncio
from typing import Any, Final

import h11
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

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
    """Say that the caller of a request is no stranger."""
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
        # In the order they came; what is upgraded to a web socket leaves without saying so.
        self._strangers: dict[asyncio.Transport, None] = {}
        self._admitted: dict[asyncio.Transport, None] = {}

    def enter(self, transport: asyncio.Transport) -> None:
        """Take in a new connection; another one, or itself, is cut if there is no room."""
        self._strangers[transport] = None
        if len(self._strangers) + len(self._admitted) > self._most:
            for gone in [each for each in self._admitted if each.is_closing()]:
                del self._admitted[gone]
        full = len(self._strangers) + len(self._admitted) > self._most
        if full or len(self._strangers) > self._most_strangers:
            oldest = next(iter(self._strangers))
            del self._strangers[oldest]
            oldest.abort()

    def admit(self, transport: asyncio.Transport) -> None:
        """Say that a connection is no stranger's."""
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
        self._stall: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._crowd.enter(transport)
        self._expect(HEAD)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._crowd.leave(self.transport)
        self._relax()
        self.resume_writing()

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
        self.cycle.body.clear()  # came with the head of a request that was refused, and lives on
        super().on_response_complete()
        # Who sends on after the answer is heard to the end, so that the answer is not lost.
        if self.conn.their_state is h11.SEND_BODY:
            self._expect(DRAIN)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self._relax()
        # The application closes it, or admits it, at once.
        self._crowd.admit(self.transport)
        super().handle_websocket_upgrade(event)

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._stall is None:
            self._stall = self.loop.call_later(STALL, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None

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
