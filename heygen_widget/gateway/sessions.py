"""The sessions of a workshop: opened when it is their turn, looked after, and ended in time.

Every replica looks after all of them, whoever opened them. Knows requests of learners only as far
as they are passed on.
"""

import asyncio
import contextlib
import logging
import time
import uuid
from collections import OrderedDict
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Final, NoReturn

import httpx
from pydantic_core import from_json

from heygen_widget.api.errors import HeyGenError
from heygen_widget.api.in_line import POSITION, WAIT, in_line
from heygen_widget.api.models import AssetId, AssetUrl
from heygen_widget.gateway.log import note
from heygen_widget.gateway.metrics import Metrics
from heygen_widget.gateway.settings import Settings
from heygen_widget.gateway.store import (
    LEASE,
    LONGEST,
    MICRO,
    Hold,
    Poor,
    Store,
    StoreUnavailable,
    Task,
    Waiting,
)
from heygen_widget.gateway.upstream import SESSIONS, Sight, Unreachable, Upstream, Upstreams
from heygen_widget.local.bodies import Script
from heygen_widget.local.errors import ApiError

CREATE_TIMEOUT: Final = 60.0
"""Seconds that a server may take to open a session."""
IDLE: Final = 30.0
"""Seconds without text after which HeyGen ends a session."""
SLOWEST: Final = 8.0
"""Bytes of text a second that the slowest voice speaks."""
THINNEST: Final = 1000.0
"""Bytes a second of the most compressed sound."""

TICK: Final = 0.25
"""Seconds between two looks for sessions that are due."""
RENEW: Final = 1.0
"""Seconds between two notes that a client is alive."""
NOTES_COME: Final = 3.0
"""Seconds in which the notes come in that a store could not take before."""
AWAY: Final = 60.0
"""Seconds without a request after which an open word stream no longer shows that a client lives."""
REPEATS: Final = 120
"""How often, each second, a slot is given back that the store could not be told of."""
MOST: Final = 10_000
"""Sessions that a replica remembers."""

_log = logging.getLogger(__name__)
_OVER: Final = frozenset({"completed", "error"})


@dataclass(slots=True)
class Entry:
    """What a replica remembers of a session."""

    hold: Hold
    stream: str
    ends: float  # by the clock of the event loop
    leased: bool = True
    asked: float = 0.0  # when its client last asked for anything
    renewed: float = 0.0
    over: bool = False

    @property
    def left(self) -> float:
        """Seconds until it is cancelled."""
        return max(0.0, self.ends - time.monotonic())


class Sessions:
    """All sessions of a workshop, as one replica sees them.

    Attributes
    ----------
    upstreams
        The servers that speak.
    """

    def __init__(
        self, store: Store, upstreams: Upstreams, settings: Settings, metrics: Metrics
    ) -> None:
        self.upstreams = upstreams
        self._store = store
        self._settings = settings
        self._metrics = metrics
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(
        self, learner: str, script: Script, body: bytes, headers: dict[str, str], *, leased: bool
    ) -> tuple[str, float]:
        """Open a session if it is a learner's turn; return its name and its seconds.

        Raises
        ------
        ApiError
            429 with a place in the queue, 402 without money, and what the server refuses.
        """
        upstream = await self.upstreams.current()
        hold = uuid.uuid4().hex
        speech, unknown = _speech(script)
        exposed = speech / self._settings.pace
        try:
            answer = await self._store.grant(
                hold,
                learner,
                upstream.name,
                leased=leased,
                lost=CREATE_TIMEOUT + exposed,
                exposed=0.0 if unknown else exposed,
            )
        except StoreUnavailable:
            # It may have been granted although nobody heard of it.
            self._in_background(self._give_back(hold))
            raise
        match answer:
            case Waiting():
                self._metrics.count("queued")
                raise self._in_line(answer)
            case Poor():
                self._metrics.count("poor")
                raise _poor(answer)
        note("granted", learner=learner, hold=hold)
        opening = asyncio.create_task(self._open(upstream, answer, body, headers))
        return await asyncio.shield(opening)  # whoever asked may be gone; the session is there

    async def entry(self, learner: str, stream: str, *, alive: bool) -> Entry:
        """Return a learner's own session; `alive` if its client is one that must show so.

        Raises
        ------
        ApiError
            404 for any other.
        """
        entry = self._entries.get(stream)
        if entry is None:
            hold = await self._store.find(stream)
            if hold is None:
                raise ApiError.not_found()
            entry = self._remember(hold, stream, hold.left)
        if entry.hold.learner != learner:
            raise ApiError.not_found()
        if alive:
            entry.asked = time.monotonic()
            self.show_life(entry)
        return entry

    def show_life(self, entry: Entry) -> None:
        """Note that the client of a session is alive."""
        now = time.monotonic()
        if not entry.over and now - entry.renewed > RENEW and now - entry.asked < AWAY:
            entry.renewed = now
            self._in_background(self._quietly(self._store.renew(entry.hold.hold)))

    def server(self, entry: Entry) -> Upstream:
        """Return the server of a session.

        Raises
        ------
        ApiError
            410 when it has ended, and the session with it.
        """
        upstream = self.upstreams.of(entry.hold.upstream)
        if upstream is None:
            self.settle(entry)
            raise ApiError(410, "server_ended", GONE)
        return upstream

    def settle(self, entry: Entry, streamed: float | None = None) -> None:
        """Free the slot of a session that is over, as soon as the store can be told."""
        if not entry.over:
            entry.over = True
            note("ended", learner=entry.hold.learner, stream=entry.stream)
            self._in_background(self._quietly(self._store.settle(entry.hold.hold, streamed)))

    async def look_after(self) -> None:
        """Look after what is due, for as long as the replica runs."""
        # If it is the only one, clients could show for a while to nobody that they are alive.
        await asyncio.sleep(LEASE)
        while True:
            try:
                for task, hold in await self._store.due():
                    self._in_background(self._quietly(self._care(task, hold)))
            except StoreUnavailable:
                await self._store_is_back()
                # While it was away, nobody could note that the clients are alive.
                await asyncio.sleep(NOTES_COME)
            await asyncio.sleep(TICK)

    async def _store_is_back(self) -> None:
        while True:
            with contextlib.suppress(StoreUnavailable):
                await self._store.find("")
                return
            await asyncio.sleep(TICK)

    async def look_now(self) -> None:
        """Look after what is due, and return when that is done."""
        due = await self._store.due()
        await asyncio.gather(*(self._quietly(self._care(task, hold)) for task, hold in due))

    async def close(self) -> None:
        """Finish what has begun."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=3)

    async def _open(
        self, upstream: Upstream, hold: Hold, body: bytes, headers: dict[str, str]
    ) -> tuple[str, float]:
        try:
            response = await upstream.send(
                "POST", SESSIONS, content=body, headers=headers, patience=CREATE_TIMEOUT
            )
        except Unreachable as error:
            if not error.sent:
                await self._give_back(hold.hold)
                raise unreachable() from None
            self._lose(hold)
        stream = _stream_id(response)
        if stream is not None:
            return stream, await self._take(upstream, hold, stream)
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            self._metrics.count("refused")
            note("refused by the avatar server", learner=hold.learner)
            waiting = await self._store.release(hold.hold, wait=True)
            if waiting is not None:
                raise self._in_line(waiting)
        elif not response.is_client_error:
            self._lose(hold)
        await self._give_back(hold.hold)
        raise refusal(response)

    async def _take(self, upstream: Upstream, hold: Hold, stream: str) -> float:
        """Note a session that is open; cancel what cannot be noted."""
        try:
            left = await self._store.opened(hold.hold, stream)
        except StoreUnavailable:
            self._in_background(self._take_back(upstream, hold, stream))
            raise
        if left is None:
            await self._cancel(upstream, stream)
            raise ApiError(
                503, "session_stopped", "The session was ended. Try again.", headers=SOON
            )
        entry = self._remember(hold, stream, left)
        entry.asked = entry.renewed = time.monotonic()
        asyncio.get_running_loop().call_later(left, self._end_in_time, upstream, entry)
        self._metrics.count("opened")
        return left

    def _end_in_time(self, upstream: Upstream, entry: Entry) -> None:
        """Cancel a session at its ceiling, even if nobody can reach the store."""
        if not entry.over:
            self._in_background(self._quietly(upstream.end(entry.stream)))

    async def _take_back(self, upstream: Upstream, hold: Hold, stream: str) -> None:
        if await self._cancel(upstream, stream):
            await self._give_back(hold.hold)

    async def _cancel(self, upstream: Upstream, stream: str) -> bool:
        for _ in range(REPEATS):
            with contextlib.suppress(HeyGenError):
                return await upstream.end(stream)
            await asyncio.sleep(1)
        return False

    async def _give_back(self, hold: str) -> None:
        """Free a slot without a session, as soon as the store can be told."""
        for _ in range(REPEATS):
            with contextlib.suppress(StoreUnavailable):
                await self._store.release(hold)
                return
            await asyncio.sleep(1)

    async def _care(self, task: Task, hold: Hold) -> None:
        upstream = self.upstreams.of(hold.upstream)
        if task in {"lost", "over"}:
            note("lost", learner=hold.learner, hold=hold.hold)
            await self._store.forfeit(hold.hold)
        elif upstream is None:
            await self._store.settle(hold.hold)
        elif task == "look":
            await self._settle_if_over(hold, await upstream.look(hold.stream))
        else:
            ended = await upstream.end(hold.stream)
            note("cancelled", learner=hold.learner, stream=hold.stream)
            seen = await upstream.look(hold.stream)
            await self._settle_if_over(hold, Sight(seen.over or ended, seen.streamed))

    async def _settle_if_over(self, hold: Hold, seen: Sight) -> None:
        if seen.over:
            await self._store.settle(hold.hold, seen.streamed)
            if (entry := self._entries.get(hold.stream)) is not None:
                entry.over = True

    def _remember(self, hold: Hold, stream: str, left: float) -> Entry:
        entry = Entry(hold, stream, time.monotonic() + left)
        self._entries[stream] = entry
        if len(self._entries) > MOST:
            self._entries.popitem(last=False)
        return entry

    def _lose(self, hold: Hold) -> NoReturn:
        self._metrics.count("lost")
        note("answer lost", learner=hold.learner, hold=hold.hold)
        raise ApiError(
            502,
            "answer_lost",
            "The avatar server did not say whether it opened a session. If it did, the session "
            "ends by itself.",
        )

    def _in_line(self, waiting: Waiting) -> ApiError:
        about = None if waiting.paused else waiting.about
        why = "The workshop is paused." if waiting.paused else "All avatars are speaking."
        headers = {"Retry-After": str(waiting.retry), POSITION: str(waiting.position)}
        if about is not None:
            headers[WAIT] = str(round(about))
        message = f"{why} You are {in_line(waiting.position, about)}."
        return ApiError(429, "rate_limit_exceeded", message, headers=headers)

    async def _quietly(self, work: Coroutine[Any, Any, object]) -> None:
        """Do what is done again if it fails."""
        try:
            await work
        except (HeyGenError, StoreUnavailable) as error:
            _log.debug("Trying again later: %s", error)

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


SOON: Final = {"Retry-After": "1"}
GONE: Final = "The avatar server of this session has ended, and the session with it."


def unreachable() -> ApiError:
    """Return a 503 for a server that got no request."""
    return ApiError(503, "server_unavailable", "The avatar server does not answer.", headers=SOON)


def refusal(response: httpx.Response) -> ApiError:
    """Return the refusal of a server as one of this one."""
    if response.status_code in {401, 403}:
        message = "The avatar server refuses the workshop's key. Tell your teacher."
        return ApiError(502, "key_refused", message)
    try:
        error = from_json(response.content)["error"]
        code, message, param = str(error["code"]), str(error["message"]), error.get("param")
    except (ValueError, LookupError, TypeError, AttributeError):
        return ApiError(502, "bad_answer", "The avatar server's answer cannot be read.")
    return ApiError(response.status_code, code, message, param=param)


def is_over(status: object) -> bool:
    """Whether a session with this status is over."""
    return status in _OVER


def _stream_id(response: httpx.Response) -> str | None:
    if not response.is_success:
        return None
    try:
        found = from_json(response.content)["data"]["stream_id"]
    except (ValueError, LookupError, TypeError):
        return None
    return found if isinstance(found, str) and found else None


def _speech(script: Script) -> tuple[float, bool]:
    """Return for how many seconds a session may go on unseen, and whether that is unknown."""
    match script.audio:
        case None:
            idle = IDLE if script.type == "text_stream" else 0.0
            return min(LONGEST, len(script.text.encode()) / SLOWEST) + idle, False
        case AssetUrl() | AssetId():
            return LONGEST, True
        case file:
            return min(LONGEST, file.size / THINNEST), False


def _poor(poor: Poor) -> ApiError:
    whose = "You have" if poor.whose == "learner" else "The class has"
    message = f"{whose} ${poor.left / MICRO:.2f} left, which is not enough for a session."
    return ApiError(402, "insufficient_credit", message)
