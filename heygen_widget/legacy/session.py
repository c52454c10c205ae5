"""The life of one streaming session: opened, shown, spoken in, and ended, on one event loop.

All its state comes from the server's responses, and from pages that are in its
room. Knows no notebook.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from heygen_widget.api import AsyncHeyGen, Gone, NotFound
from heygen_widget.legacy.answering import Answering
from heygen_widget.legacy.calls import SessionCalls
from heygen_widget.legacy.events import (
    AvatarEvent,
    AvatarStartTalking,
    AvatarStopTalking,
    AvatarTalkingMessage,
    RoomReady,
)
from heygen_widget.legacy.joining import Joining
from heygen_widget.legacy.models import IceCandidate, NewSession, SessionDescription, Spoken
from heygen_widget.legacy.opening import LONGEST, Opening
from heygen_widget.legacy.speaker import Speaker, TaskDelivery
from heygen_widget.legacy.tasks import Task, Tasks
from heygen_widget.legacy.watch import Watch
from heygen_widget.session.base import BaseSession, SessionSetup
from heygen_widget.session.errors import StreamClosed
from heygen_widget.session.events import SessionEvent, WordsSpoken
from heygen_widget.session.speech import SpeechStatus
from heygen_widget.session.status import SessionStatus
from heygen_widget.session.tasks import end_tasks

PRICE_PER_SECOND: Final = 0.2 / 60
"""Dollars a second, at a dollar for a credit: 0.2 a minute (docs.heygen.com/reference/limits).

The same page has a session cost as much as 30 seconds at least, which is not counted here.
"""

_log = logging.getLogger(__name__)


class StreamingSession(BaseSession):
    """One session with an avatar in a room. Made, used and awaited on one event loop.

    Attributes
    ----------
    room
        Where picture and sound are, for pages.
    """

    def __init__(
        self,
        setup: SessionSetup,
        opening: Opening,
        *,
        is_shown: Callable[[], bool],
        on_event: Callable[[SessionEvent], None],
    ) -> None:
        super().__init__(setup, on_event)
        self._limit(replace(setup.limits, idle_timeout=opening.idles_for, longest=LONGEST))
        self.opening: Final = opening
        self.room: NewSession | None = None
        self._tasks = Tasks()
        self._log = self._tasks.log
        self._joining = Joining(is_shown)
        self._speaker = Speaker(self._tasks, self._joining, on_event, self._take_answer)
        self._calls: SessionCalls | None = None
        self._answering: Answering | None = None
        self._watch = Watch(self._contact, self._looked, self._lose_contact)

    @property
    def speeches(self) -> tuple[TaskDelivery, ...]:
        """The texts that were to be said in this session, in their order."""
        return tuple(self._speaker.all)

    @property
    def transcript(self) -> str:
        """The text spoken so far."""
        return self._tasks.transcript

    @property
    def speaking(self) -> bool:
        """Whether the avatar is speaking."""
        return self._tasks.speaking and not self.status.ended

    @property
    def unsaid(self) -> str:
        """The text not spoken yet."""
        left = [speech.text for speech in self.speeches if not speech.status.ended]
        return "" if self.stopping else " ".join(left)

    @property
    def answered(self) -> bool:
        """Whether a page has taken the one bare peer connection, so that no other can join."""
        return self._answering is not None and self._answering.taken

    @property
    def takes_text(self) -> bool:
        """Whether more text may be said in this session."""
        return not self.ending

    @property
    def ending(self) -> bool:
        """Whether it has ended, or was told to."""
        return self.status.ended or self._speaker.closed or self._stopping.is_set()

    def say(self, speech: TaskDelivery) -> None:
        """Queue a text. Only while `takes_text`."""
        self._speaker.put(speech)

    def interrupt(self) -> None:
        """Stop speaking now and drop the queued text. Harmless when silent."""
        self._speaker.interrupt()

    def finish(self) -> None:
        """End once all was said. Harmless when told already."""
        self._speaker.close()

    # What pages say.

    def saw_picture(self) -> None:
        """Take a page's word that it shows the avatar."""
        self._watch.in_room = True
        self._become_streaming()

    def hear(self, event: AvatarEvent) -> None:
        """Take what a page heard from the avatar."""
        self._tasks.heard_by_page = True
        self._take_event(event)

    def take_answer(self, sdp: SessionDescription) -> None:
        """Take a page's answer to the server's offer.

        Raises
        ------
        ValueError
            When a page has answered before.
        """
        if self._answering is not None and not self.status.ended:
            self._answering.answer(sdp)

    def take_candidate(self, candidate: IceCandidate) -> None:
        """Take a way to reach a page."""
        if self._answering is not None and not self.status.ended:
            self._answering.add_candidate(candidate)

    # Its life.

    async def _go(self) -> None:
        if not self._stopping.is_set():
            self._become(SessionStatus.CREATING)
            client = await self._connect()
            await self._keep_within_balance(client)
            await self._lifeline.hold(self._find_host(), self._open_and_live(client))

    async def _open_and_live(self, client: AsyncHeyGen) -> None:
        if not self._stopping.is_set():
            await self._live(await self._open(client))

    async def _open(self, client: AsyncHeyGen) -> SessionCalls:
        self.meter.requested()
        self._contact.heard()
        calls, self.room = await SessionCalls.open(client, self.opening)
        self._contact.heard()
        self.stream_id, self._calls = self.room.session_id, calls
        if self.room.session_duration_limit:
            self._limit(replace(self.limits, longest=self.room.session_duration_limit))
        self._become(SessionStatus.PENDING)
        if self.room.sdp is None:
            await calls.start()
        else:
            self._answering = Answering(calls, self._lose_contact)
        self._on_event(RoomReady(room=self.room))
        return calls

    async def _live(self, calls: SessionCalls) -> None:
        """Speak, watch and keep alive until the session has ended or must be stopped."""
        watching = asyncio.create_task(self._watch.until_gone(calls))
        stopping = asyncio.create_task(self._stopping.wait())
        guarding = asyncio.create_task(self._guard.run())
        speaking = asyncio.create_task(self._speak(calls))
        keeping = asyncio.create_task(self._watch.keep_alive(calls, self.opening.keep_alive_every))
        ends = {watching, stopping, guarding, speaking}
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if watching.done():
                await watching
                self._be_over(SessionStatus.COMPLETED, "closed by the server")
            elif stopping.done() or guarding.done():
                # A server answers a task that it is made to end as one that was spoken.
                await end_tasks(watching, speaking)
                reason = None if stopping.done() else "limit"
                self._stopping.set()  # text that comes now is for the next one
                await calls.stop()
                self._stop_answered = True
                self._be_over(SessionStatus.CANCELLED, reason)
            else:
                await speaking
                await calls.stop()
                self._be_over(SessionStatus.COMPLETED, "finished")
        finally:
            await end_tasks(watching, stopping, guarding, speaking, keeping)
            if self._answering is not None:
                await self._answering.end()

    async def _speak(self, calls: SessionCalls) -> None:
        """Say what there is to say, until there will be no more."""
        try:
            await self._speaker.run(calls)
        except (Gone, NotFound):
            self._watch.doubt()  # it has ended, which is for the watch to say
            await asyncio.Event().wait()

    def _looked(self) -> None:
        if self._watch.in_room:
            self._become_streaming()

    def _become_streaming(self) -> None:
        if self.status is SessionStatus.PENDING:
            self.meter.streaming()
            self._become(SessionStatus.STREAMING)
        self._joining.come()

    def _take_answer(self, task: Task, spoken: Spoken) -> None:
        """Make the events that no page has told of from the answer to a task."""
        self._become_streaming()
        task_id = spoken.task_id or task.task_id or f"{self.stream_id}-{id(task):x}"
        task.task_id = task_id
        task.said = spoken.message
        now, length = time.time(), (spoken.duration_ms or 0) / 1000
        self._take_event(AvatarStartTalking(task_id=task_id, time=now - length))
        self._take_event(
            AvatarStopTalking(task_id=task_id, duration_ms=spoken.duration_ms, time=now)
        )

    def _take_event(self, event: AvatarEvent) -> None:
        task = self._tasks.take(event)
        if task is None:
            return
        self._on_event(event)
        if not task.spoken:
            self._speaker.change(task.speech, SpeechStatus.SPEAKING)
        if isinstance(event, AvatarTalkingMessage):
            log = self._log
            first = len(log) - 1
            task.speech.add_word(log[first])
            self._on_event(
                WordsSpoken(first=first, words=log[first:], heard=log.heard(first), log=log)
            )

    async def _leave(self) -> None:
        if self._calls is not None:
            await self._calls.stop()
            self.over = True

    def _settle(self) -> None:
        if self.stream_id is None and self.error is not None:
            self._speaker.settle(SpeechStatus.FAILED, self.error)
        elif self.status is SessionStatus.COMPLETED:
            closed = StreamClosed(self.end_reason)
            closed.hint = "Speak it again to open a new session."
            self._speaker.settle(SpeechStatus.FAILED, closed)
        else:
            self._speaker.settle(SpeechStatus.INTERRUPTED)
