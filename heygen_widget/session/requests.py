"""The requests that open an avatar's sessions. Knows no notebook."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from heygen_widget.api import AsyncHeyGen
from heygen_widget.api.models import (
    Asset,
    AssetId,
    AssetUpload,
    CreateAvatarRealtimeAudio,
    CreateAvatarRealtimeRequestBody,
    CreateAvatarRealtimeTextStream,
    CreateAvatarRealtimeTTS,
)

Opening: TypeAlias = Callable[[str], Awaitable[CreateAvatarRealtimeRequestBody]]
"""Builds the request from the first words of a session."""


@dataclass(frozen=True, slots=True)
class Openings:
    """Makes the requests for one avatar and voice."""

    avatar_id: str
    voice_id: str
    connect: Callable[[], Awaitable[AsyncHeyGen]]  # makes the client that uploads large sounds

    async def text_stream(self, text: str) -> CreateAvatarRealtimeTextStream:
        """Open a session that takes more text."""
        return CreateAvatarRealtimeTextStream(
            avatar_id=self.avatar_id, voice_id=self.voice_id, text=text
        )

    async def tts(self, text: str) -> CreateAvatarRealtimeTTS:
        """Open a session for one text."""
        return CreateAvatarRealtimeTTS(avatar_id=self.avatar_id, voice_id=self.voice_id, text=text)

    def audio(self, sound: Asset | AssetUpload) -> Opening:
        """Open a session for a sound, which is uploaded first if it is large."""
        return partial(self._audio, sound)

    async def _audio(self, sound: Asset | AssetUpload, _: str) -> CreateAvatarRealtimeAudio:
        if isinstance(sound, AssetUpload):
            client = await self.connect()
            uploaded = await client.assets.upload(
                sound.data, filename=sound.filename, media_type=sound.media_type
            )
            sound = AssetId(asset_id=uploaded.asset_id)
        return CreateAvatarRealtimeAudio(avatar_id=self.avatar_id, audio=sound)
