"""Session tokens: what a browser has in place of the key, good for one session.

Knows ids, not sessions.
"""

import secrets
from typing import Final

MOST: Final = 10_000
"""Tokens that are remembered; the oldest go first."""


class SessionTokens:
    """Tokens that were made, and the session that each has opened."""

    def __init__(self) -> None:
        self._sessions: dict[str, str | None] = {}

    def make(self) -> str:
        """Return a new token."""
        token = secrets.token_urlsafe(32)
        self._sessions[token] = None
        if len(self._sessions) > MOST:
            del self._sessions[next(iter(self._sessions))]
        return token

    def known(self, token: str) -> bool:
        """Whether that token was made here."""
        return token in self._sessions

    def session(self, token: str) -> str | None:
        """Return the id of the session that `token` has opened, None if it can still open one."""
        return self._sessions.get(token)

    def bind(self, token: str, session_id: str) -> None:
        """Say which session `token` has opened: from now on it is good for that one alone."""
        self._sessions[token] = session_id
