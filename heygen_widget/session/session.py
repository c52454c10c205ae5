"""The life of one stream: opened, fed, watched and ended, on one event loop.

Everything it says about itself comes from the server's answers. Knows no notebook.
"""

import asyncio
import contextlib
import logging
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias

from heygen_widget.api import AsyncHeyGen
from heygen_widget.api.errors import APIError, Gone, HeyGenError, NotFound, RateLimited, ServerError
from heygen_widget.api.models import (
    AppendTextDeltaResponse,
    AvatarRealtimeStatusResponse,
    CreateAvatarRealtimeRequestBody,
    WordEvent,
)
from heygen_widget.session.alignment import Aligner
from heygen_widget.session.errors import StreamClosed
from heygen_widget.session.events import (
    CaptionsUnavailable,
    ContactLost,
    LimitNear,
    PlaybackReady,
    SessionEvent,
    SpeechChanged,
    StatusChanged,
    WordsSpoken,
)
from heygen_widget.session.feeder import Feeder
from heygen_widget.session.guard import Guard, Limits
from heygen_widget.session.meter import PRICE_PER_SECOND, Meter
from heygen_widget.session.speech import Speech, SpeechStatus
from heygen_widget.session.status import SessionStatus
from heygen_widget.session.words import WordsUnavailable, follow_words

FIRST_PAUSE: Final = 0.25
"""Seconds between the first questions about the status."""
LONGEST_PAUSE: Final = 2.0
"""Seconds between questions in a session that has gone on for a while."""
OUT_OF_CONTACT: Final = 60.0
"""Seconds without an answer after which a session is given up: twice HeyGen's idle timeout."""
LAST_WORDS: Final = 2.0
"""Seconds that the words of a session which has just ended may still take to arrive."""

CANCEL_PAUSES: Final = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0)
"""Seconds after failed attempts to cancel, which is harmless to repeat and expensive to miss."""

FAREWELL: Final = 10.0
"""Seconds for cancelling a session that failed, before the next may begin."""

NO_LIMITS: Final = Limits()

Request: TypeAlias = Callable[[str], Awaitable[CreateAvatarRealtimeRequestBody]]
"""Makes the request that opens a session, from its first words."""

_log = logging.getLogger(__name__)


class Session:
    """One session with an avatar. Made, used and awaited on one event loop.

    Parameters
    ----------
    connect
        Gives the client of HeyGen or of the embedded avatar server, which it may start first.
    request
        Makes the request that opens the session, from its first words.
    speech
        Where those come from; None for audio.
    takes_text
        Whether more text may follow.
    on_event
        Called on the loop with everything that happens.
    price_per_second
        Dollars, for the meter.
    limits
        What it may cost, and how long it may last.
    """

    def __init__(
        self,
        connect: Callable[[], Awaitable[AsyncHeyGen]],
        request: Request,
        *,
        speech: Speech | None,
        takes_text: bool,
        on_event: Callable[[SessionEvent], None],
        price_per_second: float = PRICE_PER_SECOND,
        limits: Limits = NO_LIMITS,
    ) -> None:
        self.status = SessionStatus.IDLE
        self.stream_id: str | None = None
        self.hls_url: str | None = None
        self.end_reason: str | None = None
        self.error: Exception | None = None
        self.words: tuple[WordEvent, ...] = ()
        self.meter = Meter(price_per_second)
        self._connect = connect
        self._request = request
        self._on_event = on_event
        self._takes_text = takes_text
        self._feeder = Feeder(
            self._append, self._delta_to_come, self._speech_changed, self._settle_if_spoken
        )
        self._feed_error: HeyGenError | None = None
        self._aligner = Aligner()
        self._guard = Guard(limits, self.meter, self._warn)
        self._tells_words = True
        self.speeches: list[Speech] = [speech] if speech else []
        self._stopping = asyncio.Event()
        self._look_now = asyncio.Event()

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

    def say(self, speech: Speech) -> None:
        """Queue a text. Only while `takes_text`."""
        self.speeches.append(speech)
        self._feeder.put(speech)
        self._on_event(SpeechChanged(speech=speech, status=speech.status))

    def finish(self) -> None:
        """Close the input; what was said before is still spoken. Harmless when closed already."""
        if self._takes_text:
            self._feeder.finish()

    def stop(self) -> None:
        """End the session as soon as possible, in whatever state it is. Harmless when ended."""
        self._stopping.set()

    def look_again(self) -> None:
        """Ask the server for the status at once, as when its playback URL no longer works."""
        self._look_now.set()

    async def run(self) -> None:
        """Live from the first words to the end. Returns in an ended status and raises nothing."""
        try:
            seed = await self._first_words()
            if seed is not None and await self._may_begin():
                await self._create(seed)
            if self.stream_id is not None:
                await self._live()
            else:
                self._become(SessionStatus.CANCELLED)
        except HeyGenError as error:
            await self._abandon(error)
        except Exception as error:  # noqa: BLE001 (a defect must not leave a session that is billed)
            _log.exception("The session failed.")
            await self._abandon(error)
        self._settle_speeches()

    async def _first_words(self) -> str | None:
        """Wait for something to say. Nothing is asked for before; None when there is nothing."""
        if not self.speeches:
            return ""
        seeding = asyncio.create_task(self._feeder.seed(self.speeches[0]))
        stopping = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({seeding, stopping}, return_when=asyncio.FIRST_COMPLETED)
        seed = seeding.result() if seeding.done() else None
        await _end(seeding, stopping)
        return seed

    async def _may_begin(self) -> bool:
        """Connect, unless it is to be stopped before it has begun."""
        if not self._stopping.is_set():
            self._become(SessionStatus.CREATING)
            self._client = await self._connect()
        return not self._stopping.is_set()

    async def _create(self, seed: str) -> None:
        request = await self._request(seed)
        if self._stopping.is_set():  # while its sound was uploaded
            return
        self.meter.requested()
        fields = {name: getattr(request, name) for name in type(request).model_fields}
        created = await self._client.avatar_realtime.create(**fields)
        self.stream_id = created.stream_id
        self._become(SessionStatus.PENDING)

    async def _live(self) -> None:
        """Feed, follow and watch until the session has ended or must be stopped."""
        watching = asyncio.create_task(self._watch())
        stopping = asyncio.create_task(self._stopping.wait())
        guarding = asyncio.create_task(self._guard.run())
        following = asyncio.create_task(self._follow_words())
        feeding = asyncio.create_task(self._feed())
        try:
            await asyncio.wait({watching, stopping, guarding}, return_when=asyncio.FIRST_COMPLETED)
            if watching.done():
                await watching
                await self._last_words(following)
            else:
                await _end(watching, feeding)  # the end that follows is ours
                self.end_reason = "limit" if guarding.done() and guarding.result() is None else None
                await self._cancel()
                self._become(SessionStatus.CANCELLED)
        finally:
            await _end(watching, stopping, guarding, following, feeding)

    async def _last_words(self, following: asyncio.Task[None]) -> None:
        """Hear out the words of a session that has just ended, on a new line if the old is dead."""
        await asyncio.wait({following}, timeout=LAST_WORDS / 2)
        if following.done():
            return
        await _end(following)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS / 2):
                await self._follow_words()

    async def _watch(self) -> None:
        """Ask for the status until it is an end."""
        pause = FIRST_PAUSE
        contact = time.monotonic()
        while True:
            try:
                self._take(await self._client.avatar_realtime.get(self._id))
                contact = time.monotonic()
            except HeyGenError as error:
                if not _may_pass(error) or time.monotonic() - contact > OUT_OF_CONTACT:
                    raise
                self._on_event(ContactLost(error=error))
            if self.status.ended:
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._look_now.wait()
            self._look_now.clear()
            slow = LONGEST_PAUSE if self.status is SessionStatus.STREAMING else LONGEST_PAUSE / 2
            pause = min(pause * 1.2, slow)

    def _take(self, answer: AvatarRealtimeStatusResponse) -> None:
        """Believe the server's word on its status. A state nobody knows changes nothing."""
        if answer.status == "streaming":
            self.meter.streaming()
        if answer.hls_url and answer.hls_url != self.hls_url:
            self.hls_url = answer.hls_url
            self._on_event(PlaybackReady(hls_url=answer.hls_url))
        if answer.status == "streaming" and self.status is SessionStatus.PENDING:
            self._become(SessionStatus.STREAMING)
        elif answer.status == "completed":
            self.end_reason = answer.end_reason
            self._become(SessionStatus.COMPLETED)
        elif answer.status == "error":
            message = answer.error_message or "The server gave no reason."
            self.error = HeyGenError("The session failed: " + message)
            self._become(SessionStatus.ERROR)

    async def _feed(self) -> None:
        try:
            await self._feeder.run()
        except HeyGenError as error:
            # Of a session that is over, `_watch` learns why; of any other trouble, the speeches do.
            self._feed_error = error
            if not isinstance(error, Gone):
                self._fail_unsent(error)
        else:
            if self.status in {SessionStatus.PENDING, SessionStatus.STREAMING}:
                self._become(SessionStatus.DRAINING)
        self._look_now.set()

    def _fail_unsent(self, error: Exception) -> None:
        for speech in self.speeches:
            if not speech._whole:  # noqa: SLF001 (the session writes its speeches)
                self._change_speech(speech, SpeechStatus.FAILED, error)

    async def _append(self, delta: str, *, final: bool) -> AppendTextDeltaResponse:
        return await self._client.avatar_realtime.append_text(self._id, delta, final=final)

    async def _follow_words(self) -> None:
        try:
            async with contextlib.aclosing(
                follow_words(self._client, self._id, len(self.words))
            ) as batches:
                async for first, words in batches:
                    self._take_words(first, words)
        except WordsUnavailable as error:
            self._tells_words = False
            self._on_event(CaptionsUnavailable(reason=str(error)))
            self._resolve_unwatched()
        self._look_now.set()

    def _take_words(self, first: int, words: tuple[WordEvent, ...]) -> None:
        self.words += words
        for word in words:
            speech = self._aligner.take(word)
            if speech is not None:
                speech._add_word(word)  # noqa: SLF001 (the session writes its speeches)
                self._change_speech(speech, SpeechStatus.SPEAKING)
        self._on_event(WordsSpoken(first=first, words=words))
        for speech in self.speeches:
            self._settle_if_spoken(speech)
        if words[-1].word.strip()[-1:] in _SENTENCE_ENDS:
            self._guard.sentence_ended(self._next_sentence())

    def _settle_if_spoken(self, speech: Speech) -> None:
        whole = speech._whole  # noqa: SLF001 (the session writes its speeches)
        if whole and speech.status is SpeechStatus.SPEAKING and self._aligner.is_spoken(speech):
            self._change_speech(speech, SpeechStatus.SPOKEN)

    def _next_sentence(self) -> str:
        rest = "".join(
            speech.text[self._aligner.spoken_characters(speech) :]
            for speech in self.speeches
            if not speech.status.ended
        ).lstrip(_SENTENCE_ENDS + " ")
        return re.split(f"(?<=[{_SENTENCE_ENDS}])", rest, maxsplit=1)[0]

    def _warn(self, seconds_left: float) -> None:
        self._on_event(LimitNear(seconds_left=seconds_left))

    async def _cancel(self) -> None:
        """End the session on the server, however often that takes."""
        for pause in CANCEL_PAUSES:
            try:
                await self._ask_to_cancel()
            except HeyGenError as error:
                if not _may_pass(error):
                    raise
                _log.debug("Cancelling failed, and is tried again: %s", error)
                await asyncio.sleep(pause)
            else:
                break
        else:
            await self._ask_to_cancel()

    async def _ask_to_cancel(self) -> None:
        try:
            await self._client.avatar_realtime.cancel(self._id)
        except APIError as error:
            if not isinstance(error, NotFound) and error.status != 405:  # noqa: PLR2004
                raise
            if self._takes_text:  # a server without cancel ends a session whose input is closed
                with contextlib.suppress(Gone, NotFound):
                    await self._append("", final=True)

    async def _abandon(self, error: Exception) -> None:
        """End in error, and try not to leave anything behind that costs money."""
        self.error = error
        self._become(SessionStatus.ERROR)
        self._settle_speeches()
        if self.stream_id is not None:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(FAREWELL):
                    await self._cancel()

    def _settle_speeches(self) -> None:
        """Say of each text that was not spoken to its end what became of it."""
        for speech in self.speeches:
            if self.stream_id is None and self.error is not None:
                self._change_speech(speech, SpeechStatus.FAILED, self.error)
            elif self.status is not SessionStatus.COMPLETED:
                self._change_speech(speech, SpeechStatus.INTERRUPTED)
            elif speech._whole:  # noqa: SLF001 (the session writes its speeches)
                status = (
                    SpeechStatus.SPOKEN if self._was_heard(speech) else SpeechStatus.INTERRUPTED
                )
                self._change_speech(speech, status)
            elif not speech._may_move:  # noqa: SLF001 (as above)
                self._change_speech(speech, SpeechStatus.FAILED, StreamClosed(self.end_reason))

    def _was_heard(self, speech: Speech) -> bool:
        """Whether a text that was sent was spoken to its end, now that the session completed."""
        # A `text_stream` that completes for no such reason was cut, by its greatest length perhaps.
        by_itself = not self._takes_text or self.end_reason in _SPOKEN_TO_THE_END
        return by_itself or self._aligner.is_spoken(speech)

    def left_over(self) -> list[Speech]:
        """Give up the speeches of an ended session that are to be said on in another one."""
        left = [speech for speech in self.speeches if not speech.status.ended]
        self.speeches = [speech for speech in self.speeches if speech.status.ended]
        for speech in left:
            speech._may_move = False  # noqa: SLF001 (once)
        return left

    def _resolve_unwatched(self) -> None:
        """Where no words tell what was spoken, having been sent is all there is to wait for."""
        for speech in self.speeches:
            if speech.status is SpeechStatus.SENT:
                self._change_speech(speech, SpeechStatus.UNCERTAIN)

    @property
    def _id(self) -> str:
        if self.stream_id is None:
            raise RuntimeError("The session has no stream_id yet.")
        return self.stream_id

    def _become(self, status: SessionStatus) -> None:
        if self.status is status or self.status.ended:
            return
        self.status = status
        if status.ended:
            self.meter.ended()
        self._on_event(StatusChanged(status=status, end_reason=self.end_reason, error=self.error))

    def _change_speech(
        self, speech: Speech, status: SpeechStatus, error: Exception | None = None
    ) -> None:
        if speech._become(status, error):  # noqa: SLF001 (the session writes its speeches)
            self._speech_changed(speech)

    def _speech_changed(self, speech: Speech) -> None:
        if speech.status is SpeechStatus.FAILED:
            self._aligner.forget(speech)
        self._on_event(SpeechChanged(speech=speech, status=speech.status))
        if not self._tells_words:
            self._resolve_unwatched()

    def _delta_to_come(self, speech: Speech, delta: str) -> None:
        self._aligner.expect(speech, delta)  # its words may come before the answer does


_SPOKEN_TO_THE_END = frozenset({"final_marker", "idle_timeout"})
_SENTENCE_ENDS = ".!?…。\uff01\uff1f"


def _may_pass(error: HeyGenError) -> bool:
    return isinstance(error, RateLimited | ServerError) or not isinstance(error, APIError)


async def _end(*tasks: asyncio.Task[Any]) -> None:
    for task in tasks:
        task.cancel()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(result, Exception) and not isinstance(result, HeyGenError):
            _log.error("A part of the session failed.", exc_info=result)
