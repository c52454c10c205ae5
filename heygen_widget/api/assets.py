"""Uploads as methods, blocking and awaiting; `_operations` describes them."""

from . import _operations as operations
from ._async_wire import AsyncWire
from ._binding import Resource, awaiting, blocking
from ._wire import Wire


class Assets(Resource[Wire]):
    """Files stored at HeyGen, used by their id.

    Every method raises `InvalidRequest` for invalid arguments, `APIError` when the
    server refuses, and `APIConnectionError` when there is no response.
    """

    upload = blocking(operations.upload)


class AsyncAssets(Resource[AsyncWire]):
    """Files stored at HeyGen, used by their id; the methods of `Assets`, awaited."""

    # A disk or a pipe may be slow, and nothing else on the loop should wait for it.
    upload = awaiting(operations.upload, in_thread=True)
