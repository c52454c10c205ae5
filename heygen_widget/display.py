"""Tells the pages that show an avatar what happens to it, through its comm and its one trait.

On the private loop, from which messages leave even while a cell keeps the kernel busy.
"""

import weakref

import anywidget

from heygen_widget.page import send_player
from heygen_widget.protocol import (
    BrowserMessage,
    HeardMessage,
    Problem,
    ProblemMessage,
    SpeechMessage,
    to_browser,
)
from heygen_widget.session import SessionEvent, Speech, SpeechChanged, WordsSpoken
from heygen_widget.session.sessions import Sessions
from heygen_widget.streams import Streams
from heygen_widget.view import session_view, words_message


class Display:
    """The pages of one avatar.

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

    Attributes
    ----------
    seen
        Whether there ever was a page.
    """

    def __init__(
        self, widget: anywidget.AnyWidget, sessions: Sessions, streams: Streams, *, rehearsal: bool
    ) -> None:
        self._widget = weakref.proxy(widget)  # whose own part this is
        self._sessions = sessions
        self._streams = streams
        self._page_url: str | None = None
        self._rehearsal = rehearsal
        self._shown_idle = False
        self.seen = False

    def show(self) -> None:
        """Bring the trait up to date."""
        view = session_view(
            self._sessions,
            rehearsal=self._rehearsal,
            transport=self._streams.transport,
            page_url=self._page_url,
        )
        self._shown_idle = self._may_idle
        self._widget.set_trait("session", to_browser(view))

    def tell(self, event: SessionEvent) -> None:
        """Tell of an event what a page shows of it."""
        match event:
            case WordsSpoken(first=first, words=words):
                message = words_message(self._sessions.number, first, words)
                self._widget.send(to_browser(message))
            case SpeechChanged(speech=speech, status=status):
                self._tell_speech(speech, status)
                if self._may_idle != self._shown_idle:  # it waits while text is on its way
                    self.show()
            case _:
                self.show()

    def catch_up(self, *, player: bool) -> None:
        """Bring a page that has just come up to date; its trait may be old.

        Parameters
        ----------
        player
            Whether it needs hls.js too.
        """
        self.seen = True
        if player:
            send_player(self._widget.send)
        self.show()
        session = self._sessions.current
        if session is not None:
            message = words_message(self._sessions.number, 0, session.words)
            self._widget.send(to_browser(message))
            for speech in session.speeches:
                self._tell_speech(speech, speech.status)

    def show_elsewhere(self, page_url: str) -> None:
        """Offer a page of its own where the picture can be seen, since here it cannot."""
        if self._page_url != page_url:
            self._page_url = page_url
            self.show()

    def problem(self, title: str, hint: str) -> None:
        """Say in the page what could not be done."""
        message = ProblemMessage(problem=Problem(title=title, hint=hint))
        self._widget.send(to_browser(message))

    def heard(self, message: BrowserMessage) -> None:
        """Say in the page that one of its messages was read, and that what it asks for is begun."""
        self._widget.send(to_browser(HeardMessage(what=message.kind)))

    @property
    def _may_idle(self) -> bool:
        session = self._sessions.current
        return session is not None and session.idle_left is not None

    def _tell_speech(self, speech: Speech, status: str) -> None:
        message = SpeechMessage(
            epoch=self._sessions.number, id=speech.id, text=speech.text, status=status
        )
        self._widget.send(to_browser(message))
