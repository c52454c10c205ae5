"""The signalling line to one client: LiveKit's messages over a web socket.

Knows how messages are sent and when a line is dead, not what they mean.
"""

import asyncio
import contextlib
from typing import Any, Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from heygen_widget.local.v1.livekit.messages import REQUEST, RESPONSE
from heygen_widget.local.v1.livekit.wire import Message, WireError

PING_INTERVAL: Final = 5
PING_TIMEOUT: Final = 15
"""Seconds between a client's pings, and without a message until its line counts as dead."""

_GONE: Final = (WebSocketDisconnect, RuntimeError)  # as starlette reports a socket that is closed


class SignalLine:
    """The signalling line to one client."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket

    async def send(self, **message: Any) -> None:
        """Send a message: one field of `RESPONSE`. Does nothing on a dead line."""
        with contextlib.suppress(*_GONE):
            await self._socket.send_bytes(RESPONSE.encode(message))

    async def receive(self) -> Message | None:
        """Wait for the next message; None when the line is dead.

        Raises
        ------
        WireError
            When it is not a valid message.
        """
        try:
            async with asyncio.timeout(PING_TIMEOUT):
                received = await self._socket.receive()
        except (TimeoutError, *_GONE):
            return None
        if received["type"] == "websocket.disconnect":
            return None
        data = received.get("bytes")
        if data is None:
            raise WireError("Signalling is binary.")
        return REQUEST.decode(data)

    async def close(self) -> None:
        """Close the line. Harmless on a dead line."""
        with contextlib.suppress(*_GONE):
            await self._socket.close()
