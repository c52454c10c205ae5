"""`Avatar`: the widget and its verbs.

The only place that knows both the notebook's widgets and sessions. Verbs may be called from any
thread; they hand over to the private loop, which alone touches sessions and writes the trait.
"""

import concurrent.futures
import logging
import os
import weakref
from collections import deque
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import anywidget
import traitlets
from pydantic import ValidationError

from heygen_widget.api import AsyncHeyGen, HeyGen
from heygen_widget.api.models import (
    Asset,
    AssetId,
    AssetUpload,
    CreateAvatarRealtimeAudio,
    CreateAvatarRealtimeTextStream,
    CreateAvatarRealtimeTTS,
    WordEvent,
)
from heygen_widget.at_exit import end_at_exit
from heygen_widget.audio import prepare
from heygen_widget.bridge import bridge, wait_awaited, wait_blocking
from heygen_widget.busy import watch_cells
from heygen_widget.cells import MadeInCells
from heygen_widget.connection import Connection
from heygen_widget.delivery import Delivery
from heygen_widget.lease import leases
from heygen_widget.overview import ledger
from heygen_widget.page import STATIC, send_player, send_player_unasked
from heygen_widget.playback import recovered
from heygen_widget.player_page import pages
from heygen_widget.protocol import (
    BrowserMessage,
    Finish,
    Hello,
    Playback,
    Problem,
    ProblemMessage,
    Recovered,
    Refresh,
    SessionView,
    Speak,
    SpeechMessage,
    Stop,
    Transport,
    read_browser_message,
    to_browser,
)
from heygen_widget.session import (
    PRICE_PER_SECOND,
    PlaybackReady,
    SessionEvent,
    SessionStatus,
    Speech,
    SpeechChanged,
    StatusChanged,
    WordsSpoken,
)
from heygen_widget.session.guard import Limits
from heygen_widget.session.sequence import Sequence
from heygen_widget.session.session import Request
from heygen_widget.session.writers import TextSource
from heygen_widget.take import Recording, Snapshot, checked_path
from heygen_widget.transcript import as_text
from heygen_widget.view import session_view, words_message

if TYPE_CHECKING:
    from heygen_widget.local import LocalServer

DEFAULT_AVATAR_ID: Final = "Daisy-inskirt-20220818"
DEFAULT_VOICE_ID: Final = "1bd001e7e50f421d891986aad5158bc8"
"""The avatar and voice of HeyGen's own first example (developers.heygen.com/avatar-realtime)."""

MOST_EVENTS: Final = 10_000
"""Events kept; older ones are forgotten."""

_log = logging.getLogger(__name__)
# Without a handler, Python would print warnings, into whichever cell ran last.
logging.getLogger("heygen_widget").addHandler(logging.NullHandler())

_avatars: "weakref.WeakSet[Avatar]" = weakref.WeakSet()
_counter = count(1)
_made_in_cells: MadeInCells["Avatar"] = MadeInCells()


class Avatar(anywidget.AnyWidget):
    """A HeyGen avatar in a notebook: show it, then let it speak.

    Making and showing one opens no session and costs nothing. Without a key it rehearses with the
    embedded avatar server, on this machine.

    Parameters
    ----------
    avatar_id, voice_id
        Identifiers of a HeyGen look and voice. The embedded server takes any.
    client
        A `HeyGen` or `AsyncHeyGen`, whose key and address are used.
    local
        True to rehearse although there is a key, False never to; or a running `LocalServer`.
    transport
        How the picture reaches a page: ``"direct"``, it fetches the stream itself; ``"kernel"``,
        the kernel reads the stream and hands it on through the notebook; ``"auto"``, whichever
        works.
    max_cost, max_seconds
        Dollars and seconds after which a session is ended; announced ten seconds ahead.
    price_per_second
        Dollars, for the meter.
    interrupt
        What interrupting a cell ends: only its waiting, or with ``"stop"`` the session too.

    Examples
    --------
    >>> avatar = Avatar()  # doctest: +SKIP
    >>> avatar  # shows it  # doctest: +SKIP
    >>> avatar.speak("Hello!")  # in the next cell  # doctest: +SKIP
    """

    _esm = STATIC / "widget.js"
    _css = STATIC / "widget.css"
    session = traitlets.Dict(read_only=True).tag(sync=True)

    def __init__(
        self,
        avatar_id: str | None = None,
        voice_id: str | None = None,
        *,
        client: HeyGen | AsyncHeyGen | None = None,
        local: "LocalServer | bool | None" = None,
        transport: Transport = "auto",
        max_cost: float | None = None,
        max_seconds: float | None = None,
        price_per_second: float = PRICE_PER_SECOND,
        interrupt: Literal["wait", "stop"] = "wait",
    ) -> None:
        self._avatar_id = avatar_id or DEFAULT_AVATAR_ID
        self._voice_id = voice_id or DEFAULT_VOICE_ID
        self._connection = Connection(client=client, local=local)
        self._sessions = Sequence(
            self._connection.client,
            self._seeded,
            self._on_event,
            self._release_waiting,
            price_per_second=price_per_second,
            limits=Limits(max_cost=max_cost, max_seconds=max_seconds),
        )
        self._delivery = Delivery(
            transport,
            nearby=self._connection.rehearsal,
            send=self.send,
            expired=self._sessions.look_again,
        )
        watch_cells()
        self._interrupted = self.stop if interrupt == "stop" else None
        self._playback: Playback | None = None
        self._page_url: str | None = None
        self._events: deque[SessionEvent] = deque(maxlen=MOST_EVENTS)
        self._waiting: list[tuple[str, concurrent.futures.Future[SessionStatus]]] = []
        super().__init__()
        self.set_trait(
            "session",
            to_browser(self._view()),
        )
        self.on_msg(self._hear_browser)
        self._made = next(_counter)
        _avatars.add(self)
        end_at_exit(self._sessions, self._connection)
        for older in _made_in_cells.add(self):
            older.close()
        if not self._connection.rehearsal:
            bridge.submit(self._connection.end_orphans())

    def start(
        self,
        text: str | None = None,
        *,
        audio: object = None,
        rate: int | None = None,
        type: Literal["text_stream", "tts", "audio"] | None = None,  # noqa: A002 (the API's name)
    ) -> Speech | None:
        """Open a session that begins with `text`, or that moves the lips to `audio`.

        Parameters
        ----------
        text
            The first words. HeyGen opens no session without something to say.
        audio
            Ready-made sound: a path, bytes, a URL, an asset id, an open file, `(samples, rate)`,
            or an array of samples with `rate`, (n,) or (n, 2), int16 or float in -1 to 1. Large
            ones are uploaded.
        rate
            Samples a second of an array.
        type
            ``"text_stream"`` (default) takes more text later, ``"tts"`` ends after `text`.

        Returns
        -------
        Speech or None
            The handle of `text`; None for audio.

        Raises
        ------
        ValueError
            When there is nothing to say, or the arguments contradict each other.
        RuntimeError
            When a session is open that was not told to end, or this avatar is closed.

        Examples
        --------
        >>> avatar.start("Welcome!", type="tts")  # doctest: +SKIP
        """
        kind = type or ("text_stream" if audio is None else "audio")
        if kind not in {"text_stream", "tts", "audio"}:
            raise ValueError(f"type is 'text_stream', 'tts' or 'audio', not {type!r}.")
        if (text is None) == (kind != "audio") or (audio is None) == (kind == "audio"):
            raise ValueError(
                "A session begins with something to say: start('Hello'), or start(audio=...)."
            )
        self._refuse_if_closed()
        speech = None if text is None else Speech(text, interrupted=self._interrupted)
        if audio is not None:
            bridge.ask(self._begin, partial(self._audio, prepare(audio, rate)), None, kind)
        else:
            bridge.ask(self._begin, self._tts if kind == "tts" else self._seeded, speech, kind)
        return speech

    def speak(
        self, text: TextSource, *, final: bool = False, raw: bool = False, reopen: bool = False
    ) -> Speech:
        """Let the avatar say `text`, after all it was told before. Opens a session if none is open.

        Returns at once.

        Parameters
        ----------
        text
            A string, or an iterable or asynchronous iterable of strings or of the chunks that the
            OpenAI, Anthropic, LangChain and LiteLLM packages stream.
        final
            Take no more text after this one.
        raw
            Send Markdown as it is, instead of what a person would read aloud.
        reopen
            Should the session end before all of it was sent, say the rest in a new one, once.

        Raises
        ------
        TypeError
            When it is no text, and gives none.
        ValueError
            When there is nothing to say, or more than a session can hold.
        RuntimeError
            When this avatar is closed.

        Examples
        --------
        >>> avatar.speak("The model has converged.").result(timeout=60)  # doctest: +SKIP
        >>> avatar.speak(openai.chat.completions.create(..., stream=True))  # doctest: +SKIP
        """
        self._refuse_if_closed()
        speech = Speech(text, raw=raw, reopen=reopen, interrupted=self._interrupted)
        bridge.call(self._sessions.say, speech)
        if final:
            self.finish()
        return speech

    def finish(self) -> None:
        """Take no more text: what was said is still spoken, then the session ends by itself.

        Examples
        --------
        >>> avatar.finish()  # doctest: +SKIP
        """
        bridge.call(self._sessions.finish)

    def stop(self) -> None:
        """End the session now, in whatever state it is. Harmless when there is none.

        Examples
        --------
        >>> avatar.stop()  # doctest: +SKIP
        """
        bridge.call(self._sessions.stop)

    def close(self) -> None:
        """Stop, and remove the widget from every page. Harmless when closed already.

        Examples
        --------
        >>> avatar.close()  # doctest: +SKIP
        """
        self.stop()
        super().close()

    def __del__(self) -> None:
        # Not `close`: a session keeps its avatar alive, so there is none left to stop.
        super().close()

    def wait(self, state: str = "completed", timeout: float | None = None) -> SessionStatus:
        """Block until the session has reached `state`, or has ended.

        After an end, the transcript is whole and every speech has its end too.

        Parameters
        ----------
        state
            A status, such as ``"streaming"``. Not ``"playing"``: only the browser knows that, and a
            blocked kernel does not hear it; await `until` instead.
        timeout
            Seconds.

        Returns
        -------
        SessionStatus
            What the session has become.

        Raises
        ------
        TimeoutError
            When it takes longer.
        HeyGenError
            When the session failed, unless ``"error"`` was waited for.

        Examples
        --------
        >>> avatar.wait("streaming", timeout=30)  # doctest: +SKIP
        """
        if state == "playing":
            raise ValueError("A blocked cell hears no browser: use await avatar.until('playing').")
        return wait_blocking(self._reaching(state), timeout)

    async def until(self, state: str = "completed") -> SessionStatus:
        """Await what `wait` blocks for; also ``"playing"``, the browser's own word.

        ``"playing"`` needs a kernel that hears the browser while a cell awaits: ipykernel 7.4, or
        7.0 and newer in JupyterLab.

        Examples
        --------
        >>> await avatar.until("playing")  # doctest: +SKIP
        """
        return await wait_awaited(self._reaching(state))

    def save(self, path: str | os.PathLike[str], *, timeout: float | None = None) -> Path:
        """Save what the newest session streamed so far; all of it once it has ended.

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
        saving = self._delivery.save(checked_path(path), lambda: self.words)
        return bridge.submit(saving).result(timeout)

    @property
    def recording(self) -> Recording:
        """What the newest session streamed so far, as a player that stays in the notebook."""
        return bridge.submit(self._delivery.record(lambda: self.words)).result()

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
        return bridge.submit(self._delivery.snapshot()).result()

    @property
    def status(self) -> SessionStatus:
        """State of the session; ``idle`` before the first one."""
        session = self._sessions.current
        return session.status if session else SessionStatus.IDLE

    @property
    def stream_id(self) -> str | None:
        """The server's identifier of the session."""
        session = self._sessions.current
        return session.stream_id if session else None

    @property
    def end_reason(self) -> str | None:
        """Why the session completed, such as ``final_marker`` or ``idle_timeout``."""
        session = self._sessions.current
        return session.end_reason if session else None

    @property
    def error(self) -> Exception | None:
        """Why the session failed."""
        session = self._sessions.current
        return session.error if session else None

    @property
    def words(self) -> tuple[WordEvent, ...]:
        """What was spoken so far; seconds from the start of the stream."""
        session = self._sessions.current
        return session.words if session else ()

    @property
    def transcript(self) -> str:
        """What was spoken so far, as text."""
        return as_text(self.words)

    @property
    def elapsed(self) -> float:
        """Seconds the session has streamed."""
        session = self._sessions.current
        return session.meter.elapsed if session else 0.0

    @property
    def cost(self) -> float:
        """Estimated dollars of the session; in a rehearsal, what it would have cost."""
        session = self._sessions.current
        return session.meter.cost if session else 0.0

    @property
    def events(self) -> tuple[SessionEvent, ...]:
        """What happened, oldest first; the latest `MOST_EVENTS`."""
        return tuple(self._events)

    def __repr__(self) -> str:
        rehearsal = "rehearsal, " if self._connection.rehearsal else ""
        return f"<Avatar {rehearsal}{self.status}, {self.elapsed:.0f} s, ≈ ${self.cost:.2f}>"

    def _repr_mimebundle_(self, **options: Any) -> Any:
        send_player_unasked(self.send)
        bridge.submit(self._connection.warm_up())
        return super()._repr_mimebundle_(**options)

    def _refuse_if_closed(self) -> None:
        if self.comm is None:  # nobody would see what is paid for
            raise RuntimeError("This avatar is closed. Make another one: avatar = Avatar(); avatar")

    def _reaching(self, state: str) -> concurrent.futures.Future[SessionStatus]:
        if state != "playing":
            SessionStatus(state)  # raises ValueError for a state that does not exist
        future: concurrent.futures.Future[SessionStatus] = concurrent.futures.Future()
        future.set_running_or_notify_cancel()
        bridge.ask(self._wait_for, state, future)
        return future

    def _hear_browser(self, _: object, content: object, __: object) -> None:
        """Take a message of the browser, on whichever thread the kernel delivers it."""
        try:
            message = read_browser_message(content)
        except ValidationError as error:
            _log.warning("The browser sent what is no message of ours: %s", error)
            self._tell_problem("The browser sent something unknown.", "Reload the page.")
            return
        bridge.call(self._obey, message)

    # From here on: on the private loop.

    def _begin(
        self,
        request: Request,
        speech: Speech | None,
        kind: str,
    ) -> None:
        newest = self._sessions.newest
        if newest is not None and not newest.ending:
            raise RuntimeError(
                f"A session is open ({newest.status}). speak() adds to it, stop() ends it."
            )
        self._sessions.begin(request, speech, takes_text=kind == "text_stream")

    def _obey(self, message: BrowserMessage) -> None:
        self._delivery.hear(message)
        try:
            self._carry_out(message)
        except ValueError as error:
            self._tell_problem("That cannot be done.", str(error))

    def _carry_out(self, message: BrowserMessage) -> None:
        match message:
            case Hello(player=has_player):
                if not has_player:
                    send_player(self.send)
                self._tell_history()
            case Speak(text=text):
                self._sessions.say(Speech(text))
            case Finish():
                self._sessions.finish()
            case Stop():
                self._sessions.stop()
            case Playback():
                self._take_playback(message)
            case Recovered():
                self._events.append(recovered(message))
            case Refresh(epoch=epoch):
                self._sessions.look_again(epoch)

    def _take_playback(self, playback: Playback) -> None:
        self._playback = playback
        self._release_waiting()
        if playback.state == "unsupported" and self._page_url is None:
            self._page_url = pages.address(self)
            self._show()

    async def _seeded(self, text: str) -> CreateAvatarRealtimeTextStream:
        return CreateAvatarRealtimeTextStream(
            avatar_id=self._avatar_id, voice_id=self._voice_id, text=text
        )

    async def _tts(self, text: str) -> CreateAvatarRealtimeTTS:
        return CreateAvatarRealtimeTTS(
            avatar_id=self._avatar_id, voice_id=self._voice_id, text=text
        )

    async def _audio(self, sound: Asset | AssetUpload, _: str) -> CreateAvatarRealtimeAudio:
        if isinstance(sound, AssetUpload):
            client = await self._connection.client()
            uploaded = await client.assets.upload(
                sound.data, filename=sound.filename, media_type=sound.media_type
            )
            sound = AssetId(asset_id=uploaded.asset_id)
        return CreateAvatarRealtimeAudio(avatar_id=self._avatar_id, audio=sound)

    def _on_event(self, event: SessionEvent) -> None:
        self._events.append(event)
        if isinstance(event, StatusChanged):
            self._account_for(event)
        epoch = self._sessions.number
        match event:
            case WordsSpoken(first=first, words=words):
                self.send(to_browser(words_message(epoch, first, words)))
            case SpeechChanged(speech=speech, status=status):
                self._tell_speech(speech, status)
            case _:
                self._deliver(event)
                self._show()
                self._release_waiting()

    def _deliver(self, event: SessionEvent) -> None:
        epoch = self._sessions.number
        match event:
            case PlaybackReady(hls_url=url):
                self._delivery.play(epoch, url)
            case StatusChanged(status=status) if status.ended:
                self._delivery.session_over(epoch)

    def _account_for(self, event: StatusChanged) -> None:
        """Keep the overview true, and what a next kernel is to end if this one dies."""
        session = self._sessions.current
        if session is None:
            return
        rehearsal = self._connection.rehearsal
        ledger.note(session, avatar=self._avatar_id, rehearsal=rehearsal)
        if rehearsal or session.stream_id is None:
            return
        if event.status is SessionStatus.PENDING:
            self._connection.lease(session.stream_id)
        elif event.status in {SessionStatus.COMPLETED, SessionStatus.CANCELLED}:
            leases.remove(session.stream_id)  # after an error, nobody knows whether it lives

    def _show(self) -> None:
        try:
            self.set_trait(
                "session",
                to_browser(self._view()),
            )
        except Exception as error:  # noqa: BLE001 (whatever an observer of the user's raises)
            # The page has it by now, and what is paid for must go on.
            _log.exception("An observer of `session` failed.")
            self._tell_problem("An observer of `session` failed.", repr(error))

    def _view(self) -> SessionView:
        return session_view(
            self._sessions,
            rehearsal=self._connection.rehearsal,
            transport=self._delivery.transport,
            page_url=self._page_url,
        )

    def _tell_history(self) -> None:
        """Bring a page that has just come up to date; its trait may be old."""
        self._show()
        epoch = self._sessions.number
        self.send(to_browser(words_message(epoch, 0, self.words)))
        for speech in self._sessions.current.speeches if self._sessions.current else ():
            self._tell_speech(speech, speech.status)

    def _tell_speech(self, speech: Speech, status: str) -> None:
        epoch = self._sessions.number
        message = SpeechMessage(epoch=epoch, id=speech.id, text=speech.text, status=status)
        self.send(to_browser(message))

    def _tell_problem(self, title: str, hint: str) -> None:
        self.send(to_browser(ProblemMessage(problem=Problem(title=title, hint=hint))))

    def _wait_for(self, state: str, future: concurrent.futures.Future[SessionStatus]) -> None:
        self._waiting.append((state, future))
        self._release_waiting()

    def _release_waiting(self) -> None:
        still = []
        for state, future in self._waiting:
            if not self._has_reached(state):
                still.append((state, future))
            elif self.error is not None and state != SessionStatus.ERROR:
                future.set_exception(self.error)
            else:
                future.set_result(self.status)
        self._waiting = still

    def _has_reached(self, state: str) -> bool:
        if self._sessions.continues:
            return False
        if self.status.ended:
            return self._sessions.at_rest
        if state == "playing":
            playback = self._playback
            return (
                playback is not None
                and playback.epoch == self._sessions.number
                and playback.state == "playing"
            )
        return self.status.has_reached(SessionStatus(state))


def speak(
    text: TextSource, *, final: bool = False, raw: bool = False, reopen: bool = False
) -> Speech:
    """Let the newest avatar say `text`; see `Avatar.speak`.

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
    """Return the avatar that was made last and is not closed.

    Raises
    ------
    RuntimeError
        When there is none.
    """
    shown = [avatar for avatar in _avatars if avatar.comm is not None]
    found = max(shown, key=lambda avatar: avatar._made, default=None)  # noqa: SLF001
    if found is None:
        raise RuntimeError("There is no avatar yet. Make and show one: avatar = Avatar(); avatar")
    return found
