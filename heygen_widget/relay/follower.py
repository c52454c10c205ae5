"""Follows a live HLS stream and yields its parts in order, each once, as soon as they exist.

Where the server lists parts of segments, these are yielded: consumers see them as short
segments, so no later stage has to know about low-latency HLS. Knows no browser and no file.
"""

import asyncio
import contextlib
import logging
import math
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, replace
from typing import Final

from heygen_widget.api.backoff import growing
from heygen_widget.relay.errors import StreamRefused, StreamUnavailable
from heygen_widget.relay.playlist import Piece, Playlist, Segment, read_playlist
from heygen_widget.relay.position import BlockingReload, ReadPosition
from heygen_widget.relay.source import TIMEOUT, Section, Source

GIVE_UP_AFTER: Final = 60.0
"""Seconds without a playlist after which a stream is abandoned."""
LONGEST_PAUSE: Final = 2.0
"""Seconds before a playlist is requested again after many failures."""
PART_ATTEMPTS: Final = 3
"""How often a part is requested before it is skipped."""
INIT_ATTEMPTS: Final = 6
"""The same for an initialization section, worth waiting for: nothing plays without it."""
MIN_POLL: Final = 0.1
"""Minimum seconds between playlist requests, whatever the server advertises."""
LARGE_PLAYLIST: Final = 32 * 1024
"""Characters above which a playlist is parsed on another thread."""
MAX_IDLE_POLL: Final = 5.0
"""Maximum seconds between playlist requests while no page is watching."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a stream."""

    # Counts up from the number of the first segment listed. A gap is a lost part.
    number: int
    seconds: float  # its length, according to the playlist
    data: bytes  # its bytes: one or more fragments of MP4, or packets of MPEG-TS
    init: bytes  # the initialization section it needs; empty for MPEG-TS
    discontinuity: bool  # whether its clock or encoding differs from the previous part's


class Follower:
    """Reads one stream, from the oldest listed segment to the end.

    Parameters
    ----------
    url
        Address of the playlist, master or media.
    expired
        Called when the server no longer delivers the playlist; `renew` may follow.
    """

    def __init__(self, url: str, expired: Callable[[], None] = lambda: None) -> None:
        self._url = self._latest_url = url
        self._expired = expired
        self._ended = False
        self._watched = True  # at the live edge
        self._catching_up = 0  # how many callers wait in `catch_up`
        self._live = asyncio.Event()
        self._live.set()
        self._at_edge = asyncio.Event()
        self._media_url: str | None = None
        self._position: ReadPosition | None = None
        self._inits: dict[Section, bytes] = {}
        self._requested_at = -math.inf  # when, for the playlist

    def set_live(self, *, live: bool) -> None:
        """Stay at the live edge, or poll just often enough to lose nothing."""
        self._watched = live
        self._update_pace()

    def renew(self, url: str) -> None:
        """Set the stream's current address, which may be the one in use."""
        self._latest_url = url

    async def catch_up(self) -> None:
        """Wait until everything the server has by now has been read."""
        self._at_edge.clear()
        self._catching_up += 1
        self._update_pace()
        try:
            await self._at_edge.wait()
        finally:
            self._catching_up -= 1
            self._update_pace()

    def _update_pace(self) -> None:
        if self._watched or self._catching_up:
            self._live.set()
        else:
            self._live.clear()

    async def parts(self) -> AsyncGenerator[Part]:
        """Yield the parts until the stream has ended.

        Raises
        ------
        StreamError
            When it cannot be read, or can no longer be read.
        """
        while not self._ended:
            async with (
                Source(self._url) as source,
                contextlib.aclosing(self._follow(source)) as parts,
            ):
                async for part in parts:
                    yield part

    async def _follow(self, source: Source) -> AsyncGenerator[Part]:
        """Yield parts until the end, or until the stream has moved to another address."""
        reload: BlockingReload | None = None
        while True:
            playlist = await self._playlist(source, reload)
            if playlist is None:
                return
            before = self._position and replace(self._position)
            async with contextlib.aclosing(self._new_parts(source, playlist)) as parts:
                async for part in parts:
                    yield part
            self._at_edge.set()
            if playlist.ended:
                self._ended = True
                return
            reload = await self._wait_for_news(playlist, news=self._position != before)

    async def _playlist(self, source: Source, reload: BlockingReload | None) -> Playlist | None:
        """Fetch the playlist, retrying after failures; None when it has moved."""
        reached = time.monotonic()
        failed = False
        for pause in growing(LONGEST_PAUSE):
            try:
                return await self._request_playlist(source, reload)
            except StreamUnavailable as error:
                _log.debug("Fetching the playlist failed: %s", error)
                if time.monotonic() - reached > GIVE_UP_AFTER:
                    raise
                if error.gone and failed and self._has_moved():
                    return None
            reload, failed = None, True  # the awaited segment may never come
            await asyncio.sleep(pause)
        raise AssertionError("unreachable")

    async def _request_playlist(self, source: Source, reload: BlockingReload | None) -> Playlist:
        url = self._media_url or self._url
        self._requested_at = time.monotonic()
        if reload is None:
            fetched = await source.playlist(url)
        else:
            fetched = await source.playlist(reload.apply_to(url), reload.seconds + TIMEOUT)
        found = await _read(fetched.data.decode(errors="replace"), fetched.url)
        if isinstance(found, Playlist):
            return found
        if self._media_url is not None:
            raise StreamRefused("The stream's playlists are nested too deeply.")
        self._media_url = found
        return await self._request_playlist(source, None)

    def _has_moved(self) -> bool:
        """Switch to the stream's latest address, or ask for a new one if that is already in use."""
        if self._latest_url == self._url:
            self._expired()
            return False
        _log.info("The stream has moved to a new address.")
        self._url, self._media_url = self._latest_url, None
        return True

    async def _wait_for_news(self, playlist: Playlist, *, news: bool) -> BlockingReload | None:
        """Wait until the playlist may have changed; return what the server shall wait for."""
        if not self._live.is_set():
            rest = min(max(playlist.target, playlist.seconds) / 2, MAX_IDLE_POLL)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(rest):
                    await self._live.wait()
            return None
        if playlist.blocks:
            # Without news the server timed out, or does not block although it says so.
            since = time.monotonic() - self._requested_at if news else 0.0
            await asyncio.sleep(max(0.0, MIN_POLL - since))
            return BlockingReload.of(playlist)
        await asyncio.sleep(max((playlist.part_target or playlist.target) / 2, MIN_POLL))
        return None

    async def _new_parts(self, source: Source, playlist: Playlist) -> AsyncGenerator[Part]:
        """Yield the parts of a playlist that were not yielded before."""
        for segment in playlist.segments:
            position = self._position = self._position or ReadPosition(
                segment.sequence, segment.sequence
            )
            if not position.advance_to(segment):
                continue
            for piece in position.pieces(segment):
                data = await self._data(source, piece)
                if data is not None:
                    yield Part(
                        number=position.number,
                        seconds=piece.seconds,
                        data=data,
                        init=await self._init(source, segment),
                        discontinuity=position.discontinuity,
                    )
                position.mark_read(piece, lost=data is None)
            position.leave(segment)

    async def _data(self, source: Source, piece: Piece) -> bytes | None:
        """Fetch a piece; None when it does not arrive in time."""
        if piece.where is None:
            return None
        try:
            return await _fetch(source, piece.where, PART_ATTEMPTS)
        except StreamUnavailable:
            return None

    async def _init(self, source: Source, segment: Segment) -> bytes:
        if segment.init is None:
            return b""
        if segment.init not in self._inits:
            self._inits = {segment.init: await _fetch(source, segment.init, INIT_ATTEMPTS)}
        return self._inits[segment.init]


async def _fetch(source: Source, section: Section, attempts: int) -> bytes:
    """Fetch media; raise the last failure."""
    for attempt, pause in enumerate(growing(LONGEST_PAUSE), 1):
        try:
            return await source.part(section)
        except StreamUnavailable as error:
            _log.warning("Fetching a part of the stream failed: %s", error)
            if attempt == attempts:
                raise
        await asyncio.sleep(pause)
    raise AssertionError("unreachable")


async def _read(text: str, url: str) -> Playlist | str:
    if len(text) < LARGE_PLAYLIST:
        return read_playlist(text, url)
    return await asyncio.to_thread(read_playlist, text, url)
