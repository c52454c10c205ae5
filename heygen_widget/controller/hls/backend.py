"""The kind of avatar whose sessions are HLS streams."""

import asyncio
import os
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Literal

from heygen_widget.account.listening import listen, sound_of
from heygen_widget.account.playable_speech import PlayableSpeech
from heygen_widget.api import SpeechFile, WordEvent
from heygen_widget.bridge import bridge, wait_blocking
from heygen_widget.controller.backend import Handler
from heygen_widget.controller.controller import AvatarController, check_choice
from heygen_widget.controller.presenter import Presented, Presenter
from heygen_widget.frontend.browser_message import BrowserMessage
from heygen_widget.frontend.bundles import PLAYER
from heygen_widget.frontend.cues import CueHeard, CuesMessage
from heygen_widget.frontend.events import recovered
from heygen_widget.frontend.protocol import Hello, Playback, Recovered, Refresh, Speak, Transport
from heygen_widget.frontend.standalone_player import pages
from heygen_widget.lifecycle.connection import Connection
from heygen_widget.present.figure import Figure
from heygen_widget.session import SessionEvent, SessionStatus, Speech, SpeechStatus
from heygen_widget.session.audio import prepare
from heygen_widget.session.base import SessionSetup
from heygen_widget.session.delivery import Delivery
from heygen_widget.session.requests import Opening, Openings
from heygen_widget.session.sessions import Sessions
from heygen_widget.session.text import in_one_request
from heygen_widget.session.writers import TextSource
from heygen_widget.take import Recording, Snapshot, TakeError, can_decode, checked_path
from heygen_widget.transport.recordings import Recordings
from heygen_widget.transport.router import StreamRouter

FIRST_WORDS: Final = 0.5
"""Seconds to wait for a session's first words; after that, no picture is awaited.

A waiting cell may prevent them from being written.
"""


class HlsBackend:
    """Sessions of Avatar Realtime, and their streams."""

    player = PLAYER
    needs_player = True

    def __init__(
        self,
        avatar_id: str,
        voice_id: str,
        connection: Connection,
        setup: SessionSetup,
        *,
        transport: Transport,
        cell_runs: Callable[[], bool | None] = lambda: None,
    ) -> None:
        check_choice("transport", transport, Transport)
        self.avatar_id = avatar_id
        self.voice_id = voice_id
        self._openings = Openings(avatar_id, voice_id, connection.client)
        self.queue = Sessions(setup, self._openings.text_stream)
        self.router = StreamRouter(
            transport,
            nearby=connection.nearby,
            send=self._send,
            expired=self.queue.look_again,
            cell_runs=cell_runs,
        )
        self._recordings = Recordings(self.router, self._presented)
        self._page_url: str | None = None

    def attach(self, avatar: AvatarController) -> Sequence[Handler]:
        """Work for `avatar` from now on; return what handles its pages' messages."""
        self._avatar = avatar
        self.presenter = Presenter(avatar.publisher, avatar.show_failure)
        return [
            (BrowserMessage, self.router.hear),
            (Hello, self._greet),
            (CueHeard, self.presenter.hear),
            (Speak, self._speak),
            (Playback, self._offer_another_page),
            (Recovered, lambda message: self.queue.emit(recovered(message), message.epoch)),
            (Refresh, lambda message: self.queue.look_again(message.epoch)),
        ]

    def expect_page(self) -> None:
        """Do nothing: a stream plays whether or not a page shows it."""

    def view_fields(self) -> dict[str, Any]:
        """Return the fields of the `SessionView` that only this kind knows."""
        return {"transport": self.router.transport, "page_url": self._page_url}

    @property
    def transport_summary(self) -> str:
        """How the picture reaches a page, and why so."""
        playback = self._avatar.playback
        if playback is None:
            return f"{self.router.transport}: {self.router.reason or 'nothing has been played'}"
        return f"{playback.transport}: {self.router.reason or playback.reason}"

    # The verbs, from any thread; `Avatar` documents them.

    def start(
        self,
        text: str | None,
        audio: object,
        rate: int | None,
        kind: Literal["text_stream", "tts", "audio"] | None,
    ) -> Speech | None:
        """Open a session that starts with `text`, or that moves the lips to `audio`."""
        kind = kind or ("text_stream" if audio is None else "audio")
        if kind not in {"text_stream", "tts", "audio"}:
            raise ValueError(f"type must be 'text_stream', 'tts' or 'audio', not {kind!r}.")
        if (text is None) == (kind != "audio") or (audio is None) == (kind == "audio"):
            raise ValueError(
                "A session needs something to say first: start('Hello') or start(audio=...)."
            )
        self._avatar.refuse_if_closed()
        if audio is not None:
            words: Sequence[WordEvent] = ()
            if isinstance(audio, SpeechFile):
                words, audio = audio.words or (), sound_of(audio)
            self._open(self._openings.audio(prepare(audio, rate)), None, words=words)
            return None
        delivery = self._avatar.speech(Delivery, text or "")
        if kind == "tts":
            in_one_request(delivery.text)
            self._open(self._openings.tts, delivery)
        else:
            self._open(self._openings.text_stream, delivery, takes_text=True)
        return delivery.speech

    def speak(
        self,
        text: TextSource,
        presented: Presented | None = None,
        *,
        lexicon: Mapping[str, str] | None = None,
        final: bool,
        raw: bool,
        reopen: bool,
    ) -> Speech:
        """Speak `text` after everything already queued. Opens a session if none is open."""
        self._avatar.refuse_if_closed()
        marks = presented.marks if presented else None
        delivery = self._avatar.speech(
            Delivery, text, raw=raw, reopen=reopen, marks=marks, lexicon=lexicon
        )
        if presented is not None:
            self.presenter.begin(presented, delivery)
        bridge.call(self.queue.say, delivery)
        if final:
            self._avatar.finish()
        return delivery.speech

    def save(self, path: str | os.PathLike[str], width: int | None, timeout: float | None) -> Path:
        """Save what the newest session has streamed so far; all of it once it has ended."""
        target = checked_path(path)
        saving = self._avatar.loop.submit(self._recordings.save(target, width))
        if not wait_blocking(saving, timeout):
            warnings.warn(f"{target.name} is missing a part of the stream.", stacklevel=3)
        return target

    def record(self) -> Recording:
        """Return the newest session's stream so far."""
        return wait_blocking(self._avatar.loop.submit(self._recordings.record()))

    def snapshot(self) -> Snapshot:
        """Take a picture of the avatar as it is now."""
        return wait_blocking(self._avatar.loop.submit(self._recordings.snapshot()))

    def listen(self, text: str, speed: float, language: str | None) -> PlayableSpeech:
        """Speak `text` to a file, and return that with its sound."""
        self._avatar.refuse_if_closed()
        return wait_blocking(self._avatar.loop.submit(self._listen(text, speed, language)))

    def _open(
        self,
        opening: Opening,
        speech: Delivery | None,
        *,
        takes_text: bool = False,
        words: Sequence[WordEvent] = (),
    ) -> None:
        with self._avatar.stopped_by_interrupts():
            bridge.ask(self._begin, opening, speech, takes_text, words)

    # From here on: on the private loop.

    def follow(self, epoch: int, event: SessionEvent) -> None:
        """Follow the stream, and keep its words."""
        self.presenter.follow(epoch, event)
        self._recordings.follow(epoch, event)
        self.router.follow(epoch, event)

    async def poster(self, width: int, patience: float) -> bytes | None:
        """Return the newest picture as a JPEG; while a session is open, wait for one."""
        asked = time.monotonic()
        while True:
            with suppress(TakeError):
                return (await self._recordings.snapshot(width)).data
            status = self.queue.snapshot.status
            begun = status is not SessionStatus.IDLE
            late = time.monotonic() - asked >= (patience if begun else min(patience, FIRST_WORDS))
            if late or status.ended or not can_decode():
                return None
            await asyncio.sleep(0.1)

    async def _listen(self, text: str, speed: float, language: str | None) -> PlayableSpeech:
        client = await self._openings.connect()
        voice_id = self._openings.voice_id
        return await listen(client, text, voice_id, speed=speed, language=language)

    def _begin(
        self,
        opening: Opening,
        speech: Delivery | None,
        takes_text: bool,  # noqa: FBT001 (passed on by `ask`)
        words: Sequence[WordEvent],
    ) -> None:
        newest = self.queue.newest
        if newest is not None and not newest.ending:
            raise RuntimeError(
                f"A session is already open ({newest.status}). speak() adds to it, stop() ends it."
            )
        self.queue.begin(opening, speech, takes_text=takes_text, words=words)

    def _send(self, content: Any, buffers: Any = None) -> None:
        self._avatar.publisher.send(content, buffers)

    def _presented(self, epoch: int) -> tuple[list[Figure], list[CuesMessage]]:
        return self.presenter.of_session(epoch)

    def _greet(self, message: Hello) -> None:
        self.presenter.greet(has_presenter=message.presenter)

    def _speak(self, message: Speak) -> None:
        speech = self._avatar.speech(Delivery, message.text)
        self.queue.say(speech)
        if speech.status is SpeechStatus.SILENT:
            raise ValueError("No voice can pronounce this text.")

    def _offer_another_page(self, playback: Playback) -> None:
        """Offer a page of its own where this one cannot show the picture."""
        if playback.state == "unsupported" and self._page_url is None:
            self._page_url = pages.address(self._avatar.publisher)
            self._avatar.publisher.show()
