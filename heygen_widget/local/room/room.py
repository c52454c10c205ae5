"""A room: who is in it, who comes back, who has to go.

Knows lines and participants, not how lines come about.
"""

import asyncio
from typing import Final

from heygen_widget.local.room.line import Line
from heygen_widget.local.room.messages import LeaveAction, LeaveReason
from heygen_widget.local.room.participant import Participant
from heygen_widget.local.room.stage import Stage
from heygen_widget.local.room.wire import Message

RETURN: Final = 15.0
"""Seconds a viewer whose line died may take to come back; the picture plays on meanwhile."""


class Room:
    """A room with an avatar in it, and as many viewers as tokens: one.

    Parameters
    ----------
    stage
        What is to be seen.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._participants: dict[str, Participant] = {}
        self._leaving: set[asyncio.Task[None]] = set()

    async def enter(
        self, line: Line, *, single: bool = False, offer: Message | None = None
    ) -> None:
        """Serve a client that comes new, until its line ends.

        Parameters
        ----------
        line
            Its signalling.
        single
            Whether it speaks version 1.
        offer
            Its offer, if it has brought one along.
        """
        # All tokens are for one and the same identity, which can be in a room only once.
        for other in list(self._participants.values()):
            del self._participants[other.sid]
            await other.dismiss(LeaveReason.DUPLICATE_IDENTITY)
        participant = Participant(self._stage, line, single=single)
        self._participants[participant.sid] = participant
        await participant.join(offer)
        await self._follow(participant, line)

    async def come_back(self, line: Line, sid: str) -> None:
        """Serve a client that had the id `sid` and lost its line."""
        participant = self._participants.get(sid)
        if participant is None:
            leave = {"reason": LeaveReason.STATE_MISMATCH, "action": LeaveAction.RECONNECT}
            await line.send(leave=leave)
            await line.close()
            return
        await participant.resume(line)
        await self._follow(participant, line)

    def send(self, payload: bytes) -> None:
        """Send data from the avatar to all."""
        packet = self._stage.packet(payload)
        for participant in self._participants.values():
            participant.send(packet)

    async def close(self) -> None:
        """Ask everyone to leave: the room is no more."""
        for participant in list(self._participants.values()):
            del self._participants[participant.sid]
            await participant.dismiss(LeaveReason.ROOM_DELETED)
        for task in self._leaving:
            task.cancel()

    async def _follow(self, participant: Participant, line: Line) -> None:
        left = await participant.listen()
        if participant.line is not line:  # it came back over another one
            return
        if left:
            await self._see_off(participant)
        else:
            leaving = asyncio.create_task(self._await_return(participant, line))
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)

    async def _await_return(self, participant: Participant, line: Line) -> None:
        await asyncio.sleep(RETURN)
        if participant.line is line:
            await self._see_off(participant)

    async def _see_off(self, participant: Participant) -> None:
        self._participants.pop(participant.sid, None)
        await participant.close()
