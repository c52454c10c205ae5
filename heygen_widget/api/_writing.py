"""Whether a request was written to its end, by what the connection tells of its steps.

A request that broke off while it was written cannot be carried out: its body is incomplete.
"""

from collections.abc import Mapping
from typing import Any, Final

_BEGIN: Final = "http11.send_request_headers.started"
_FAILURES: Final = frozenset(
    {"http11.send_request_headers.failed", "http11.send_request_body.failed"}
)
_BROKEN: Final = "WriteError"  # after a time-out, the rest may still leave a buffer


class Writing:
    """Hears of the steps of one request, as the ``trace`` extension of a blocking client.

    Keeps nothing of what it hears, since the key is in it.

    Attributes
    ----------
    broke_off
        Whether the connection broke before the last byte was written.
    """

    def __init__(self) -> None:
        self.broke_off = False

    def __call__(self, step: str, details: Mapping[str, Any]) -> Any:
        """Hear of one step."""
        if step == _BEGIN:
            self.broke_off = False  # it is sent again
        elif step in _FAILURES:
            self.broke_off = type(details["exception"]).__name__ == _BROKEN


class AsyncWriting(Writing):
    """The same for an awaiting client."""

    async def __call__(self, step: str, details: Mapping[str, Any]) -> None:
        """Hear of one step."""
        super().__call__(step, details)
