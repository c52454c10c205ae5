"""People and their looks as methods; `_operations` describes them."""

from heygen_widget.api._async_wire import AsyncWire
from heygen_widget.api._binding import (
    Resource,
    aflowing,
    alisting,
    awaiting,
    blocking,
    flowing,
    listing,
)
from heygen_widget.api._wire import Wire
from heygen_widget.api.account import _operations as operations


class Avatars(Resource[Wire]):
    """The people of an account, and their looks.

    Every method raises `InvalidRequest` for invalid arguments, `APIError` when the
    server refuses, and `APIConnectionError` when there is no response.
    """

    list = listing(operations.groups)
    get = blocking(operations.group)
    looks = listing(operations.looks)
    look = blocking(operations.look)
    find = flowing(operations.find)


class AsyncAvatars(Resource[AsyncWire]):
    """The people of an account, and their looks. The methods of `Avatars`, awaited.

    Lists are for ``async for``.
    """

    list = alisting(operations.groups)
    get = awaiting(operations.group)
    looks = alisting(operations.looks)
    look = awaiting(operations.look)
    find = aflowing(operations.find)
