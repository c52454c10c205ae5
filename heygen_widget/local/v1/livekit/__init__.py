"""A room as LiveKit's clients know it, with one avatar in it; and plain WebRTC beside it.

Knows coded pictures and sound, data and viewers; knows no session and nothing of what is shown.
"""

from heygen_widget.local.v1.livekit.connection import Connection, DescriptionError
from heygen_widget.local.v1.livekit.doors import Doors
from heygen_widget.local.v1.livekit.passes import Passes
from heygen_widget.local.v1.livekit.room import Room
from heygen_widget.local.v1.livekit.stage import Stage
from heygen_widget.local.v1.livekit.tracks import Audience

__all__ = ["Audience", "Connection", "DescriptionError", "Doors", "Passes", "Room", "Stage"]
