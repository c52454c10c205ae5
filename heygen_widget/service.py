"""One of HeyGen's two kinds of sessions: how they are ended, and where the open ones are noted."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from heygen_widget.api import AsyncHeyGen, HeyGen
from heygen_widget.lease import Leases, leases
from heygen_widget.session.ending import end, end_blocking


@dataclass(frozen=True, slots=True)
class Service:
    """How to deal with sessions whose avatar may be gone.

    Attributes
    ----------
    leases
        The open sessions of this process on disk.
    end, end_blocking
        End a session, and tell whether it has ended.
    """

    leases: Leases
    end: Callable[[AsyncHeyGen, str], Awaitable[bool]]
    end_blocking: Callable[[HeyGen, str], bool]


REALTIME: Final = Service(leases, end, end_blocking)
"""Avatar Realtime."""
