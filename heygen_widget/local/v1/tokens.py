"""Session tokens: what a browser has in place of the key, good for one session.

Knows ids, not sessions.
"""

import secrets
from typing import Final

MOST: Final = 10_000
"""Tokens that are remembered; the oldest go first."""

_OPENING: Final = ""  # no session has this id


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
        """Return the id of the session that `token` has opened, None if it can still open one.

        While it does, that is the id of no session.
        """
        return self._sessions.get(token)

    def take(self, token: str) -> bool:
        """Let `token` open its session; False when it has, or is about to."""
        if self._sessions.get(token, _OPENING) is not None:
            return False
        self._sessions[token] = _OPENING
        return True

    def give_back(self, token: str) -> None:
        """Let `token` open a session after all: it did not come about."""
        self._sessions[token] = None

    def bind(self, token: str, session_id: str) -> None:
        """Say which session `token` has opened: from now on it is good for that one alone."""
        self._sessions[token] = session_id
