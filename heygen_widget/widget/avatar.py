"""`Avatar`: the widget and its verbs.

The only place that knows both the notebook's widgets and sessions. Verbs may be called from any
thread; they hand over to the private loop, which alone touches sessions and writes the trait.
"""

import asyncio
import os
import time
import warnings
import weakref
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from heygen_widget.api import AsyncHeyGen, HeyGen
from heygen_widget.api.models import WordEvent
from heygen_widget.bridge import bridge, wait_blocking
from heygen_widget.controller.publisher import StreamDisplay
from heygen_widget.frontend.events import recovered
from heygen_widget.frontend.protocol import (
    BrowserMessage,
    Playback,
    Recovered,
    Refresh,
    Speak,
    Transport,
)
from heygen_widget.frontend.standalone_player import pages
from heygen_widget.lifecycle.bookkeeping import Accounts
from heygen_widget.lifecycle.connection import Connection
from heygen_widget.session import (
    PRICE_PER_SECOND,
    SessionEvent,
    SessionStatus,
    Speech,
    SpeechStatus,
)
from heygen_widget.session.audio import prepare
from heygen_widget.session.delivery import Delivery
from heygen_widget.session.requests import Opening, Openings
from heygen_widget.session.sessions import Sessions
from heygen_widget.session.text import in_one_request
from heygen_widget.session.writers import TextSource
from heygen_widget.take import Recording, Snapshot, TakeError, can_decode, checked_path
from heygen_widget.transport.router import Streams
from heygen_widget.widget.base import OnInterrupt, SessionWidget, check_choice
from heygen_widget.widget.retention import weakly
from heygen_widget.widget.saved_output import POSTER_WIDTH

if TYPE_CHECKING:
    from heygen_widget.local import LocalServer

DEFAULT_AVATAR_ID: Final = "Daisy-inskirt-20220818"
DEFAULT_VOICE_ID: Final = "1bd001e7e50f421d891986aad5158bc8"
"""The avatar and voice of HeyGen's own first example (developers.heygen.com/avatar-realtime)."""

FIRST_WORDS: Final = 0.5
"""Seconds to wait for a session's first words; after that, no picture is awaited.

A waiting cell may prevent them from being written.
"""

_avatars: "weakref.WeakSet[Avatar]" = weakref.WeakSet()


class Avatar(SessionWidget):
    """A HeyGen avatar in a notebook: show it, then let it speak.

    Creating and showing one opens no session and costs nothing. Without a key it rehearses with the
    embedded avatar server, on this machine.

    A session ends with `stop`, `close` or the ``with`` block, when the cell that made the avatar
    runs again, at its limits and with the kernel; and, once all queued text is spoken, when
    neither a page nor a variable refers to the avatar any more.

    Parameters
    ----------
    avatar_id, voice_id
        Identifiers of a HeyGen look and voice. The embedded server accepts any.
    client
        A `HeyGen` or `AsyncHeyGen`, whose key and address are used.
    local
        True to rehearse even with a key, False never to; a `LocalServer`; or a client for
        one that someone else runs: ``HeyGen(its_key, its_address)``.
    transport
        How the picture reaches a page: ``"direct"``, it fetches the stream itself; ``"kernel"``,
        the kernel reads the stream and hands it on through the notebook; ``"auto"``, whichever
        works.
    max_cost, max_seconds
        Limits in dollars and seconds that end a session; announced ten seconds ahead.
    price_per_second
        Dollars, for the meter.
    interrupt
        What interrupting a cell ends: only the wait, or with ``"stop"`` also the session.

    Examples
    --------
    >>> avatar = Avatar()  # doctest: +SKIP
    >>> avatar  # shows it  # doctest: +SKIP
    >>> avatar.speak("Hello!")  # in the next cell  # doctest: +SKIP
    """

    _sessions: Sessions

    def __init__(
        self,
        avatar_id: str | None = None,
        voice_id: str | None = None,
        *,
        client: HeyGen | AsyncHeyGen | None = None,
        local: "LocalServer | HeyGen | AsyncHeyGen | bool | None" = None,
        transport: Transport = "auto",
        max_cost: float | None = None,
        max_seconds: float | None = None,
        price_per_second: float = PRICE_PER_SECOND,
        interrupt: OnInterrupt = "wait",
    ) -> None:
        check_choice("transport", transport, Transport)
        check_choice("interrupt", interrupt, OnInterrupt)
        avatar_id = avatar_id or DEFAULT_AVATAR_ID
        connection = Connection(client=client, local=local)
        self._openings = Openings(avatar_id, voice_id or DEFAULT_VOICE_ID, connection.client)
        accounts = Accounts(avatar_id, connection, self._on_event, self._on_end)
        sessions = Sessions(
            connection.connect,
            self._openings.text_stream,
            price_per_second=price_per_second,
            limits=connection.limits(max_cost=max_cost, max_seconds=max_seconds),
            find_host=connection.host,
        )
        sessions.on_failure = partial(weakly(self._show_failure), "Handling a session event")
        accounts.follow(sessions)
        self._streams = Streams(
            transport,
            nearby=connection.nearby,
            send=weakly(self.send),
            expired=sessions.look_again,
        )
        self._pages = StreamDisplay(self, sessions, self._streams, rehearsal=connection.rehearsal)
        super().__init__(sessions, connection, self._pages, interrupt=interrupt)
        _avatars.add(self)

    def start(
        self,
        text: str | None = None,
        *,
        audio: object = None,
        rate: int | None = None,
        type: Literal["text_stream", "tts", "audio"] | None = None,  # noqa: A002 (the API's name)
    ) -> Speech | None:
        """Open a session that starts with `text`, or that moves the lips to `audio`.

        Parameters
        ----------
        text
            The first words. HeyGen does not open a session without text or audio.
        audio
            Existing audio: a path, bytes, a URL, an asset id, an open file, `(samples, rate)`,
            or an array of samples with `rate`, (n,) or (n, 2), int16 or float in -1 to 1. Large
            ones are uploaded.
        rate
            Samples a second of an array.
        type
            ``"text_stream"`` (default) accepts more text later, ``"tts"`` ends after `text`.

        Returns
        -------
        Speech or None
            The handle of `text`; None for audio.

        Raises
        ------
        ValueError
            If the text is empty, too long for one ``"tts"`` request, or the arguments
            contradict each other.
        RuntimeError
            If a session is already open and not ending, or this avatar is closed.

        Examples
        --------
        >>> avatar.start("Welcome!", type="tts")  # doctest: +SKIP
        """
        kind = type or ("text_stream" if audio is None else "audio")
        if kind not in {"text_stream", "tts", "audio"}:
            raise ValueError(f"type must be 'text_stream', 'tts' or 'audio', not {type!r}.")
        if (text is None) == (kind != "audio") or (audio is None) == (kind == "audio"):
            raise ValueError(
                "A session needs something to say first: start('Hello') or start(audio=...)."
            )
        self._refuse_if_closed()
        if audio is not None:
            self._open(self._openings.audio(prepare(audio, rate)), None)
            return None
        speech = self._said(text or "")
        if kind == "tts":
            in_one_request(speech.text)
            self._open(self._openings.tts, speech)
        else:
            self._open(self._openings.text_stream, speech, takes_text=True)
        return speech

    def speak(
        self, text: TextSource, *, final: bool = False, raw: bool = False, reopen: bool = False
    ) -> Speech:
        """Speak `text` after everything already queued. Opens a session if none is open.

        Returns immediately. If a stream fails later and nothing waits for the speech, the cell
        that called this method shows why.

        Parameters
        ----------
        text
            A string, or an iterable or asynchronous iterable of strings or of the chunks that the
            packages of OpenAI, Anthropic, Google, Mistral, Cohere, Ollama, Bedrock, Hugging Face,
            LangChain, LangGraph, LiteLLM, LlamaIndex, pydantic-ai and openai-agents stream.
        final
            Accept no more text after this one.
        raw
            Send Markdown unchanged, instead of what a person would read aloud.
        reopen
            If the session ends early, continue in a new one, once.

        Raises
        ------
        TypeError
            If it is neither text nor a stream of text, if that is known within 0.1 s.
        ValueError
            If the text is empty, or longer than a session can hold.
        RuntimeError
            When this avatar is closed.

        Examples
        --------
        >>> avatar.speak("The model has converged.").result(timeout=60)  # doctest: +SKIP
        >>> avatar.speak(openai.chat.completions.create(..., stream=True))  # doctest: +SKIP
        """
        self._refuse_if_closed()
        speech = self._said(text, raw=raw, reopen=reopen)
        bridge.call(self._sessions.say, speech)
        if final:
            self.finish()
        return speech

    def save(self, path: str | os.PathLike[str], *, timeout: float | None = None) -> Path:
        """Save what the newest session has streamed so far; all of it once it has ended.

        Parameters
        ----------
        path
            ``talk.mp4`` makes a film with captions, ``talk.vtt`` or ``talk.srt`` captions alone.
        timeout
            Seconds.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        TakeError
            When there is nothing to save, or PyAV is missing for a film.
        ValueError
            When the suffix is none of these.
        TimeoutError
            When it takes longer.

        Examples
        --------
        >>> avatar.save("talk.mp4")  # doctest: +SKIP
        """
        target = checked_path(path)
        whole = wait_blocking(self._loop.submit(self._streams.save(target)), timeout)
        if not whole and target.suffix.lower() == ".mp4":
            warnings.warn(f"{target.name} is missing a part of the stream.", stacklevel=2)
        return target

    @property
    def recording(self) -> Recording:
        """The newest session's stream so far, as a player that stays in the notebook."""
        return wait_blocking(self._loop.submit(self._streams.record()))

    def snapshot(self) -> Snapshot:
        """Take a picture of the avatar as it is now, which stays in the notebook.

        Raises
        ------
        TakeError
            When there is no picture yet, or PyAV is missing.

        Examples
        --------
        >>> avatar.snapshot()  # doctest: +SKIP
        """
        return wait_blocking(self._loop.submit(self._streams.snapshot()))

    @property
    def words(self) -> tuple[WordEvent, ...]:
        """The words spoken so far; times in seconds from the start of the stream."""
        session = self._sessions.current
        return session.words if session else ()

    @property
    def transcript(self) -> str:
        """The text spoken so far, as its author wrote it."""
        session = self._sessions.current
        return session.transcript if session else ""

    @property
    def idle_time_left(self) -> float | None:
        """Seconds until the server closes the input for lack of text.

        None while no timeout is pending: outside a session and while text is queued.
        """
        session = self._sessions.current
        return session.idle_left if session else None

    @property
    def _way(self) -> str:
        playback = self._waiting.playback
        if playback is None:
            return f"{self._streams.transport}: {self._streams.why or 'nothing has been played'}"
        return f"{playback.transport}: {self._streams.why or playback.reason}"

    def _said(self, text: TextSource, *, raw: bool = False, reopen: bool = False) -> Delivery:
        stop = partial(bridge.call, self._sessions.stop)  # which keeps no avatar alive
        interrupted = stop if self._stops_when_interrupted else None
        return Delivery(
            text, raw=raw, reopen=reopen, interrupted=interrupted, unheeded=self._unheeded()
        )

    def _open(self, opening: Opening, speech: Delivery | None, *, takes_text: bool = False) -> None:
        with self._stopped_by_interrupts():
            bridge.ask(self._begin, opening, speech, takes_text)

    # From here on: on the private loop.

    def _begin(self, opening: Opening, speech: Delivery | None, takes_text: bool) -> None:  # noqa: FBT001 (passed on by `ask`)
        newest = self._sessions.newest
        if newest is not None and not newest.ending:
            raise RuntimeError(
                f"A session is already open ({newest.status}). speak() adds to it, stop() ends it."
            )
        self._sessions.begin(opening, speech, takes_text=takes_text)

    def _carry_out(self, message: BrowserMessage) -> None:
        self._streams.hear(message)
        super()._carry_out(message)
        match message:
            case Speak(text=text):
                speech = self._said(text)
                self._sessions.say(speech)
                if speech.status is SpeechStatus.SILENT:
                    raise ValueError("No voice can pronounce this text.")
            case Playback(state="unsupported"):
                self._pages.show_elsewhere(pages.address(self))
            case Recovered():
                self._on_event(recovered(message))
            case Refresh(epoch=epoch):
                self._sessions.look_again(epoch)

    def _on_event(self, event: SessionEvent) -> None:
        self._streams.follow(self._sessions.epoch, event)
        super()._on_event(event)

    async def _poster(self, patience: float = 0.0) -> bytes | None:
        asked = time.monotonic()
        while True:
            with suppress(TakeError):
                return (await self._streams.snapshot(POSTER_WIDTH)).data
            begun = self.status is not SessionStatus.IDLE
            late = time.monotonic() - asked >= (patience if begun else min(patience, FIRST_WORDS))
            if late or self.status.ended or not can_decode():
                return None
            await asyncio.sleep(0.1)


def speak(
    text: TextSource, *, final: bool = False, raw: bool = False, reopen: bool = False
) -> Speech:
    """Speak `text` with the newest avatar; see `Avatar.speak`.

    Raises
    ------
    RuntimeError
        When there is no avatar.

    Examples
    --------
    >>> speak("Here come the results.")  # doctest: +SKIP
    """
    return newest().speak(text, final=final, raw=raw, reopen=reopen)


def newest() -> Avatar:
    """Return the most recently created avatar that is not closed.

    Raises
    ------
    RuntimeError
        When there is none.
    """
    shown = [avatar for avatar in _avatars if avatar.comm is not None]
    found = max(shown, key=lambda avatar: avatar._made, default=None)  # noqa: SLF001 (its base has it)
    if found is None:
        raise RuntimeError("No avatar yet. Create and show one: avatar = Avatar(); avatar")
    return found
