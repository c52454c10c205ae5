"""Sends one session's requests, with retries where they help."""

import logging
from typing import Self

from heygen_widget.api import AsyncHeyGen, Gone, NotFound
from heygen_widget.legacy.models import (
    ActiveSession,
    IceCandidate,
    NewSession,
    SessionDescription,
    Spoken,
    TaskType,
)
from heygen_widget.legacy.opening import Opening
from heygen_widget.legacy.streaming import AsyncStreaming
from heygen_widget.session.retries import repeated

_log = logging.getLogger(__name__)


class SessionCalls:
    """Carries one session's requests to the server."""

    def __init__(self, client: AsyncHeyGen, session_id: str) -> None:
        self._streaming = AsyncStreaming(client)
        self._once = AsyncStreaming(client.once)  # for requests that are repeated here
        self._id = session_id

    @classmethod
    async def open(cls, client: AsyncHeyGen, opening: Opening) -> tuple[Self, NewSession]:
        """Open a session, which costs money until it ends."""
        room = await AsyncStreaming(client).new(**opening.fields)
        return cls(client, room.session_id), room

    async def start(self, sdp: SessionDescription | None = None) -> None:
        """Start streaming; with a page's answer if the server made an offer."""
        await self._streaming.start(self._id, sdp)

    async def ice(self, candidate: IceCandidate) -> None:
        """Tell of a way to reach a page."""
        await self._streaming.ice(self._id, candidate)

    async def task(self, text: str, task_type: TaskType) -> Spoken:
        """Speak a text to its end."""
        return await self._once.task(self._id, text, task_type=task_type)

    async def interrupt(self) -> None:
        """Silence the avatar."""
        await self._once.interrupt(self._id)

    async def keep_alive(self) -> None:
        """Restart the idle timeout."""
        await self._streaming.keep_alive(self._id)

    async def found(self) -> ActiveSession | None:
        """Return the server's record of the session; None if it is not open."""
        active = await self._once.list()
        return next((one for one in active.sessions if one.session_id == self._id), None)

    async def stop(self) -> None:
        """End the session, however often that takes."""
        await repeated(lambda: stop(self._once, self._id))


async def stop(streaming: AsyncStreaming, session_id: str) -> None:
    """End a session; ignore one that has already ended."""
    try:
        await streaming.stop(session_id)
    except (Gone, NotFound) as error:
        _log.debug("The session had ended before it was stopped: %s", error)


async def end_session(client: AsyncHeyGen, session_id: str) -> bool:
    """End an abandoned session. Returns True: it has ended."""
    await stop(AsyncStreaming(client), session_id)
    return True
