"""The kind of avatar whose sessions are rooms, over WebRTC.

The player is sent once there is a room: a widget that is merely shown costs no more than another.
The room's token goes to pages in a message and in no trait: a notebook saved with the state of its
widgets holds none.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final, get_args

from heygen_widget import legacy
from heygen_widget.bridge import bridge, wait_blocking
from heygen_widget.controller.backend import Handler
from heygen_widget.controller.controller import AvatarController
from heygen_widget.frontend.bundles import LIVEKIT
from heygen_widget.frontend.protocol import (
    Answer,
    Candidate,
    ConnectionQuality,
    Hello,
    IceHelper,
    Interrupt,
    OfferMessage,
    Playback,
    RoomMessage,
    Speak,
    Switch,
    Talking,
    to_browser,
)
from heygen_widget.lifecycle.connection import Service
from heygen_widget.lifecycle.leases import Leases
from heygen_widget.session import SessionEvent, Speech
from heygen_widget.session.base import SessionSetup
from heygen_widget.session.writers import TextSource

STREAMING: Final = Service(Leases(within="streaming"), legacy.end_session, ("local", "webrtc"))
"""The Streaming Avatar."""

QUALITIES: Final = list(get_args(legacy.Quality))
"""The available picture qualities."""

_OF_A_ROOM: Final = (Playback, Answer, Candidate, Talking, ConnectionQuality)

_EVENTS: Final[dict[str, Callable[[Talking], legacy.AvatarEvent]]] = {
    "avatar_start_talking": lambda told: legacy.AvatarStartTalking(task_id=told.task_id),
    "avatar_talking_message": lambda told: legacy.AvatarTalkingMessage(
        task_id=told.task_id, message=told.message, index=told.index, position=told.position
    ),
    "avatar_end_message": lambda told: legacy.AvatarEndMessage(task_id=told.task_id),
    "avatar_stop_talking": lambda told: legacy.AvatarStopTalking(
        task_id=told.task_id, duration_ms=told.duration_ms
    ),
}


class RoomBackend:
    """Sessions of the Streaming Avatar, and their rooms."""

    player = LIVEKIT

    def __init__(self, opening: legacy.Opening, setup: SessionSetup) -> None:
        self.queue = legacy.StreamingSessions(setup, opening)

    def attach(self, avatar: AvatarController) -> Sequence[Handler]:
        """Work for `avatar` from now on; return what handles its pages' messages."""
        self._avatar = avatar
        return [
            (Hello, self._invite),
            (Speak, self._speak),
            (Interrupt, lambda _: self.queue.interrupt()),
            (Switch, lambda message: self._switch_to(message.quality)),
            *((kind, self._hear_room) for kind in _OF_A_ROOM),
        ]

    def expect_page(self) -> None:
        """Note that a page will join; from any thread."""
        self.queue.shown = True

    def view_fields(self) -> dict[str, Any]:
        """Return the fields of the `SessionView` that only this kind knows."""
        return {
            "player": "room",
            "can_interrupt": self._can_interrupt,
            "qualities": QUALITIES,
            "quality": self.queue.opening.quality,
        }

    @property
    def needs_player(self) -> bool:
        """Whether there is, or was, a room."""
        return self.queue.current is not None

    @property
    def transport_summary(self) -> str:
        """How the picture reaches a page."""
        room = "a LiveKit room" if self.queue.opening.version == "v2" else "a peer connection"
        return f"WebRTC: {room}"

    # The verbs, from any thread; `StreamingAvatar` documents them.

    def start(self) -> None:
        """Open a session without text. Harmless if one is open."""
        self._avatar.refuse_if_closed()
        bridge.call(self.queue.open)

    def speak(
        self, text: TextSource, task_type: legacy.TaskType, *, wait: bool | float, raw: bool
    ) -> Speech:
        """Speak `text`, or answer it, after everything already queued."""
        if task_type not in {"repeat", "talk"}:
            raise ValueError(f"task_type must be 'repeat' or 'talk', not {task_type!r}.")
        self._avatar.refuse_if_closed()
        delivery = self._avatar.speech(legacy.TaskDelivery, text, task_type=task_type, raw=raw)
        bridge.call(self.queue.say, delivery)
        if wait is not False:
            delivery.speech.result(None if wait is True else wait)
        return delivery.speech

    def interrupt(self) -> None:
        """Stop speaking and drop the queued text; the session stays open."""
        self._avatar.loop.call(self.queue.interrupt)

    def switch(self, quality: legacy.Quality) -> None:
        """Switch to another quality, in a new session if one is open."""
        if quality not in QUALITIES:
            raise ValueError(f"quality must be 'low', 'medium' or 'high', not {quality!r}.")
        self._avatar.loop.ask(self._switch_to, quality)

    def list(self) -> tuple[legacy.ActiveSession, ...]:
        """List the sessions that are open with this key, here and elsewhere."""
        return wait_blocking(self._avatar.loop.submit(self._list()))

    # From here on: on the private loop.

    def follow(self, epoch: int, event: SessionEvent) -> None:
        """Give pages what they need to join, ahead of the news."""
        session = self.queue.current
        if session is not None and not session.status.ended:
            self.player.send_unasked(self._avatar.publisher.send)
        if isinstance(event, legacy.RoomReady) and epoch == self.queue.epoch:
            self._invite()

    async def poster(self, width: int, patience: float) -> None:
        """Return nothing: the kernel sees no picture of a room."""

    async def _list(self) -> tuple[legacy.ActiveSession, ...]:
        client = await self._avatar.connection.client()
        return (await legacy.AsyncStreaming(client).list()).sessions

    @property
    def _can_interrupt(self) -> bool:
        """Whether it speaks, or has something to say."""
        session = self.queue.current
        if session is None or session.status.ended:
            return False
        return session.speaking or any(not speech.status.ended for speech in session.speeches)

    def _invite(self, _: Hello | None = None) -> None:
        session = self.queue.current
        if session is None or session.room is None or session.status.ended:
            return
        # To all pages: each knows whether it was the one that answered.
        invitation = _invitation(self.queue.epoch, session.room, answered=session.answered)
        self._avatar.publisher.send(invitation)

    def _speak(self, message: Speak) -> None:
        self.queue.say(self._avatar.speech(legacy.TaskDelivery, message.text))

    def _switch_to(self, quality: legacy.Quality) -> None:
        self.queue.opening = replace(self.queue.opening, quality=quality)
        newest = self.queue.newest
        if newest is not None and not newest.ending:
            self.queue.stop()
            self.queue.open()
        self._avatar.publisher.show()

    def _hear_room(
        self, message: Playback | Answer | Candidate | Talking | ConnectionQuality
    ) -> None:
        """Give the session what a page that is in its room says."""
        session = self.queue.current
        if session is None or message.epoch != self.queue.epoch:
            return
        match message:
            case Playback(state="playing"):
                session.saw_picture()
            case Answer(sdp=sdp):
                session.take_answer(legacy.SessionDescription(type="answer", sdp=sdp))
            case Candidate():
                session.take_candidate(_candidate(message))
            case Talking(type=kind):
                session.hear(_EVENTS[kind](message))
            case ConnectionQuality(quality=quality):
                self.queue.emit(legacy.ConnectionQualityChanged(quality=quality))


def _invitation(epoch: int, room: legacy.NewSession, *, answered: bool) -> dict[str, Any]:
    """Make the message that lets a page see and hear the avatar."""
    helpers = [
        IceHelper(
            urls=list(server.urls),
            username=server.username or "",
            credential=server.credential or "",
        )
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


def _candidate(told: Candidate) -> legacy.IceCandidate:
    fields: dict[str, Any] = {
        "candidate": told.candidate,
        "sdpMid": told.mid,
        "sdpMLineIndex": told.line,
        "usernameFragment": told.fragment,
    }
    return legacy.IceCandidate(**fields)
