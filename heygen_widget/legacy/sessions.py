"""The streaming sessions of one avatar, one after the other. Lives on one event loop."""

from collections.abc import Awaitable, Callable
from functools import partial

from heygen_widget.api import AsyncHeyGen
from heygen_widget.legacy.opening import Opening
from heygen_widget.legacy.session import PRICE_PER_SECOND, StreamingSession
from heygen_widget.legacy.speaker import StreamedSpeech
from heygen_widget.session.guard import Limits
from heygen_widget.session.lifeline import FindHost
from heygen_widget.session.queue import SessionQueue


class StreamingSessions(SessionQueue[StreamingSession]):
    """Opens sessions when there is text to speak or a picture to show.

    Parameters
    ----------
    connect
        Gives the client of HeyGen or of the embedded avatar server.
    opening
        What the next session is to be like.
    price_per_second
        Dollars, for the meters.
    limits
        What one session may cost, and how long it may last.
    find_host
        Gives the process of the server, once connected; None when it is not ours.

    Attributes
    ----------
    shown
        Whether a page shows the avatar, and so will join. Written by whoever knows.
    """

    def __init__(
        self,
        connect: Callable[[], Awaitable[AsyncHeyGen]],
        opening: Opening,
        *,
        price_per_second: float = PRICE_PER_SECOND,
        limits: Limits | None = None,
        find_host: FindHost = lambda: None,
    ) -> None:
        super().__init__()
        self.opening = opening
        self._connect = connect
        self.shown = False
        self._price_per_second = price_per_second
        self._limits = limits
        self._find_host = find_host

    def say(self, speech: StreamedSpeech) -> None:
        """Speak in the session that takes text; in a new one if none does."""
        self.open().say(speech)

    def open(self) -> StreamingSession:
        """Return the session that takes text; a new one, which begins in its turn, if none does."""
        newest = self.newest
        if newest is not None and newest.takes_text:
            return newest
        session = StreamingSession(
            self._connect,
            self.opening,
            is_shown=lambda: self.shown,
            on_event=partial(self.emit, epoch=self._next_epoch),
            price_per_second=self._price_per_second,
            limits=self._limits,
            find_host=self._find_host,
        )
        self.enter(session)
        return session

    def interrupt(self) -> None:
        """Stop speaking and drop the queued text."""
        for session in self._all():
            session.interrupt()
