"""HeyGen's realtime API: its five operations, and two routes for rehearsals.

`bodies` reads request bodies, `registry` holds sessions, `assets` files, `account` the rest of an
account; this connects them.
"""

import asyncio
from typing import Any, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from heygen_widget.local.access import Gate, Key, Throttling, is_our_client
from heygen_widget.local.account.files import Files
from heygen_widget.local.account.routes import AccountApi
from heygen_widget.local.assets import MAX_FILES, Assets
from heygen_widget.local.audio_body import AudioBody
from heygen_widget.local.bodies import MAX_AUDIO, parse_append, parse_create, parse_throttle
from heygen_widget.local.errors import ApiError, answer_error
from heygen_widget.local.intake import Intake
from heygen_widget.local.measures import Measures
from heygen_widget.local.media import Media
from heygen_widget.local.registry import Registry
from heygen_widget.local.sessions import Session
from heygen_widget.local.studio import Studio
from heygen_widget.local.v1 import Streaming

SESSIONS: Final = "/v3/avatar-realtime"


def make_app(
    registry: Registry,
    *,
    key: Key,
    host: str,
    studio: Studio,
    streaming: Streaming | None = None,
    max_files: int = MAX_FILES,
) -> ASGIApp:
    """Return the server's HTTP application."""
    throttling = Throttling()
    intake = Intake()
    assets = Assets(intake, max_files=max_files)
    files = Files()
    api = Api(registry, throttling, assets, files, intake)
    account = AccountApi(
        registry.settings,
        studio,
        assets=assets,
        files=files,
        wallet=registry.wallet,
        intake=intake,
    )
    routes: list[BaseRoute] = [
        *api.routes(),
        assets.route(),
        *account.routes(),
        *Media(registry).routes(),
        *Measures(studio, intake).routes(),
    ]
    if streaming is not None:
        routes += streaming.routes(intake)
    app = Starlette(
        routes=routes,
        exception_handlers=dict.fromkeys(
            (ApiError, HTTPException, ClientDisconnect, Exception), answer_error
        ),
    )
    # /v3/x and /v3/x/ are different names; a redirect would answer outside of the envelope.
    app.router.redirect_slashes = False
    refuse_first = streaming.refusal if streaming is not None else None
    return Gate(app, key=key, host=host, throttling=throttling, refuse_first=refuse_first)


class Api:
    """The routes that need a key."""

    def __init__(
        self,
        registry: Registry,
        throttling: Throttling,
        assets: Assets,
        files: Files,
        intake: Intake,
    ) -> None:
        self._registry = registry
        self._throttling = throttling
        self._assets = assets
        self._files = files
        self._intake = intake
        self._parsing = asyncio.Lock()

    def routes(self) -> list[Route]:
        """Return the routes, each with the one method it has."""
        one = SESSIONS + "/{stream_id}"
        return [
            Route(SESSIONS, self._create, methods=["POST"]),
            Route(one, self._get),
            Route(one + "/text", self._append, methods=["POST"]),
            Route(one + "/words", self._words),
            Route(one + "/cancel", self._cancel, methods=["POST"]),
            Route("/rehearsal/throttle", self._throttle, methods=["POST"]),
        ]

    async def _create(self, request: Request) -> Response:
        body = AudioBody()
        async with self._intake.chunks(request, MAX_AUDIO) as chunks:
            async for chunk in chunks:
                body.feed(chunk)
            body.finish()
            # One after another: what a body of many small things says fills twenty times its size.
            async with self._parsing:
                script = await asyncio.to_thread(parse_create, body)
        session = self._registry.open(self._files.fill_in(self._assets.fill_in(script)))
        session.plays_at_once = is_our_client(request.headers)
        return _data({"stream_id": session.stream_id}, 201)

    async def _get(self, request: Request) -> Response:
        session = self._session(request)
        playlist = str(request.url_for("playlist", token=session.token))
        return _data(session.status_answer(playlist))

    async def _append(self, request: Request) -> Response:
        session = self._session(request)
        async with self._intake.body(request) as body:
            asked = parse_append(body)
        size = session.append(asked.delta, final=asked.final)
        return _data({"ok": True, "buffered_bytes": size}, 202)

    async def _words(self, request: Request) -> Response:
        events = self._session(request).words.events()
        return StreamingResponse(
            events, media_type="text/event-stream", headers={"Cache-Control": "no-store"}
        )

    async def _cancel(self, request: Request) -> Response:
        session = self._session(request)
        return _data({"stream_id": session.stream_id, "cancelled": session.cancel()}, 202)

    async def _throttle(self, request: Request) -> Response:
        async with self._intake.body(request) as body:
            order = parse_throttle(body)
        self._throttling.order(order.requests, order.retry_after)
        return _data(order.model_dump())

    def _session(self, request: Request) -> Session:
        return self._registry.session(request.path_params["stream_id"])


def _data(data: dict[str, Any], status: int = 200) -> Response:
    return JSONResponse({"data": data}, status)
