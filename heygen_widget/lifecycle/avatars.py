"""The avatars of this process: what ends its sessions, and what reports on it, finds them here."""

import weakref
from collections.abc import Callable
from itertools import count
from typing import Any, Final, Protocol

from heygen_widget.frontend.protocol import PageReport, Playback
from heygen_widget.lifecycle.connection import Connection
from heygen_widget.session.queue import SessionQueue


class AnyAvatar(Protocol):
    """An avatar, whatever shows it and whatever kind of session it has."""

    queue: SessionQueue[Any]
    connection: Connection
    closed: bool  # it opens no more sessions
    page: PageReport | None  # what the page that came last said of itself

    @property
    def playback(self) -> Playback | None:
        """What a page said last of what it plays."""

    @property
    def transport_summary(self) -> str:
        """How the picture reaches a page, and why so."""


_all: Final[weakref.WeakValueDictionary[int, AnyAvatar]] = weakref.WeakValueDictionary()
_number: Final = count()


def register(avatar: AnyAvatar) -> None:
    """Note an avatar, for as long as its widget or an open session keeps it."""
    _all[next(_number)] = avatar


def find_avatars(accept: Callable[[AnyAvatar], bool] = lambda _: True) -> list[AnyAvatar]:
    """Return the avatars of this process, the newest first."""
    return [avatar for _, avatar in sorted(_all.items(), reverse=True) if accept(avatar)]


def forget_all() -> None:
    """Forget all avatars: in a forked child they are the parent's."""
    _all.clear()
