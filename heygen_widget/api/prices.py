"""What HeyGen charges, in dollars per second (heygen.com/api-pricing, pay as you go)."""

from typing import Final

REALTIME: Final = 0.05
"""A session of Avatar Realtime (developers.heygen.com/avatar-realtime)."""

SPEECH: Final = 0.000667
"""A speech file in a Starfish voice."""

FILM: Final = 0.05
"""A film of a photo avatar. Digital twins and studio avatars cost a third more."""
