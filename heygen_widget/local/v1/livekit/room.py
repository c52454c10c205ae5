"""A room: participants who join, return and leave.

Knows lines and participants, not how lines come about.
"""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Final

from heygen_widget.local.v1.livekit.line import Line
from heygen_widget.local.v1.livekit.messages import LeaveAction, LeaveReason
from heygen_widget.local.v1.livekit.participant import Participant
from heygen_widget.local.v1.livekit.stage import Stage
from heygen_widget.local.v1.livekit.wire import Message

_logger = logging.getLogger(__name__)

RETURN: Final = 15.0
"""Seconds a viewer whose line died may take to come back; the picture plays on meanwhile."""


class Room:
    """A room with an avatar in it, and as many viewers as tokens: one.

    Parameters
    ----------
    stage
        What is to be seen.
    single
        Whether clients may speak version 1 of the signalling. HeyGen's SDK (2.1.0) reaches into
        LiveKit's client for what that only has in version 0, to which clients return by themselves.

    Attributes
    ----------
    single
        The same.
    """

    def __init__(self, stage: Stage, *, single: bool = True) -> None:
        self.single = single
        self._stage = stage
        self._participants: dict[str, Participant] = {}
        self._leaving: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def occupied(self) -> bool:
        """Whether a viewer is in the room, or on the way into it."""
        return bool(self._participants)

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
        while self._participants:
            _, other = self._participants.popitem()
            await other.dismiss(LeaveReason.DUPLICATE_IDENTITY)
        participant = Participant(self._stage, line, single=single)
        if self._closed:  # meanwhile
            await participant.dismiss(LeaveReason.ROOM_DELETED)
            return
        self._participants[participant.sid] = participant
        await self._serve(participant, line, participant.join(offer))

    async def come_back(self, line: Line, sid: str) -> None:
        """Serve a client that had the id `sid` and lost its line.

        One that has lost more, or was gone for too long, is asked to join again.
        """
        participant = self._participants.get(sid)
        if participant is not None and participant.lost:
            await self._see_off(participant)
            participant = None
        if participant is None:
            leave = {"reason": LeaveReason.STATE_MISMATCH, "action": LeaveAction.RECONNECT}
            await line.send(leave=leave)
            await line.close()
            return
        await self._serve(participant, line, participant.resume(line))

    def send(self, payload: bytes) -> None:
        """Send data from the avatar to all."""
        packet = self._stage.packet(payload)
        for participant in self._participants.values():
            participant.send(packet)

    async def close(self) -> None:
        """Close the room: ask everyone to leave."""
        self._closed = True
        while self._participants:
            _, participant = self._participants.popitem()
            await participant.dismiss(LeaveReason.ROOM_DELETED)
        for task in self._leaving:
            task.cancel()

    async def _serve(
        self, participant: Participant, line: Line, welcome: Coroutine[Any, Any, None]
    ) -> None:
        """Serve a participant over a line, until that ends in whatever way."""
        left = True
        try:
            await welcome
            left = await participant.listen()
        except Exception as error:  # noqa: BLE001 (it concerns this one alone)
            _logger.debug("A client has to leave the room: %r", error)
            if participant.line is line:
                await participant.ask_to_leave(LeaveReason.STATE_MISMATCH)
        finally:
            if participant.line is line:  # else it came back over another one
                if left or participant.sid not in self._participants:
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
