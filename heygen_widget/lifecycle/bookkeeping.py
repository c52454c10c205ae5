"""Records what an avatar's sessions do, and notifies the avatar while it exists.

Outlives the avatar, which sessions refer to only weakly: a session that ends after nobody
holds the avatar any more is still recorded.
"""

import weakref
from collections.abc import Callable
from typing import Any

from heygen_widget.lifecycle.connection import Connection
from heygen_widget.lifecycle.ledger import ledger
from heygen_widget.session import SessionEvent, SessionStatus, StatusChanged
from heygen_widget.session.queue import SessionQueue


class Accounts:
    """The overview and the leases of one avatar's sessions. Used on the private loop.

    Parameters
    ----------
    avatar_id
        Which avatar the sessions are opened for.
    connection
        The server they are opened at.
    on_event, on_end
        Methods of the avatar: called with every event, and after the end of a session.
    """

    def __init__(
        self,
        avatar_id: str,
        connection: Connection,
        on_event: Callable[[SessionEvent], None],
        on_end: Callable[[], None],
    ) -> None:
        self._avatar_id = avatar_id
        self._connection = connection
        self._on_event = weakref.WeakMethod(on_event)
        self._on_end = weakref.WeakMethod(on_end)

    def follow(self, sessions: SessionQueue[Any]) -> None:
        """Record the sessions of `sessions` from now on."""
        self._sessions = sessions
        sessions.subscribe(self._hear)
        sessions.subscribe_to_ends(self._ended)

    def _hear(self, _: int, event: SessionEvent) -> None:
        if isinstance(event, StatusChanged):
            self._note()
        if on_event := self._on_event():
            on_event(event)

    def _ended(self, _: int) -> None:
        self._note()
        if on_end := self._on_end():
            on_end()

    def _note(self) -> None:
        session = self._sessions.current
        if session is None:
            return
        rehearsal = self._connection.rehearsal
        ledger.note(session, avatar=self._avatar_id, rehearsal=rehearsal)
        if not self._connection.lasting or session.stream_id is None:
            return
        if session.over:
            self._connection.release(session.stream_id)
        elif session.status is SessionStatus.PENDING:
            self._connection.lease(session.stream_id)
