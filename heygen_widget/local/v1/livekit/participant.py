"""One viewer in a room: the signalling line and its connections.

Speaks LiveKit's signalling in both of its versions. In version 0 the server offers a connection
for the avatar, and the client offers one of its own once it has something to send. In version 1
the client offers a single one for both.
"""

import json
import time
from typing import Final

from heygen_widget.local.v1.livekit.access_tokens import IDENTITY
from heygen_widget.local.v1.livekit.connection import Connection
from heygen_widget.local.v1.livekit.line import PING_INTERVAL, PING_TIMEOUT, SignalLine
from heygen_widget.local.v1.livekit.messages import (
    DATA_PACKET,
    JOINED,
    ConnectionQuality,
    LeaveAction,
    LeaveReason,
    Target,
)
from heygen_widget.local.v1.livekit.room_info import SERVER, RoomInfo, new_sid
from heygen_widget.local.v1.livekit.wire import Message, WireError

LOSSES: Final = {ConnectionQuality.EXCELLENT: 0.02, ConnectionQuality.GOOD: 0.1}
"""Maximum share of lost packets."""

RELIABLE: Final = "_reliable"
LOSSY: Final = "_lossy"
"""Labels of LiveKit's data channels."""


class Participant:
    """A viewer, from joining to leaving, over one or several consecutive signalling lines.

    Attributes
    ----------
    sid
        The viewer's id, with which a client reconnects.
    line
        The current line.
    """

    def __init__(self, info: RoomInfo, line: SignalLine, *, single: bool) -> None:
        self.sid = new_sid("PA")
        self.line = line
        self._info = info
        self._single = single
        self._joined_at = int(time.time())
        self._main = Connection(
            self._take_data,
            audience=info.audience,
            coding=info.coding,
            reply_over=RELIABLE if single else "",
        )
        self._publisher: Connection | None = None  # what the client sends by, in version 0
        self._reach: ConnectionQuality | None = None  # as the client was told last

    @property
    def lost(self) -> bool:
        """Whether picture and sound cannot reach the viewer any more, whatever the line."""
        return self._main.lost

    async def join(self, offer: Message | None) -> None:
        """Let the viewer in: offer the avatar, or answer the client's offer."""
        await self._greet()
        info = self._info
        self._main.add_avatar(stream=info.stream, video=info.video_sid, sound=info.sound_sid)
        if offer is not None:
            await self._answer(offer)
        elif not self._single:
            self._main.open_channel(RELIABLE)
            self._main.open_channel(LOSSY, lossy=True)
            sdp = await self._main.offer()
            await self.line.send(offer=self._description("offer", sdp, 1, self._main))

    async def resume(self, line: SignalLine) -> None:
        """Continue over a new line; media and data were never interrupted."""
        self.line = line
        # A reconnecting client ignores every message before this one.
        await line.send(reconnect={"server_info": SERVER})

    async def listen(self) -> bool:
        """Serve the client's messages; return True if it left, False if the line died.

        Raises
        ------
        Exception
            When a message is not valid; parsers may raise anything.
        """
        line = self.line
        while (message := await line.receive()) is not None:
            if "leave" in message:
                return True
            await self._follow(message)
        return False

    def send(self, packet: bytes) -> None:
        """Send a data packet."""
        self._main.send(packet)

    async def ask_to_leave(self, reason: LeaveReason) -> None:
        """Ask the client to leave."""
        await self.line.send(leave={"reason": reason, "action": LeaveAction.DISCONNECT})

    async def dismiss(self, reason: LeaveReason) -> None:
        """Ask the client to leave, and end everything."""
        await self.ask_to_leave(reason)
        await self.close()

    async def close(self) -> None:
        """End everything. Closing again is harmless."""
        await self._main.close()
        if self._publisher is not None:
            await self._publisher.close()
        await self.line.close()

    async def _greet(self) -> None:
        me = {
            "sid": self.sid,
            "identity": IDENTITY,
            "name": IDENTITY,
            "state": JOINED,
            "version": 1,
            "joined_at": self._joined_at,
            "permission": {"can_subscribe": True, "can_publish": True, "can_publish_data": True},
        }
        await self.line.send(
            join={
                "room": self._info.room(),
                "participant": me,
                "other_participants": [self._info.avatar()],
                "server_version": SERVER["version"],
                "server_info": SERVER,
                "subscriber_primary": not self._single,
                "ping_interval": PING_INTERVAL,
                "ping_timeout": PING_TIMEOUT,
            }
        )

    async def _follow(self, message: Message) -> None:
        """Handle a message; most kinds need no handling here."""
        match message:
            case {"answer": answer}:
                await self._main.accept(answer["sdp"])
                await self._tell_reach()
            case {"offer": offer}:
                await self._answer(offer)
            case {"trickle": trickle}:
                await self._add_candidate(trickle)
            case {"add_track": asked}:
                # Clients wait for this before they publish; published media is ignored.
                track = {"sid": new_sid("TR"), "type": asked.get("type", 0)}
                track |= {key: asked[key] for key in ("name", "source") if key in asked}
                await self.line.send(track_published={"cid": asked["cid"], "track": track})
            case {"ping_req": ping}:
                pong = {"last_ping_timestamp": ping.get("timestamp", 0), "timestamp": _now()}
                await self.line.send(pong_resp=pong)
                await self._tell_reach()
            case {"ping": _}:
                await self.line.send(pong=_now())

    async def _answer(self, offer: Message) -> None:
        connection = self._main if self._single else self._publishing()
        sdp = await connection.answer(offer["sdp"])
        description = self._description("answer", sdp, offer.get("id", 0), connection)
        await self.line.send(answer=description)

    async def _add_candidate(self, trickle: Message) -> None:
        for_publisher = trickle.get("target", Target.PUBLISHER) == Target.PUBLISHER
        connection = self._publisher if for_publisher and not self._single else self._main
        if connection is not None:
            await connection.add_candidate(json.loads(trickle["candidate_init"]))

    async def _tell_reach(self) -> None:
        """Report how well picture and sound reach the viewer, if that has changed."""
        quality = quality_for(await self._main.loss())
        if quality is not self._reach:
            self._reach = quality
            update = {"participant_sid": self.sid, "quality": quality}
            await self.line.send(connection_quality={"updates": [update]})

    def _description(self, kind: str, sdp: str, number: int, connection: Connection) -> Message:
        mids = connection.tracks_by_mid(self._info.tracks)
        return {
            "type": kind,
            "sdp": sdp,
            "id": number,
            "mid_to_track_id": [{"key": mid, "value": sid} for mid, sid in mids.items()],
        }

    def _publishing(self) -> Connection:
        if self._publisher is None:
            self._publisher = Connection(self._take_data)
        return self._publisher

    def _take_data(self, data: bytes | str) -> None:
        """Pass on published data; ignore what is not a data packet."""
        if isinstance(data, bytes):
            try:
                packet = DATA_PACKET.decode(data)
            except WireError:
                return
            if "user" in packet:
                self._info.on_data(packet["user"].get("payload", b""))


def quality_for(loss: float) -> ConnectionQuality:
    """Return the quality of a connection that loses this share of its packets."""
    return next(
        (quality for quality, most in LOSSES.items() if loss <= most), ConnectionQuality.POOR
    )


def _now() -> int:
    """Milliseconds since 1970."""
    return int(time.time() * 1000)
