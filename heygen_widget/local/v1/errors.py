"""The errors of the first Streaming Avatar API: an HTTP status, a number, a message.

No document of HeyGen's lists the numbers. These are the ones seen in the wild: in HeyGen's forum,
in its SDK and in clients of others. Knows no route and no session.
"""

from typing import Final, Literal, Self

from starlette.responses import JSONResponse

from heygen_widget.local.errors import ApiError

Status = Literal["new", "connecting", "connected", "closed"]
"""The state of a session."""

_WRONG_STATES: Final[dict[Status, int]] = {
    "new": 10001,
    "connecting": 10002,
    "connected": 10003,
    "closed": 10005,
}


class StreamingError(Exception):
    """An error response."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    def response(self) -> JSONResponse:
        """Return the error in both documented envelopes."""
        body = {"code": self.code, "message": self.message, "data": None, "error": self.message}
        return JSONResponse(body, self.status)

    @classmethod
    def invalid(cls, message: str) -> Self:
        """Return a refusal of a body. Its number is unknown; the status stands in for it."""
        return cls(400, 400, message)

    @classmethod
    def unauthorized(cls) -> Self:
        """Return the error for a missing, wrong or used-up key or token."""
        return cls(401, 400112, "Unauthorized")

    @classmethod
    def nobody_joined(cls) -> Self:
        """Return the error for a task that arrives before any viewer."""
        return cls(
            400,
            400006,
            "Session is not in correct state: no viewer has joined yet. "
            "Connect to the room with the 'url' and 'access_token' that streaming.new returned, or "
            "answer its 'sdp' with streaming.start. Then send the task again.",
        )

    @classmethod
    def in_state(cls, status: Status) -> Self:
        """Return the error for a request that the session's state does not allow."""
        return cls(400, _WRONG_STATES[status], f"session state wrong: {status}")

    @classmethod
    def not_found(cls) -> Self:
        """Return the error for an unknown session id."""
        return cls(400, 10006, "session not found")

    @classmethod
    def too_many(cls) -> Self:
        """Return the error when the maximum number of sessions is open."""
        return cls(400, 10007, "Concurrent limit reached")

    @classmethod
    def too_many_tasks(cls) -> Self:
        """Return the error when too many tasks, or too much text, are queued."""
        return cls(429, 429, "Too much is queued. Interrupt, or try again later.")

    @classmethod
    def real_time_only(cls, pace: float) -> Self:
        """Return the answer when viewers would have to watch faster than they can."""
        return cls.invalid(
            f"Rooms play in real time, and this server runs at pace {pace:g}. "
            "Start a server with pace 1 for them."
        )

    @classmethod
    def of(cls, error: ApiError) -> Self:
        """Convert a general error of this server to this API's form."""
        return cls(error.status, error.status, error.message)

    @classmethod
    def failed(cls, message: str) -> Self:
        """Return the error when the server fails on a valid request."""
        return cls(500, 500, message)
