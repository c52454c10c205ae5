"""Session tokens, which browsers use instead of the key; each is valid for one session.

Knows ids, not sessions.
"""

import secrets
from typing import Final

MAX_TOKENS: Final = 10_000
"""Maximum number of tokens; the oldest are dropped first."""

_OPENING: Final = ""  # no session has this id


class SessionTokens:
    """The issued tokens, and the session that each has opened."""

    def __init__(self) -> None:
        self._sessions: dict[str, str | None] = {}

    def make(self) -> str:
        """Return a new token."""
        token = secrets.token_urlsafe(32)
        self._sessions[token] = None
        if len(self._sessions) > MAX_TOKENS:
            del self._sessions[next(iter(self._sessions))]
        return token

    def known(self, token: str) -> bool:
        """Whether that token was issued here."""
        return token in self._sessions

    def session(self, token: str) -> str | None:
        """Return the id of the session that `token` has opened; None if it can still open one.

        While the session is being opened, the id matches no session.
        """
        return self._sessions.get(token)

    def take(self, token: str) -> bool:
        """Reserve `token` to open its session; False if it is already used."""
        if self._sessions.get(token, _OPENING) is not None:
            return False
        self._sessions[token] = _OPENING
        return True

    def give_back(self, token: str) -> None:
        """Release `token`, because its session could not be opened."""
        self._sessions[token] = None

    def bind(self, token: str, session_id: str) -> None:
        """Bind `token` to the session it opened; it is then valid only for that one."""
        self._sessions[token] = session_id
