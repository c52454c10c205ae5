"""The sessions of one avatar, one after the other.

An avatar has one picture, so it has one session at a time. Text that comes while a session ends is
not lost: it opens the next one.
"""

import asyncio
from collections.abc import Awaitable, Callable

from heygen_widget.api import AsyncHeyGen
from heygen_widget.api.models import CreateAvatarRealtimeRequestBody
from heygen_widget.session.events import SessionEvent
from heygen_widget.session.meter import PRICE_PER_SECOND
from heygen_widget.session.session import Session
from heygen_widget.session.speech import Speech


class Sequence:
    """Opens sessions when there is something to say. Lives on one event loop.

    Parameters
    ----------
    connect
        Gives the client of HeyGen or of the embedded avatar server.
    seeded
        Makes the request that opens a `text_stream` session with a speech.
    on_event
        Called with everything that happens in the current session.
    price_per_second
        Dollars, for the meters.

    Attributes
    ----------
    current
        The session that runs or ran last. Only read elsewhere.
    number
        How many sessions were current, this one included.
    """

    def __init__(
        self,
        connect: Callable[[], Awaitable[AsyncHeyGen]],
        seeded: Callable[[Speech], CreateAvatarRealtimeRequestBody],
        on_event: Callable[[SessionEvent], None],
        price_per_second: float = PRICE_PER_SECOND,
    ) -> None:
        self.current: Session | None = None
        self.number = 0
        self._next: Session | None = None
        self._connect = connect
        self._seeded = seeded
        self._on_event = on_event
        self._price_per_second = price_per_second
        self._running: asyncio.Task[None] | None = None

    @property
    def continues(self) -> bool:
        """Whether another session waits for its turn."""
        return self._next is not None

    def say(self, speech: Speech) -> None:
        """Speak in the session that takes text; in a new one if none does."""
        for session in (self._next, self.current):
            if session is not None and session.takes_text:
                session.say(speech)
                return
        self.begin(self._seeded(speech), speech)

    def begin(self, request: CreateAvatarRealtimeRequestBody, speech: Speech | None) -> None:
        """Open a session, once the current one has ended."""
        session = Session(
            self._connect,
            request,
            speech=speech,
            on_event=self._on_event,
            price_per_second=self._price_per_second,
        )
        if self._running is not None and not self._running.done():
            self._next = session
            return
        self._make_current(session)
        self._running = asyncio.get_running_loop().create_task(self._run(session))

    def finish(self) -> None:
        """Close the input of what is open."""
        for session in self._open():
            session.finish()

    def stop(self) -> None:
        """End what is open, and what waits for its turn."""
        for session in self._open():
            session.stop()

    def _open(self) -> list[Session]:
        return [session for session in (self.current, self._next) if session is not None]

    def _make_current(self, session: Session) -> None:
        self.current = session
        self.number += 1

    async def _run(self, session: Session) -> None:
        await session.run()
        while self._next is not None:
            session, self._next = self._next, None
            self._make_current(session)
            await session.run()
