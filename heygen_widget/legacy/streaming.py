"""The streaming operations as methods on an asynchronous client of HeyGen's API.

Defines the arguments; `operations` defines the requests.
"""

from heygen_widget.api import AsyncHeyGen
from heygen_widget.legacy import operations
from heygen_widget.legacy.models import (
    ActiveSessions,
    Done,
    IceCandidate,
    NewSession,
    Quality,
    SessionDescription,
    SessionToken,
    Spoken,
    TaskMode,
    TaskType,
    Version,
    VideoEncoding,
)


class AsyncStreaming:
    """HeyGen's Streaming Avatar sessions (v1), which HeyGen has reportedly shut down.

    Every method raises `InvalidRequest` for invalid arguments, `APIError` when the
    server refuses (`EndpointSunset` if the API no longer exists), and `APIConnectionError`
    when there is no response.

    Parameters
    ----------
    heygen
        The client whose key, address and connections are used. It is not closed here.

    Examples
    --------
    >>> async with AsyncHeyGen() as heygen:  # doctest: +SKIP
    ...     await AsyncStreaming(heygen).list()
    ActiveSessions(sessions=())
    """

    def __init__(self, heygen: AsyncHeyGen) -> None:
        self._wire = heygen.wire

    async def create_token(self) -> SessionToken:
        """Create a token that lets a browser open one session without the key."""
        return await self._wire.run(operations.create_token())

    async def new(
        self,
        *,
        avatar_id: str,
        voice_id: str,
        quality: Quality | None = None,
        video_encoding: VideoEncoding | None = None,
        version: Version = "v2",
        activity_idle_timeout: int | None = None,
    ) -> NewSession:
        """Open a session, which costs money until it ends.

        Parameters
        ----------
        avatar_id, voice_id
            The avatar and its voice.
        quality, video_encoding
            Of the picture; the server's choice by default.
        version
            ``v2`` for a LiveKit room, ``v1`` for a bare peer connection, which the server offers.
        activity_idle_timeout
            Seconds without a task after which the server ends it: 30 to 3600, by default 120.
        """
        fields = {
            "avatar_id": avatar_id,
            "voice": {"voice_id": voice_id},
            "quality": quality,
            "video_encoding": video_encoding,
            "version": version,
            "activity_idle_timeout": activity_idle_timeout,
        }
        return await self._wire.run(operations.new(fields))

    async def start(self, session_id: str, sdp: SessionDescription | None = None) -> Done:
        """Start a session's stream; with the browser's answer if the server made an offer."""
        return await self._wire.run(operations.start(session_id, sdp))

    async def ice(self, session_id: str, candidate: IceCandidate) -> Done:
        """Tell a session of a way to reach the browser."""
        return await self._wire.run(operations.ice(session_id, candidate))

    async def task(
        self,
        session_id: str,
        text: str,
        *,
        task_type: TaskType = "repeat",
        task_mode: TaskMode = "sync",
    ) -> Spoken:
        """Speak a text, or answer it. Retried only after a `RateLimited`.

        Parameters
        ----------
        session_id
            The session.
        text
            What to say, or to answer.
        task_type
            ``repeat`` says it word by word, ``talk`` answers it.
        task_mode
            ``sync`` returns once the text has been spoken, ``async`` immediately.
        """
        return await self._wire.run(operations.task(session_id, text, task_type, task_mode))

    async def interrupt(self, session_id: str) -> Done:
        """Silence a session. Does nothing if it is silent."""
        return await self._wire.run(operations.interrupt(session_id))

    async def stop(self, session_id: str) -> Done:
        """End a session."""
        return await self._wire.run(operations.stop(session_id))

    async def list(self) -> ActiveSessions:
        """List the sessions that are open with this key."""
        return await self._wire.run(operations.sessions())

    async def keep_alive(self, session_id: str) -> Done:
        """Restart a session's idle timeout."""
        return await self._wire.run(operations.keep_alive(session_id))
