"""`Avatar`: the widget and its verbs.

The only place that knows both the notebook's widgets and sessions. Verbs may be called from any
thread; they hand over to the private loop, which alone touches sessions and writes the trait.
"""

import asyncio
import logging
import os
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Literal, Self

import anywidget
import traitlets
from pydantic import ValidationError

from heygen_widget.accounts import Accounts
from heygen_widget.api import AsyncHeyGen, HeyGen
from heygen_widget.api.models import WordEvent
from heygen_widget.at_exit import end_at_exit
from heygen_widget.audio import prepare
from heygen_widget.bridge import bridge, wait_awaited, wait_blocking
from heygen_widget.busy import watch_cells
from heygen_widget.cells import MadeInCells
from heygen_widget.connection import Connection
from heygen_widget.display import Display
from heygen_widget.fallback import POSTER_WIDTH
from heygen_widget.held import hold, let_go, weakly
from heygen_widget.history import History
from heygen_widget.observers import Home, Observers
from heygen_widget.openings import Opening, Openings
from heygen_widget.outputs import Bundle, Outputs
from heygen_widget.page import STATIC, send_player_unasked
from heygen_widget.playback import recovered
from heygen_widget.player_page import pages
from heygen_widget.protocol import (
    BrowserMessage,
    Finish,
    Hello,
    Playback,
    Recovered,
    Refresh,
    Speak,
    Stop,
    Transport,
    Yield,
    read_browser_message,
)
from heygen_widget.session import (
    PRICE_PER_SECOND,
    SessionEvent,
    SessionStatus,
    Speech,
    StatusChanged,
)
from heygen_widget.session.delivery import Delivery
from heygen_widget.session.sessions import Sessions
from heygen_widget.session.writers import TextSource
from heygen_widget.streams import Streams
from heygen_widget.take import Recording, Snapshot, TakeError, checked_path
from heygen_widget.transcript import as_text
from heygen_widget.waiting import PLAYING, Waiting

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
_opened_in_cells: MadeInCells[Sessions] = MadeInCells()  # which may outlive their avatar


class Avatar(anywidget.AnyWidget):
    """A HeyGen avatar in a notebook: show it, then let it speak.

    Making and showing one opens no session and costs nothing. Without a key it rehearses with the
    embedded avatar server, on this machine.

    A session ends with `stop`, `close` or the ``with`` block, when the cell that made the avatar
    runs again, at its limits and with the kernel; and, once all it was told is said, when neither a
    page nor a variable holds the avatar any more.

    Parameters
    ----------
    avatar_id, voice_id
        Identifiers of a HeyGen look and voice. The embedded server takes any.
    client
        A `HeyGen` or `AsyncHeyGen`, whose key and address are used.
    local
        True to rehearse although there is a key, False never to; a `LocalServer`; or a client of
        one that somebody else runs: ``HeyGen(its_key, its_address)``.
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

    # As text: of a path, anywidget would watch the file, and hold every avatar to tell of changes.
    _esm = (STATIC / "widget.js").read_text(encoding="utf-8")
    _css = (STATIC / "widget.css").read_text(encoding="utf-8")
    session = traitlets.Dict(read_only=True).tag(sync=True)

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
        interrupt: Literal["wait", "stop"] = "wait",
    ) -> None:
        avatar_id = avatar_id or DEFAULT_AVATAR_ID
        self._connection = Connection(client=client, local=local)
        self._openings = Openings(avatar_id, voice_id or DEFAULT_VOICE_ID, self._connection)
        accounts = Accounts(avatar_id, self._connection, self._on_event, self._on_end)
        self._sessions = Sessions(
            self._connection.client,
            self._openings.text_stream,
            accounts.hear,
            accounts.ended,
            price_per_second=price_per_second,
            limits=self._connection.limits(max_cost=max_cost, max_seconds=max_seconds),
        )
        self._streams = Streams(
            transport,
            nearby=self._connection.nearby,
            send=weakly(self.send),
            expired=self._sessions.look_again,
        )
        watch_cells()
        self._stops_when_interrupted = interrupt == "stop"
        self._events: deque[SessionEvent] = deque(maxlen=MOST_EVENTS)
        self._waiting = Waiting(self._sessions)
        self._display = Display(
            self, self._sessions, self._streams, rehearsal=self._connection.rehearsal
        )
        failed = weakly(self._callback_failed)
        self._home = Home(failed)
        self._observers = Observers(failed)
        self._outputs = Outputs(weakly(self._widget))
        super().__init__()
        self._display.show()
        self.on_msg(weakly(self._hear_browser))
        let_go(self)
        self._made = next(_counter)
        _avatars.add(self)
        for older in _made_in_cells.add(self):
            older.close()
        for sessions in _opened_in_cells.add(self._sessions):
            bridge.call(sessions.stop)
        if self._connection.lasting:
            end_at_exit(self._sessions, self._connection)
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
        if audio is not None:
            self._open(self._openings.audio(prepare(audio, rate)), None)
            return None
        speech = self._said(text or "")
        if kind == "tts":
            self._open(self._openings.tts, speech)
        else:
            self._open(self._openings.text_stream, speech, takes_text=True)
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
        speech = self._said(text, raw=raw, reopen=reopen)
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
        if self.comm is not None:
            self.stop()
            bridge.submit(_leave(self._sessions, self._connection))
        super().close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is not None:
            self.stop()
        elif self._finishes():
            with self._stopped_by_interrupts():
                self.wait()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is not None:
            self.stop()
        elif self._finishes():
            with self._stopped_by_interrupts():
                await self.until()

    def __del__(self) -> None:
        # Where the loop is gone, so are the sessions; a process that ends can start no other.
        if self.comm is not None and bridge.running:
            self.finish()  # what it was told is still said
            bridge.submit(_leave(self._sessions, self._connection))
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
        if state == PLAYING:
            raise ValueError("A blocked cell hears no browser: use await avatar.until('playing').")
        with self._stopped_by_interrupts(when=self._stops_when_interrupted):
            return wait_blocking(self._waiting.until(state), timeout)

    async def until(self, state: str = "completed") -> SessionStatus:
        """Await what `wait` blocks for; also ``"playing"``, the browser's own word.

        ``"playing"`` needs a kernel that hears the browser while a cell awaits: ipykernel 7.4, or
        7.0 and newer in JupyterLab.

        Examples
        --------
        >>> await avatar.until("playing")  # doctest: +SKIP
        """
        with self._stopped_by_interrupts(when=self._stops_when_interrupted):
            return await wait_awaited(self._waiting.until(state))

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
        saving = self._streams.save(checked_path(path), lambda: self.words)
        return bridge.submit(saving).result(timeout)

    @property
    def recording(self) -> Recording:
        """What the newest session streamed so far, as a player that stays in the notebook."""
        return bridge.submit(self._streams.record(lambda: self.words)).result()

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
        return bridge.submit(self._streams.snapshot()).result()

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
    def time_left(self) -> float | None:
        """Seconds until `max_cost`, `max_seconds` or HeyGen's hour ends the session.

        None while no seconds are counted.
        """
        session = self._sessions.current
        return session.limit[0] if session and session.limit else None

    @property
    def idle_time_left(self) -> float | None:
        """Seconds until the server takes no more text, since none comes.

        None where that does not threaten: outside a session and while text is on its way.
        """
        session = self._sessions.current
        return session.idle_left if session else None

    @property
    def events(self) -> History:
        """What happened, oldest first; the latest `MOST_EVENTS`. Shows itself as a table."""
        return History(self._events)

    def on_event(self, callback: Callable[[SessionEvent], object], *, remove: bool = False) -> None:
        """Call `callback` with every event from now on; with `remove`, no longer.

        In a notebook it runs in the kernel's main thread, between cells and while one awaits, and
        prints under the cell that called this. What it raises is shown in the widget. Without a
        running event loop it runs in the avatar's own thread, where it must not wait for the
        avatar.

        Examples
        --------
        >>> avatar.on_event(print)  # doctest: +SKIP
        """
        if remove:
            self._observers.remove(callback)
        else:
            self._observers.add(callback)

    def __repr__(self) -> str:
        rehearsal = "rehearsal, " if self._connection.rehearsal else ""
        return f"<Avatar {rehearsal}{self.status}, {self.elapsed:.0f} s, ≈ ${self.cost:.2f}>"

    @property
    def model_id(self) -> str:
        """The identifier of the widget's model; whoever asks for it is about to show it."""
        hold(self)
        return str(super().model_id)

    def _ipython_display_(self) -> None:
        self._outputs.show(self._state)

    def _repr_mimebundle_(self, **_: Any) -> Bundle:
        return self._outputs.bundle(self._state)

    def _widget(self) -> Bundle:
        send_player_unasked(self.send)
        bridge.submit(self._connection.warm_up())
        return super()._repr_mimebundle_() or ({}, {})

    @property
    def _state(self) -> str:
        return repr(self).strip("<>")

    def _notify_observers(self, event: traitlets.Bunch) -> None:
        # traitlets 5 has no public place between sending a trait and telling its observers.
        if event["name"] == "session":
            self._home.call(super()._notify_observers, event, name="An observer of `session`")
        else:
            super()._notify_observers(event)

    def _refuse_if_closed(self) -> None:
        if self.comm is None:  # nobody would see what is paid for
            raise RuntimeError("This avatar is closed. Make another one: avatar = Avatar(); avatar")

    def _said(self, text: TextSource, *, raw: bool = False, reopen: bool = False) -> Delivery:
        stop = partial(bridge.call, self._sessions.stop)  # which keeps no avatar alive
        interrupted = stop if self._stops_when_interrupted else None
        return Delivery(text, raw=raw, reopen=reopen, interrupted=interrupted)

    def _open(self, opening: Opening, speech: Delivery | None, *, takes_text: bool = False) -> None:
        with self._stopped_by_interrupts():
            bridge.ask(self._begin, opening, speech, takes_text)

    def _finishes(self) -> bool:
        """Take no more text; say whether there is an end to wait for."""
        self.finish()
        return not bridge.ask(lambda: self._sessions.at_rest)

    @contextmanager
    def _stopped_by_interrupts(self, *, when: bool = True) -> Iterator[None]:
        try:
            yield
        except (KeyboardInterrupt, asyncio.CancelledError):
            if when:
                self.stop()
            raise

    def _hear_browser(self, _: object, content: object, __: object) -> None:
        """Take a message of the browser, on whichever thread the kernel delivers it."""
        try:
            message = read_browser_message(content)
        except ValidationError as error:
            _log.warning("The browser sent what is no message of ours: %s", error)
            self._display.problem("The browser sent something unknown.", "Reload the page.")
            return
        bridge.call(self._obey, message)

    # From here on: on the private loop.

    def _begin(self, opening: Opening, speech: Delivery | None, takes_text: bool) -> None:  # noqa: FBT001 (passed on by `ask`)
        newest = self._sessions.newest
        if newest is not None and not newest.ending:
            raise RuntimeError(
                f"A session is open ({newest.status}). speak() adds to it, stop() ends it."
            )
        self._sessions.begin(opening, speech, takes_text=takes_text)

    def _obey(self, message: BrowserMessage) -> None:
        self._streams.hear(message)
        try:
            self._carry_out(message)
        except ValueError as error:
            self._display.problem("That cannot be done.", str(error))
        else:
            self._display.heard(message)

    def _carry_out(self, message: BrowserMessage) -> None:
        match message:
            case Hello(player=has_player):
                self._display.catch_up(player=not has_player)
            case Speak(text=text):
                self._sessions.say(self._said(text))
            case Finish():
                self._sessions.finish()
            case Stop():
                self._sessions.stop()
            case Playback():
                self._take_playback(message)
            case Recovered():
                self._on_event(recovered(message))
            case Refresh(epoch=epoch):
                self._sessions.look_again(epoch)
            case Yield(epoch=epoch):
                self._renew_outputs(epoch)

    def _take_playback(self, playback: Playback) -> None:
        self._waiting.hear(playback)
        if playback.state == "unsupported":
            self._display.show_elsewhere(pages.address(self))

    def _on_event(self, event: SessionEvent) -> None:
        self._events.append(event)
        self._streams.follow(self._sessions.number, event)
        self._display.tell(event)
        self._waiting.release()
        self._observers.notify(event)
        if not self._display.seen and isinstance(event, StatusChanged) and event.status.ended:
            self._renew_outputs(self._sessions.number)

    def _renew_outputs(self, epoch: int) -> None:
        if epoch == self._sessions.number and self.status.ended:
            bridge.submit(self._note_end(epoch, self.transcript))

    async def _note_end(self, epoch: int, transcript: str) -> None:
        poster = None
        with suppress(TakeError):
            poster = (await self._streams.snapshot(POSTER_WIDTH)).data
        renew = partial(self._outputs.renew, self._state, epoch, transcript, poster)
        self._home.call(renew, name="Writing the transcript into the notebook")

    def _callback_failed(self, name: str, error: Exception) -> None:
        self._display.problem(f"{name} failed.", repr(error))

    def _on_end(self) -> None:
        self._waiting.release()


async def _leave(sessions: Sessions, connection: Connection) -> None:
    """Close the connections of sessions that were told to end, once they have."""
    await sessions.rest()
    await connection.aclose()


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
