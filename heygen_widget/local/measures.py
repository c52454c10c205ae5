"""How long a voice would take to say some texts: a route for rehearsals, beside HeyGen's API."""

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from heygen_widget.local.bodies import Measure, parse_measure
from heygen_widget.local.errors import ApiError
from heygen_widget.local.intake import Intake
from heygen_widget.local.studio import Studio
from heygen_widget.local.voice import VoiceError

MEASURE: Final = "/rehearsal/measure"


class Measures:
    """Measures texts without making their sound, one request after another."""

    def __init__(self, studio: Studio, intake: Intake) -> None:
        self._studio = studio
        self._intake = intake
        self._turn = asyncio.Lock()

    def routes(self) -> list[Route]:
        """Return the route."""
        return [Route(MEASURE, self._measure, methods=["POST"])]

    async def _measure(self, request: Request) -> Response:
        async with self._intake.body(request) as body:
            asked = parse_measure(body)
        async with self._turn:
            seconds = await asyncio.to_thread(self._seconds, asked)
        return JSONResponse({"data": {"seconds": seconds}})

    def _seconds(self, asked: Measure) -> list[float]:
        try:
            measuring = self._studio.measuring()
            return [round(measuring.seconds(each, asked.voice_id), 3) for each in asked.texts]
        except VoiceError as error:
            raise ApiError(500, "internal_error", f"The voice failed: {error}") from error
