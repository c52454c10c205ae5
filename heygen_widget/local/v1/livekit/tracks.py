"""Sends encoded pictures and sound to viewers: encoded once, sent to each.

Knows coded bytes and their times, not what they show, and no session.
"""

import asyncio
from collections.abc import Callable
from fractions import Fraction
from typing import Any, Final, Literal

import av
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError

VIDEO_CLOCK: Final = 90_000
SOUND_CLOCK: Final = 48_000
"""Units per second of the times of pictures and of sound."""

_BACKLOG: Final = 100
"""Packets that may wait for a connection; more mean that it takes none."""


class Packets(MediaStreamTrack):
    """A track of coded packets, sent as they are.

    Parameters
    ----------
    kind
        What they are.
    clock
        Units per second of their times.
    """

    def __init__(self, kind: Literal["video", "audio"], clock: int) -> None:
        super().__init__()
        self.kind = kind
        self._time_base = Fraction(1, clock)
        self._queue: asyncio.Queue[av.Packet[Any] | None] = asyncio.Queue()

    def put(self, data: bytes, time: int) -> None:
        """Send a packet of that time, as soon as it can be."""
        if self._queue.qsize() < _BACKLOG:
            packet = av.Packet(data)
            packet.pts, packet.time_base = time, self._time_base
            self._queue.put_nowait(packet)

    async def recv(self) -> "av.Packet[Any]":
        """Return the next packet, once there is one."""
        packet = await self._queue.get()
        if packet is None:
            raise MediaStreamError
        return packet

    def stop(self) -> None:
        """End the track."""
        super().stop()
        self._queue.put_nowait(None)


class Seat:
    """What one connection gets to see and hear, from a key frame on.

    Attributes
    ----------
    video, sound
        The tracks to be sent over the connection.
    """

    def __init__(self) -> None:
        self.video = Packets("video", VIDEO_CLOCK)
        self.sound = Packets("audio", SOUND_CLOCK)
        self._begun = False

    def show(self, picture: bytes, time: int, *, key: bool) -> None:
        """Send a picture, unless nothing can be decoded from it yet."""
        self._begun = self._begun or key
        if self._begun:
            self.video.put(picture, time)


class Audience:
    """All viewers of one avatar. For use on one event loop only.

    Parameters
    ----------
    on_change
        Called with the number of seats that are taken, when it has changed. Whoever has just come
        needs a key frame.
    """

    def __init__(self, on_change: Callable[[int], None]) -> None:
        self._on_change = on_change
        self._seats: set[Seat] = set()

    def take(self, seat: Seat) -> None:
        """Let `seat` see and hear from now on."""
        if seat not in self._seats:
            self._seats.add(seat)
            self._on_change(len(self._seats))

    def leave(self, seat: Seat) -> None:
        """Let `seat` go. Leaving again is harmless."""
        if seat in self._seats:
            self._seats.remove(seat)
            self._on_change(len(self._seats))

    def show(self, picture: bytes, time: int, *, key: bool) -> None:
        """Send a picture to all."""
        for seat in self._seats:
            seat.show(picture, time, key=key)

    def play(self, sound: bytes, time: int) -> None:
        """Send sound to all."""
        for seat in self._seats:
            seat.sound.put(sound, time)
