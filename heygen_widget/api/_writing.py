"""Whether a request was fully written, according to the connection's trace events.

A request that broke off while it was written cannot be carried out: its body is incomplete.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

_BEGIN: Final = "http11.send_request_headers.started"
_WRITTEN: Final = "http11.receive_response_headers.started"
_FAILURES: Final = frozenset(
    {"http11.send_request_headers.failed", "http11.send_request_body.failed"}
)
_BROKEN: Final = "WriteError"  # after a timeout, the rest may still leave a buffer


class Writing:
    """Follows the steps of one request, as the ``trace`` extension of a blocking client.

    Keeps nothing of what it hears, since the key is in it.

    Attributes
    ----------
    broke_off
        Whether the connection broke before the last byte was written.
    on_written
        Called when it was written to its end, and its answer is waited for.
    """

    on_written: Callable[[], object] | None

    def __init__(self) -> None:
        self.broke_off = False
        self.on_written = None

    def __call__(self, step: str, details: Mapping[str, Any]) -> Any:
        """Hear of one step."""
        if step == _BEGIN:
            self.broke_off = False  # it is sent again
        elif step == _WRITTEN and self.on_written is not None:
            self.on_written()
        elif step in _FAILURES:
            self.broke_off = type(details["exception"]).__name__ == _BROKEN


class AsyncWriting(Writing):
    """The same for an awaiting client."""

    async def __call__(self, step: str, details: Mapping[str, Any]) -> None:
        """Hear of one step."""
        super().__call__(step, details)
