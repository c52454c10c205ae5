"""Files as methods, blocking and awaiting; `_operations` and `account` describe them."""

from . import _operations as operations
from ._async_wire import AsyncWire
from ._binding import Resource, alisting, awaiting, blocking, listing
from ._wire import Wire
from .account import _operations as account


class Assets(Resource[Wire]):
    """Files stored at HeyGen, used by their id.

    Every method raises `InvalidRequest` for invalid arguments, `APIError` when the
    server refuses, and `APIConnectionError` when there is no response.
    """

    upload = blocking(operations.upload)
    list = listing(account.assets)
    get = blocking(account.asset)
    delete = blocking(account.delete_asset)


class AsyncAssets(Resource[AsyncWire]):
    """Files stored at HeyGen, used by their id; the methods of `Assets`, awaited."""

    # A disk or a pipe may be slow, and nothing else on the loop should wait for it.
    upload = awaiting(operations.upload, in_thread=True)
    list = alisting(account.assets)
    get = awaiting(account.asset)
    delete = awaiting(account.delete_asset)
