"""The connections of a client, which are given up as a whole when a request was broken off.

An interrupt can hit httpx and httpcore (0.28, 1.0) between any two steps, and leave a connection
with half a request on it that they take for a free one. Knows no requests.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

HttpT = TypeVar("HttpT")


@dataclass(eq=False, slots=True)
class Line(Generic[HttpT]):
    """An httpx client, and how many requests use it."""

    http: HttpT
    users: int = 0
    given_up: bool = False


class Lines(Generic[HttpT]):
    """Lends one httpx client to any number of requests; another one after one was given up.

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
        self._lock = threading.Lock()
        self._closed = False
        self._current = Line(make() if borrowed is None else borrowed)

    @property
    def http(self) -> HttpT:
        """The client that the next request uses."""
        return self._current.http

    def take(self) -> Line[HttpT]:
        """Lend the client for a request."""
        with self._lock:
            self._current.users += 1
            return self._current

    def give_up(self, line: Line[HttpT]) -> None:
        """Use a line for no other request."""
        with self._lock:
            if line.given_up or self._borrowed or self._closed:
                return
            line.given_up = True
            self._current = Line(self._make())

    def leave(self, line: Line[HttpT]) -> HttpT | None:
        """Take a client back; return it if it is to be closed now."""
        with self._lock:
            line.users -= 1
            return line.http if line.given_up and not line.users else None

    def close(self) -> HttpT | None:
        """Lend no other client from now on; return what is to be closed."""
        with self._lock:
            self._closed = True
            return None if self._borrowed else self._current.http
