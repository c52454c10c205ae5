"""What players fetch: the playlist, which may wait for its next segment, and the segments.

Open to whoever knows the playlist's address; players send no key.
"""

import asyncio
import re
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from heygen_widget.local.errors import ApiError
from heygen_widget.local.registry import Registry
from heygen_widget.local.sessions import Session
from heygen_widget.local.stream import Stream

PATIENCE: Final = 5.0
"""Seconds a playlist is held back for a segment that does not come."""

_PLAYLIST: Final = "application/vnd.apple.mpegurl"
_FRESH: Final = {"Cache-Control": "no-store"}
_FOREVER: Final = {"Cache-Control": "public, max-age=31536000, immutable"}


class Media:
    """The routes below ``/hls``.

    Parameters
    ----------
    registry
        Whose streams are played.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def routes(self) -> list[Route]:
        """Return the routes; `playlist` names the one whose address players are given."""
        return [
            Route("/hls/{token}/stream.m3u8", self._playlist, name="playlist"),
            Route("/hls/{token}/init.mp4", self._init),
            Route("/hls/{token}/{number:int}.m4s", self._segment),
        ]

    async def _playlist(self, request: Request) -> Response:
        session = self._registry.playing(request.path_params["token"])
        stream = _stream(session)
        wanted = _wanted_segment(request.query_params.get("_HLS_msn"), stream)
        await _until_published(session, stream, wanted)
        return Response(
            stream.playlist(), media_type="application/vnd.apple.mpegurl", headers=_FRESH
        )

    async def _init(self, request: Request) -> Response:
        stream = _stream(self._registry.playing(request.path_params["token"]))
        return Response(stream.init, media_type="video/mp4", headers=_FOREVER)

    async def _segment(self, request: Request) -> Response:
        stream = _stream(self._registry.playing(request.path_params["token"]))
        data = stream.segment(request.path_params["number"])
        if data is None:
            raise ApiError.not_found("The stream has no such segment, or has it no more.")
        return Response(data, media_type="video/mp4", headers=_FOREVER)


def _stream(session: Session) -> Stream:
    if session.stream is None:
        raise ApiError.not_found("There is no such stream.")
    return session.stream


def _wanted_segment(text: str | None, stream: Stream) -> int:
    """Return the segment that a blocking reload waits for; -1 when the playlist is due at once."""
    if text is None:
        return -1
    # RFC 8216bis 6.2.5.2: more than two beyond the last one is a client gone astray.
    if not re.fullmatch(r"[0-9]{1,15}", text) or int(text) > stream.next_segment + 1:
        raise ApiError.invalid("'_HLS_msn' is not a segment to come soon.", "_HLS_msn")
    return int(text)


async def _until_published(session: Session, stream: Stream, wanted: int) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + PATIENCE
    while stream.next_segment <= wanted and not stream.ended:
        patience = deadline - loop.time()
        if patience <= 0:
            return
        await session.published.wait(patience)
