"""All sessions of the first API: how many at once, and how long they are remembered.

Knows no HTTP.
"""

import asyncio
from typing import Final

from heygen_widget.local.settings import Settings
from heygen_widget.local.studio import Studio
from heygen_widget.local.v1.bodies import NewSession
from heygen_widget.local.v1.errors import StreamingError
from heygen_widget.local.v1.livekit import Room
from heygen_widget.local.v1.responder import load_responder
from heygen_widget.local.v1.sessions import SessionResources, StreamingSession
from heygen_widget.local.voice import VoiceError

KEEP_RECORD: Final = 3600.0
"""Seconds after its end that a session is remembered as closed."""


class StreamingRegistry:
    """Opens, finds and forgets sessions."""

    def __init__(self, settings: Settings, studio: Studio) -> None:
        self._settings = settings
        self._studio = studio
        self._respond = load_responder(settings.responder)
        self._open: dict[str, StreamingSession] = {}
        self._opening = 0
        self._ended: set[str] = set()

    @property
    def sessions(self) -> list[StreamingSession]:
        """The sessions that have not ended, oldest first."""
        return [session for session in self._open.values() if session.active]

    async def open(self, asked: NewSession) -> StreamingSession:
        """Begin a session.

        Raises
        ------
        StreamingError
            When the maximum number are open, or there is no voice.
        """
        if len(self.sessions) + self._opening >= self._settings.concurrency:
            raise StreamingError.too_many()
        self._opening += 1
        try:
            engine = await asyncio.to_thread(self._studio.engine)
            face = await asyncio.to_thread(self._studio.face, asked.avatar_id)
        except VoiceError as error:
            raise StreamingError.failed(str(error)) from None
        finally:
            self._opening -= 1
        session = StreamingSession(
            asked,
            SessionResources(face, engine, self._respond),
            max_length=self._settings.max_length,
            on_end=self._retire,
        )
        self._open[session.session_id] = session
        return session

    def session(self, session_id: str) -> StreamingSession:
        """Return the session with that id.

        Raises
        ------
        StreamingError
            When it has ended or does not exist.
        """
        if session_id in self._ended:
            raise StreamingError.in_state("closed")
        try:
            return self._open[session_id]
        except KeyError:
            raise StreamingError.not_found() from None

    def room(self, name: str) -> Room | None:
        """Return the room with that name, if its session has not ended."""
        session = self._open.get(name)
        return session.room if session is not None and session.active else None

    async def close(self) -> None:
        """End all sessions."""
        sessions = list(self._open.values())
        for session in sessions:
            session.end()
        for session in sessions:
            await session.ended()

    def _retire(self, session: StreamingSession) -> None:
        del self._open[session.session_id]
        self._ended.add(session.session_id)
        loop = asyncio.get_running_loop()
        loop.call_later(KEEP_RECORD, self._ended.discard, session.session_id)
