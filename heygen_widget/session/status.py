"""The states of a session, in order."""

from enum import StrEnum


class SessionStatus(StrEnum):
    """The state of a session. HeyGen's own terms are kept where they mean the same."""

    IDLE = "idle"  # nothing opened, nothing billed
    CREATING = "creating"  # asked for; its id is not known yet
    PENDING = "pending"  # the server prepares the avatar
    STREAMING = "streaming"  # there is a picture, and text is welcome
    DRAINING = "draining"  # no more text; what was sent is still spoken
    COMPLETED = "completed"  # ended by itself
    CANCELLED = "cancelled"  # ended by `stop`
    ERROR = "error"  # ended by a failure
    # Shown instead of the server's last status:
    UNREACHABLE = "unreachable"  # the server does not answer
    STOPPING = "stopping"  # told to end, and the server has not answered that

    @property
    def ended(self) -> bool:
        """Whether the session has ended and billing has stopped."""
        return self in _ENDED

    @property
    def open(self) -> bool:
        """Whether a session exists, or is about to, that can still be billed."""
        return not self.ended and self is not SessionStatus.IDLE

    def has_reached(self, other: "SessionStatus") -> bool:
        """Whether this status is `other` or a later one. Every end counts as later."""
        order = list(SessionStatus)
        return self is other or (not other.ended and order.index(self) >= order.index(other))


_ENDED = frozenset({SessionStatus.COMPLETED, SessionStatus.CANCELLED, SessionStatus.ERROR})
