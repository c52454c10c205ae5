"""The life of one stream: opened, fed, watched and ended, on one event loop.

All its state comes from the server's responses. Knows no notebook.
"""

import asyncio
import contextlib
import math
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Final, TypeAlias

from heygen_widget.api.errors import APITimeoutError, Gone, HeyGenError
from heygen_widget.api.in_line import in_line
from heygen_widget.api.models import (
    AppendTextDeltaResponse,
    AvatarRealtimeStatusResponse,
    CreateAvatarRealtimeRequestBody,
    CreateAvatarRealtimeResponse,
    Rehearsal,
    WordEvent,
)
from heygen_widget.api.transcript import as_text
from heygen_widget.session.base import BaseSession, SessionSetup
from heygen_widget.session.delivery import Delivery
from heygen_widget.session.ending import end
from heygen_widget.session.errors import may_have_arrived
from heygen_widget.session.events import (
    CaptionsUnavailable,
    PlaybackReady,
    Queued,
    SessionEvent,
    WordsSpoken,
)
from heygen_widget.session.feeder import PATIENCE, Feeder
from heygen_widget.session.polling import LONGEST_PAUSE, poll
from heygen_widget.session.retries import repeated
from heygen_widget.session.speeches import Speeches
from heygen_widget.session.status import SessionStatus
from heygen_widget.session.tasks import end_tasks
from heygen_widget.session.turn import in_turn
from heygen_widget.session.words import WordsUnavailable, follow_words, known_words

FIRST_PAUSE: Final = 0.25
"""Seconds between the first status polls."""
LAST_WORDS: Final = 2.0
"""Seconds that words may still take to arrive after a session has ended."""

Request: TypeAlias = Callable[[str], Awaitable[CreateAvatarRealtimeRequestBody]]
"""Builds the request that opens a session from its first words."""


class Session(BaseSession):
    """One session with an avatar. Made, used and awaited on one event loop.

    Parameters
    ----------
    setup
        What it shares with the other sessions of its avatar.
    request
        Makes the request that opens the session, from its first words.
    speech
        Where those come from; None for audio.
    takes_text
        Whether more text may follow.
    words
        The words of a sound, if they are known: the server is asked for none then.
    on_event
        Called on the loop with everything that happens.
    """

    def __init__(
        self,
        setup: SessionSetup,
        request: Request,
        *,
        speech: Delivery | None,
        takes_text: bool,
        words: Sequence[WordEvent] = (),
        on_event: Callable[[SessionEvent], None],
    ) -> None:
        super().__init__(setup, on_event)
        self._request = request
        self._takes_text = takes_text
        self._known_words = words
        self._speeches = Speeches(
            [] if speech is None else [speech], on_event, lambda: self.meter.elapsed
        )
        self._feeder = Feeder(
            self._append,
            self._patience,
            on_delta=self._speeches.expect,
            on_change=self._speeches.changed,
            on_whole=lambda _: self._settle_soon.set(),
            on_event=on_event,
        )
        self._feed_error: HeyGenError | None = None
        self._fed_at = self._clock()
        self._look_now = asyncio.Event()
        self._settle_soon = asyncio.Event()

    @property
    def transcript(self) -> str:
        """The text spoken so far, as its author wrote it."""
        return as_text(self.written_words)

    @property
    def speeches(self) -> tuple[Delivery, ...]:
        """The texts that were to be said in this session, in their order."""
        return self._speeches.all

    @property
    def takes_text(self) -> bool:
        """Whether more text may be said in this session."""
        return self._takes_text and self.status is not SessionStatus.DRAINING and not self.ending

    @property
    def ending(self) -> bool:
        """Whether it has ended, or was told to."""
        return (
            self.status.ended
            or self._feeder.closing
            or self._stopping.is_set()
            or self._feed_error is not None
        )

    @property
    def unsaid(self) -> str:
        """The text not spoken yet."""
        return "" if self.stopping else self._speeches.unsaid()

    @property
    def idle_left(self) -> float | None:
        """Seconds until the server closes the input for want of text.

        None while no timeout is pending: before the picture, while text is on its way, and after
        the end of the text.
        """
        waits = self.status is SessionStatus.STREAMING and self.takes_text
        if not waits or not self._speeches.all_sent:
            return None
        return max(0.0, self.limits.idle_timeout - (self._clock() - self._fed_at))

    def say(self, speech: Delivery) -> None:
        """Queue a text. Only while `takes_text`."""
        self._speeches.add(speech)
        self._feeder.put(speech)

    def finish(self) -> None:
        """Close the input; what was said before is still spoken. Harmless when closed already."""
        if self._takes_text:
            self._feeder.finish()

    def look_again(self) -> None:
        """Ask the server for the status at once, as when its playback URL no longer works."""
        self._look_now.set()

    def left_over(self) -> list[Delivery]:
        """Give away the speeches of an ended session that are to be said on in another one."""
        return self._speeches.left_over()

    async def _go(self) -> None:
        seed = await self._first_words()
        if seed is not None and await self._may_begin():
            await self._lifeline.hold(self._find_host(), self._speak(seed))

    async def _first_words(self) -> str | None:
        """Wait for something to say. Nothing is asked for before; None when there is nothing."""
        if not self.speeches:
            return ""
        seed = self._feeder.seed(self.speeches[0], whole=not self._takes_text)
        seeding = asyncio.create_task(seed)
        stopping = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({seeding, stopping}, return_when=asyncio.FIRST_COMPLETED)
        first = seeding.result() if seeding.done() else None
        await end_tasks(seeding, stopping)
        return first

    async def _may_begin(self) -> bool:
        """Connect, unless it is to be stopped before it has begun."""
        if not self._stopping.is_set():
            self._become(SessionStatus.CREATING)
            self._client = await self._connect()
            await self._keep_within_balance(self._client)
            self._server = self._client.once
        return not self._stopping.is_set()

    async def _speak(self, seed: str) -> None:
        request = await self._request(seed)
        if self._stopping.is_set():  # while its sound was uploaded
            return
        await self._create(request)
        if self.stream_id is not None:
            await self._live()

    async def _create(self, request: CreateAvatarRealtimeRequestBody) -> None:
        """Open the session when it is its turn; leave it without `stream_id` if stopped before."""
        fields = {name: getattr(request, name) for name in type(request).model_fields}

        def ask() -> Awaitable[CreateAvatarRealtimeResponse]:
            self.meter.requested()
            self._contact.heard()
            return self._client.avatar_realtime.create(**fields)

        try:
            created = await in_turn(ask, self._stopping, self._queue_up)
        except HeyGenError as error:
            if may_have_arrived(error) and not isinstance(error, APITimeoutError):
                error.hint = f"{error.hint} {_UNKNOWN}".strip()
            raise
        self.place = None
        if created is None:
            return
        self._contact.heard()
        self.stream_id = created.stream_id
        if created.seconds_left is not None:
            self._limit(self.limits.within(created.seconds_left * self.meter.price_per_second))
        self._become(SessionStatus.PENDING)

    def _queue_up(self, position: int, seconds: float | None) -> None:
        self._contact.heard()
        self.place = in_line(position, seconds)
        self._on_event(Queued(position=position, seconds=seconds))

    async def _live(self) -> None:
        """Feed, follow and watch until the session has ended or must be stopped."""
        watching = asyncio.create_task(self._watch())
        stopping = asyncio.create_task(self._stopping.wait())
        guarding = asyncio.create_task(self._guard.run())
        following = asyncio.create_task(self._follow_words())
        feeding = asyncio.create_task(self._feed())
        settling = asyncio.create_task(self._settle_in_time())
        failing = asyncio.create_task(_failure_of(following, feeding, settling))
        ends = {watching, stopping, guarding, failing}
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if failing.done():
                await failing
            elif watching.done():
                await watching
            else:
                await end_tasks(watching, feeding)  # the end that follows is ours
                await self._end_it("limit" if guarding.done() else None)
            if self.status is SessionStatus.COMPLETED:
                await self._last_words(following)
                if self._feeder.awaits_answer:  # or else what was sent last is in doubt
                    await asyncio.wait({feeding}, timeout=LAST_WORDS / 2)
        finally:
            await end_tasks(*ends, following, feeding, settling)

    async def _end_it(self, reason: str | None) -> None:
        """End the session, or see it to its end where the server cannot be told to."""
        self._stopping.set()  # text that comes now is for the next one
        ended = await self._cancel()
        self._stop_answered = True
        if ended:
            self._be_over(SessionStatus.CANCELLED, reason)
        else:
            self._become(SessionStatus.DRAINING)
            await self._watch()

    async def _last_words(self, following: asyncio.Task[None]) -> None:
        """Hear out the words of a session that has just ended, on a new line if the old is dead."""
        await asyncio.wait({following}, timeout=LAST_WORDS / 2)
        if following.done():
            return
        await end_tasks(following)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS / 2):
                await self._follow_words()

    async def _watch(self) -> None:
        """Ask for the status until it is an end."""
        await poll(
            self._look,
            self._contact,
            self._look_now,
            self._lose_contact,
            first=FIRST_PAUSE,
            longest=self._longest_pause,
            real=self._clock.real,
        )

    async def _look(self) -> bool:
        self._take(await self._server.avatar_realtime.get(self._id))
        return self.status.ended

    def _longest_pause(self) -> float:
        return LONGEST_PAUSE if self.status is SessionStatus.STREAMING else LONGEST_PAUSE / 2

    def _take(self, answer: AvatarRealtimeStatusResponse) -> None:
        """Believe the server's word on its status. A state nobody knows changes nothing."""
        self._contact.heard()
        if answer.rehearsal is not None:
            self._keep_pace(answer.rehearsal)
        if answer.status == "streaming" and not self.meter.running:
            self.meter.streaming()
            self._settle_soon.set()
            self._fed_at = self._clock()
        if answer.hls_url and answer.hls_url != self.hls_url:
            self.hls_url = answer.hls_url
            self._on_event(PlaybackReady(hls_url=answer.hls_url))
        if answer.status == "streaming" and self.status is SessionStatus.PENDING:
            self._become(SessionStatus.STREAMING)
        elif answer.status == "completed":
            self._be_over(SessionStatus.COMPLETED, answer.end_reason)
        elif answer.status == "error":
            message = answer.error_message or "The server gave no reason."
            self.error = HeyGenError("The session failed: " + message)
            self._be_over(SessionStatus.ERROR)

    def _keep_pace(self, rehearsal: Rehearsal) -> None:
        """Count as a rehearsal does that may be faster than real time, or slower than it meant."""
        if rehearsal.pace != self._clock.pace:
            self._clock.run_at(rehearsal.pace)
        if rehearsal.streamed:
            self.meter.streamed(rehearsal.streamed)
            self._settle_soon.set()

    async def _feed(self) -> None:
        try:
            await self._feeder.run()
        except HeyGenError as error:
            # Of a session that is over, `_watch` learns why; of any other trouble, the speeches do.
            self._feed_error = error
            if not isinstance(error, Gone):
                self._speeches.fail_unsent(error)
                await self._close_input()
        else:
            self._drain()
        self._look_now.set()

    async def _close_input(self) -> None:
        """After a failure, let the session end as soon as it has said what it has."""
        try:
            await self._feeder.close()
        except HeyGenError:
            self.stop()
        else:
            self._drain()

    def _drain(self) -> None:
        if self.status in {SessionStatus.PENDING, SessionStatus.STREAMING}:
            self._become(SessionStatus.DRAINING)

    async def _append(self, delta: str, *, final: bool) -> AppendTextDeltaResponse:
        answer = await self._server.avatar_realtime.append_text(
            self._id, delta, final=final, once=True
        )
        self._contact.heard()
        if delta.strip():
            self._fed_at = self._clock()
        return answer

    def _patience(self) -> float:
        return min(self._server.wire.settings.timeout, PATIENCE)

    async def _follow_words(self) -> None:
        try:
            async with contextlib.aclosing(self._words()) as batches:
                async for first, words in batches:
                    self._take_words(first, words)
        except WordsUnavailable as error:
            self._on_event(CaptionsUnavailable(reason=str(error)))
            self._speeches.expect_no_words()
        self._look_now.set()

    def _words(self) -> AsyncGenerator[tuple[int, tuple[WordEvent, ...]]]:
        known = len(self._log)
        if self._known_words:
            return known_words(self._known_words, known, self._played, self._clock.real)
        return follow_words(self._server, self._id, known, on_line=self._words_may_come)

    def _played(self) -> float:
        if self.status is SessionStatus.COMPLETED:
            return math.inf
        return self.meter.elapsed if self.meter.running else -math.inf

    def _words_may_come(self, may: bool) -> None:  # noqa: FBT001
        self._speeches.words_may_come = may
        self._settle_soon.set()

    def _take_words(self, first: int, words: tuple[WordEvent, ...]) -> None:
        self._contact.heard()
        if not self.meter.running:
            self._look_now.set()  # it streams, and may end before it is asked again
        heard = self._speeches.hear(words)
        self._log.add(words, heard)
        self._settle_soon.set()
        self._on_event(WordsSpoken(first=first, words=words, heard=heard, log=self._log))
        self._guard.words_said(self._speeches.next_sentence)

    async def _settle_in_time(self) -> None:
        """Say of each text that it is spoken when its last word is over, which is told ahead."""
        while True:
            self._settle_soon.clear()
            wait = self._speeches.settle() if self.meter.running else None
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait and self._clock.real(wait)):
                    await self._settle_soon.wait()

    async def _cancel(self) -> bool:
        """End the session on the server, however often that takes; False where it goes on."""
        return await repeated(lambda: end(self._server, self._id))

    async def _leave(self) -> None:
        self.over = await self._cancel()

    def _settle(self) -> None:
        if self.stream_id is None and self.error is not None:
            self._speeches.fail(self.error)
        elif self.status is SessionStatus.COMPLETED:
            # A `text_stream` that completes for no such reason was cut, by its length perhaps.
            to_the_end = not self._takes_text or self.end_reason in _SPOKEN_TO_THE_END
            self._speeches.complete(self.end_reason, to_the_end=to_the_end)
        else:
            self._speeches.interrupt()

    @property
    def _id(self) -> str:
        if self.stream_id is None:
            raise RuntimeError("The session has no stream_id yet.")
        return self.stream_id


_UNKNOWN = "If a session was opened, it costs money until it has spoken and ends by itself."
_SPOKEN_TO_THE_END = frozenset({"final_marker", "idle_timeout"})


async def _failure_of(*tasks: asyncio.Task[None]) -> None:
    """Raise what one of `tasks` raises, which is a defect; never return."""
    await asyncio.gather(*map(asyncio.shield, tasks))
    await asyncio.Event().wait()
