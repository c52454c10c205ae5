"""`StreamingAvatar`: the widget of HeyGen's earlier, conversational avatar, and its verbs.

The only place that knows both the notebook's widgets and streaming sessions.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final

from heygen_widget.api import AsyncHeyGen, HeyGen
from heygen_widget.api.models import WordEvent
from heygen_widget.bridge import bridge, wait_blocking
from heygen_widget.controller.room_publisher import RoomDisplay
from heygen_widget.frontend.protocol import (
    Answer,
    BrowserMessage,
    Candidate,
    ConnectionQuality,
    Interrupt,
    Playback,
    Speak,
    Switch,
    Talking,
)
from heygen_widget.legacy import (
    PRICE_PER_SECOND,
    ActiveSession,
    AsyncStreaming,
    AvatarEndMessage,
    AvatarEvent,
    AvatarStartTalking,
    AvatarStopTalking,
    AvatarTalkingMessage,
    ConnectionQualityChanged,
    IceCandidate,
    Opening,
    Quality,
    SessionDescription,
    StreamedSpeech,
    StreamingSession,
    StreamingSessions,
    TaskType,
    Version,
    VideoEncoding,
    end_session,
)
from heygen_widget.lifecycle.bookkeeping import Accounts
from heygen_widget.lifecycle.connection import Connection, Service
from heygen_widget.lifecycle.leases import Leases
from heygen_widget.session import Speech
from heygen_widget.session.writers import TextSource
from heygen_widget.widget.base import OnInterrupt, SessionWidget, check_choice
from heygen_widget.widget.retention import weakly

if TYPE_CHECKING:
    from heygen_widget.local import LocalServer

DEFAULT_AVATAR_ID: Final = "josh_lite3_20230714"
DEFAULT_VOICE_ID: Final = "1bd001e7e50f421d891986aad5158bc8"
"""The avatar and voice of HeyGen's own example."""

STREAMING: Final = Service(Leases(within="streaming"), end_session, ("local", "webrtc"))
"""The Streaming Avatar."""

_EVENTS: Final[dict[str, Callable[[Talking], AvatarEvent]]] = {
    "avatar_start_talking": lambda told: AvatarStartTalking(task_id=told.task_id),
    "avatar_talking_message": lambda told: AvatarTalkingMessage(
        task_id=told.task_id, message=told.message, index=told.index, position=told.position
    ),
    "avatar_end_message": lambda told: AvatarEndMessage(task_id=told.task_id),
    "avatar_stop_talking": lambda told: AvatarStopTalking(
        task_id=told.task_id, duration_ms=told.duration_ms
    ),
}


class StreamingAvatar(SessionWidget):
    """HeyGen's Streaming Avatar (v1) in a notebook, over WebRTC; it can be interrupted.

    HeyGen has reportedly shut this service down: with a key, opening a session then raises
    `EndpointSunset`, and `Avatar` is what to use. Without one, it rehearses with the embedded
    avatar server. Making and showing one opens no session. A session ends as one of `Avatar` does,
    and when no page has joined it 15 seconds after there was something to say.

    Parameters
    ----------
    avatar_id, voice_id
        HeyGen's identifiers. The embedded server accepts any.
    quality
        ``low``, ``medium`` or ``high``: 360, 480 or 720 lines in HeyGen's reference, 480, 720 or
        1080 in the embedded server; the server's choice by default.
    video_encoding
        ``H264`` or ``VP8``; the server's choice by default.
    version
        ``v2`` for a LiveKit room, ``v1`` for a bare peer connection.
    client
        A `HeyGen` or `AsyncHeyGen`, whose key and address are used.
    local
        True to rehearse even with a key, False never to; a `LocalServer`; or a client for
        one that someone else runs: ``HeyGen(its_key, its_address)``.
    max_cost, max_seconds
        Limits in dollars and seconds that end a session; announced ten seconds ahead.
    price_per_second
        Dollars, for the meter.
    idle_timeout
        Seconds without a text, 30 to 3600, after which the server ends a session that nobody
        watches. While a page shows it, it is kept alive.
    interrupt
        What interrupting a cell ends: only the wait, or with ``"stop"`` also the session.

    Examples
    --------
    >>> avatar = StreamingAvatar()  # doctest: +SKIP
    >>> avatar  # shows it  # doctest: +SKIP
    >>> for segment in script:  # in the next cell  # doctest: +SKIP
    ...     avatar.speak(segment, wait=True)
    ...     time.sleep(1)
    """

    _sessions: StreamingSessions

    _extras: ClassVar = ",".join(STREAMING.extras)

    def __init__(
        self,
        avatar_id: str | None = None,
        voice_id: str | None = None,
        *,
        quality: Quality | None = None,
        video_encoding: VideoEncoding | None = None,
        version: Version = "v2",
        client: HeyGen | AsyncHeyGen | None = None,
        local: "LocalServer | HeyGen | AsyncHeyGen | bool | None" = None,
        max_cost: float | None = None,
        max_seconds: float | None = None,
        price_per_second: float = PRICE_PER_SECOND,
        idle_timeout: int | None = None,
        interrupt: OnInterrupt = "wait",
    ) -> None:
        check_choice("interrupt", interrupt, OnInterrupt)
        opening = Opening(
            avatar_id=avatar_id or DEFAULT_AVATAR_ID,
            voice_id=voice_id or DEFAULT_VOICE_ID,
            quality=quality,
            video_encoding=video_encoding,
            version=version,
            idle_timeout=idle_timeout,
        )
        connection = Connection(client=client, local=local, service=STREAMING)
        accounts = Accounts(opening.avatar_id, connection, self._on_event, self._on_end)
        sessions = StreamingSessions(
            connection.connect,
            opening,
            price_per_second=price_per_second,
            limits=connection.limits(max_cost=max_cost, max_seconds=max_seconds),
            find_host=connection.host,
        )
        sessions.on_failure = partial(weakly(self._show_failure), "Handling a session event")
        accounts.follow(sessions)
        self._rooms = RoomDisplay(self, sessions, rehearsal=connection.rehearsal)
        super().__init__(sessions, connection, self._rooms, interrupt=interrupt)

    def start(self) -> None:
        """Open a session without text, so that the avatar appears. Harmless if one is open.

        Examples
        --------
        >>> avatar.start()  # doctest: +SKIP
        """
        self._refuse_if_closed()
        bridge.call(self._sessions.open)

    def speak(
        self,
        text: TextSource,
        *,
        task_type: TaskType = "repeat",
        wait: bool | float = False,
        raw: bool = False,
    ) -> Speech:
        """Speak `text`, or answer it, after everything already queued.

        Opens a session if none is open. A text that streams is said sentence by sentence, each
        once the one before was spoken.

        Parameters
        ----------
        text
            What `Avatar.speak` takes.
        task_type
            ``"repeat"`` says it word by word, ``"talk"`` answers it.
        wait
            True to block until it has been spoken, or the maximum number of seconds.
        raw
            Send Markdown unchanged, instead of what a person would read aloud.

        Raises
        ------
        TypeError
            If it is neither text nor a stream of text, if that is known within 0.1 s.
        ValueError
            If the text is empty, or far too long.
        RuntimeError
            When this avatar is closed.
        TimeoutError
            When it takes longer than `wait` seconds.
        HeyGenError
            If `wait` is set and the text is refused.

        Examples
        --------
        >>> avatar.speak("How are you?", task_type="talk", wait=30)  # doctest: +SKIP
        """
        if task_type not in {"repeat", "talk"}:
            raise ValueError(f"task_type must be 'repeat' or 'talk', not {task_type!r}.")
        self._refuse_if_closed()
        speech = self._said(text, task_type, raw=raw)
        bridge.call(self._sessions.say, speech)
        if wait is not False:
            speech.result(None if wait is True else wait)
        return speech

    def interrupt(self) -> None:
        """Stop speaking and drop the queued text; the session stays open.

        Examples
        --------
        >>> avatar.interrupt()  # doctest: +SKIP
        """
        self._loop.call(self._sessions.interrupt)

    def switch(self, quality: Quality) -> None:
        """Switch to another quality. An open session is ended and a new one opened.

        Queued text is dropped.

        Examples
        --------
        >>> avatar.switch("high")  # doctest: +SKIP
        """
        if quality not in {"low", "medium", "high"}:
            raise ValueError(f"quality must be 'low', 'medium' or 'high', not {quality!r}.")
        self._loop.ask(self._switch, quality)

    def list(self) -> tuple[ActiveSession, ...]:
        """List the sessions that are open with this key, here and elsewhere.

        Examples
        --------
        >>> avatar.list()  # doctest: +SKIP
        ()
        """
        return wait_blocking(self._loop.submit(self._list()))

    @property
    def session_id(self) -> str | None:
        """The server's identifier of the session."""
        return self.stream_id

    @property
    def speaking(self) -> bool:
        """Whether the avatar is speaking."""
        session = self._sessions.current
        return session is not None and session.speaking

    @property
    def words(self) -> tuple[WordEvent, ...]:
        """The words pages heard in this session; times in seconds since their picture began."""
        session = self._sessions.current
        return session.words if session else ()

    @property
    def transcript(self) -> str:
        """The text spoken so far in this session.

        HeyGen's service tells the words of an answer to pages alone, and pages tell them to a
        kernel that is not busy: until then the text says that they are missing.
        """
        session = self._sessions.current
        return session.transcript if session else ""

    @property
    def model_id(self) -> str:
        """The identifier of the widget's model; reading it means that it will be shown."""
        identifier = super().model_id
        self._sessions.shown = self._may_be_shown and not self._outputs.unseen
        return identifier

    @property
    def _way(self) -> str:
        room = "a LiveKit room" if self._sessions.opening.version == "v2" else "a peer connection"
        return f"WebRTC: {room}"

    def _said(self, text: TextSource, task_type: TaskType, *, raw: bool = False) -> StreamedSpeech:
        stop = partial(bridge.call, self._sessions.stop)  # which keeps no avatar alive
        interrupted = stop if self._stops_when_interrupted else None
        return StreamedSpeech(
            text,
            task_type=task_type,
            raw=raw,
            interrupted=interrupted,
            unheeded=self._unheeded(),
        )

    async def _list(self) -> tuple[ActiveSession, ...]:
        client = await self._connection.client()
        return (await AsyncStreaming(client).list()).sessions

    # From here on: on the private loop.

    def _switch(self, quality: Quality) -> None:
        self._sessions.opening = replace(self._sessions.opening, quality=quality)
        newest = self._sessions.newest
        if newest is not None and not newest.ending:
            self._sessions.stop()
            self._sessions.open()
        self._rooms.show()

    def _carry_out(self, message: BrowserMessage) -> None:
        super()._carry_out(message)
        match message:
            case Speak(text=text):
                self._sessions.say(self._said(text, "repeat"))
            case Interrupt():
                self._sessions.interrupt()
            case Switch(quality=quality):
                self._switch(quality)
            case Playback() | Answer() | Candidate() | Talking() | ConnectionQuality():
                session = self._sessions.current
                if session is not None and message.epoch == self._sessions.epoch:
                    self._pass_on(session, message)

    def _pass_on(
        self,
        session: StreamingSession,
        message: Playback | Answer | Candidate | Talking | ConnectionQuality,
    ) -> None:
        """Give a session what a page that is in its room says."""
        match message:
            case Playback(state="playing"):
                session.saw_picture()
            case Answer(sdp=sdp):
                session.take_answer(SessionDescription(type="answer", sdp=sdp))
            case Candidate():
                session.take_candidate(_candidate(message))
            case Talking(type=kind):
                session.hear(_EVENTS[kind](message))
            case ConnectionQuality(quality=quality):
                self._on_event(ConnectionQualityChanged(quality=quality))


def _candidate(told: Candidate) -> IceCandidate:
    fields: dict[str, Any] = {
        "candidate": told.candidate,
        "sdpMid": told.mid,
        "sdpMLineIndex": told.line,
        "usernameFragment": told.fragment,
    }
    return IceCandidate(**fields)
