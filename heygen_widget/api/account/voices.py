"""Voices and speech files as methods; `_operations` describes them."""

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


class Voices(Resource[Wire]):
    """The voices of an account, and speech files.

    Every method raises `InvalidRequest` for invalid arguments, `APIError` when the
    server refuses, and `APIConnectionError` when there is no response.
    """

    list = listing(operations.voices)
    get = blocking(operations.voice)
    search = blocking(operations.search)
    speech = flowing(operations.speech)


class AsyncVoices(Resource[AsyncWire]):
    """The voices of an account, and speech files. The methods of `Voices`, awaited.

    Lists are for ``async for``.
    """

    list = alisting(operations.voices)
    get = awaiting(operations.voice)
    search = awaiting(operations.search)
    speech = aflowing(operations.speech)
