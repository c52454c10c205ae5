"""How the Streaming Avatar API (v1) responds: in two envelopes, with numeric error codes.

``{"code": 100, "message": "success", "data": ...}`` or ``{"error": null, "data": ...}``; a refusal
may come with any HTTP status, 200 included. HeyGen never published the whole list of its numbers,
and used some of them twice, so a message is believed before its number.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import httpx
from pydantic_core import from_json

from heygen_widget.api import (
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
)
from heygen_widget.api.parts import SUNSET, Dialect

SUCCESS: Final = 100

USE_REALTIME: Final = (
    "HeyGen has shut down its Streaming Avatar. Use Avatar Realtime instead: "
    "heygen_widget.Avatar. Or rehearse this one without a key: StreamingAvatar(local=True)."
)

_MESSAGES: Final[Mapping[str, type[APIError]]] = {
    r"\bsunset\b": EndpointSunset,
    r"concurren\w* (session )?limit|session full": RateLimited,
    r"rate limit": RateLimited,
    r"not in (the )?correct state": Conflict,
    r"session not found|avatar not found": NotFound,
    r"session (is )?clos(ed|ing)": Gone,
    r"avatar version is deprecated|invalid avatar": BadRequest,
    r"insufficient (credit|quota)|trial .*limit|quota .*exceeded": InsufficientCredit,
    r"unauthori[sz]ed|invalid credentials": AuthenticationFailed,
    r"not allowed|upgrade your (plan|tier)": PermissionDenied,
}

_CODES: Final[Mapping[str, type[APIError]]] = {
    "10001": Conflict,  # the session is new,
    "10002": Conflict,  # connecting,
    "10003": Conflict,  # connected,
    "10004": Gone,  # closing,
    "10005": Gone,  # closed
    "10006": NotFound,  # no such session
    "10007": RateLimited,  # concurrent limit reached
    "10012": NotFound,  # no such avatar
    "10013": PermissionDenied,  # not this avatar
    "10014": RateLimited,  # session full
    "10015": InsufficientCredit,  # the trial is used up
    "40009": AuthenticationFailed,
    "40102": AuthenticationFailed,
    "400006": Conflict,  # the session is not in the correct state
    "400112": AuthenticationFailed,
    "400123": RateLimited,
    "400599": PermissionDenied,  # another plan is needed
}


class StreamingDialect(Dialect):
    """The two envelopes of v1, and its numbers."""

    hints = MappingProxyType(
        {
            **Dialect.hints,
            Conflict: "The session's current state does not allow this. A text, for example, "
            "needs a page in the session's room.",
            EndpointSunset: USE_REALTIME,
            NotFound: "Check the ids and the base URL; the server forgets ended sessions.",
        }
    )

    def accepts(self, response: httpx.Response) -> bool:
        """Tell whether the server did what was asked: its status alone does not say."""
        if not response.is_success:
            return False
        try:
            body = from_json(response.content or b"{}")
        except ValueError:
            return True  # whoever reads it will say so
        if not isinstance(body, dict) or body.get("error"):
            return not isinstance(body, dict)
        return body.get("data") is not None or body.get("code") in {None, SUCCESS}

    def data_of(self, body: Any) -> Any:
        """Return the server's data; empty where it only confirms."""
        data = body.get("data") if isinstance(body, dict) else None
        return {} if data is None else data

    def kind_of(self, status: int, details: Mapping[str, str]) -> type[APIError]:
        """Tell what kind of refusal this is: by its message, its number, or the HTTP status."""
        code, message = details.get("code", ""), details.get("message", "")
        if code == SUNSET:
            return EndpointSunset
        for pattern, kind in _MESSAGES.items():
            if re.search(pattern, message, re.IGNORECASE):
                return kind
        if code in _CODES:
            return _CODES[code]
        return BadRequest if httpx.codes.is_success(status) else super().kind_of(status, details)


STREAMING: Final = StreamingDialect()
