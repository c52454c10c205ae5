"""Checks before every route: who asks, and whether too often. Knows no session."""

import time
import uuid
from collections import OrderedDict
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from heygen_widget.gateway.codes import TEACHER, Codes
from heygen_widget.gateway.log import note
from heygen_widget.gateway.metrics import Metrics
from heygen_widget.gateway.store import StoreUnavailable
from heygen_widget.local.access import bearer
from heygen_widget.local.connections import admit
from heygen_widget.local.errors import ApiError

STREAMS: Final = "/hls/"
HEALTH: Final = "/health"
OPEN: Final = (STREAMS, HEALTH)
"""Paths that need no code: playlists have unguessable addresses."""
TEACHERS: Final = ("/workshop", "/metrics")
"""Paths for the teacher alone."""

RATE: Final = 20.0
"""Requests a second of one learner, on one replica, in the long run."""
BURST: Final = 60.0
"""Requests of one learner at once."""
MOST: Final = 10_000
"""Learners that are remembered."""

LEARNER: Final = "heygen_widget.learner"
"""Key of an ASGI scope: who asks."""


class Rates:
    """How often each learner asks, on this replica."""

    def __init__(self) -> None:
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def check(self, learner: str) -> None:
        """Raise a 429 if a learner asks too often."""
        now = time.monotonic()
        left, at = self._left.pop(learner, (BURST, now))
        left = min(BURST, left + (now - at) * RATE)
        self._left[learner] = (max(0.0, left - 1), now)
        if len(self._left) > MOST:
            self._left.popitem(last=False)
        if left < 1:
            raise ApiError.rate_limited(1)


class Gate:
    """Passes a request on to `app`, with its learner's name, or refuses it."""

    def __init__(self, app: ASGIApp, codes: Codes, metrics: Metrics) -> None:
        self._app = app
        self._codes = codes
        self._metrics = metrics
        self._rates = Rates()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        request_id = uuid.uuid4().hex

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                if scope["path"].startswith(STREAMS):
                    headers["Access-Control-Allow-Origin"] = "*"
            await send(message)

        app = self._app
        try:
            await self._admit(scope)
        except ApiError as refusal:
            app = refusal.response()
        except StoreUnavailable:
            self._metrics.count("store_failures")
            app = store_unavailable().response()
        await app(scope, receive, send_marked)

    async def _admit(self, scope: Scope) -> None:
        path: str = scope["path"]
        if path.startswith(OPEN):
            return
        headers = Headers(scope=scope)
        code = headers.get("x-api-key") or bearer(headers)
        address = (scope.get("client") or ("",))[0]
        learner = await self._codes.identify(code, address) if code else None
        if learner is False:
            self._metrics.count("locked")
            raise ApiError(
                429,
                "locked_out",
                "Too many wrong codes came from your network. Try again in a quarter of an hour.",
                headers={"Retry-After": "900"},
            )
        if learner is None or (path.startswith(TEACHERS) and learner != TEACHER):
            self._metrics.count("denied")
            note("denied", address=address)
            message = "This code is wrong or has expired. Ask your teacher for another one."
            raise ApiError(401, "authentication_failed", message)
        admit(scope)
        if learner != TEACHER:
            self._check_rate(learner)
        scope[LEARNER] = learner

    def _check_rate(self, learner: str) -> None:
        try:
            self._rates.check(learner)
        except ApiError:
            self._metrics.count("throttled")
            raise


def store_unavailable() -> ApiError:
    """Return the answer while nothing can be decided."""
    message = "The workshop's store does not answer. Try again in a moment."
    return ApiError(503, "store_unavailable", message, headers={"Retry-After": "1"})
