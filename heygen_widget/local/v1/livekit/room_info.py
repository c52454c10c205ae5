"""The content of a room: the avatar, its tracks, and how to watch it.

Knows no participant.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from heygen_widget.local.v1.livekit.messages import (
    ACTIVE,
    DATA_PACKET,
    HIGH,
    PROTOCOL,
    TrackSource,
    TrackType,
)
from heygen_widget.local.v1.livekit.tracks import Audience
from heygen_widget.local.v1.livekit.wire import Message

AVATAR: Final = "heygen"
"""The avatar's identity in the room."""

SERVER: Final[Message] = {"version": "1.9.0", "protocol": PROTOCOL, "region": "local"}
"""The LiveKit server whose protocol is spoken; clients require it."""


def new_sid(prefix: str) -> str:
    """Return a new id; clients recognize its kind by the prefix."""
    return f"{prefix}_{secrets.token_hex(6)}"


@dataclass(frozen=True, slots=True)
class RoomInfo:
    """Describes one avatar in one room."""

    name: str  # the room's name
    audience: Audience  # everyone watching
    coding: str  # codec of the pictures: ``"H264"`` or ``"VP8"``
    # Size of the pictures.
    width: int
    height: int
    on_data: Callable[[bytes], None]  # called with data that a participant publishes
    room_sid: str = field(default_factory=lambda: new_sid("RM"))
    avatar_sid: str = field(default_factory=lambda: new_sid("PA"))
    video_sid: str = field(default_factory=lambda: new_sid("TR"))
    sound_sid: str = field(default_factory=lambda: new_sid("TR"))
    opened_at: int = field(default_factory=lambda: int(time.time()))

    @property
    def stream(self) -> str:
        """Id of the media stream, which names its owner. Sharing it keeps both tracks in sync."""
        return f"{self.avatar_sid}|{AVATAR}"

    @property
    def tracks(self) -> dict[str, str]:
        """The id of the track of each kind."""
        return {"audio": self.sound_sid, "video": self.video_sid}

    def room(self) -> Message:
        """Return the room, as messages describe it."""
        return {
            "sid": self.room_sid,
            "name": self.name,
            "creation_time": self.opened_at,
            "num_participants": 2,
        }

    def avatar(self) -> Message:
        """Return the avatar, as messages describe it."""
        size = {"width": self.width, "height": self.height}
        video = {
            "sid": self.video_sid,
            "type": TrackType.VIDEO,
            "name": "video",
            "source": TrackSource.CAMERA,
            "mime_type": f"video/{self.coding}",
            "stream": AVATAR,
            "layers": [{"quality": HIGH, **size}],
            **size,
        }
        sound = {
            "sid": self.sound_sid,
            "type": TrackType.AUDIO,
            "name": "audio",
            "source": TrackSource.MICROPHONE,
            "mime_type": "audio/opus",
            "stream": AVATAR,
        }
        return {
            "sid": self.avatar_sid,
            "identity": AVATAR,
            "name": AVATAR,
            "state": ACTIVE,
            "is_publisher": True,
            "version": 1,
            "joined_at": self.opened_at,
            "tracks": [video, sound],
        }

    def packet(self, payload: bytes) -> bytes:
        """Return data from the avatar, as it travels over a data channel."""
        user = {
            "participant_sid": self.avatar_sid,
            "participant_identity": AVATAR,
            "payload": payload,
        }
        return DATA_PACKET.encode(
            {"user": user, "participant_identity": AVATAR, "participant_sid": self.avatar_sid}
        )
