"""The connections of a client, all dropped together when a request is interrupted.

An interrupt can hit httpx and httpcore (0.28, 1.0) between any two steps, and leave a connection
with half a request on it that they take for a free one. Knows no requests.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

HttpT = TypeVar("HttpT")


@dataclass(eq=False, slots=True)
class Line(Generic[HttpT]):
    """An httpx client, and the requests that use it, each known by a token."""

    http: HttpT
    users: set[object] = field(default_factory=set)
    given_up: bool = False


class Lines(Generic[HttpT]):
    """Lends one httpx client to any number of requests; another one after one was given up.

    Without a lock, since an interrupt could leave that locked for ever. Each step is one that no
    thread sees half done, in an order that is right wherever another thread comes between.

    Parameters
    ----------
    make
        Makes an httpx client.
    borrowed
        Somebody else's, to be used in place of our own. It is neither closed nor given up.
    """

    def __init__(self, make: Callable[[], HttpT], borrowed: HttpT | None) -> None:
        self._make = make
        self._borrowed = borrowed is not None
        self._closed = False
        self._current = Line(make() if borrowed is None else borrowed)

    @property
    def http(self) -> HttpT:
        """The client that the next request uses."""
        return self._current.http

    def take(self, token: object) -> Line[HttpT]:
        """Lend the client for a request."""
        while True:
            line = self._current
            line.users.add(token)
            if not line.given_up:
                return line
            line.users.discard(token)  # given up a moment ago, and perhaps closed

    def give_up(self, line: Line[HttpT]) -> None:
        """Use a line for no other request."""
        if line is not self._current or self._borrowed or self._closed:
            return
        self._current = Line(self._make())
        line.given_up = True

    def leave(self, line: Line[HttpT], token: object) -> HttpT | None:
        """Take a client back; return it if it is to be closed now."""
        line.users.discard(token)
        return line.http if line.given_up and not line.users else None

    def close(self) -> HttpT | None:
        """Lend no other client from now on; return what is to be closed."""
        self._closed = True
        return None if self._borrowed else self._current.http
