"""Tells an avatar's pages what they need to join its room.

Their player is sent once there is a room: a widget that is merely shown costs no more than another.

The room's token goes to them in a message and in no trait: a notebook saved with the state of its
widgets holds none.
"""

from typing import Any, Final, get_args

from heygen_widget.controller.publisher import Display, FrontendPort
from heygen_widget.frontend.bundles import LIVEKIT
from heygen_widget.frontend.protocol import (
    IceHelper,
    OfferMessage,
    RoomMessage,
    SessionView,
    to_browser,
)
from heygen_widget.legacy import (
    AvatarEvent,
    ConnectionQualityChanged,
    NewSession,
    Quality,
    RoomReady,
    StreamingSessions,
)
from heygen_widget.session import SessionEvent

QUALITIES: Final = list(get_args(Quality))
"""The available picture qualities."""


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
        self, widget: FrontendPort, sessions: StreamingSessions, *, rehearsal: bool
    ) -> None:
        super().__init__(widget, sessions, LIVEKIT, rehearsal=rehearsal)
        self._rooms = sessions
        self._shown_interruptible = False

    def show(self) -> None:
        """Bring the trait up to date; ahead of it, give pages what a session needs."""
        session = self._rooms.current
        if session is not None and not session.status.ended:
            self._player.send_unasked(self._widget.send)
        self._shown_interruptible = self._can_interrupt
        super().show()

    def expect_page(self) -> None:
        """Send nothing ahead: there may never be a session."""

    def tell(self, event: SessionEvent) -> None:
        """Tell pages the part of an event that they show."""
        match event:
            case RoomReady():
                self._invite()
            case AvatarEvent() | ConnectionQualityChanged():
                pass  # a page in the room knows it first
            case _:
                super().tell(event)
        if self._can_interrupt != self._shown_interruptible:
            self.show()

    def catch_up(self, *, player: bool) -> None:
        """Bring a new page up to date, and invite it."""
        begun = self._rooms.current is not None
        if player and not begun:
            self._player.owe()
        super().catch_up(player=player and begun)
        self._invite()

    def _invite(self) -> None:
        session = self._rooms.current
        if session is None or session.room is None or session.status.ended:
            return
        # To all pages: each knows whether it was the one that answered.
        message = _invitation(self._rooms.epoch, session.room, answered=session.answered)
        self._widget.send(message)

    def view(self) -> SessionView:
        """Describe what is shown."""
        room = {
            "player": "room",
            "can_interrupt": self._can_interrupt,
            "qualities": QUALITIES,
            "quality": self._rooms.opening.quality,
        }
        return super().view().model_copy(update=room)

    @property
    def _can_interrupt(self) -> bool:
        """Whether it speaks, or has something to say."""
        session = self._rooms.current
        if session is None or session.status.ended:
            return False
        return session.speaking or any(not speech.status.ended for speech in session.speeches)


def _invitation(epoch: int, room: NewSession, *, answered: bool) -> dict[str, Any]:
    """Make the message that lets a page see and hear the avatar."""
    helpers = [
        IceHelper(urls=list(server.urls), username=server.username, credential=server.credential)
        for server in room.ice_servers
    ]
    if room.sdp is not None:
        return to_browser(
            OfferMessage(epoch=epoch, sdp=room.sdp.sdp, ice_servers=helpers, answered=answered)
        )
    return to_browser(
        RoomMessage(
            epoch=epoch, url=room.url or "", token=room.access_token or "", ice_servers=helpers
        )
    )
