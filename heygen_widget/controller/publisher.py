"""Tells an avatar's pages what happens to it, through its port.

On the private loop, from which messages leave even while a cell keeps the kernel busy.
"""

from typing import Any

from heygen_widget.controller.backend import Backend
from heygen_widget.controller.port import FrontendPort
from heygen_widget.frontend.protocol import (
    AckMessage,
    Problem,
    ProblemMessage,
    SessionView,
    SpeechMessage,
    to_browser,
)
from heygen_widget.frontend.serialize import session_view
from heygen_widget.frontend.words import Telling, utf16_length
from heygen_widget.session import SessionEvent, Speech, SpeechChanged, WordsSpoken


class Publisher:
    """The pages of one avatar.

    Attributes
    ----------
    seen
        Whether there ever was a page.
    session
        The view that pages have.
    """

    def __init__(self, backend: Backend, *, rehearsal: bool, floating: bool) -> None:
        self.seen = False
        self._port: FrontendPort | None = None
        self._backend = backend
        self._queue = backend.queue
        self._rehearsal = rehearsal
        self._floating = floating
        self._told: dict[int, int] = {}  # characters, by the number of a text
        self._telling = Telling(0)
        self.session = to_browser(self.view())

    def attach(self, port: FrontendPort) -> None:
        """Send to the pages through `port` from now on; messages before that are dropped."""
        self._port = port

    def send(self, content: Any, buffers: Any = None) -> None:
        """Send a message to all pages."""
        if self._port is not None:
            self._port.send(content, buffers)

    def show(self) -> None:
        """Bring the trait up to date."""
        self.session = to_browser(self.view())
        if self._port is not None:
            self._port.set_session(self.session)

    def expect_page(self) -> None:
        """Send in advance what a page will need, since its request may not be heard."""
        if self._backend.needs_player:
            self._backend.player.send_unasked(self.send)

    def follow(self, epoch: int, event: SessionEvent) -> None:
        """Tell pages the part of an event that they show."""
        if isinstance(event, WordsSpoken):
            self._tell_growth()  # so that a page knows the texts in which the words stand
            if self._telling.epoch != epoch:
                self._telling = Telling(epoch)
            self.send(to_browser(self._telling.tell(event.words, event.heard)))
        elif isinstance(event, SpeechChanged):
            self._tell_speech(event.speech, event.status)
        view = self.view()  # of a session once it is asked for, and not while it awaits its text
        if view.status != "idle" and _uncounted(to_browser(view)) != _uncounted(self.session):
            self.show()

    def catch_up(self, *, player: bool) -> None:
        """Bring a new page up to date; its trait may be old."""
        self.seen = True
        if player and self._backend.needs_player:
            self._backend.player.send(self.send)
        elif player:
            self._backend.player.owe()
        self.show()
        session = self._queue.current
        if session is not None:
            self._told.clear()
            for speech in session.speeches:
                self._tell_speech(speech.speech, speech.status)
            self._telling = Telling(self._queue.epoch)
            self.send(to_browser(self._telling.tell(session.words, session.heard)))

    def problem(self, problem: Problem, *, of: str | None = None) -> None:
        """Show what failed: in the page that sent message `of`, or in every page."""
        message = (
            ProblemMessage(problem=problem) if of is None else AckMessage(id=of, problem=problem)
        )
        self.send(to_browser(message))

    def ack(self, message_id: str) -> None:
        """Tell the page that sent a message that it was read and its request has started."""
        self.send(to_browser(AckMessage(id=message_id)))

    def view(self) -> SessionView:
        """Describe what is shown."""
        return session_view(
            self._queue.snapshot,
            rehearsal=self._rehearsal,
            floating=self._floating,
            **self._backend.view_fields(),
        )

    def _tell_growth(self) -> None:
        """Tell what was written of a text since pages heard of it: a stream comes bit by bit."""
        session = self._queue.current
        for speech in session.speeches if session else ():
            if not speech.status.ended and len(speech.text) > self._told.get(speech.id, 0):
                self._tell_speech(speech.speech, speech.status)

    def _tell_speech(self, speech: Speech, status: str) -> None:
        text = speech.text
        first = min(self._told.get(speech.id, 0), len(text))
        self._told[speech.id] = len(text)
        message = SpeechMessage(
            epoch=self._queue.epoch,
            id=speech.id,
            text=text[first:],
            status=status,
            first=utf16_length(text[:first]),
        )
        self.send(to_browser(message))


def _uncounted(view: dict[str, Any]) -> dict[str, Any]:
    """Leave out what a page counts on by itself; of a timeout it needs to know whether it runs."""
    counts = {"elapsed": None, "limit_at": None, "idle_at": view["idle_at"] is None}
    return view | counts
