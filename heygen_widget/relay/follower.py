"""Follows a live HLS stream and yields its parts in order, each once, as soon as they are there.

Where the server lists parts of segments, these are yielded: consumers see them as short
segments, so nobody further down has to know about low-latency HLS. Knows no browser and no file.
"""

import asyncio
import contextlib
import logging
import math
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, replace
from itertools import count
from typing import Final

from heygen_widget.relay.errors import StreamRefused, StreamUnavailable
from heygen_widget.relay.place import Ahead, Place
from heygen_widget.relay.playlist import Piece, Playlist, Segment, read_playlist
from heygen_widget.relay.source import TIMEOUT, Section, Source

OUT_OF_REACH: Final = 60.0
"""Seconds without a playlist after which a stream is abandoned."""
PAUSES: Final = (0.1, 0.25, 0.5, 1.0, 2.0)
"""Seconds before a playlist is requested again, after consecutive failures."""
PART_PAUSES: Final = (0.1, 0.3)
"""Seconds before a part is requested again; then it is skipped. A live stream does not wait."""
SHORTEST_REST: Final = 0.1
"""Minimum seconds between playlist requests, whatever the server advertises."""
LARGE: Final = 32 * 1024
"""Characters of a playlist that takes so long to read that nothing else should wait for it."""
LONGEST_REST: Final = 20.0
"""Seconds between playlist requests while no page is watching."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a stream.

    Attributes
    ----------
    number
        Counts up from the number of the first segment listed. One that is missing was lost.
    seconds
        Its length, as the playlist has it.
    data
        Its bytes: one or more fragments of MP4, or packets of MPEG-TS.
    init
        The initialization section it needs; empty for MPEG-TS.
    discontinuity
        Whether its clock or coding does not continue the part's before.
    """

    number: int
    seconds: float
    data: bytes
    init: bytes
    discontinuity: bool


class Follower:
    """Reads one stream, from the oldest segment that is listed to the end.

    Parameters
    ----------
    url
        Address of the playlist, master or media.
    expired
        Called when the server no longer gives the playlist; `renew` may follow.
    """

    def __init__(self, url: str, expired: Callable[[], None] = lambda: None) -> None:
        self._url = self._latest_url = url
        self._expired = expired
        self._ended = False
        self._stays = True  # at the live edge
        self._catching_up = 0  # how many wait until all was read
        self._hurry = asyncio.Event()
        self._hurry.set()
        self._at_edge = asyncio.Event()
        self._media_url: str | None = None
        self._place: Place | None = None
        self._inits: dict[Section, bytes] = {}
        self._asked = -math.inf  # when, for the playlist

    def hurry(self, *, hurry: bool) -> None:
        """Stay at the live edge; or come by just often enough to lose nothing."""
        self._stays = hurry
        self._set_pace()

    def renew(self, url: str) -> None:
        """Take note of the stream's present address, which may be the one in use."""
        self._latest_url = url

    async def catch_up(self) -> None:
        """Wait until all was read that the server has by now."""
        self._at_edge.clear()
        self._catching_up += 1
        self._set_pace()
        try:
            await self._at_edge.wait()
        finally:
            self._catching_up -= 1
            self._set_pace()

    def _set_pace(self) -> None:
        if self._stays or self._catching_up:
            self._hurry.set()
        else:
            self._hurry.clear()

    async def parts(self) -> AsyncGenerator[Part]:
        """Yield the parts until the stream has ended.

        Raises
        ------
        StreamError
            When it cannot be read, or not any more.
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
        ahead: Ahead | None = None
        while True:
            playlist = await self._playlist(source, ahead)
            if playlist is None:
                return
            before = self._place and replace(self._place)
            async with contextlib.aclosing(self._fresh(source, playlist)) as parts:
                async for part in parts:
                    yield part
            self._at_edge.set()
            if playlist.ended:
                self._ended = True
                return
            ahead = await self._rest(playlist, news=self._place != before)

    async def _playlist(self, source: Source, ahead: Ahead | None) -> Playlist | None:
        """Fetch the playlist, however often that fails at first; None when it has moved."""
        reached = time.monotonic()
        for failures in count():
            try:
                return await self._ask_for_playlist(source, ahead)
            except StreamUnavailable as error:
                _log.debug("Fetching the playlist failed: %s", error)
                if time.monotonic() - reached > OUT_OF_REACH:
                    raise
                if error.gone and failures and self._has_moved():
                    return None
            ahead = None  # what a server was to wait for may never come
            await asyncio.sleep(PAUSES[min(failures, len(PAUSES) - 1)])
        raise AssertionError("unreachable")

    async def _ask_for_playlist(self, source: Source, ahead: Ahead | None) -> Playlist:
        url = self._media_url or self._url
        self._asked = time.monotonic()
        if ahead is None:
            fetched = await source.playlist(url)
        else:
            fetched = await source.playlist(ahead.added_to(url), ahead.seconds + TIMEOUT)
        found = await _read(fetched.data.decode(errors="replace"), fetched.url)
        if isinstance(found, Playlist):
            return found
        if self._media_url is not None:
            raise StreamRefused("The stream's playlists are nested too deeply.")
        self._media_url = found
        return await self._ask_for_playlist(source, None)

    def _has_moved(self) -> bool:
        """Go over to the stream's present address; ask for it if it is the one in use."""
        if self._latest_url == self._url:
            self._expired()
            return False
        _log.info("The stream has moved to a new address.")
        self._url, self._media_url = self._latest_url, None
        return True

    async def _rest(self, playlist: Playlist, *, news: bool) -> Ahead | None:
        """Wait until the playlist may say something new; return what the server is to wait for."""
        if not self._hurry.is_set():
            rest = min(max(playlist.target, playlist.seconds) / 2, LONGEST_REST)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(rest):
                    await self._hurry.wait()
            return None
        if playlist.blocks:
            # Without news the server's patience ended, or it does not do what it says it does.
            since = time.monotonic() - self._asked if news else 0.0
            await asyncio.sleep(max(0.0, SHORTEST_REST - since))
            return Ahead.of(playlist)
        await asyncio.sleep(max((playlist.part_target or playlist.target) / 2, SHORTEST_REST))
        return None

    async def _fresh(self, source: Source, playlist: Playlist) -> AsyncGenerator[Part]:
        """Yield what the playlist lists and was not yielded before."""
        for segment in playlist.segments:
            place = self._place = self._place or Place(segment.sequence, segment.sequence)
            if not place.come_to(segment):
                continue
            for piece in place.pieces(segment):
                data = await self._data(source, piece)
                if data is not None:
                    yield Part(
                        number=place.number,
                        seconds=piece.seconds,
                        data=data,
                        init=await self._init(source, segment),
                        discontinuity=place.broken,
                    )
                place.pass_over(piece, lost=data is None)
            place.leave(segment)

    async def _data(self, source: Source, piece: Piece) -> bytes | None:
        """Fetch a piece; None when it cannot be had in time."""
        if piece.where is None:
            return None
        for pause in (*PART_PAUSES, None):
            try:
                return await source.part(piece.where)
            except StreamUnavailable as error:
                _log.warning("Fetching a part of the stream failed: %s", error)
            if pause is not None:
                await asyncio.sleep(pause)
        return None

    async def _init(self, source: Source, segment: Segment) -> bytes:
        if segment.init is None:
            return b""
        if segment.init not in self._inits:
            # Unlike a part it is worth waiting for: nothing plays without it.
            self._inits = {segment.init: await self._insist(source, segment.init)}
        return self._inits[segment.init]

    async def _insist(self, source: Source, section: Section) -> bytes:
        for pause in PAUSES:
            try:
                return await source.part(section)
            except StreamUnavailable as error:
                _log.warning("Fetching the stream's initialization section failed: %s", error)
            await asyncio.sleep(pause)
        return await source.part(section)


async def _read(text: str, url: str) -> Playlist | str:
    if len(text) < LARGE:
        return read_playlist(text, url)
    return await asyncio.to_thread(read_playlist, text, url)
