"""Lists that come in pages, fetched as they are read.

A page that cannot be fetched raises, and the next step of the same iterator asks for it again:
nothing is skipped, and nothing that was listed before comes twice.
"""

from collections import deque
from collections.abc import Callable
from typing import Annotated, Any, Generic, Self, TypeVar

from pydantic import BaseModel, Field, WrapValidator

from ._async_wire import AsyncWire
from ._bodies import AnswerBody, if_valid
from ._dialect import Dialect
from ._operations import Operation
from ._wire import Wire

ItemT = TypeVar("ItemT", bound=BaseModel)


class Page(AnswerBody, Generic[ItemT]):
    """One page of a list."""

    data: list[ItemT]
    has_more: Annotated[bool | None, WrapValidator(if_valid)] = False
    next_token: Annotated[str | None, Field(max_length=8192), WrapValidator(if_valid)] = None


class _WholeBody(Dialect):
    """How lists are answered: with what leads to the next page beside the data."""

    def data_of(self, body: Any) -> Any:
        """Return the whole body."""
        return {name: body[name] for name in ("data", "has_more", "next_token") if name in body}


LISTS = _WholeBody()

EXPIRED = "If its page token has expired, list from the beginning again."
"""What to do when a page other than the first is refused."""


class Listing(Generic[ItemT]):
    """Where the reading of a list stands. Sends nothing.

    Parameters
    ----------
    describe
        Returns the operation that fetches the page of a token; None for the first.
    key
        Tells two items apart.
    """

    def __init__(
        self,
        describe: Callable[[str | None], Operation[Page[ItemT]]],
        key: Callable[[ItemT], str],
    ) -> None:
        self._describe = describe
        self._key = key
        self._token: str | None = None
        self._tokens: set[str | None] = {None}
        self._seen: set[str] = set()
        self._ready: deque[ItemT] = deque()
        self._complete = False

    def wanted(self) -> Operation[Page[ItemT]] | None:
        """Return what to fetch before there is another item; None if there is one, or no more."""
        return None if self._ready or self._complete else self._describe(self._token)

    def take(self, page: Page[ItemT]) -> None:
        """Add the page that was wanted."""
        for item in page.data:
            if (key := self._key(item)) not in self._seen:
                self._seen.add(key)
                self._ready.append(item)
        self._token = page.next_token
        # A server that leads in a circle has listed everything.
        self._complete = not page.has_more or not self._token or self._token in self._tokens
        self._tokens.add(self._token)

    def pop(self) -> ItemT | None:
        """Return the next item; None at the end."""
        return self._ready.popleft() if self._ready else None


class Pages(Generic[ItemT]):
    """An iterator over a list; fetches a page when it is needed."""

    def __init__(self, wire: Wire, listing: Listing[ItemT]) -> None:
        self._wire = wire
        self._listing = listing

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> ItemT:
        """Return the next item."""
        while (wanted := self._listing.wanted()) is not None:
            self._listing.take(self._wire.run(wanted))
        if (item := self._listing.pop()) is None:
            raise StopIteration
        return item


class AsyncPages(Generic[ItemT]):
    """An iterator over a list, as `Pages`, for ``async for``."""

    def __init__(self, wire: AsyncWire, listing: Listing[ItemT]) -> None:
        self._wire = wire
        self._listing = listing

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> ItemT:
        """Return the next item."""
        while (wanted := self._listing.wanted()) is not None:
            self._listing.take(await self._wire.run(wanted))
        if (item := self._listing.pop()) is None:
            raise StopAsyncIteration
        return item
