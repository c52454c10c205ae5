"""The life of one session: pending, streaming, completed or error.

All state belongs to the event loop; the stream's thread only posts to it.
Knows no HTTP.
"""

import asyncio
import contextlib
import logging
import secrets
import threading
import uuid
from collections.abc import Callable
from typing import Any, Literal

from heygen_widget.api.models import AssetId, AssetUrl
from heygen_widget.api.prices import REALTIME
from heygen_widget.local.account.wallet import Wallet
from heygen_widget.local.bell import Bell
from heygen_widget.local.bodies import MAX_TEXT_OF_SESSION, Script
from heygen_widget.local.clock import Clock, Timer
from heygen_widget.local.errors import ApiError
from heygen_widget.local.face import Face
from heygen_widget.local.fetch import ANYWHERE, PUBLIC, FetchError, fetch
from heygen_widget.local.hls import Stream
from heygen_widget.local.settings import Settings
from heygen_widget.local.storage import StoredFile
from heygen_widget.local.studio import Studio
from heygen_widget.local.voice import SAMPLE_RATE, AudioError, Recording, SpeechTrack, VoiceError
from heygen_widget.local.words import WordHistory

_logger = logging.getLogger(__name__)

Status = Literal["pending", "streaming", "completed", "error"]
EndReason = Literal["final_marker", "idle_timeout"]


class Session:
    """One session, from creation to its end and beyond.

    Create and use it on the running event loop.

    Attributes
    ----------
    stream_id
        Its public name.
    token
        The secret part of its playlist's URL.
    status
        Its state.
    words
        What has been spoken.
    published
        Notified of each new segment, and of the end.
    stream
        The stream, once there is one; None again after `forget_stream`.
    plays_at_once
        Whether its players begin with the first segment, however little there is after it.
    """

    def __init__(
        self,
        script: Script,
        settings: Settings,
        studio: Studio,
        clock: Clock,
        on_end: Callable[["Session"], None],
        *,
        wallet: Wallet,
    ) -> None:
        self.stream_id = str(uuid.uuid4())
        self.token = secrets.token_urlsafe(24)
        self.status: Status = "pending"
        self.words = WordHistory()
        self.published = Bell()
        self.stream: Stream | None = None
        self.plays_at_once = False
        self._settings = settings
        self._studio = studio
        self._clock = clock
        self._on_end = on_end
        self._wallet = wallet
        self._loop = asyncio.get_running_loop()
        self._track: SpeechTrack | None = None
        self._takes_text = script.type == "text_stream"
        self._speaks = script.audio is None
        self._stopped = threading.Event()  # for what a worker thread does for this session
        self._input_open = self._takes_text
        self._unspoken = script.text  # text that came before the track
        self._buffered_bytes = len(script.text.encode())
        self._closed_by: EndReason | None = None
        self._end_reason: EndReason | None = None
        self._error_message: str | None = None
        self._cancelled = False
        self._streamed = 0.0  # seconds
        self._idle: Timer | None = None
        self._longest = clock.call_later(settings.max_length, self._cut)
        self._opening: asyncio.Task[None] | None = asyncio.create_task(self._open(script))
        self._opening.add_done_callback(self._drop_opening_task)

    @property
    def active(self) -> bool:
        """Whether the session has not ended."""
        return self.status in {"pending", "streaming"}

    def status_answer(self, playlist_url: str) -> dict[str, Any]:
        """Return the body of a status answer; `playlist_url` shows in it while streaming."""
        url = playlist_url if self.status == "streaming" else None
        pace = self._clock.pace
        own = {} if pace == 1 else {"rehearsal": {"pace": pace, "streamed": self._streamed}}
        return {
            "stream_id": self.stream_id,
            "status": self.status,
            "hls_url": url,
            # HeyGen's quick-start page reads `url` where its reference names `hls_url`.
            "url": url,
            "error_message": self._error_message,
            "end_reason": self._end_reason,
            **own,
        }

    def append(self, delta: str, *, final: bool) -> int:
        """Append text, `final` if it is the last; return the bytes of all text so far.

        Raises
        ------
        ApiError
            400 if the session takes no text by its type, or has had enough; 410 if it takes none
            any more.
        """
        if not self._takes_text:
            message = "Text can be appended only to a session of type 'text_stream'."
            raise ApiError.invalid(message, "stream_id")
        if not (self.active and self._input_open):
            raise ApiError.closed()
        size = len(delta.encode())
        if self._buffered_bytes + size > MAX_TEXT_OF_SESSION:
            message = (
                f"A session accepts at most {MAX_TEXT_OF_SESSION:,} bytes of text, and "
                f"already has {self._buffered_bytes:,}. Open another one for the rest."
            )
            raise ApiError.invalid(message, "delta")
        self._buffered_bytes += size
        if self._track is None:
            self._unspoken += delta
        else:
            self._track.append(delta)
        if final:
            self._close_input("final_marker")
        elif delta.strip():
            self._await_text()
        return self._buffered_bytes

    def cancel(self) -> bool:
        """End the session now, if it has not ended; return whether it is or was cancelled."""
        if self.active:
            self._cancelled = True
            self._cut()
        return self._cancelled

    def forget_stream(self) -> None:
        """Free the media of a session that has ended."""
        self.stream = None
        self._track = None

    async def _open(self, script: Script) -> None:
        """Start the stream. A failure becomes the session's error."""
        try:
            await asyncio.sleep(self._clock.real(self._settings.warm_up))
            engine = await asyncio.to_thread(self._studio.engine)
            face = await asyncio.to_thread(self._studio.face, script.avatar_id)
            track = SpeechTrack(engine, script.voice_id, on_audio=self._wake, media=self._clock)
            if script.audio is not None:
                file = await self._audio_file(script.audio)
                recording = await asyncio.to_thread(Recording, file, self._stopped.is_set)
                pieces = recording.pieces()
                track.add(await asyncio.to_thread(next, pieces))
                track.play(pieces)
            self._go_on_air(track, face)
        except (AudioError, FetchError, VoiceError) as error:
            self._end("error", error_message=str(error))
        except Exception as error:
            _logger.exception("A session cannot start")
            self._end("error", error_message=f"The session cannot start: {error}")

    def _drop_opening_task(self, _: asyncio.Task[None]) -> None:
        """Release the script, which a cancelled task would keep, with its file."""
        self._opening = None

    async def _audio_file(self, audio: StoredFile | AssetUrl | AssetId) -> StoredFile:
        if isinstance(audio, StoredFile):
            return audio
        if isinstance(audio, AssetUrl):
            policy = ANYWHERE if self._settings.allow_private_urls else PUBLIC
            return await fetch(audio.url, policy)
        raise FetchError("The asset does not exist, or was removed to make room for newer ones.")

    def _go_on_air(self, track: SpeechTrack, face: Face) -> None:
        self._track = track
        track.append(self._unspoken)
        self._unspoken = ""
        if self._speaks and not self._input_open:
            track.close_input()
        self.stream = Stream(
            face,
            track,
            segment_seconds=self._settings.segment,
            clock=self._clock,
            on_segment=self._report_segment,
        )
        if self._clock.pace == 1:  # a page comes at once, and should not wait for pictures
            self.stream.watch()
        self.stream.start()

    def _wake(self) -> None:
        """Signal, from any thread, that there is something to speak."""
        stream = self.stream
        if stream is not None:
            stream.wake()

    def _report_segment(self) -> None:
        """Signal, from the stream's thread, that a segment or the end was published."""
        # When the server ends, a stream may briefly outlive the loop.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._take_segment)

    def _take_segment(self) -> None:
        stream, track = self.stream, self._track
        if stream is None or track is None:
            return
        self._wallet.pay((stream.position - self._streamed) * REALTIME)
        self._streamed = stream.position
        self.words.add(track.words_until(round(stream.position * SAMPLE_RATE)))
        if self.status == "pending" and stream.next_segment:
            self.status = "streaming"
            self._await_text()
        if stream.ended:
            self.words.complete()
            trouble = stream.failure or track.error
            if trouble:
                self._end("error", error_message=f"The stream failed: {trouble}")
            else:
                self._end("completed", end_reason=self._closed_by)
        elif self._wallet.empty:
            self._cut("error", "The account's credit is used up.")
        self.published.ring()

    def _await_text(self) -> None:
        """Restart the idle timeout of a running `text_stream`."""
        if self.status == "streaming" and self._input_open:
            if self._idle is not None:
                self._idle.cancel()
            wait = self._settings.idle_timeout
            self._idle = self._clock.call_later(wait, self._close_input, "idle_timeout")

    def _close_input(self, reason: EndReason) -> None:
        """Accept no more text, and end once all text is spoken."""
        self._input_open = False
        self._closed_by = reason
        if self._idle is not None:
            self._idle.cancel()
        if self._track is not None:
            self._track.close_input()

    def _cut(self, status: Status = "completed", error_message: str | None = None) -> None:
        """End now, whatever text is left."""
        if self._opening is not None:
            self._opening.cancel()
        self._stopped.set()
        if self._track is not None:
            self._track.discard()
        if self.stream is not None:
            self.stream.stop()
        self._end(status, error_message=error_message)

    def _end(
        self,
        status: Status,
        *,
        end_reason: EndReason | None = None,
        error_message: str | None = None,
    ) -> None:
        """Enter a final state, unless one was entered before."""
        if not self.active:
            return
        self.status = status
        self._end_reason = end_reason
        self._error_message = error_message
        self._longest.cancel()
        if self._idle is not None:
            self._idle.cancel()
        if self.stream is None:
            self.words.complete()
        self._on_end(self)
