"""The life of one session of the first API: new, connecting, connected, closed.

All state belongs to the event loop; the feed's thread only posts to it.
Knows no HTTP.
"""

import asyncio
import contextlib
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, ParamSpec

from heygen_widget.local.face import Face
from heygen_widget.local.v1.answering import ResponderQueue
from heygen_widget.local.v1.bodies import MAX_TEXT, NewSession, TaskRequest
from heygen_widget.local.v1.errors import Status, StreamingError
from heygen_widget.local.v1.feed import Feed
from heygen_widget.local.v1.livekit import Audience, Connection, DescriptionError, Room, RoomInfo
from heygen_widget.local.v1.quality import form_of
from heygen_widget.local.v1.responder import Responder
from heygen_widget.local.v1.tasks import Ended, News, Said, Started, Task, TaskQueue, size_of
from heygen_widget.local.voice import VoiceEngine

P = ParamSpec("P")

MILLISECONDS_A_CHARACTER: Final = 65
"""Roughly how long the built-in voice takes, for tasks whose client does not wait."""

JOIN_TIMEOUT: Final = 5.0
"""Seconds a task waits for a viewer who is still joining."""

_PUSH_TO_TALK: Final = "push_to_talk:"


@dataclass(frozen=True, slots=True)
class SessionResources:
    """The face and voice of a session."""

    face: Face  # the avatar's
    engine: VoiceEngine  # its voice
    responder: Responder  # answers what viewers say


class StreamingSession:
    """One session, from its creation to its end.

    Create and use it on the running event loop.
    """

    def __init__(
        self,
        asked: NewSession,
        resources: SessionResources,
        *,
        max_length: float,
        on_end: Callable[["StreamingSession"], None],
    ) -> None:
        self.session_id = str(uuid.uuid4())
        self.created_at = int(time.time())
        self.status: Status = "new"
        self._joined = asyncio.Event()  # stays set: who is away for a moment misses nothing
        self._resources = resources
        self._voice_id = asked.chosen_voice()
        self._on_end = on_end
        self._loop = asyncio.get_running_loop()
        form = form_of(asked.quality, asked.video_encoding)
        self._audience = Audience(self._follow_audience)
        self.room = Room(
            RoomInfo(
                self.session_id,
                self._audience,
                asked.video_encoding,
                form.width,
                form.height,
                self._take_data,
            ),
            single=asked.source != "sdk",
        )
        self._has_room = asked.has_room
        self._raw: Connection | None = None
        self._answered = False  # the offer of raw WebRTC
        self._coding = asked.video_encoding
        self._tasks = TaskQueue(self._posted(self._take_news))
        self._ends: dict[str, asyncio.Future[Ended]] = {}
        self._answering = ResponderQueue(resources.responder, self._tasks)
        self._feed = Feed(
            resources.face,
            form,
            self._tasks,
            on_picture=self._posted(self._audience.show),
            on_sound=self._posted(self._audience.play),
            on_failure=self._posted(self.end),
        )
        self._feed.start()
        self._idle_timeout = None if asked.disable_idle_timeout else asked.activity_idle_timeout
        self._idle: asyncio.TimerHandle | None = None
        self._longest = self._loop.call_later(max_length, self.end)
        self._ending: asyncio.Task[None] | None = None
        self.keep_alive()

    @property
    def active(self) -> bool:
        """Whether the session has not ended."""
        return self.status != "closed"

    # Connecting.

    async def offer(self) -> str:
        """Return the offer of raw WebRTC."""
        self._raw = Connection(self._take_raw_data, audience=self._audience, coding=self._coding)
        self._raw.add_avatar()
        self._raw.open_channel("events")
        return await self._raw.offer()

    async def start(self, answer: str | None) -> None:
        """Start, with the browser's answer to the offer, or with None if there is a room."""
        self._check_open()
        self.keep_alive()
        if answer is None and not self._has_room:
            raise StreamingError.invalid("Invalid 'sdp': it must be the answer to the offer.")
        if answer is not None and self._raw is not None:
            if self.status != "new":
                raise StreamingError.in_state(self.status)
            await self._describe(self._raw.accept(answer))
            self._answered = True
        if self.status == "new":
            self.status = "connecting"

    async def add_candidate(self, candidate: dict[str, Any]) -> None:
        """Add an ICE candidate of the browser; rooms exchange candidates themselves."""
        self._check_open()
        if self._raw is not None:
            await self._describe(self._raw.add_candidate(candidate))

    # Speaking.

    async def perform(self, asked: TaskRequest) -> dict[str, Any]:
        """Speak; return the task's id and its length, immediately or once it has been spoken.

        In the latter case with its words, which HeyGen's service sends only in the room.
        """
        self._check_open()
        if not self._joined.is_set():
            await self._until_joined()
        task, ended = self._begin(asked.text, answer=asked.task_type != "repeat")
        if asked.task_mode == "async":
            estimate = len(asked.text) * MILLISECONDS_A_CHARACTER
            return {"task_id": task.task_id, "duration_ms": estimate}
        end = await ended
        if end.error is not None:
            raise StreamingError.failed(f"The voice failed: {end.error}")
        return {"task_id": task.task_id, "duration_ms": _milliseconds(end), "message": end.said}

    async def _until_joined(self) -> None:
        """Wait for a viewer who is still joining.

        Clients speak as soon as their answer is sent, which is before they are connected.
        """
        if self._answered or self.room.occupied:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(JOIN_TIMEOUT):
                    await self._joined.wait()
        self._check_open()
        if not self._joined.is_set():
            raise StreamingError.nobody_joined()

    def talk(self, text: str) -> None:
        """Answer a viewer's message from a data channel.

        Raises
        ------
        StreamingError
            When it is too long, or too many messages wait for answers.
        """
        if len(text) > MAX_TEXT:
            raise StreamingError.invalid(f"At most {MAX_TEXT:,} characters are answered at once.")
        if self.active and text:
            self._begin(text, answer=True)

    def interrupt(self) -> None:
        """Stop speaking, and drop all queued text."""
        self._check_open()
        self.keep_alive()
        self._answering.drop()
        self._tasks.interrupt()

    def keep_alive(self) -> None:
        """Restart the session's idle timeout."""
        self._check_open()
        if self._idle is not None:
            self._idle.cancel()
        if self._idle_timeout is not None:
            self._idle = self._loop.call_later(self._idle_timeout, self._end_if_idle)

    # Ending.

    def end(self) -> None:
        """End the session and all it owns. Ending it again is harmless."""
        if self._ending is None:
            self.status = "closed"
            self._ending = asyncio.create_task(self._end())

    async def ended(self) -> None:
        """Wait for the end to be complete."""
        if self._ending is not None:
            await asyncio.shield(self._ending)

    async def _end(self) -> None:
        self._longest.cancel()
        if self._idle is not None:
            self._idle.cancel()
        self._answering.drop()
        self._tasks.interrupt()
        self._joined.set()  # whoever waits finds the session closed
        self._feed.stop()
        try:
            await self.room.close()
            if self._raw is not None:
                await self._raw.close()
        finally:
            self._on_end(self)

    def _end_if_idle(self) -> None:
        if self._tasks.busy:
            self.keep_alive()
        else:
            self.end()

    def _check_open(self) -> None:
        if not self.active:
            raise StreamingError.in_state("closed")

    # Internals.

    def _begin(self, text: str, *, answer: bool) -> tuple[Task, "asyncio.Future[Ended]"]:
        """Queue a task that speaks `text`, or the responder's answer to it."""
        self.keep_alive()
        task = Task(self._resources.engine, self._voice_id, asked=text if answer else "")
        if self._tasks.full or size_of(text) > self._tasks.room:
            raise StreamingError.too_many_tasks()
        ended = self._ends[task.task_id] = self._loop.create_future()
        if answer:
            self._answering.add(text, task)
        else:
            task.append(text)
            task.track.close_input()
        self._tasks.add(task)
        self._feed.wake()
        return task, ended

    async def _describe(self, describing: Any) -> None:
        try:
            await describing
        except DescriptionError as error:
            raise StreamingError.invalid(str(error)) from None

    def _follow_audience(self, subscriptions: int) -> None:
        if subscriptions and self.active:
            self.status = "connected"
            self._joined.set()
        elif self.status == "connected":
            self.status = "connecting"
        self._feed.watch(watched=subscriptions > 0)
        self._feed.refresh()

    def _take_data(self, payload: bytes) -> None:
        """Handle what HeyGen's SDK publishes in a room: a bare JSON string."""
        with contextlib.suppress(ValueError, RecursionError, StreamingError):
            said = json.loads(payload)
            if isinstance(said, str) and not said.startswith(_PUSH_TO_TALK):
                self.talk(said)

    def _take_raw_data(self, _: bytes | str) -> None:
        """Ignore data over raw WebRTC: HeyGen's clients send none."""

    def _posted(self, function: Callable[P, None]) -> Callable[P, None]:
        """Return what calls `function` on the loop, from any thread."""

        def post(*args: P.args, **kwargs: P.kwargs) -> None:
            # The feed may outlive the loop by a moment when the server ends.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(partial(function, *args, **kwargs))

        return post

    def _take_news(self, news: News) -> None:
        for event in _events(news):
            message = json.dumps(event).encode()
            self.room.send(message)
            if self._raw is not None:
                self._raw.send(message)
        if isinstance(news, Ended):
            ended = self._ends.pop(news.task_id, None)
            if ended is not None and not ended.done():
                ended.set_result(news)
            if self.active:
                self.keep_alive()


def _events(news: News) -> list[dict[str, Any]]:
    """Return the events to send for `news`, with the names of HeyGen's SDK."""
    match news:
        case Started(task_id):
            return [{"type": "avatar_start_talking", "task_id": task_id}]
        case Said(task_id, message):
            return [{"type": "avatar_talking_message", "task_id": task_id, "message": message}]
        case Ended(task_id, started=True, complete=complete):
            end = {"type": "avatar_end_message", "task_id": task_id}
            duration = _milliseconds(news)
            stop = {"type": "avatar_stop_talking", "task_id": task_id, "duration_ms": duration}
            return [end, stop] if complete else [stop]
    return []


def _milliseconds(end: Ended) -> int:
    return round(end.seconds * 1000)
