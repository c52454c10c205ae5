"""Session errors besides the API's, and which errors are worth a retry."""

from heygen_widget.api.errors import (
    APIConnectionError,
    HeyGenError,
    RateLimited,
    ServerError,
    UnexpectedResponse,
)


class StreamClosed(HeyGenError):  # noqa: N818 (as in `api.errors`)
    """The session ended before a text was sent.

    Attributes
    ----------
    end_reason
        Why, as far as the server says: ``idle_timeout``, ``final_marker`` or another word.
    """

    def __init__(self, end_reason: str | None) -> None:
        because = f" ({end_reason})" if end_reason else ""
        super().__init__(
            f"The session ended{because} before this text was sent.",
            hint="Speak it again, or pass reopen=True to do so automatically.",
        )
        self.end_reason = end_reason


_GATEWAY_TIMEOUTS = frozenset({504, 524})  # 524 is Cloudflare's


def retryable(error: HeyGenError) -> bool:
    """Whether it may succeed when it is sent again later."""
    return isinstance(error, APIConnectionError | RateLimited | ServerError | UnexpectedResponse)


def may_have_arrived(error: HeyGenError) -> bool:
    """Whether the server may have carried out the request without confirming it."""
    if isinstance(error, APIConnectionError):
        return error.sent is not False
    return isinstance(error, ServerError | UnexpectedResponse)


def may_be_under_way(error: HeyGenError) -> bool:
    """Whether something between here and the server has the request, and may still pass it on.

    A gateway that waits no longer for the server's answer says so: the server may do it yet.
    """
    return error.status in _GATEWAY_TIMEOUTS
