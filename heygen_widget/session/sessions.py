"""The realtime sessions of one avatar.

Text that comes while a session ends is not lost: it opens the next one.
"""

from collections.abc import Awaitable, Callable
from functools import partial

from heygen_widget.api import AsyncHeyGen
from heygen_widget.session.delivery import Delivery
from heygen_widget.session.guard import Limits
from heygen_widget.session.lifeline import FindHost
from heygen_widget.session.meter import PRICE_PER_SECOND
from heygen_widget.session.queue import SessionQueue
from heygen_widget.session.session import NO_LIMITS, Request, Session
from heygen_widget.session.speech import SpeechStatus


class Sessions(SessionQueue[Session]):
    """Opens sessions when there is something to say. Lives on one event loop.

    Parameters
    ----------
    connect
        Gives the client of HeyGen or of the embedded avatar server.
    seeded
        Makes the request that opens a `text_stream` session with its first words.
    price_per_second
        Dollars, for the meters.
    limits
        What one session may cost, and how long it may last.
    find_host
        Gives the process of the server, once connected; None when it is not ours.
    """

    def __init__(
        self,
        connect: Callable[[], Awaitable[AsyncHeyGen]],
        seeded: Request,
        *,
        price_per_second: float = PRICE_PER_SECOND,
        limits: Limits = NO_LIMITS,
        find_host: FindHost = lambda: None,
    ) -> None:
        super().__init__()
        self._connect = connect
        self._seeded = seeded
        self._price_per_second = price_per_second
        self._limits = limits
        self._find_host = find_host

    def say(self, speech: Delivery) -> None:
        """Speak in the session that takes text; in a new one if none does.

        What no voice pronounces opens none.
        """
        if speech.is_silent:
            speech.become(SpeechStatus.SILENT)
            return
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
            on_event=partial(self.emit, epoch=self._next_epoch),
            price_per_second=self._price_per_second,
            limits=self._limits,
            find_host=self._find_host,
        )
        self.enter(session)

    def look_again(self, epoch: int) -> None:
        """Ask the server about the current session at once, if that still has this epoch."""
        if self.current is not None and epoch == self.epoch:
            self.current.look_again()

    def _move_on(self, session: Session) -> None:
        for speech in session.left_over():
            self.say(speech)
