"""Tells an avatar's pages what happens to it, through its comm and its one trait.

On the private loop, from which messages leave even while a cell keeps the kernel busy.
"""

import weakref
from typing import Any, Protocol

from heygen_widget.frontend.bundles import PLAYER, Library
from heygen_widget.frontend.protocol import (
    AckMessage,
    Problem,
    ProblemMessage,
    SessionView,
    SpeechMessage,
    to_browser,
)
from heygen_widget.frontend.serialize import session_view
from heygen_widget.frontend.words import Telling
from heygen_widget.session import SessionEvent, Speech, SpeechChanged, WordsSpoken
from heygen_widget.session.queue import SessionQueue
from heygen_widget.session.sessions import Sessions
from heygen_widget.transport.router import Streams


class FrontendPort(Protocol):
    """Carries messages and the `session` trait to the pages: a widget."""

    def send(self, content: Any, buffers: Any = None) -> None:
        """Send a message to the pages."""

    def set_trait(self, name: str, value: Any) -> None:
        """Set a trait that pages follow."""


class Display:
    """The pages of one avatar.

    Parameters
    ----------
    widget
        Whose comm and `session` trait reach the pages.
    sessions
        What is shown.
    player
        What plays it in a page.
    rehearsal
        Whether the embedded avatar server speaks.

    Attributes
    ----------
    seen
        Whether there ever was a page.
    """

    def __init__(
        self,
        widget: FrontendPort,
        sessions: SessionQueue[Any],
        player: Library,
        *,
        rehearsal: bool,
    ) -> None:
        self._widget = weakref.proxy(widget)  # whose own part this is
        self._sessions = sessions
        self._player = player
        self._rehearsal = rehearsal
        self._shown_idle = False
        self._told: dict[int, int] = {}  # characters, by the number of a text
        self._telling = Telling(0)
        self.seen = False

    def show(self) -> None:
        """Bring the trait up to date."""
        self._shown_idle = self._may_idle
        self._widget.set_trait("session", to_browser(self.view()))

    def expect_page(self) -> None:
        """Send in advance what a page will need, since its request may not be heard."""
        self._player.send_unasked(self._widget.send)

    def tell(self, event: SessionEvent) -> None:
        """Tell pages the part of an event that they show."""
        match event:
            case WordsSpoken(words=words, heard=heard):
                self._tell_growth()  # a page finds words in the texts it knows
                if self._telling.epoch != self._sessions.epoch:
                    self._telling = Telling(self._sessions.epoch)
                self._widget.send(to_browser(self._telling.tell(words, heard)))
            case SpeechChanged(speech=speech, status=status):
                self._tell_speech(speech, status)
                if self._may_idle != self._shown_idle:  # it waits while text is on its way
                    self.show()
            case _:
                self.show()

    def catch_up(self, *, player: bool) -> None:
        """Bring a new page up to date; its trait may be old.

        Parameters
        ----------
        player
            Whether it needs the player too.
        """
        self.seen = True
        if player:
            self._player.send(self._widget.send)
        self.show()
        session = self._sessions.current
        if session is not None:
            self._told.clear()
            for speech in session.speeches:
                self._tell_speech(speech, speech.status)
            self._telling = Telling(self._sessions.epoch)
            self._widget.send(to_browser(self._telling.tell(session.words, session.heard)))

    def problem(self, problem: Problem, *, of: str | None = None) -> None:
        """Show what failed: in the page that sent message `of`, or in every page."""
        message = (
            ProblemMessage(problem=problem) if of is None else AckMessage(id=of, problem=problem)
        )
        self._widget.send(to_browser(message))

    def ack(self, message_id: str) -> None:
        """Tell the page that sent a message that it was read and its request has started."""
        self._widget.send(to_browser(AckMessage(id=message_id)))

    def view(self) -> SessionView:
        """Describe what is shown."""
        return session_view(self._sessions, rehearsal=self._rehearsal)

    @property
    def _may_idle(self) -> bool:
        session = self._sessions.current
        return session is not None and session.idle_left is not None

    def _tell_growth(self) -> None:
        """Tell what was written of a text since pages heard of it: a stream comes bit by bit."""
        session = self._sessions.current
        for speech in session.speeches if session else ():
            if not speech.status.ended and len(speech.text) > self._told.get(speech.id, 0):
                self._tell_speech(speech, speech.status)

    def _tell_speech(self, speech: Speech, status: str) -> None:
        text = speech.text
        first = min(self._told.get(speech.id, 0), len(text))
        self._told[speech.id] = len(text)
        message = SpeechMessage(
            epoch=self._sessions.epoch,
            id=speech.id,
            text=text[first:],
            status=status,
            first=first,
        )
        self._widget.send(to_browser(message))


class StreamDisplay(Display):
    """The pages of one avatar whose picture is a stream.

    Parameters
    ----------
    widget
        Whose comm and `session` trait reach the pages.
    sessions
        What is shown.
    streams
        By which way it reaches the pages.
    rehearsal
        Whether the embedded avatar server speaks.
    """

    def __init__(
        self, widget: FrontendPort, sessions: Sessions, streams: Streams, *, rehearsal: bool
    ) -> None:
        super().__init__(widget, sessions, PLAYER, rehearsal=rehearsal)
        self._streams = streams
        self._page_url: str | None = None

    def show_elsewhere(self, page_url: str) -> None:
        """Offer a separate page, since this one cannot show the picture."""
        if self._page_url != page_url:
            self._page_url = page_url
            self.show()

    def view(self) -> SessionView:
        """Describe what is shown."""
        return session_view(
            self._sessions,
            rehearsal=self._rehearsal,
            transport=self._streams.transport,
            page_url=self._page_url,
        )
