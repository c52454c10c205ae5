"""The routes by which LiveKit's clients enter a room.

Knows tokens and room names; the rooms themselves are held elsewhere.
"""

import base64
import binascii
from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from heygen_widget.local.v1.livekit.access_tokens import AccessTokens
from heygen_widget.local.v1.livekit.line import SignalLine
from heygen_widget.local.v1.livekit.messages import unpack_join_request
from heygen_widget.local.v1.livekit.room import Room
from heygen_widget.local.v1.livekit.wire import WireError

ROOMS: Final = "/room"
"""The base path given to clients, to which they append their own."""


class SignalRoutes:
    """The routes below `ROOMS`."""

    def __init__(self, tokens: AccessTokens, find: Callable[[str], Room | None]) -> None:
        self._access_tokens = tokens
        self._find = find

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route(ROOMS, self._warm_up),
            WebSocketRoute(f"{ROOMS}/rtc", self._enter),
            WebSocketRoute(f"{ROOMS}/rtc/v1", self._enter_single),
            Route(f"{ROOMS}/rtc/validate", self._validate),
            Route(f"{ROOMS}/rtc/v1/validate", self._validate_single),
        ]

    async def _warm_up(self, _: Request) -> Response:
        """Answer a client that warms up its connection."""
        return PlainTextResponse("OK")

    async def _validate(self, request: Request) -> Response:
        """Tell a client why it could not enter."""
        return _verdict(self._room(request.query_params.get("access_token", "")))

    async def _validate_single(self, request: Request) -> Response:
        room = self._room(request.query_params.get("access_token", ""))
        if room is not None and not room.single:
            return PlainTextResponse(
                "Enter this room with version 0 of the signalling protocol.", 404
            )
        return _verdict(room)

    async def _enter(self, socket: WebSocket) -> None:
        asked = socket.query_params
        room = self._room(asked.get("access_token", ""))
        if room is None:
            await socket.close()  # before it was accepted: an HTTP 403
            return
        await socket.accept()
        if asked.get("reconnect") == "1":
            await room.reconnect(SignalLine(socket), asked.get("sid", ""))
        else:
            await room.enter(SignalLine(socket))

    async def _enter_single(self, socket: WebSocket) -> None:
        room = self._room(socket.query_params.get("access_token", ""))
        try:
            packed = socket.query_params.get("join_request", "")
            # Clients omit the padding; extra padding is harmless.
            asked = unpack_join_request(base64.urlsafe_b64decode(packed + "=="))
        except (WireError, binascii.Error, ValueError):
            room = None
        if room is None or not room.single:
            await socket.close()
            return
        await socket.accept()
        if asked.get("reconnect"):
            await room.reconnect(SignalLine(socket), asked.get("participant_sid", ""))
        else:
            offer = asked.get("publisher_offer")
            await room.enter(SignalLine(socket), single=True, offer=offer)

    def _room(self, token: str) -> Room | None:
        name = self._access_tokens.room(token)
        return None if name is None else self._find(name)


def _verdict(room: Room | None) -> Response:
    if room is None:
        return PlainTextResponse("The token does not open any existing room.", 401)
    return PlainTextResponse("success")
