"""How one API version responds: where the data is, what counts as a refusal, and of which kind.

Knows no operation; what a whole answer means is put together in `_answers`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import httpx

from .errors import (
    APIError,
    AuthenticationFailed,
    BadRequest,
    Conflict,
    EndpointSunset,
    Gone,
    InsufficientCredit,
    NotFound,
    PermissionDenied,
    RateLimited,
    ServerError,
)

SUNSET: Final = "endpoint_sunset"
"""HeyGen's error code for endpoints it has shut down."""

_CLASSES: Final[Mapping[int, type[APIError]]] = {
    400: BadRequest,
    401: AuthenticationFailed,
    402: InsufficientCredit,
    403: PermissionDenied,
    404: NotFound,
    409: Conflict,
    410: Gone,
    422: BadRequest,
    429: RateLimited,
}


class Dialect:
    """How today's API answers: ``{"data": ...}``, or an HTTP status that says what is wrong.

    Attributes
    ----------
    hints
        What to do about an error of a class.
    """

    hints: Mapping[type[APIError], str] = MappingProxyType(
        {
            AuthenticationFailed: "Check the key in HEYGEN_API_KEY or api_key=.",
            InsufficientCredit: "Add credit to the HeyGen account.",
            PermissionDenied: "This key lacks the permission; ask the owner of the HeyGen account.",
            NotFound: (
                "Check the stream id and the base URL; the server forgets ended sessions after a "
                "while."
            ),
            Conflict: "Check the session's state before you try again.",
            Gone: "It has ended and cannot be used again.",
            EndpointSunset: "HeyGen has shut it down.",
            RateLimited: "Stop a session that is still open, or wait before trying again.",
        }
    )

    def accepts(self, response: httpx.Response) -> bool:
        """Tell whether the server did what was asked."""
        return response.is_success

    def data_of(self, body: Any) -> Any:
        """Return the data from the response's envelope.

        Raises
        ------
        LookupError, TypeError
            When this is not the agreed envelope.
        """
        return body["data"]

    def kind_of(self, status: int, details: Mapping[str, str]) -> type[APIError]:
        """Return the error class of a refusal; `details` may hold a ``code`` and a ``message``."""
        if details.get("code") == SUNSET:
            return EndpointSunset
        return _CLASSES.get(status, ServerError if status >= 500 else APIError)  # noqa: PLR2004


TODAY: Final = Dialect()
