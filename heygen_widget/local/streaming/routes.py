"""The routes of HeyGen's first Streaming Avatar API, and the doors of its rooms.

Bodies are read by `bodies`, sessions live in `registry`; here they meet. The key opens everything;
a token from `create_token` opens one session and serves that one alone.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from heygen_widget.local.access import Key, bearer
from heygen_widget.local.room import Doors, Passes
from heygen_widget.local.room.doors import ROOMS
from heygen_widget.local.room.wire import Field, Schema, WireError
from heygen_widget.local.settings import Settings
from heygen_widget.local.streaming.bodies import (
    Ice,
    NewSession,
    OfSession,
    Start,
    TaskRequest,
    read,
)
from heygen_widget.local.streaming.errors import StreamingError
from heygen_widget.local.streaming.registry import StreamingRegistry
from heygen_widget.local.streaming.sessions import StreamingSession
from heygen_widget.local.streaming.tokens import SessionTokens
from heygen_widget.local.studio import Studio

DONE: Final = {"status": "success"}

_TEXT: Final = Schema(text=Field(3, "str"))
_FRAME: Final = Schema(text=Field(1, _TEXT))
"""What HeyGen's SDK sends over its chat socket: pipecat's frames; sound in them is not heard."""


class StreamingApi:
    """HeyGen's first API, in full.

    Parameters
    ----------
    settings
        Limits of sessions.
    studio
        Where faces and voice come from.
    key
        The key that callers must send.
    """

    def __init__(self, settings: Settings, studio: Studio, key: Key) -> None:
        self._registry = StreamingRegistry(settings, studio)
        self._longest = round(settings.max_length)
        self._key = key
        self._tokens = SessionTokens()
        self._passes = Passes()

    def routes(self) -> list[BaseRoute]:
        """Return the routes, each with the one method it has."""
        posts = {
            "create_token": self._create_token,
            "new": self._new,
            "start": self._start,
            "ice": self._ice,
            "task": self._task,
            "interrupt": self._interrupt,
            "keep_alive": self._keep_alive,
            "stop": self._stop,
        }
        return [
            *(
                Route(f"/v1/streaming.{name}", _answered(post), methods=["POST"])
                for name, post in posts.items()
            ),
            Route("/v1/streaming.list", _answered(self._list)),
            WebSocketRoute("/v1/ws/streaming.chat", self._chat),
            *Doors(self._passes, self._registry.room).routes(),
        ]

    async def close(self) -> None:
        """End all sessions."""
        await self._registry.close()

    async def _create_token(self, request: Request) -> dict[str, Any]:
        if not self._key.opens(request.headers):
            raise StreamingError.unauthorized()
        return {"token": self._tokens.make()}

    async def _new(self, request: Request) -> dict[str, Any]:
        token = self._token(request)
        asked = await read(request, NewSession)
        session = await self._open(asked, token)
        way: dict[str, Any]
        if asked.version == "v1":
            offer = {"type": "offer", "sdp": await session.offer()}
            way = {"sdp": offer, "ice_servers": [], "ice_servers2": []}
        else:
            url = request.url.replace(path=ROOMS, scheme=_SOCKETS[request.url.scheme], query="")
            access_token = self._passes.issue(session.session_id)
            way = {"url": str(url), "access_token": access_token, "ice_servers": []}
            way |= {"sdp": None, "ice_servers2": None}
            way |= {"realtime_endpoint": None, "livekit_agent_token": None}
        return {
            "session_id": session.session_id,
            **way,
            "is_paid": True,
            "session_duration_limit": self._longest,
        }

    async def _open(self, asked: NewSession, token: str | None) -> StreamingSession:
        """Open a session; with a token, the one that it is good for."""
        if token is None:
            return await self._registry.open(asked)
        if not self._tokens.take(token):
            raise StreamingError.unauthorized()
        try:
            session = await self._registry.open(asked)
        except BaseException:
            self._tokens.give_back(token)
            raise
        self._tokens.bind(token, session.session_id)
        return session

    async def _start(self, request: Request) -> dict[str, Any]:
        asked = await read(request, Start)
        await self._session(request, asked).start(asked.sdp.sdp if asked.sdp else None)
        return DONE

    async def _ice(self, request: Request) -> dict[str, Any]:
        asked = await read(request, Ice)
        await self._session(request, asked).add_candidate(asked.candidate)
        return DONE

    async def _task(self, request: Request) -> dict[str, Any]:
        asked = await read(request, TaskRequest)
        return await self._session(request, asked).perform(asked)

    async def _interrupt(self, request: Request) -> dict[str, Any]:
        self._session(request, await read(request, OfSession)).interrupt()
        return DONE

    async def _keep_alive(self, request: Request) -> dict[str, Any]:
        self._session(request, await read(request, OfSession)).keep_alive()
        return DONE

    async def _stop(self, request: Request) -> dict[str, Any]:
        session = self._session(request, await read(request, OfSession))
        session.end()
        await session.ended()
        return DONE

    async def _list(self, request: Request) -> dict[str, Any]:
        token = self._token(request)
        own = None if token is None else self._tokens.session(token)
        sessions = [
            {
                "session_id": session.session_id,
                "status": session.status,
                "created_at": session.created_at,
            }
            for session in self._registry.sessions
            if token is None or session.session_id == own
        ]
        return {"sessions": sessions}

    async def _chat(self, socket: WebSocket) -> None:
        """Let a viewer talk to the avatar over the web socket of HeyGen's SDK."""
        asked = socket.query_params
        session_id = asked.get("session_id", "")
        try:
            if self._tokens.session(asked.get("session_token", "")) != session_id:
                raise StreamingError.unauthorized()
            session = self._registry.session(session_id)
        except StreamingError:
            await socket.close()  # before it was accepted: an HTTP 403
            return
        await socket.accept()
        try:
            while True:
                frame = _FRAME.decode(await socket.receive_bytes())
                session.talk(frame.get("text", {}).get("text", ""))
        except WireError:
            await socket.close()
        except (WebSocketDisconnect, KeyError):
            pass

    def _token(self, request: Request) -> str | None:
        """Return the token of a call, None if it is made with the key."""
        if self._key.opens(request.headers):
            return None
        token = bearer(request.headers)
        if not self._tokens.known(token):
            raise StreamingError.unauthorized()
        return token

    def _session(self, request: Request, asked: OfSession) -> StreamingSession:
        token = self._token(request)
        if token is not None and self._tokens.session(token) != asked.session_id:
            raise StreamingError.unauthorized()
        return self._registry.session(asked.session_id)


_SOCKETS: Final = {"http": "ws", "https": "wss"}


def _answered(
    call: Callable[[Request], Awaitable[dict[str, Any]]],
) -> Callable[[Request], Awaitable[Response]]:
    """Put what `call` returns or raises into both of the envelopes that documents show."""

    async def answer(request: Request) -> Response:
        try:
            data = await call(request)
        except StreamingError as error:
            return error.response()
        except ClientDisconnect:
            return Response(status_code=400)  # which reaches nobody
        return JSONResponse({"code": 100, "message": "success", "data": data, "error": None})

    return answer
