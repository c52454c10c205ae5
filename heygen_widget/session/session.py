"""The life of one stream: opened, fed, watched and ended, on one event loop.

Everything it says about itself comes from the server's answers. Knows no notebook.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

from heygen_widget.api import AsyncHeyGen
from heygen_widget.api.errors import APIError, Gone, HeyGenError, NotFound, RateLimited, ServerError
from heygen_widget.api.models import (
    AppendTextDeltaResponse,
    AvatarRealtimeStatusResponse,
    CreateAvatarRealtimeAudio,
    CreateAvatarRealtimeRequestBody,
    CreateAvatarRealtimeTextStream,
    WordEvent,
)
from heygen_widget.session.alignment import Aligner
from heygen_widget.session.events import (
    CaptionsUnavailable,
    ContactLost,
    PlaybackReady,
    SessionEvent,
    SpeechChanged,
    StatusChanged,
    WordsSpoken,
)
from heygen_widget.session.feeder import Feeder
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

_log = logging.getLogger(__name__)


class Session:
    """One session with an avatar. Made, used and awaited on one event loop.

    Parameters
    ----------
    connect
        Gives the client of HeyGen or of the embedded avatar server, which it may start first.
    request
        What to create.
    speech
        The handle of the words the session begins with; None for audio.
    on_event
        Called on the loop with everything that happens.
    price_per_second
        Dollars, for the meter.
    """

    def __init__(
        self,
        connect: Callable[[], Awaitable[AsyncHeyGen]],
        request: CreateAvatarRealtimeRequestBody,
        *,
        speech: Speech | None,
        on_event: Callable[[SessionEvent], None],
        price_per_second: float = PRICE_PER_SECOND,
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
        self._takes_text = isinstance(request, CreateAvatarRealtimeTextStream)
        seed = "" if isinstance(request, CreateAvatarRealtimeAudio) else request.text
        self._feeder = Feeder(self._append, seed, self._speech_changed)
        self._aligner = Aligner()
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
        return self.status.ended or self._feeder.closing or self._stopping.is_set()

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

    async def run(self) -> None:
        """Live from the request to the end. Returns in an ended status and raises nothing."""
        try:
            if await self._may_begin():
                await self._create()
                await self._live()
            else:
                self._become(SessionStatus.CANCELLED)
        except HeyGenError as error:
            await self._abandon(error)
        except Exception as error:  # noqa: BLE001 (a defect must not leave a session that is billed)
            _log.exception("The session failed.")
            await self._abandon(error)
        self._settle_speeches()

    async def _may_begin(self) -> bool:
        """Connect, unless it is to be stopped before it has begun."""
        if not self._stopping.is_set():
            self._become(SessionStatus.CREATING)
            self._client = await self._connect()
        return not self._stopping.is_set()

    async def _create(self) -> None:
        self.meter.requested()
        for speech in self.speeches[:1]:
            self._change_speech(speech, SpeechStatus.SENDING)
        fields = {name: getattr(self._request, name) for name in type(self._request).model_fields}
        created = await self._client.avatar_realtime.create(**fields)
        self.stream_id = created.stream_id
        self._become(SessionStatus.PENDING)
        for speech in self.speeches[:1]:
            self._change_speech(speech, SpeechStatus.SENT)

    async def _live(self) -> None:
        """Feed, follow and watch until the session has ended or is to be stopped."""
        watching = asyncio.create_task(self._watch())
        stopping = asyncio.create_task(self._stopping.wait())
        following = asyncio.create_task(self._follow_words())
        feeding = asyncio.create_task(self._feed())
        try:
            await asyncio.wait({watching, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if watching.done():
                await watching
                await asyncio.wait({following}, timeout=LAST_WORDS)
            else:
                await self._cancel()
        finally:
            await _end(watching, stopping, following, feeding)

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
        if not self._takes_text:
            return
        try:
            await self._feeder.run()
        except Gone:
            pass  # `_watch` learns why it ended
        except HeyGenError as error:
            _log.debug("The session takes no more text: %s", error)
        else:
            if self.status in {SessionStatus.PENDING, SessionStatus.STREAMING}:
                self._become(SessionStatus.DRAINING)
        self._look_now.set()

    async def _append(self, delta: str, *, final: bool) -> AppendTextDeltaResponse:
        return await self._client.avatar_realtime.append_text(self._id, delta, final=final)

    async def _follow_words(self) -> None:
        try:
            async with contextlib.aclosing(follow_words(self._client, self._id)) as batches:
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
            if speech.status is SpeechStatus.SPEAKING and self._aligner.is_spoken(speech):
                self._change_speech(speech, SpeechStatus.SPOKEN)

    async def _cancel(self) -> None:
        """End the session on the server; without a cancel there, by closing its input."""
        try:
            await self._client.avatar_realtime.cancel(self._id)
        except APIError as error:
            if not isinstance(error, NotFound) and error.status != 405:  # noqa: PLR2004
                raise
            if self._takes_text:
                with contextlib.suppress(Gone, NotFound):
                    await self._append("", final=True)
        self._become(SessionStatus.CANCELLED)

    async def _abandon(self, error: Exception) -> None:
        """End in error, and try not to leave anything behind that costs money."""
        if self.stream_id is not None:
            with contextlib.suppress(Exception):
                await self._client.avatar_realtime.cancel(self.stream_id)
        self.error = error
        self._become(SessionStatus.ERROR)

    def _settle_speeches(self) -> None:
        """Say of each text that was not spoken to its end what became of it."""
        for speech in self.speeches:
            if self.stream_id is None and self.error is not None:
                self._change_speech(speech, SpeechStatus.FAILED, self.error)
            elif self.status is SessionStatus.COMPLETED and speech.status in _WITH_THE_SERVER:
                self._change_speech(speech, SpeechStatus.SPOKEN)
            else:
                self._change_speech(speech, SpeechStatus.INTERRUPTED)

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
        if speech.status is SpeechStatus.SENDING:  # its words may come before the answer does
            self._aligner.expect(speech)
        elif speech.status is SpeechStatus.FAILED:
            self._aligner.forget(speech)
        self._on_event(SpeechChanged(speech=speech, status=speech.status))
        if not self._tells_words:
            self._resolve_unwatched()


_WITH_THE_SERVER = frozenset({SpeechStatus.SENT, SpeechStatus.SPEAKING})


def _may_pass(error: HeyGenError) -> bool:
    return isinstance(error, RateLimited | ServerError) or not isinstance(error, APIError)


async def _end(*tasks: asyncio.Task[Any]) -> None:
    for task in tasks:
        task.cancel()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(result, Exception) and not isinstance(result, HeyGenError):
            _log.error("A part of the session failed.", exc_info=result)
