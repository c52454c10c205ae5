"""The realtime operations as methods, blocking and awaiting; `_operations` describes them."""

from . import _operations as operations
from ._async_wire import AsyncWire
from ._binding import Resource, awaiting, blocking
from ._wire import Wire
from .words import AsyncWordStream, WordStream


class AvatarRealtime(Resource[Wire]):
    """HeyGen's realtime avatar sessions.

    Every method raises `InvalidRequest` for invalid arguments, `APIError` when the
    server refuses, and `APIConnectionError` when there is no response.
    """

    create = blocking(operations.create)
    get = blocking(operations.get)
    append_text = blocking(operations.append_text)
    cancel = blocking(operations.cancel)

    def words(self, stream_id: str) -> WordStream:
        """Follow the words of a session as they are spoken, from the first one on."""
        return WordStream(self._wire, operations.words(stream_id))


class AsyncAvatarRealtime(Resource[AsyncWire]):
    """HeyGen's realtime avatar sessions; the methods of `AvatarRealtime`, awaited."""

    create = awaiting(operations.create)
    get = awaiting(operations.get)
    append_text = awaiting(operations.append_text)
    cancel = awaiting(operations.cancel)

    def words(self, stream_id: str) -> AsyncWordStream:
        """Follow the words of a session as they are spoken, from the first one on."""
        return AsyncWordStream(self._wire, operations.words(stream_id))
