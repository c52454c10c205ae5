"""One of HeyGen's two kinds of sessions: how they are ended, and where the open ones are noted."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from heygen_widget.api import AsyncHeyGen
from heygen_widget.lease import Leases, leases
from heygen_widget.session.ending import end


@dataclass(frozen=True, slots=True)
class Service:
    """How to deal with sessions whose avatar may be gone.

    Attributes
    ----------
    leases
        The open sessions of this process on disk.
    end
        Ends a session, and tells whether it has ended.
    extras
        What the embedded server needs for them.
    """

    leases: Leases
    end: Callable[[AsyncHeyGen, str], Awaitable[bool]]
    extras: tuple[str, ...] = ("local",)


REALTIME: Final = Service(leases, end)
"""Avatar Realtime."""
