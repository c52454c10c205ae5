"""Events of the page's player, as typed records besides the session's own."""

from dataclasses import dataclass

from heygen_widget.frontend.protocol import Recovered
from heygen_widget.session import SessionEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybackRecovered(SessionEvent):
    """Playback broke, and the player repaired it.

    Attributes
    ----------
    fault
        What broke: ``network``, ``missing`` (a part of the stream), ``expired`` (its URL),
        ``stalled`` or ``decoder``.
    seconds
        From the fault until playback resumed.
    position
        Where playback resumed, in seconds on the stream's clock.
    """

    fault: str
    seconds: float
    position: float


def recovered(message: Recovered) -> PlaybackRecovered:
    """Make the record of a message."""
    return PlaybackRecovered(
        fault=message.fault, seconds=message.seconds, position=message.position
    )
