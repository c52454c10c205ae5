"""A client's settings: key, address and timeouts. Sends nothing."""

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import httpx

from heygen_widget._version import __version__
from heygen_widget.api.bounded import ENCODINGS

from ._address import checked_base_url, is_loopback
from ._key import Secret

DEFAULT_BASE_URL: Final = "https://api.heygen.com"

_CONNECT_TIMEOUT: Final = 10.0  # seconds
_QUIET_STREAM_TIMEOUT: Final = 120.0  # seconds; an avatar may well be silent for a minute
_UPLOAD_TIMEOUT: Final = 120.0  # seconds; a server answers when it has put the file away
# Many servers close an idle connection after 5 s. What is sent on it at that moment is lost, and
# an append must not be repeated blindly: so ours are given up first.
_LIMITS: Final = httpx.Limits(keepalive_expiry=4.0)

_FILE: Final = {  # httpx adds the type, with its boundary
    "accept": "application/json",
    "accept-encoding": ENCODINGS,
}
_JSON: Final = {**_FILE, "content-type": "application/json"}
_EVENTS: Final = {
    "accept": "text/event-stream",
    "accept-encoding": "identity",  # compressed events wait in the compressor's buffer
    "cache-control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """How to reach the API; `timeout` in seconds, for every answer, read or write."""

    key: Secret
    base_url: str
    timeout: float
    max_retries: int

    @classmethod
    def resolve(cls, key: Secret, base_url: str | None, timeout: float, max_retries: int) -> Self:
        """Validate the arguments and fill in defaults from the environment.

        Raises
        ------
        ConfigurationError
            When the key or the base URL cannot be used.
        """
        key.check()
        url = base_url or os.environ.get("HEYGEN_BASE_URL") or DEFAULT_BASE_URL
        return cls(key, checked_base_url(url), timeout, max_retries)

    @property
    def http_options(self) -> Mapping[str, Any]:
        """Arguments for an httpx client of our own. No proxy leads to this very machine."""
        return {"limits": _LIMITS, "trust_env": not is_loopback(self.base_url)}

    def headers(self, *, streamed: bool = False, uploads: bool = False) -> Mapping[str, str]:
        """Return the headers of a request, all but the key."""
        kind = _EVENTS if streamed else _FILE if uploads else _JSON
        return {"user-agent": f"heygen-widget/{__version__}", **kind}

    def timeouts(
        self, *, streamed: bool = False, uploads: bool = False, patience: float = 0.0
    ) -> httpx.Timeout:
        """Return how long each step of a request may take; the answer, `patience` at least."""
        least = _QUIET_STREAM_TIMEOUT if streamed else _UPLOAD_TIMEOUT if uploads else patience
        return httpx.Timeout(
            self.timeout,
            connect=min(self.timeout, _CONNECT_TIMEOUT),
            read=None if math.isinf(least) else max(self.timeout, least),
        )
