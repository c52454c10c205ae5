"""An avatar's events in a room, as typed records besides those of every session.

The names are those of HeyGen's own messages. A page that shows the avatar hears them and passes
them on; where no page does, they are made from the server's answers.
"""

from typing import Literal

from heygen_widget.legacy.models import NewSession
from heygen_widget.session.events import SessionEvent
from heygen_widget.session.records import record

ConnectionGrade = Literal["excellent", "good", "poor", "lost", "unknown"]


@record
class AvatarEvent(SessionEvent):
    """Something about a task: the saying of one text."""

    task_id: str


@record
class AvatarStartTalking(AvatarEvent):
    """The avatar begins to speak."""


@record
class AvatarTalkingMessage(AvatarEvent):
    """A word, or part of one, is being spoken; joined as is, the pieces give the text.

    Attributes
    ----------
    message
        The piece of text.
    index
        Counts the pieces of one task.
    position
        When, in seconds since the picture began.
    """

    message: str
    index: int = 0
    position: float = 0.0


@record
class AvatarEndMessage(AvatarEvent):
    """All of a task's text was told."""


@record
class AvatarStopTalking(AvatarEvent):
    """The avatar is silent again, `duration_ms` after it began."""

    duration_ms: float | None = None


@record
class RoomReady(SessionEvent):
    """The server tells where the picture is: pages may join."""

    room: NewSession


@record
class ConnectionQualityChanged(SessionEvent):
    """How well picture and sound reach a page."""

    quality: ConnectionGrade
