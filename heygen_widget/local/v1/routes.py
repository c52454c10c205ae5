"""The routes of HeyGen's first Streaming Avatar API, and of its rooms.

`bodies` reads request bodies, `registry` holds sessions; this connects them. The key may do
everything; a token from `create_token` opens one session and is valid only for it.
"""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final, TypeVar

from pydantic import BaseModel
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from heygen_widget.local.access import Key, bearer
from heygen_widget.local.errors import ApiError
from heygen_widget.local.intake import Intake
from heygen_widget.local.settings import Settings
from heygen_widget.local.studio import Studio
from heygen_widget.local.v1.bodies import Ice, NewSession, OfSession, Start, TaskRequest, parse
from heygen_widget.local.v1.errors import StreamingError
from heygen_widget.local.v1.livekit import AccessTokens, SignalRoutes
from heygen_widget.local.v1.livekit.signal_routes import ROOMS
from heygen_widget.local.v1.livekit.wire import Field, Schema, WireError
from heygen_widget.local.v1.registry import StreamingRegistry
from heygen_widget.local.v1.sessions import StreamingSession
from heygen_widget.local.v1.tokens import SessionTokens

_Body = TypeVar("_Body", bound=BaseModel)

DONE: Final = {"status": "success"}

_TEXT: Final = Schema(text=Field(3, "str"))
_FRAME: Final = Schema(text=Field(1, _TEXT))
"""What HeyGen's SDK sends over its chat socket: pipecat frames; audio in them is ignored."""


class StreamingApi:
    """HeyGen's first API, in full."""

    def __init__(self, settings: Settings, studio: Studio, key: Key) -> None:
        self._registry = StreamingRegistry(settings, studio)
        self._pace = settings.pace
        self._longest = round(settings.max_length)
        self._key = key
        self._tokens = SessionTokens()
        self._access_tokens = AccessTokens()

    def routes(self, intake: Intake) -> list[BaseRoute]:
        """Return the routes, each with the one method it has; `intake` reads their bodies."""
        posts = {
            "create_token": _answered(self._create_token),
            "new": _post(intake, NewSession, self._new),
            "start": _post(intake, Start, self._start),
            "ice": _post(intake, Ice, self._ice),
            "task": _post(intake, TaskRequest, self._task),
            "interrupt": _post(intake, OfSession, self._interrupt),
            "keep_alive": _post(intake, OfSession, self._keep_alive),
            # HeyGen's SDK (2.x) reports when its user may speak. Audio is ignored here, but
            # the message counts as activity.
            "start_listening": _post(intake, OfSession, self._keep_alive),
            "stop_listening": _post(intake, OfSession, self._keep_alive),
            "stop": _post(intake, OfSession, self._stop),
        }
        return [
            *(
                Route(f"/v1/streaming.{name}", post, methods=["POST"])
                for name, post in posts.items()
            ),
            Route("/v1/streaming.list", _answered(self._list)),
            WebSocketRoute("/v1/ws/streaming.chat", self._chat),
            *SignalRoutes(self._access_tokens, self._registry.room).routes(),
        ]

    def refusal(self, headers: Headers) -> Response | None:
        """Return the answer to a request without key or token, None if it has one."""
        if self._key.opens(headers) or self._tokens.known(bearer(headers)):
            return None
        return StreamingError.unauthorized().response()

    async def close(self) -> None:
        """End all sessions."""
        await self._registry.close()

    async def _create_token(self, request: Request) -> dict[str, Any]:
        if not self._key.opens(request.headers):
            raise StreamingError.unauthorized()
        return {"token": self._tokens.make()}

    async def _new(self, request: Request, asked: NewSession) -> dict[str, Any]:
        if self._pace != 1:
            raise StreamingError.real_time_only(self._pace)
        async with self._opened(asked, self._token(request)) as session:
            way: dict[str, Any] = {"sdp": None, "ice_servers2": None}
            if asked.has_room:
                url = request.url.replace(path=ROOMS, scheme=_SOCKETS[request.url.scheme], query="")
                way |= {
                    "url": str(url),
                    "access_token": self._access_tokens.issue(session.session_id),
                }
                way |= {"realtime_endpoint": None, "livekit_agent_token": None}
            if asked.has_offer:
                way |= {"sdp": {"type": "offer", "sdp": await session.offer()}, "ice_servers2": []}
            return {
                "session_id": session.session_id,
                **way,
                "ice_servers": [],
                "is_paid": True,
                "session_duration_limit": self._longest,
            }

    @contextlib.asynccontextmanager
    async def _opened(
        self, asked: NewSession, token: str | None
    ) -> AsyncIterator[StreamingSession]:
        """Open a session, which ends if the block fails: nobody would know its id.

        A token is then valid only for this session.
        """
        if token is not None and not self._tokens.take(token):
            raise StreamingError.unauthorized()
        session: StreamingSession | None = None
        try:
            session = await self._registry.open(asked)
            yield session
        except BaseException:
            if session is not None:
                session.end()
            if token is not None:
                self._tokens.give_back(token)
            raise
        if token is not None:
            self._tokens.bind(token, session.session_id)

    async def _start(self, request: Request, asked: Start) -> dict[str, Any]:
        await self._session(request, asked).start(asked.sdp.sdp if asked.sdp else None)
        return DONE

    async def _ice(self, request: Request, asked: Ice) -> dict[str, Any]:
        await self._session(request, asked).add_candidate(asked.candidate)
        return DONE

    async def _task(self, request: Request, asked: TaskRequest) -> dict[str, Any]:
        return await self._session(request, asked).perform(asked)

    async def _interrupt(self, request: Request, asked: OfSession) -> dict[str, Any]:
        self._session(request, asked).interrupt()
        return DONE

    async def _keep_alive(self, request: Request, asked: OfSession) -> dict[str, Any]:
        self._session(request, asked).keep_alive()
        return DONE

    async def _stop(self, request: Request, asked: OfSession) -> dict[str, Any]:
        session = self._session(request, asked)
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
        except StreamingError as error:
            await socket.close(_POLICY_VIOLATION, error.message)
        except (WebSocketDisconnect, KeyError):
            pass

    def _token(self, request: Request) -> str | None:
        """Return the token of a request; None if it has the key."""
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


_POLICY_VIOLATION: Final = 1008  # RFC 6455 7.4.1
_SOCKETS: Final = {"http": "ws", "https": "wss"}


Endpoint = Callable[[Request], Awaitable[Response]]


def _post(
    intake: Intake, model: type[_Body], call: Callable[[Request, _Body], Awaitable[dict[str, Any]]]
) -> Endpoint:
    """Return the endpoint of a POST: it reads and checks the body, then calls `call`."""

    async def read_and_call(request: Request) -> dict[str, Any]:
        async with intake.body(request) as body:
            asked = parse(body, model)
        return await call(request, asked)

    return _answered(read_and_call)


def _answered(call: Callable[[Request], Awaitable[dict[str, Any]]]) -> Endpoint:
    """Put what `call` returns or raises into both documented envelopes."""

    async def answer(request: Request) -> Response:
        try:
            data = await call(request)
        except StreamingError as error:
            return error.response()
        except ApiError as error:
            return StreamingError.of(error).response()
        except ClientDisconnect:
            return Response(status_code=400)  # which reaches nobody
        return JSONResponse({"code": 100, "message": "success", "data": data, "error": None})

    return answer
