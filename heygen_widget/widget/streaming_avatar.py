"""`StreamingAvatar`: the widget of HeyGen's earlier, conversational avatar, and its verbs.

`RoomBackend` carries them out.
"""

from typing import TYPE_CHECKING, Final

from heygen_widget.api import AsyncHeyGen, HeyGen
from heygen_widget.controller.controller import OnInterrupt
from heygen_widget.controller.room.backend import STREAMING, RoomBackend
from heygen_widget.legacy import (
    PRICE_PER_SECOND,
    ActiveSession,
    Opening,
    Quality,
    TaskType,
    Version,
    VideoEncoding,
)
from heygen_widget.lifecycle.connection import Connection, MaxCost
from heygen_widget.session import Speech
from heygen_widget.session.writers import TextSource
from heygen_widget.widget.base import SessionWidget

if TYPE_CHECKING:
    from heygen_widget.local import LocalServer

DEFAULT_AVATAR_ID: Final = "josh_lite3_20230714"
DEFAULT_VOICE_ID: Final = "1bd001e7e50f421d891986aad5158bc8"
"""The avatar and voice of HeyGen's own example."""


class StreamingAvatar(SessionWidget):
    """HeyGen's Streaming Avatar (v1) in a notebook, over WebRTC; it can be interrupted.

    HeyGen has reportedly shut this service down: with a key, opening a session then raises
    `EndpointSunset`; use `Avatar` instead. Without a key, it rehearses with the embedded avatar
    server. Creating and showing one opens no session. A session ends as one of `Avatar` does, and
    also if no page has joined it within 15 seconds of its first text.

    HeyGen's service sends the words of an answer only to pages, which pass them on when the kernel
    is not busy. Until then `transcript` says that they are missing.

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
    client, local, max_cost, max_seconds, price_per_second, interrupt, floating
        As for `Avatar`.
    idle_timeout
        Seconds without a text, 30 to 3600, after which the server ends a session that nobody
        watches. While a page shows it, it is kept alive.

    Examples
    --------
    >>> avatar = StreamingAvatar()  # doctest: +SKIP
    >>> avatar  # shows it  # doctest: +SKIP
    >>> for segment in script:  # in the next cell  # doctest: +SKIP
    ...     avatar.speak(segment, wait=True)
    ...     time.sleep(1)
    """

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
        max_cost: MaxCost | None = None,
        max_seconds: float | None = None,
        price_per_second: float = PRICE_PER_SECOND,
        idle_timeout: int | None = None,
        interrupt: OnInterrupt = "wait",
        floating: bool = True,
    ) -> None:
        opening = Opening(
            avatar_id=avatar_id or DEFAULT_AVATAR_ID,
            voice_id=voice_id or DEFAULT_VOICE_ID,
            quality=quality,
            video_encoding=video_encoding,
            version=version,
            idle_timeout=idle_timeout,
        )
        connection = Connection(client=client, local=local, service=STREAMING)
        setup = connection.setup(price_per_second, max_cost, max_seconds)
        self._backend = RoomBackend(opening, setup)
        super().__init__(
            opening.avatar_id, connection, self._backend, interrupt=interrupt, floating=floating
        )

    def start(self) -> None:
        """Open a session without text, so that the avatar appears. Harmless if one is open.

        Examples
        --------
        >>> avatar.start()  # doctest: +SKIP
        """
        self._backend.start()

    def speak(
        self,
        text: TextSource,
        *,
        task_type: TaskType = "repeat",
        wait: bool | float = False,
        raw: bool = False,
    ) -> Speech:
        """Speak `text`, or answer it, after everything already queued.

        Opens a session if none is open. A streamed text is spoken sentence by sentence.

        Parameters
        ----------
        text
            What `Avatar.speak` takes.
        task_type
            ``"repeat"`` speaks it word for word, ``"talk"`` answers it.
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
        return self._backend.speak(text, task_type, wait=wait, raw=raw)

    def interrupt(self) -> None:
        """Stop speaking and drop the queued text; the session stays open.

        Examples
        --------
        >>> avatar.interrupt()  # doctest: +SKIP
        """
        self._backend.interrupt()

    def switch(self, quality: Quality) -> None:
        """Switch to another quality. An open session is ended and a new one opened.

        Queued text is dropped.

        Examples
        --------
        >>> avatar.switch("high")  # doctest: +SKIP
        """
        self._backend.switch(quality)

    def list(self) -> tuple[ActiveSession, ...]:
        """List the sessions that are open with this key, here and elsewhere.

        Examples
        --------
        >>> avatar.list()  # doctest: +SKIP
        ()
        """
        return self._backend.list()

    @property
    def session_id(self) -> str | None:
        """The server's identifier of the session."""
        return self.stream_id

    @property
    def speaking(self) -> bool:
        """Whether the avatar is speaking."""
        session = self._backend.queue.current
        return session is not None and session.speaking
