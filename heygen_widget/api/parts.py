"""Building blocks for other parts of HeyGen's API.

For packages beside this one, which describe operations of their own and run them over a client's
wire, with its key, its retries and its errors.
"""

from ._async_wire import AsyncWire
from ._binding import Resource, awaiting
from ._bodies import AnswerBody, Name, RequestBody, Words
from ._dialect import SUNSET, Dialect
from ._operations import AnswerT, Operation, checked, encoded
from .models import NonEmptyText

__all__ = [
    "SUNSET",
    "AnswerBody",
    "AnswerT",
    "AsyncWire",
    "Dialect",
    "Name",
    "NonEmptyText",
    "Operation",
    "RequestBody",
    "Resource",
    "Words",
    "awaiting",
    "checked",
    "encoded",
]
