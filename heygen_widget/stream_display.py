"""Tells the pages that show an avatar by which way its stream reaches them."""

import anywidget

from heygen_widget.display import Display
from heygen_widget.page import PLAYER
from heygen_widget.protocol import SessionView
from heygen_widget.session.sessions import Sessions
from heygen_widget.streams import Streams
from heygen_widget.view import session_view


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
        self, widget: anywidget.AnyWidget, sessions: Sessions, streams: Streams, *, rehearsal: bool
    ) -> None:
        super().__init__(widget, sessions, PLAYER, rehearsal=rehearsal)
        self._streams = streams
        self._page_url: str | None = None

    def show_elsewhere(self, page_url: str) -> None:
        """Offer a page of its own where the picture can be seen, since here it cannot."""
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
