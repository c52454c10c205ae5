"""The errors of HeyGen's API as the embedded server returns them: status, code, message, param.

Knows no route and no session.
"""

import math
from http import HTTPStatus
from typing import Self

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response


class ApiError(Exception):
    """An error response."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        param: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.param = param
        self.headers = headers

    def response(self) -> JSONResponse:
        """Return the error in HeyGen's envelope."""
        error = {"code": self.code, "message": self.message, "param": self.param, "doc_url": None}
        return JSONResponse({"error": error}, self.status, self.headers)

    @classmethod
    def invalid(cls, message: str, param: str | None = None) -> Self:
        """Return a 400 for an invalid request."""
        return cls(400, "invalid_parameter", message, param=param)

    @classmethod
    def unauthorized(cls) -> Self:
        """Return a 401 for a missing or wrong key."""
        message = "Invalid or expired API key. Verify your x-api-key header."
        return cls(401, "authentication_failed", message)

    @classmethod
    def not_found(cls, message: str = "Streaming session not found.") -> Self:
        """Return a 404."""
        return cls(404, "not_found", message)

    @classmethod
    def closed(cls) -> Self:
        """Return a 410 for text that comes after the end of input."""
        return cls(410, "stream_closed", "This streaming session accepts no more text.")

    @classmethod
    def too_large(cls, limit: int) -> Self:
        """Return a 413 for a body of more than `limit` bytes."""
        return cls(413, "payload_too_large", f"The request body is larger than {limit:,} bytes.")

    @classmethod
    def too_slow(cls) -> Self:
        """Return a 408 for a body that does not arrive in time."""
        return cls(408, "request_timeout", "The request body did not arrive in time.")

    @classmethod
    def busy(cls) -> Self:
        """Return a 503 when other request bodies use all the memory."""
        message = "The server is reading too many requests at once. Try again in a moment."
        return cls(503, "server_busy", message, headers={"Retry-After": "1"})

    @classmethod
    def segment_late(cls) -> Self:
        """Return a 503 for a blocking reload whose segment is not published in time."""
        message = "The stream's next segment is late. Ask for the playlist again."
        return cls(503, "segment_late", message, headers={"Retry-After": "1"})

    @classmethod
    def rate_limited(cls, retry_after: float) -> Self:
        """Return a 429 that asks to wait `retry_after` seconds."""
        return cls(
            429,
            "rate_limit_exceeded",
            "Too many requests. Retry after the duration specified in the Retry-After header.",
            headers={"Retry-After": str(math.ceil(retry_after))},
        )


async def answer_error(request: Request, error: Exception) -> Response:
    """Answer in HeyGen's envelope, whatever happened."""
    match error:
        case ApiError():
            return error.response()
        case HTTPException(status_code=HTTPStatus.NOT_FOUND):
            return ApiError.not_found(f"Nothing found at {request.url.path}.").response()
        case HTTPException(status_code=status, detail=detail, headers=headers):
            code = detail.lower().replace(" ", "_")
            return ApiError(status, code, f"{detail}.", headers=dict(headers or {})).response()
        case ClientDisconnect():
            return Response(status_code=400)  # which reaches nobody
        case _:
            message = "The server failed to respond; its log says why."
            return ApiError(500, "internal_error", message).response()
