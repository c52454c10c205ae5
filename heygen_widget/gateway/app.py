"""The gateway as an application: HeyGen's realtime API for learners.

`sessions` decides; this reads requests and passes on what belongs to whom.
"""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from typing import Any, Final

import httpx
from pydantic_core import from_json
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from heygen_widget.gateway.access import LEARNER, STREAMS, Gate, store_unavailable
from heygen_widget.gateway.codes import Codes
from heygen_widget.gateway.metrics import Metrics
from heygen_widget.gateway.sessions import (
    GONE,
    TICK,
    Entry,
    Sessions,
    is_over,
    refusal,
    unreachable,
)
from heygen_widget.gateway.settings import Settings
from heygen_widget.gateway.store import Store, StoreUnavailable
from heygen_widget.gateway.teacher import Teacher
from heygen_widget.gateway.upstream import PASSED_BACK, SESSIONS, Unreachable, Upstream
from heygen_widget.local.access import is_our_client
from heygen_widget.local.audio_body import AudioBody
from heygen_widget.local.bodies import MAX_AUDIO, Script, parse_create
from heygen_widget.local.errors import ApiError, answer_error
from heygen_widget.local.intake import Intake

PASSED_ON: Final = ("content-type", "user-agent", "accept", "range")
"""Headers of a request that the avatar server gets."""

# No dots: what a server makes of them would be asked for with the key.
READABLE: Final = re.compile(r"/v3/(avatars|voices)(/[\w-]+)*", re.ASCII)
"""What learners may look up in the teacher's account."""
PLAYABLE: Final = re.compile(r"[\w-]+/(stream\.m3u8|init\.mp4|[0-9]+\.m4s)", re.ASCII)
"""What anybody may play who knows the address of a stream."""

MAX_ASSET: Final = 33 * 1024 * 1024
"""Bytes of a request with a file, which HeyGen limits to 32 MB."""


def make_app(
    store: Store, sessions: Sessions, codes: Codes, settings: Settings, metrics: Metrics
) -> ASGIApp:
    """Return the gateway's HTTP application."""
    intake = Intake()
    teacher = Teacher(store, sessions, codes, settings, metrics=metrics, intake=intake)
    api = Api(store, sessions, settings, intake)
    routes: list[BaseRoute] = [*api.routes(), *teacher.routes()]

    async def answer(request: Request, error: Exception) -> Response:
        match error:
            case StoreUnavailable():
                metrics.count("store_failures")
                error = store_unavailable()
            case Unreachable(sent=sent):
                error = unreachable() if not sent else _unclear()
        return await answer_error(request, error)

    handled = (
        ApiError,
        HTTPException,
        ClientDisconnect,
        StoreUnavailable,
        Unreachable,
        Exception,
    )
    app = Starlette(routes=routes, exception_handlers=dict.fromkeys(handled, answer))
    app.router.redirect_slashes = False  # a redirect would answer outside of the envelope
    return Gate(app, codes, metrics)


class Api:
    """The routes for learners."""

    def __init__(
        self, store: Store, sessions: Sessions, settings: Settings, intake: Intake
    ) -> None:
        self._store = store
        self._sessions = sessions
        self._settings = settings
        self._intake = intake

    def routes(self) -> list[Route]:
        """Return the routes."""
        one = SESSIONS + "/{stream_id}"
        return [
            Route(SESSIONS, self._create, methods=["POST"]),
            Route(one, self._get),
            Route(one + "/text", self._append, methods=["POST"]),
            Route(one + "/words", self._words),
            Route(one + "/cancel", self._cancel, methods=["POST"]),
            Route("/v3/assets", self._upload, methods=["POST"]),
            Route("/v3/{rest:path}", self._look_up),
            Route(STREAMS + "{server}/{rest:path}", self._play),
            Route("/health", self._health),
        ]

    async def _create(self, request: Request) -> Response:
        async with self._intake.body(request, MAX_AUDIO) as read:
            body = bytes(read)
            script = await asyncio.to_thread(_script, body)
        leased = is_our_client(request.headers)
        stream, left = await self._sessions.open(
            _learner(request), script, body, _headers(request), leased=leased
        )
        data = {"stream_id": stream, "seconds_left": self._media(left)}
        return JSONResponse({"data": data}, 201)

    async def _get(self, request: Request) -> Response:
        entry = await self._entry(request)
        if self._sessions.upstreams.of(entry.hold.upstream) is None:
            self._sessions.settle(entry)
            data = {"stream_id": entry.stream, "status": "error", "error_message": GONE}
            return JSONResponse({"data": data})
        response = await self._pass(request, entry, "GET", "")
        if not response.is_success:
            if response.status_code == httpx.codes.NOT_FOUND:
                self._sessions.settle(entry)
            raise refusal(response)
        data = from_json(response.content)["data"]
        if is_over(data.get("status")):
            self._sessions.settle(entry, self._streamed(data))
        else:
            data["seconds_left"] = self._media(entry.left)
        if self._settings.local:
            self._show_streams_here(request, entry, data)
        return JSONResponse({"data": data})

    async def _append(self, request: Request) -> Response:
        entry = await self._entry(request)
        async with self._intake.body(request) as body:
            content = bytes(body)
        # However long it takes: an answer that is given up may mean a text that is spoken twice.
        return _relayed(
            await self._pass(request, entry, "POST", "/text", content=content, patience=None)
        )

    async def _words(self, request: Request) -> Response:
        entry = await self._entry(request)
        upstream = self._sessions.server(entry)
        return _Words(self._sessions, upstream, entry, _headers(request))

    async def _cancel(self, request: Request) -> Response:
        entry = await self._entry(request)
        response = await self._pass(request, entry, "POST", "/cancel")
        if response.is_success:
            self._sessions.settle(entry)
        return _relayed(response)

    async def _upload(self, request: Request) -> Response:
        async with self._intake.body(request, MAX_ASSET) as body:
            upstream = await self._sessions.upstreams.current()
            return _relayed(
                await upstream.send(
                    "POST",
                    "/v3/assets",
                    content=bytes(body),
                    headers=_headers(request),
                    patience=120,
                )
            )

    async def _look_up(self, request: Request) -> Response:
        path = request.scope["path"]
        if not READABLE.fullmatch(path):
            raise HTTPException(404)
        upstream = await self._sessions.upstreams.current()
        return _relayed(
            await upstream.send("GET", _asked(request, path), headers=_headers(request))
        )

    async def _play(self, request: Request) -> Response:
        """Pass on the streams of an embedded server, which learners cannot reach themselves."""
        upstream = self._sessions.upstreams.of(request.path_params["server"])
        rest = request.path_params["rest"]
        if upstream is None or not self._settings.local or not PLAYABLE.fullmatch(rest):
            raise ApiError.not_found("Stream not found.")
        path = _asked(request, STREAMS + rest)
        response = await upstream.send("GET", path, headers=_headers(request))
        return _relayed(response, "cache-control")

    async def _health(self, _: Request) -> Response:
        await self._store.find("health")
        return JSONResponse({"status": "ok"})

    async def _entry(self, request: Request) -> Entry:
        stream, alive = request.path_params["stream_id"], is_our_client(request.headers)
        return await self._sessions.entry(_learner(request), stream, alive=alive)

    async def _pass(
        self, request: Request, entry: Entry, method: str, what: str, **more: Any
    ) -> httpx.Response:
        upstream = self._sessions.server(entry)
        path = f"{SESSIONS}/{entry.stream}{what}"
        return await upstream.send(method, path, headers=_headers(request), **more)

    def _show_streams_here(self, request: Request, entry: Entry, data: dict[str, Any]) -> None:
        for name in ("hls_url", "url"):
            if data.get(name):
                rest = httpx.URL(data[name]).path.removeprefix(STREAMS)
                path = f"{STREAMS}{entry.hold.upstream}/{rest}"
                data[name] = str(request.base_url.replace(path=path))

    def _media(self, seconds: float) -> float:
        return round(seconds * self._settings.pace, 1)

    def _streamed(self, data: dict[str, Any]) -> float | None:
        """Return the real seconds that a rehearsal says it has streamed."""
        told = (data.get("rehearsal") or {}).get("streamed")
        return told / self._settings.pace if isinstance(told, int | float) else None


class _Words(Response):
    """Passes a word stream on, for as long as its reader is there; meanwhile the client lives."""

    def __init__(
        self, sessions: Sessions, upstream: Upstream, entry: Entry, headers: dict[str, str]
    ) -> None:
        self._sessions = sessions
        self._upstream = upstream
        self._entry = entry
        self._passed = headers
        self.background = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = f"{SESSIONS}/{self._entry.stream}/words"
        async with contextlib.AsyncExitStack() as stack:
            response = await stack.enter_async_context(self._upstream.stream(path, self._passed))
            if not response.is_success:
                await _relayed(response)(scope, receive, send)
                return
            kind = response.headers.get("content-type", "text/event-stream")
            await send(
                {
                    "type": "http.response.start",
                    "status": response.status_code,
                    "headers": [
                        (b"content-type", kind.encode("latin-1")),
                        (b"cache-control", b"no-store"),
                        (b"x-accel-buffering", b"no"),
                    ],
                }
            )
            copying = asyncio.create_task(_copy(response.aiter_raw(), send))
            leaving = asyncio.create_task(_gone(receive))
            living = asyncio.create_task(self._live())
            try:
                await asyncio.wait({copying, leaving}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (copying, leaving, living):
                    task.cancel()
                await asyncio.gather(copying, leaving, living, return_exceptions=True)

    async def _live(self) -> None:
        while True:
            self._sessions.show_life(self._entry)
            await asyncio.sleep(TICK)


async def _copy(pieces: AsyncIterator[bytes], send: Send) -> None:
    # A stream that breaks off ends here without its last event, which tells readers enough.
    with contextlib.suppress(httpx.RequestError):
        async for piece in pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _script(body: bytes) -> Script:
    audio = AudioBody()
    audio.feed(body)
    audio.finish()
    return parse_create(audio)


def _learner(request: Request) -> str:
    learner: str = request.scope[LEARNER]
    return learner


def _headers(request: Request) -> dict[str, str]:
    return {name: request.headers[name] for name in PASSED_ON if name in request.headers}


def _asked(request: Request, path: str) -> str:
    return f"{path}?{request.url.query}" if request.url.query else path


def _relayed(response: httpx.Response, *more: str) -> Response:
    if response.status_code in {401, 403}:
        raise refusal(response)
    headers = {
        name: response.headers[name] for name in (*PASSED_BACK, *more) if name in response.headers
    }
    return Response(response.content, response.status_code, headers)


def _unclear() -> ApiError:
    message = "The avatar server did not answer; it may have received the request."
    return ApiError(502, "answer_lost", message)
