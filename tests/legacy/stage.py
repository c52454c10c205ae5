"""A server that fails one streaming session at the wrong moment.

What the embedded server cannot be made to do is done by a transport here, which answers as HeyGen's
documents say.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx

from heygen_widget.api import AsyncHeyGen
from heygen_widget.legacy import (
    PRICE_PER_SECOND,
    Opening,
    SessionDescription,
    StreamingSession,
)
from heygen_widget.session import (
    SessionEvent,
)
from heygen_widget.session.base import SessionSetup
from heygen_widget.session.guard import Limits

OPENING = Opening(avatar_id="a", voice_id="v")
ANSWER = SessionDescription(type="answer", sdp="v=0")
NOT_YET = {"code": 400006, "message": "Session is not in correct state"}


class Service(httpx.AsyncBaseTransport):
    """Answers for one session; what a verb meets first stands in `failures`."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.failures: dict[str, list[int | Exception]] = {}
        self.open = False
        self.status = "connected"
        self.raw = False
        self.longest: float | None = 600
        self.retry_after: float | None = None
        self.spoken = asyncio.Event()
        self.called = asyncio.Event()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        verb = request.url.path.rpartition(".")[2]
        self.calls[verb] += 1
        self.called.set()
        if failures := self.failures.get(verb):
            failure = failures.pop(0)
            if isinstance(failure, Exception):
                raise failure
            asked = {"retry-after": str(self.retry_after)} if self.retry_after else {}
            return httpx.Response(failure, headers=asked, request=request)
        if verb not in {"new", "list"} and not self.open:
            return httpx.Response(400, json={"code": 10005, "message": "closed"}, request=request)
        if verb == "task" and self.status == "connecting":
            return httpx.Response(400, json=NOT_YET, request=request)
        return httpx.Response(200, json={"code": 100, "data": await self._data(verb)})

    async def _data(self, verb: str) -> object:
        match verb:
            case "new":
                self.open = True
                if self.raw:
                    return {"session_id": "s1", "sdp": {"type": "offer", "sdp": "v=0"}}
                room = {
                    "url": "wss://room",
                    "access_token": "jwt",
                    "session_duration_limit": self.longest,
                }
                return {"session_id": "s1", **room}
            case "task":
                await self.spoken.wait()
                return {"task_id": f"t{self.calls['task']}", "duration_ms": 500}
            case "list":
                listed = [{"session_id": "s1", "status": self.status}]
                return {"sessions": listed if self.open else []}
            case "stop":
                self.open = False
        return None

    async def has_been_called(self, verb: str, times: int) -> None:
        while self.calls[verb] < times:
            self.called.clear()
            await self.called.wait()


class Stage:
    def __init__(self, service: Service, http: httpx.AsyncClient) -> None:
        self.service = service
        self.events: list[SessionEvent] = []
        self.shown = True
        self._http = http
        self._changed = asyncio.Event()

    def session(
        self, *, is_shown: Callable[[], bool] | None = None, limits: Limits | None = None
    ) -> StreamingSession:
        return StreamingSession(
            SessionSetup(self._connect, PRICE_PER_SECOND, limits or Limits()),
            OPENING,
            is_shown=is_shown or (lambda: self.shown),
            on_event=self._take,
        )

    async def until(self, condition: Callable[[], object]) -> None:
        while not condition():
            self._changed.clear()
            await self._changed.wait()

    def of(self, kind: type) -> list[SessionEvent]:
        return [event for event in self.events if isinstance(event, kind)]

    async def _connect(self) -> AsyncHeyGen:
        return AsyncHeyGen("key", "http://127.0.0.1:1", http_client=self._http, max_retries=0)

    def _take(self, event: SessionEvent) -> None:
        self.events.append(event)
        self._changed.set()


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    service = Service()
    async with asyncio.timeout(60), httpx.AsyncClient(transport=service) as http:
        yield Stage(service, http)


def on_stage(play: Callable[[Stage], Awaitable[None]]) -> None:
    async def run() -> None:
        async with stage() as on:
            await play(on)

    asyncio.run(run())
