"""HeyGen's first Streaming Avatar API: its routes and the life of its sessions.

Frames and speech come from the same face, voice and encoders as the HLS streams; they travel by
WebRTC, for which the extra `webrtc` is needed. Without it the routes say so.
"""

from collections.abc import Sequence
from typing import Protocol

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from heygen_widget.local.access import Key
from heygen_widget.local.intake import Intake
from heygen_widget.local.settings import Settings
from heygen_widget.local.studio import Studio
from heygen_widget.local.v1.errors import StreamingError

__all__ = ["Streaming", "open_streaming"]


class Streaming(Protocol):
    """The API, as a server takes it in."""

    def routes(self, intake: Intake) -> Sequence[BaseRoute]:
        """Return the routes; `intake` reads their bodies."""

    def refusal(self, headers: Headers) -> Response | None:
        """Return the answer to a request without key or token, None if it has one."""

    async def close(self) -> None:
        """End all sessions."""


def open_streaming(settings: Settings, studio: Studio, key: Key) -> Streaming:
    """Return the API, or its replacement if the extra `webrtc` is missing.

    Raises
    ------
    ValueError
        When there is no responder of the name that the settings have.
    """
    try:
        from heygen_widget.local.v1.routes import StreamingApi  # noqa: PLC0415 (the extra)
    except ImportError as error:
        return _Unavailable(error, key)
    return StreamingApi(settings, studio, key)


class _Unavailable:
    def __init__(self, error: ImportError, key: Key) -> None:
        self._key = key
        self._message = (
            f"Streaming by WebRTC needs the extra 'webrtc' ({error}). "
            "Install it with: pip install 'heygen-widget[webrtc]'"
        )

    def routes(self, _: Intake) -> Sequence[BaseRoute]:
        return [Route("/v1/streaming.{name}", self._refuse, methods=["GET", "POST"])]

    def refusal(self, headers: Headers) -> Response | None:
        return None if self._key.opens(headers) else StreamingError.unauthorized().response()

    async def close(self) -> None:
        pass

    async def _refuse(self, _: Request) -> Response:
        return StreamingError(501, 501, self._message).response()
