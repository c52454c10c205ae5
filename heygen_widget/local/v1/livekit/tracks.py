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
"""Packets that may wait for a connection; beyond that, packets are dropped."""


class PacketTrack(MediaStreamTrack):
    """A track of encoded packets, sent unchanged.

    Parameters
    ----------
    kind
        ``"audio"`` or ``"video"``.
    clock
        Units per second of their times.
    """

    def __init__(self, kind: Literal["video", "audio"], clock: int) -> None:
        super().__init__()
        self.kind = kind
        self._time_base = Fraction(1, clock)
        self._queue: asyncio.Queue[av.Packet[Any] | None] = asyncio.Queue()

    def put(self, data: bytes, time: int) -> None:
        """Queue a packet with that time."""
        if self._queue.qsize() < _BACKLOG:
            packet = av.Packet(data)
            packet.pts, packet.time_base = time, self._time_base
            self._queue.put_nowait(packet)

    async def recv(self) -> "av.Packet[Any]":
        """Wait for the next packet."""
        packet = await self._queue.get()
        if packet is None:
            raise MediaStreamError
        return packet

    def stop(self) -> None:
        """End the track."""
        super().stop()
        self._queue.put_nowait(None)


class Subscription:
    """What one connection receives, from a key frame on.

    Attributes
    ----------
    video, sound
        The tracks to be sent over the connection.
    """

    def __init__(self) -> None:
        self.video = PacketTrack("video", VIDEO_CLOCK)
        self.sound = PacketTrack("audio", SOUND_CLOCK)
        self._begun = False

    def show(self, picture: bytes, time: int, *, key: bool) -> None:
        """Send a picture, once there has been a key frame."""
        self._begun = self._begun or key
        if self._begun:
            self.video.put(picture, time)


class Audience:
    """All viewers of one avatar. Use on one event loop only.

    Parameters
    ----------
    on_change
        Called with the number of subscriptions when it has changed. A new subscription needs a
        key frame.
    """

    def __init__(self, on_change: Callable[[int], None]) -> None:
        self._on_change = on_change
        self._subscriptions: set[Subscription] = set()

    def take(self, subscription: Subscription) -> None:
        """Add a subscription: it receives pictures and sound from now on."""
        if subscription not in self._subscriptions:
            self._subscriptions.add(subscription)
            self._on_change(len(self._subscriptions))

    def leave(self, subscription: Subscription) -> None:
        """Remove a subscription. Removing it again is harmless."""
        if subscription in self._subscriptions:
            self._subscriptions.remove(subscription)
            self._on_change(len(self._subscriptions))

    def show(self, picture: bytes, time: int, *, key: bool) -> None:
        """Send a picture to all."""
        for subscription in self._subscriptions:
            subscription.show(picture, time, key=key)

    def play(self, sound: bytes, time: int) -> None:
        """Send sound to all."""
        for subscription in self._subscriptions:
            subscription.sound.put(sound, time)
