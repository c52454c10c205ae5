"""A room as LiveKit's clients know it, with one avatar in it; and plain WebRTC beside it.

Knows coded pictures and sound, data and viewers; knows no session and nothing of what is shown.
"""

from heygen_widget.local.v1.livekit.access_tokens import AccessTokens
from heygen_widget.local.v1.livekit.connection import Connection, DescriptionError
from heygen_widget.local.v1.livekit.room import Room
from heygen_widget.local.v1.livekit.room_info import RoomInfo
from heygen_widget.local.v1.livekit.signal_routes import SignalRoutes
from heygen_widget.local.v1.livekit.tracks import Audience

__all__ = [
    "AccessTokens",
    "Audience",
    "Connection",
    "DescriptionError",
    "Room",
    "RoomInfo",
    "SignalRoutes",
]
