"""Waits for an avatar's session to reach a state. Knows no notebook."""

import concurrent.futures
from typing import Any, Final

from heygen_widget.bridge import bridge
from heygen_widget.frontend.protocol import Playback
from heygen_widget.session import SessionStatus
from heygen_widget.session.queue import SessionQueue

PLAYING: Final = "playing"
"""The state only a page can report: that the avatar is visible."""


class Waiting:
    """Resolves a future once the current session has reached a state, or has ended.

    Parameters
    ----------
    sessions
        The sessions of one avatar.

    Attributes
    ----------
    playback
        What a page said last of what it plays.
    """

    def __init__(self, sessions: SessionQueue[Any]) -> None:
        self._sessions = sessions
        self.playback: Playback | None = None
        self._futures: list[tuple[str, concurrent.futures.Future[SessionStatus]]] = []

    def until(self, state: str) -> concurrent.futures.Future[SessionStatus]:
        """Return a future for `state`; from any thread.

        Raises
        ------
        ValueError
            When there is no such state.
        """
        if state != PLAYING:
            SessionStatus(state)
        future: concurrent.futures.Future[SessionStatus] = concurrent.futures.Future()
        future.set_running_or_notify_cancel()
        bridge.ask(self._add, state, future)
        return future

    # From here on: on the private loop.

    def hear(self, playback: Playback) -> None:
        """Take note of what a page plays."""
        self.playback = playback
        self.release()

    def release(self) -> None:
        """Resolve the futures whose state has been reached."""
        waiting, self._futures = self._futures, []
        for state, future in waiting:
            if self._has_reached(state):
                self._resolve(state, future)
            else:
                self._futures.append((state, future))

    def _add(self, state: str, future: concurrent.futures.Future[SessionStatus]) -> None:
        self._futures.append((state, future))
        self.release()

    def _resolve(self, state: str, future: concurrent.futures.Future[SessionStatus]) -> None:
        session = self._sessions.current
        if session is not None and session.error is not None and state != SessionStatus.ERROR:
            future.set_exception(session.error)
        else:
            future.set_result(self._told)

    @property
    def _status(self) -> SessionStatus:
        session = self._sessions.current
        return session.status if session else SessionStatus.IDLE

    @property
    def _told(self) -> SessionStatus:
        session = self._sessions.current
        return session.state if session else SessionStatus.IDLE

    def _has_reached(self, state: str) -> bool:
        if self._sessions.continues:
            return False
        if self._status.ended:
            return self._sessions.idle
        if state == self._told:
            return True
        if state == PLAYING:
            seen = self.playback
            return (
                seen is not None and seen.epoch == self._sessions.epoch and seen.state == "playing"
            )
        return self._status.has_reached(SessionStatus(state))
