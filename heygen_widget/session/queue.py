"""The queue of one avatar's sessions, whatever kind of session they are, and their subscribers.

An avatar has one picture, so it has one session at a time. Knows nobody who subscribes.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import Generic, ParamSpec, TypeAlias, TypeVar

from heygen_widget.session.base import BaseSession
from heygen_widget.session.events import SessionEvent
from heygen_widget.session.snapshot import SessionSnapshot

_log = logging.getLogger(__name__)


SessionT = TypeVar("SessionT", bound=BaseSession)
P = ParamSpec("P")

Subscriber: TypeAlias = Callable[[int, SessionEvent], object]
"""Called with the epoch of a session and an event of it."""


class SessionQueue(Generic[SessionT]):
    """Runs the sessions of one avatar, one at a time. Lives on one event loop.

    Each session has an epoch: 1 for the first, 2 for the next. Its events carry it, those of a
    session that waits for its turn too.

    Attributes
    ----------
    on_failure
        Called with the exception of a subscriber. The others are still called, and the session
        goes on.
    """

    def __init__(self) -> None:
        self.on_failure: Callable[[Exception], object] = lambda _: None
        self._latest: tuple[int, SessionT | None] = (0, None)  # read on any thread, in one piece
        self._waiting: deque[SessionT] = deque()
        self._running: asyncio.Task[None] | None = None
        self._subscribers: list[Subscriber] = []
        self._end_subscribers: list[Callable[[int], object]] = []
        self._events: deque[tuple[int, SessionEvent]] = deque()
        self._emitting = False

    @property
    def current(self) -> SessionT | None:
        """The session that runs or ran last."""
        return self._latest[1]

    @property
    def epoch(self) -> int:
        """The epoch of the current session; 0 before the first."""
        return self._latest[0]

    @property
    def snapshot(self) -> SessionSnapshot:
        """The facts of the current session, as they are now."""
        epoch, session = self._latest
        return SessionSnapshot() if session is None else SessionSnapshot.of(session, epoch)

    @property
    def continues(self) -> bool:
        """Whether another session waits for its turn."""
        return bool(self._waiting)

    @property
    def idle(self) -> bool:
        """Whether nothing runs or waits: every word has come, every speech has its end."""
        return self._running is None

    @property
    def newest(self) -> SessionT | None:
        """The session that was asked for last."""
        return self._waiting[-1] if self._waiting else self.current

    def subscribe(self, subscriber: Subscriber) -> None:
        """Call `subscriber` with every event from now on, after those that subscribed before."""
        self._subscribers.append(subscriber)

    def subscribe_to_ends(self, subscriber: Callable[[int], object]) -> None:
        """Call `subscriber` with the epoch of each session that will have no more events.

        If no other session waits, the queue is idle by then.
        """
        self._end_subscribers.append(subscriber)

    def emit(self, event: SessionEvent, epoch: int | None = None) -> None:
        """Tell the subscribers of an event; by default, one of the current session.

        They all hear all events in the same order. What a subscriber causes follows once they have
        heard what caused it.
        """
        self._events.append((self.epoch if epoch is None else epoch, event))
        if self._emitting:
            return
        self._emitting = True
        try:
            while self._events:
                number, told = self._events.popleft()
                for subscriber in self._subscribers:
                    self._call(subscriber, number, told)
        finally:
            self._emitting = False

    def enter(self, session: SessionT) -> None:
        """Run a session, once those before it have ended."""
        if not self.idle:
            self._waiting.append(session)
            return
        self._make_current(session)
        self._running = asyncio.get_running_loop().create_task(self._run(session))

    def finish(self) -> None:
        """Close the input of the open session and of the waiting ones."""
        for session in self._all():
            session.finish()

    def stop(self) -> None:
        """End the open session and the waiting ones."""
        for session in self._all():
            session.stop()

    async def rest(self) -> None:
        """Wait until nothing runs or waits."""
        while self._running is not None:
            await asyncio.wait({self._running})

    @property
    def _next_epoch(self) -> int:
        """The epoch of the session that enters next."""
        return self.epoch + len(self._waiting) + 1

    def _all(self) -> list[SessionT]:
        return [*([self.current] if self.current else []), *self._waiting]

    def _make_current(self, session: SessionT) -> None:
        self._latest = (self.epoch + 1, session)

    async def _run(self, session: SessionT) -> None:
        while True:
            await self._run_to_its_end(session)
            if not self._waiting:
                break
            self._tell_end()
            session = self._waiting.popleft()
            self._make_current(session)
        self._running = None
        self._tell_end()

    async def _run_to_its_end(self, session: SessionT) -> None:
        """Run a session to its end. Whatever fails in it, the next can follow."""
        try:
            await session.run()
        except Exception as error:  # noqa: BLE001 (of any defect)
            _log.exception("A session failed unexpectedly.")
            session.give_up(error)
        try:
            self._move_on(session)
        except Exception:  # noqa: BLE001 (likewise)
            _log.exception("The unspoken text of a session was lost.")

    def _tell_end(self) -> None:
        for subscriber in self._end_subscribers:
            self._call(subscriber, self.epoch)

    def _call(self, subscriber: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            subscriber(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 (of a defect too: the session costs money)
            _log.exception("A subscriber to the session's events failed.")
            try:
                self.on_failure(error)
            except Exception:  # noqa: BLE001 (likewise)
                _log.exception("Showing that a subscriber failed has failed.")

    def _move_on(self, session: SessionT) -> None:
        """Take over what an ended session leaves to be said in another; nothing, for most."""
