"""The sessions of one avatar, one after the other.

An avatar has one picture, so it has one session at a time. Text that comes while a session ends is
not lost: it opens the next one.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from heygen_widget.api import AsyncHeyGen
from heygen_widget.session.delivery import Delivery
from heygen_widget.session.events import SessionEvent
from heygen_widget.session.guard import Limits
from heygen_widget.session.meter import PRICE_PER_SECOND
from heygen_widget.session.session import NO_LIMITS, Request, Session


class Sessions:
    """Opens sessions when there is something to say. Lives on one event loop.

    Parameters
    ----------
    connect
        Gives the client of HeyGen or of the embedded avatar server.
    seeded
        Makes the request that opens a `text_stream` session with its first words.
    on_event
        Called with a session and everything that happens in it.
    on_end
        Called with each session once nothing more will come of it.
    price_per_second
        Dollars, for the meters.
    limits
        What one session may cost, and how long it may last.

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
        seeded: Request,
        on_event: Callable[[Session, SessionEvent], None],
        on_end: Callable[[Session], None] = lambda _: None,
        *,
        price_per_second: float = PRICE_PER_SECOND,
        limits: Limits = NO_LIMITS,
    ) -> None:
        self.current: Session | None = None
        self.number = 0
        self._waiting: deque[Session] = deque()
        self._connect = connect
        self._seeded = seeded
        self._on_event = on_event
        self._on_end = on_end
        self._price_per_second = price_per_second
        self._limits = limits
        self._running: asyncio.Task[None] | None = None

    @property
    def continues(self) -> bool:
        """Whether another session waits for its turn."""
        return bool(self._waiting)

    @property
    def at_rest(self) -> bool:
        """Whether nothing runs or waits: every word has come, every speech has its end."""
        return self._running is None

    @property
    def newest(self) -> Session | None:
        """The session that was asked for last."""
        return self._waiting[-1] if self._waiting else self.current

    def say(self, speech: Delivery) -> None:
        """Speak in the session that takes text; in a new one if none does."""
        if self.newest is not None and self.newest.takes_text:
            self.newest.say(speech)
        else:
            self.begin(self._seeded, speech, takes_text=True)

    def begin(
        self,
        request: Request,
        speech: Delivery | None,
        *,
        takes_text: bool,
    ) -> None:
        """Open a session, once those before it have ended."""
        session = Session(
            self._connect,
            request,
            speech=speech,
            takes_text=takes_text,
            on_event=lambda event: self._on_event(session, event),
            price_per_second=self._price_per_second,
            limits=self._limits,
        )
        if not self.at_rest:
            self._waiting.append(session)
            return
        self._make_current(session)
        self._running = asyncio.get_running_loop().create_task(self._run(session))

    def look_again(self, number: int) -> None:
        """Ask the server about the current session at once, if that is still number `number`."""
        if self.current is not None and number == self.number:
            self.current.look_again()

    def finish(self) -> None:
        """Close the input of what is open, and of what waits for its turn."""
        for session in self._all():
            session.finish()

    def stop(self) -> None:
        """End what is open, and what waits for its turn."""
        for session in self._all():
            session.stop()

    async def rest(self) -> None:
        """Wait until nothing runs or waits."""
        while self._running is not None:
            await asyncio.wait({self._running})

    def _all(self) -> list[Session]:
        return [*([self.current] if self.current else []), *self._waiting]

    def _make_current(self, session: Session) -> None:
        self.current = session
        self.number += 1

    async def _run(self, session: Session) -> None:
        while True:
            await session.run()
            for speech in session.left_over():
                self.say(speech)
            if not self._waiting:
                break
            self._on_end(session)
            session = self._waiting.popleft()
            self._make_current(session)
        self._running = None
        self._on_end(session)
