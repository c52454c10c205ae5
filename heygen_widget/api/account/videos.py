"""Films as methods; `_operations` describes them."""

from heygen_widget.api._async_wire import AsyncWire
from heygen_widget.api._binding import Resource, awaiting, blocking
from heygen_widget.api._wire import Wire
from heygen_widget.api.account import _operations as operations


class Videos(Resource[Wire]):
    """Films of a script, rendered in the background.

    Every method raises `InvalidRequest` for invalid arguments, `APIError` when the
    server refuses, and `APIConnectionError` when there is no response.
    """

    create = blocking(operations.create_video)
    get = blocking(operations.video)


class AsyncVideos(Resource[AsyncWire]):
    """Films of a script, rendered in the background. The methods of `Videos`, awaited."""

    create = awaiting(operations.create_video)
    get = awaiting(operations.video)
