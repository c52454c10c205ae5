"""The streaming sessions of one avatar, one after the other. Lives on one event loop."""

from functools import partial

from heygen_widget.legacy.opening import Opening
from heygen_widget.legacy.session import StreamingSession
from heygen_widget.legacy.speaker import TaskDelivery
from heygen_widget.session.base import SessionSetup
from heygen_widget.session.queue import SessionQueue


class StreamingSessions(SessionQueue[StreamingSession]):
    """Opens sessions when there is text to speak or a picture to show.

    Attributes
    ----------
    shown
        Whether a page shows the avatar, and so will join. Written by whoever knows.
    """

    def __init__(self, setup: SessionSetup, opening: Opening) -> None:
        super().__init__()
        self.opening = opening
        self.shown = False
        self._setup = setup

    def say(self, speech: TaskDelivery) -> None:
        """Speak in the session that takes text; in a new one if none does."""
        self.open().say(speech)

    def open(self) -> StreamingSession:
        """Return the session that takes text; a new one, which begins in its turn, if none does."""
        newest = self.newest
        if newest is not None and newest.takes_text:
            return newest
        session = StreamingSession(
            self._setup,
            self.opening,
            is_shown=lambda: self.shown,
            on_event=partial(self.emit, epoch=self._next_epoch),
        )
        self.enter(session)
        return session

    def interrupt(self) -> None:
        """Stop speaking and drop the queued text."""
        for session in self._all():
            session.interrupt()
