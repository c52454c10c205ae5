"""The realtime sessions of one avatar.

Text that comes while a session ends is not lost: it opens the next one.
"""

from collections.abc import Sequence
from functools import partial

from heygen_widget.api.models import WordEvent
from heygen_widget.session.base import SessionSetup
from heygen_widget.session.delivery import Delivery
from heygen_widget.session.queue import SessionQueue
from heygen_widget.session.session import Request, Session
from heygen_widget.session.speech import SpeechStatus


class Sessions(SessionQueue[Session]):
    """Opens sessions when there is something to say. Lives on one event loop."""

    def __init__(self, setup: SessionSetup, seeded: Request) -> None:
        super().__init__()
        self._setup = setup
        self._seeded = seeded

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
        words: Sequence[WordEvent] = (),
    ) -> None:
        """Open a session, once those before it have ended.

        Of a sound whose `words` are known, the server is asked for none.
        """
        session = Session(
            self._setup,
            request,
            speech=speech,
            takes_text=takes_text,
            words=words,
            on_event=partial(self.emit, epoch=self._next_epoch),
        )
        self.enter(session)

    def look_again(self, epoch: int) -> None:
        """Ask the server about the current session at once, if that still has this epoch."""
        if self.current is not None and epoch == self.epoch:
            self.current.look_again()

    def _move_on(self, session: Session) -> None:
        for speech in session.left_over():
            self.say(speech)
