"""A room: participants who join, return and leave.

Knows signalling lines and participants, not how the lines are opened.
"""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Final

from heygen_widget.local.v1.livekit.line import SignalLine
from heygen_widget.local.v1.livekit.messages import LeaveAction, LeaveReason
from heygen_widget.local.v1.livekit.participant import Participant
from heygen_widget.local.v1.livekit.room_info import RoomInfo
from heygen_widget.local.v1.livekit.wire import Message

_logger = logging.getLogger(__name__)

RECONNECT_TIMEOUT: Final = 15.0
"""Seconds a viewer whose signalling line broke has to reconnect; the picture keeps playing."""


class Room:
    """A room with an avatar and at most one viewer.

    Parameters
    ----------
    info
        The avatar and the room, as clients see them.
    single
        Whether clients may use version 1 of the signalling. HeyGen's SDK (2.1.0) uses internals
        that LiveKit's client has only in version 0, to which clients fall back by themselves.
    """

    def __init__(self, info: RoomInfo, *, single: bool = True) -> None:
        self.single = single
        self._info = info
        self._participants: dict[str, Participant] = {}
        self._leaving: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def occupied(self) -> bool:
        """Whether a viewer is in the room or entering it."""
        return bool(self._participants)

    async def enter(
        self, line: SignalLine, *, single: bool = False, offer: Message | None = None
    ) -> None:
        """Serve a new client until its signalling line ends."""
        # All tokens are for the same identity, which can be in a room only once.
        while self._participants:
            _, other = self._participants.popitem()
            await other.dismiss(LeaveReason.DUPLICATE_IDENTITY)
        participant = Participant(self._info, line, single=single)
        if self._closed:  # in the meantime
            await participant.dismiss(LeaveReason.ROOM_DELETED)
            return
        self._participants[participant.sid] = participant
        await self._serve(participant, line, participant.join(offer))

    async def reconnect(self, line: SignalLine, sid: str) -> None:
        """Serve a client with the id `sid` that lost its signalling line.

        If its media connection is lost too, or it was away too long, it is asked to join again.
        """
        participant = self._participants.get(sid)
        if participant is not None and participant.lost:
            await self._remove(participant)
            participant = None
        if participant is None:
            leave = {"reason": LeaveReason.STATE_MISMATCH, "action": LeaveAction.RECONNECT}
            await line.send(leave=leave)
            await line.close()
            return
        await self._serve(participant, line, participant.resume(line))

    def send(self, payload: bytes) -> None:
        """Send data from the avatar to all participants."""
        packet = self._info.packet(payload)
        for participant in self._participants.values():
            participant.send(packet)

    async def close(self) -> None:
        """Close the room and ask everyone to leave."""
        self._closed = True
        while self._participants:
            _, participant = self._participants.popitem()
            await participant.dismiss(LeaveReason.ROOM_DELETED)
        for task in self._leaving:
            task.cancel()

    async def _serve(
        self, participant: Participant, line: SignalLine, welcome: Coroutine[Any, Any, None]
    ) -> None:
        """Serve a participant over a signalling line until the line ends."""
        left = True
        try:
            await welcome
            left = await participant.listen()
        except Exception as error:  # noqa: BLE001 (it affects this client only)
            _logger.debug("A client has to leave the room: %r", error)
            if participant.line is line:
                await participant.ask_to_leave(LeaveReason.STATE_MISMATCH)
        finally:
            if participant.line is line:  # otherwise it reconnected over another one
                if left or participant.sid not in self._participants:
                    await self._remove(participant)
                else:
                    leaving = asyncio.create_task(self._await_return(participant, line))
                    self._leaving.add(leaving)
                    leaving.add_done_callback(self._leaving.discard)

    async def _await_return(self, participant: Participant, line: SignalLine) -> None:
        await asyncio.sleep(RECONNECT_TIMEOUT)
        if participant.line is line:
            await self._remove(participant)

    async def _remove(self, participant: Participant) -> None:
        self._participants.pop(participant.sid, None)
        await participant.close()
