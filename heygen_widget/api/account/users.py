"""The owner of the key as methods; `_operations` describes them."""

from heygen_widget.api._async_wire import AsyncWire
from heygen_widget.api._binding import Resource, awaiting, blocking
from heygen_widget.api._wire import Wire
from heygen_widget.api.account import _operations as operations


class Users(Resource[Wire]):
    """The owner of the key.

    Every method raises `InvalidRequest` for invalid arguments, `APIError` when the
    server refuses, and `APIConnectionError` when there is no response.
    """

    me = blocking(operations.me)


class AsyncUsers(Resource[AsyncWire]):
    """The owner of the key. The methods of `Users`, awaited."""

    me = awaiting(operations.me)
