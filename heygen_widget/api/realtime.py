"""The realtime operations as methods, blocking and asynchronous.

Defines the arguments; `_operations` defines the requests.
"""
# ruff: noqa: A002  (`type` is what HeyGen calls it, and people copy from HeyGen's pages)

from typing import Literal, overload

from . import _operations as operations
from ._async_wire import AsyncWire
from ._wire import Wire
from .models import (
    AppendTextDeltaResponse,
    AssetBase64,
    AssetId,
    AssetUrl,
    AvatarRealtimeStatusResponse,
    CancelAvatarRealtimeResponse,
    CreateAvatarRealtimeResponse,
)
from .words import AsyncWordStream, WordStream


class AvatarRealtime:
    """HeyGen's realtime avatar sessions.

    Every method raises `InvalidRequest` for invalid arguments, `APIError` when the
    server refuses, and `APIConnectionError` when there is no response.
    """

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    @overload
    def create(
        self, *, type: Literal["text_stream", "tts"], avatar_id: str, voice_id: str, text: str
    ) -> CreateAvatarRealtimeResponse: ...

    @overload
    def create(
        self, *, type: Literal["audio"], avatar_id: str, audio: AssetUrl | AssetId | AssetBase64
    ) -> CreateAvatarRealtimeResponse: ...

    def create(
        self,
        *,
        type: Literal["text_stream", "tts", "audio"],
        avatar_id: str,
        voice_id: str | None = None,
        text: str | None = None,
        audio: AssetUrl | AssetId | AssetBase64 | None = None,
    ) -> CreateAvatarRealtimeResponse:
        """Open a session, which costs money until it ends.

        Never retried automatically, except after 429.

        Parameters
        ----------
        type
            ``text_stream`` accepts more text while it speaks, ``tts`` speaks one text, ``audio``
            moves the lips to a sound file.
        avatar_id
            A look of a photo or motion avatar.
        voice_id
            The voice; not for ``audio``.
        text
            What is spoken (first); not empty; not for ``audio``.
        audio
            The sound file; only for ``audio``.
        """
        fields = {
            "type": type,
            "avatar_id": avatar_id,
            "voice_id": voice_id,
            "text": text,
            "audio": audio,
        }
        return self._wire.run(operations.create(fields))

    def get(self, stream_id: str) -> AvatarRealtimeStatusResponse:
        """Read the state of a session, and its playback URL while it is streaming."""
        return self._wire.run(operations.get(stream_id))

    def append_text(
        self, stream_id: str, delta: str, *, final: bool = False, once: bool = False
    ) -> AppendTextDeltaResponse:
        """Add text to a ``text_stream`` session.

        Never retried automatically, except after 429: a delta sent twice is spoken twice. `sent`
        of an `APIConnectionError` says whether it may have arrived. After a timeout it may still
        arrive later; with `once` there is no timeout.

        Parameters
        ----------
        stream_id
            The session.
        delta
            Any piece of text, a token or a page. May be empty only with `final`.
        final
            Whether this is the end of the text. Anything later is refused with `Gone`.
        once
            Do not retry it after 429 either, and wait for its response as long as the connection
            lasts, regardless of the client's timeout.
        """
        return self._wire.run(operations.append_text(stream_id, delta, final=final, once=once))

    def words(self, stream_id: str) -> WordStream:
        """Follow the words of a session as they are spoken, from the first one on."""
        return WordStream(self._wire, operations.words(stream_id))

    def cancel(self, stream_id: str) -> CancelAvatarRealtimeResponse:
        """End a session now, in any state. Cancelling again is harmless."""
        return self._wire.run(operations.cancel(stream_id))


class AsyncAvatarRealtime:
    """HeyGen's realtime avatar sessions.

    Every method raises `InvalidRequest` for invalid arguments, `APIError` when the
    server refuses, and `APIConnectionError` when there is no response.
    """

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    @overload
    async def create(
        self, *, type: Literal["text_stream", "tts"], avatar_id: str, voice_id: str, text: str
    ) -> CreateAvatarRealtimeResponse: ...

    @overload
    async def create(
        self, *, type: Literal["audio"], avatar_id: str, audio: AssetUrl | AssetId | AssetBase64
    ) -> CreateAvatarRealtimeResponse: ...

    async def create(
        self,
        *,
        type: Literal["text_stream", "tts", "audio"],
        avatar_id: str,
        voice_id: str | None = None,
        text: str | None = None,
        audio: AssetUrl | AssetId | AssetBase64 | None = None,
    ) -> CreateAvatarRealtimeResponse:
        """Open a session, which costs money until it ends.

        Never retried automatically, except after 429.

        Parameters
        ----------
        type
            ``text_stream`` accepts more text while it speaks, ``tts`` speaks one text, ``audio``
            moves the lips to a sound file.
        avatar_id
            A look of a photo or motion avatar.
        voice_id
            The voice; not for ``audio``.
        text
            What is spoken (first); not empty; not for ``audio``.
        audio
            The sound file; only for ``audio``.
        """
        fields = {
            "type": type,
            "avatar_id": avatar_id,
            "voice_id": voice_id,
            "text": text,
            "audio": audio,
        }
        return await self._wire.run(operations.create(fields))

    async def get(self, stream_id: str) -> AvatarRealtimeStatusResponse:
        """Read the state of a session, and its playback URL while it is streaming."""
        return await self._wire.run(operations.get(stream_id))

    async def append_text(
        self, stream_id: str, delta: str, *, final: bool = False, once: bool = False
    ) -> AppendTextDeltaResponse:
        """Add text to a ``text_stream`` session.

        Never retried automatically, except after 429: a delta sent twice is spoken twice. `sent`
        of an `APIConnectionError` says whether it may have arrived. After a timeout it may still
        arrive later; with `once` there is no timeout.

        Parameters
        ----------
        stream_id
            The session.
        delta
            Any piece of text, a token or a page. May be empty only with `final`.
        final
            Whether this is the end of the text. Anything later is refused with `Gone`.
        once
            Do not retry it after 429 either, and wait for its response as long as the connection
            lasts, regardless of the client's timeout.
        """
        return await self._wire.run(
            operations.append_text(stream_id, delta, final=final, once=once)
        )

    def words(self, stream_id: str) -> AsyncWordStream:
        """Follow the words of a session as they are spoken, from the first one on."""
        return AsyncWordStream(self._wire, operations.words(stream_id))

    async def cancel(self, stream_id: str) -> CancelAvatarRealtimeResponse:
        """End a session now, in any state. Cancelling again is harmless."""
        return await self._wire.run(operations.cancel(stream_id))
