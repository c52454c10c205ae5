"""Tells the pages that show an avatar in a room what they need to join it.

The room's token goes to them in a message and in no trait: a notebook saved with the state of its
widgets holds none.
"""

from typing import Any

import anywidget

from heygen_widget.display import Display
from heygen_widget.legacy import AvatarEvent, ConnectionQualityChanged, NewSession, RoomReady
from heygen_widget.legacy.sessions import StreamingSessions
from heygen_widget.page import LIVEKIT
from heygen_widget.protocol import (
    IceHelper,
    OfferMessage,
    RoomMessage,
    SessionView,
    StreamingView,
    to_browser,
)
from heygen_widget.session import SessionEvent


class RoomDisplay(Display):
    """The pages of one avatar in a room.

    Parameters
    ----------
    widget
        Whose comm and `session` trait reach the pages.
    sessions
        What is shown.
    rehearsal
        Whether the embedded avatar server speaks.
    """

    def __init__(
        self, widget: anywidget.AnyWidget, sessions: StreamingSessions, *, rehearsal: bool
    ) -> None:
        super().__init__(widget, sessions, LIVEKIT, rehearsal=rehearsal)
        self._rooms = sessions

    def tell(self, event: SessionEvent) -> None:
        """Tell of an event what a page shows of it."""
        match event:
            case RoomReady():
                self._invite()
            case AvatarEvent() | ConnectionQualityChanged():
                pass  # a page in the room knows it first
            case _:
                super().tell(event)

    def catch_up(self, *, player: bool) -> None:
        """Bring a page that has just come up to date, and invite it."""
        super().catch_up(player=player)
        self._invite()

    def _invite(self) -> None:
        session = self._rooms.current
        if session is None or session.room is None or session.status.ended:
            return
        self._widget.send(_invitation(self._rooms.number, session.room))

    def view(self) -> SessionView:
        """Describe what is shown."""
        session = self._rooms.current
        opening = session.opening if session else self._rooms.opening
        return StreamingView(
            **dict(super().view()), version=opening.version, quality=opening.quality
        )


def _invitation(epoch: int, room: NewSession) -> dict[str, Any]:
    """Make the message that lets a page see and hear the avatar."""
    helpers = [
        IceHelper(urls=list(server.urls), username=server.username, credential=server.credential)
        for server in room.ice_servers
    ]
    if room.sdp is not None:
        return to_browser(OfferMessage(epoch=epoch, sdp=room.sdp.sdp, ice_servers=helpers))
    return to_browser(
        RoomMessage(
            epoch=epoch, url=room.url or "", token=room.access_token or "", ice_servers=helpers
        )
    )
