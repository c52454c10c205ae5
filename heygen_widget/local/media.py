"""Serves the playlist, which supports blocking reload, and the segments.

Open to anyone who knows the playlist's URL; players send no key.
"""

import asyncio
import re
import time
from typing import Final

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from heygen_widget.local.clock import Clock
from heygen_widget.local.errors import ApiError
from heygen_widget.local.hls import Stream
from heygen_widget.local.registry import Registry
from heygen_widget.local.sessions import Session

BLOCKING_TARGETS: Final = 3
"""Target durations that a blocking reload waits for its segment."""

_FFMPEG: Final = "Lavf/"
_FIRST_SECONDS: Final = 0.15  # seconds in which some players look twice before they begin
_MOST_PLAYERS: Final = 1000  # that are remembered
_LONGEST_NAME: Final = 200  # characters
_NUMBER: Final = re.compile(r"[0-9]{1,15}")
_PLAYLIST: Final = "application/vnd.apple.mpegurl"
_NO_STORE: Final = {"Cache-Control": "no-store"}
_IMMUTABLE: Final = {"Cache-Control": "public, max-age=31536000, immutable"}


class Media:
    """The routes below ``/hls``."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._first_requests = _FirstRequests()

    def routes(self) -> list[Route]:
        """Return the routes; the one called `playlist` is what players open."""
        return [
            Route("/hls/{token}/stream.m3u8", self._playlist, name="playlist"),
            Route("/hls/{token}/init.mp4", self._init),
            Route("/hls/{token}/{number:int}.m4s", self._segment),
        ]

    async def _playlist(self, request: Request) -> Response:
        session = self._registry.playing(request.path_params["token"])
        stream = _stream(session)
        wanted = _wanted_segment(request.query_params, stream)
        if wanted is None and session.plays_at_once:
            wanted = 0
        # A player's first request names no segment. It gets enough to play without running dry.
        least = stream.opening - 1 if wanted is None else wanted
        published = await _until_published(session, stream, least, self._registry.clock)
        if wanted is not None and not published:
            raise ApiError.segment_late()
        opening = wanted is None and self._first_requests.is_first(request)
        return Response(stream.playlist(opening=opening), media_type=_PLAYLIST, headers=_NO_STORE)

    async def _init(self, request: Request) -> Response:
        stream = _stream(self._registry.playing(request.path_params["token"]))
        return Response(stream.init, media_type="video/mp4", headers=_IMMUTABLE)

    async def _segment(self, request: Request) -> Response:
        stream = _stream(self._registry.playing(request.path_params["token"]))
        data = await asyncio.to_thread(stream.segment, request.path_params["number"])
        if data is None:
            raise ApiError.not_found("The stream does not have that segment, or no longer has it.")
        return Response(data, media_type="video/mp4", headers=_IMMUTABLE)


class _FirstRequests:
    """Which FFmpeg players have requested a playlist; those of one machine count as one.

    Other players begin where the playlist says, and play more smoothly with more of it.
    """

    def __init__(self) -> None:
        self._at: dict[tuple[str, str, str], float] = {}

    def is_first(self, request: Request) -> bool:
        """Record a request; return whether it is the first one of an FFmpeg player."""
        program = request.headers.get("user-agent", "")[:_LONGEST_NAME]
        if not program.startswith(_FFMPEG):
            return False
        machine = request.client.host if request.client else ""
        now = time.monotonic()
        before = self._at.setdefault((request.path_params["token"], machine, program), now)
        if len(self._at) > _MOST_PLAYERS:
            del self._at[next(iter(self._at))]
        return now - before < _FIRST_SECONDS


def _stream(session: Session) -> Stream:
    if session.stream is None:
        raise ApiError.not_found("Stream not found.")
    return session.stream


def _wanted_segment(asked: QueryParams, stream: Stream) -> int | None:
    """Return the segment that a blocking reload waits for; None if it is not one."""
    number, part = asked.get("_HLS_msn"), asked.get("_HLS_part")
    # No parts are listed: a requested part comes with its segment.
    if part is not None and (number is None or not _NUMBER.fullmatch(part)):
        raise ApiError.invalid("'_HLS_part' is not a part of the segment '_HLS_msn'.", "_HLS_part")
    if number is None:
        return None
    # RFC 8216bis 6.2.5.2: refuse a segment more than two beyond the last one.
    if not _NUMBER.fullmatch(number) or (
        int(number) > stream.next_segment + 1 and not stream.ended
    ):
        raise ApiError.invalid("'_HLS_msn' is too far ahead.", "_HLS_msn")
    return int(number)


async def _until_published(session: Session, stream: Stream, wanted: int, clock: Clock) -> bool:
    """Wait for a segment or the end of the stream; return False after a timeout."""
    deadline = clock.now() + BLOCKING_TARGETS * stream.target
    while stream.next_segment <= wanted and not stream.ended:
        patience = deadline - clock.now()
        if patience <= 0:
            return False
        await session.published.wait(clock.real(patience))
    return True
