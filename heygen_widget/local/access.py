"""Checks before every route: request ids, the Host header, the key, and rehearsed throttling.

Knows paths only as far as rights go: what is below `/hls`, `/files` and `/room` is open to all who
know an unguessable address, the first API at `/v1/` has tokens beside the key, and everything else
needs the key. Nothing of a body is read before that.
"""

import hmac
import ipaddress
import re
import uuid
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from heygen_widget.local.connections import admit
from heygen_widget.local.errors import ApiError

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
FIRST: Final = "/v1/"
SECRET: Final = ("/hls/", "/files/")
"""Paths whose addresses cannot be guessed."""
OPEN: Final = (*SECRET, "/room", FIRST)
"""Paths that any page may call, and that need no key or accept tokens."""

API: Final = "/v3/"

Refuse = Callable[[Headers], ASGIApp | None]
"""Returns the response to a refused request, None if it may pass."""

_SCHEMES: Final = {"http": ("http", "https"), "websocket": ("ws", "wss")}
_HOST: Final = re.compile(r"(\[(?P<address>[0-9a-f:.]+)\]|(?P<name>[0-9a-z._-]+))(:[0-9]{1,5})?")


class Throttling:
    """Refusals that a rehearsal has requested for the next API calls."""

    def __init__(self) -> None:
        self._requests = 0
        self._retry_after = 0

    def order(self, requests: int, retry_after: int) -> None:
        """Refuse the next `requests` API calls, asking to wait `retry_after` seconds."""
        self._requests, self._retry_after = requests, retry_after

    def check(self) -> None:
        """Raise a 429 if a refusal is due."""
        if self._requests > 0:
            self._requests -= 1
            raise ApiError.rate_limited(self._retry_after)


class Key:
    """The key of the server.

    Raises
    ------
    ValueError
        When it cannot be sent in a header.
    """

    def __init__(self, api_key: str) -> None:
        if not re.fullmatch(r"[!-~]+", api_key):
            raise ValueError("The key must be printable ASCII without spaces.")
        self._key = api_key.encode()

    def opens(self, headers: Headers) -> bool:
        """Whether a request with these headers has the key."""
        given = headers.get("x-api-key", "").encode("latin-1")
        by_header = hmac.compare_digest(given, self._key)
        by_bearer = hmac.compare_digest(bearer(headers).encode("latin-1"), self._key)
        return by_header or by_bearer


def bearer(headers: Headers) -> str:
    """Return the bearer token of a request, empty if it has none."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def is_our_client(headers: Headers) -> bool:
    """Whether our own client asks; its players begin with the first segment."""
    return headers.get("user-agent", "").startswith("heygen-widget/")


class Gate:
    """Passes a request on to `app`, or refuses it."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        key: Key,
        host: str,
        throttling: Throttling,
        refuse_first: Refuse | None = None,
    ) -> None:
        self._app = app
        self._key = key
        self._host = host.lower()
        self._throttling = throttling
        self._refuse_first = refuse_first

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        path: str = scope["path"]
        request_id = uuid.uuid4().hex

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                if path.startswith(OPEN):
                    headers["Access-Control-Allow-Origin"] = "*"
                if path.startswith(SECRET) and message["status"] < HTTPStatus.BAD_REQUEST:
                    admit(scope)  # the address is secret: only authorized clients know it
            await send(message)

        try:
            answer = self._refusal(scope) or self._app
        except ApiError as refusal:
            answer = refusal.response()
        await answer(scope, receive, send_marked)

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        """Return a refusal, or None if the request may pass."""
        path: str = scope["path"]
        headers = Headers(scope=scope)
        # DNS rebinding: a page whose name resolves to this machine still sends its own Host.
        if not self._is_own_host(headers.get("host", "")):
            raise ApiError(
                421, "misdirected_request", "This server does not answer to that host name."
            )
        # A proxy may report its clients' scheme.
        if scope["scheme"] not in _SCHEMES[scope["type"]]:
            raise ApiError.invalid("'X-Forwarded-Proto' must be http or https.")
        if not path.startswith(OPEN):
            if not self._key.opens(headers):
                raise ApiError.unauthorized()
            admit(scope)
            if path.startswith(API):
                self._throttling.check()
            return None
        if scope["type"] != "http":  # a web socket has its token in its address
            return None
        if scope["method"] == "OPTIONS":
            return _preflight()
        if path.startswith(FIRST) and self._refuse_first is not None:
            refusal = self._refuse_first(headers)
            if refusal is None:
                admit(scope)
            return refusal
        return None

    def _is_own_host(self, host: str) -> bool:
        name = _name_of(host)
        if name in LOOPBACK or name == self._host:
            return True
        # A server that listens on all interfaces may be called by any address of the machine.
        # A name can be rebound; an address cannot.
        return self._host in {"0.0.0.0", "::"} and _is_address(name)  # noqa: S104


def _preflight() -> Response:
    return Response(
        status_code=204,
        headers={
            "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
            # The wildcard does not cover Authorization.
            "Access-Control-Allow-Headers": "*, Authorization",
            "Access-Control-Max-Age": "600",
        },
    )


def _name_of(host: str) -> str:
    """Return the name in a Host header, in lower case; empty if the header is not valid."""
    found = _HOST.fullmatch(host.lower())
    return (found["address"] or found["name"]).rstrip(".") if found else ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
