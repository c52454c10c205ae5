"""A room as LiveKit's clients know it, with one avatar in it; and plain WebRTC beside it.

Knows coded pictures and sound, data and viewers; knows no session and nothing of what is shown.
"""

from heygen_widget.local.room.connection import Connection, DescriptionError
from heygen_widget.local.room.doors import Doors
from heygen_widget.local.room.passes import Passes
from heygen_widget.local.room.room import Room
from heygen_widget.local.room.stage import Stage
from heygen_widget.local.room.tracks import Audience

__all__ = ["Audience", "Connection", "DescriptionError", "Doors", "Passes", "Room", "Stage"]
