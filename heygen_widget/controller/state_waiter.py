"""Waits for an avatar's session to reach a state. Knows no notebook."""

import concurrent.futures
from typing import Any, Final

from heygen_widget.bridge import bridge
from heygen_widget.frontend.protocol import Playback
from heygen_widget.session import SessionStatus
from heygen_widget.session.queue import SessionQueue
from heygen_widget.session.snapshot import SessionSnapshot

PLAYING: Final = "playing"
"""The state only a page can report: that the avatar is visible."""


class StateWaiter:
    """Resolves a future once the current session has reached a state, or has ended.

    Attributes
    ----------
    playback
        What a page said last of what it plays.
    """

    def __init__(self, queue: SessionQueue[Any]) -> None:
        self._queue = queue
        self.playback: Playback | None = None
        self._futures: list[tuple[str, concurrent.futures.Future[SessionStatus]]] = []

    def until(self, state: str) -> concurrent.futures.Future[SessionStatus]:
        """Return a future for `state`; from any thread.

        Raises
        ------
        ValueError
            When there is no such state.
        """
        if state not in {*SessionStatus, PLAYING}:
            states = ", ".join(map(repr, map(str, [*SessionStatus, PLAYING])))
            raise ValueError(f"{state!r} is not a state to wait for. Choose one of {states}.")
        future: concurrent.futures.Future[SessionStatus] = concurrent.futures.Future()
        future.set_running_or_notify_cancel()
        bridge.ask(self._add, state, future)
        return future

    # From here on: on the private loop.

    def hear(self, playback: Playback) -> None:
        """Take note of what a page plays."""
        self.playback = playback
        self._release()

    def follow(self, *_: object) -> None:
        """Look again after whatever happened to a session."""
        self._release()

    def _add(self, state: str, future: concurrent.futures.Future[SessionStatus]) -> None:
        self._futures.append((state, future))
        self._release()

    def _release(self) -> None:
        """Resolve the futures whose state has been reached."""
        waiting, self._futures = self._futures, []
        now = self._queue.snapshot
        for state, future in waiting:
            if not self._has_reached(state, now):
                self._futures.append((state, future))
            elif now.error is not None and state != SessionStatus.ERROR:
                future.set_exception(now.error)
            else:
                future.set_result(now.state)

    def _has_reached(self, state: str, now: SessionSnapshot) -> bool:
        if self._queue.continues:
            return False
        if now.status.ended:
            return self._queue.idle
        if state == now.state:
            return True
        if state == PLAYING:
            seen = self.playback
            return seen is not None and (seen.epoch, seen.state) == (now.epoch, PLAYING)
        return now.status.has_reached(SessionStatus(state))
