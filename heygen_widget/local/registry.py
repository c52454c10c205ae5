"""All sessions of one server: their number, their ids, and how long they are remembered.

Knows no HTTP.
"""

import asyncio
from typing import Final

from heygen_widget.api.prices import REALTIME
from heygen_widget.local.account.wallet import Wallet
from heygen_widget.local.bodies import Script
from heygen_widget.local.clock import Clock
from heygen_widget.local.errors import ApiError
from heygen_widget.local.sessions import Session
from heygen_widget.local.settings import Settings
from heygen_widget.local.studio import Studio

KEEP_STREAM: Final = 300.0
"""Seconds of real time that a stream can be played after its end."""

KEEP_RECORD: Final = 3600.0
"""Seconds of real time that a session answers after its end."""

RETRY_AFTER: Final = 2
"""The Retry-After sent when all sessions are in use; one may end at any moment."""


class Registry:
    """Opens, finds and forgets sessions.

    Attributes
    ----------
    settings
        What all sessions have in common.
    wallet
        What pays for them.

    Raises
    ------
    ValueError
        When the settings have a pace that no clock can have.
    """

    def __init__(self, settings: Settings, studio: Studio) -> None:
        self.clock = Clock(settings.pace)
        self.settings: Final = settings
        self._studio = studio
        self.wallet: Final = Wallet(settings.balance)
        self._sessions: dict[str, Session] = {}
        self._by_token: dict[str, Session] = {}

    def open(self, script: Script) -> Session:
        """Begin a session; 429 if the maximum number are open, 402 without money for a second."""
        active = sum(session.active for session in self._sessions.values())
        if active >= self.settings.concurrency:
            raise ApiError.rate_limited(RETRY_AFTER)
        self.wallet.require(REALTIME)
        session = Session(
            script, self.settings, self._studio, self.clock, self._retire, wallet=self.wallet
        )
        self._sessions[session.stream_id] = session
        self._by_token[session.token] = session
        return session

    def session(self, stream_id: str) -> Session:
        """Return the session with that id, or raise a 404."""
        try:
            return self._sessions[stream_id]
        except KeyError:
            raise ApiError.not_found() from None

    def playing(self, token: str) -> Session:
        """Return the session whose playlist has that token, or raise a 404."""
        try:
            return self._by_token[token]
        except KeyError:
            raise ApiError.not_found("Stream not found.") from None

    def close(self) -> None:
        """End all sessions now."""
        for session in self._sessions.values():
            session.cancel()

    def _retire(self, session: Session) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(KEEP_STREAM, self._forget_stream, session)
        loop.call_later(KEEP_RECORD, self._sessions.pop, session.stream_id)

    def _forget_stream(self, session: Session) -> None:
        session.forget_stream()
        del self._by_token[session.token]
