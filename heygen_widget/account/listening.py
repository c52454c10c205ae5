"""Speaks a text to a file that a notebook plays, and hands that file to a session."""

import asyncio
from dataclasses import fields

from heygen_widget.account.download import downloaded
from heygen_widget.account.mp3 import joined
from heygen_widget.account.playable_speech import PlayableSpeech
from heygen_widget.api import AsyncHeyGen, SpeechFile


async def listen(
    client: AsyncHeyGen, text: str, voice_id: str, *, speed: float, language: str | None
) -> PlayableSpeech:
    """Speak a text to a file, and fetch that.

    Raises
    ------
    HeyGenError
        When either fails.
    """
    speech = await client.voices.speech(text, voice_id, speed=speed, language=language)
    files = await asyncio.gather(*(downloaded(part.audio_url) for part in speech.parts))
    known = {each.name: getattr(speech, each.name) for each in fields(SpeechFile)}
    return PlayableSpeech(**known, audio=joined(files))


def sound_of(speech: SpeechFile) -> str | bytes:
    """Return the sound of a speech for a session: the URL of its file, or its bytes.

    Raises
    ------
    ValueError
        When it has several files, and they were not fetched.
    """
    if len(speech.parts) == 1:
        return speech.parts[0].audio_url
    if isinstance(speech, PlayableSpeech):
        return speech.audio
    raise ValueError(
        f"The speech has {len(speech.parts)} files, and a session plays one: use avatar.listen()."
    )
