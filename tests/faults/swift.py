"""The embedded avatar server in this process, with a voice that says each word in no time.

Routes, sessions, speech track, stream and words are the real ones. Only the synthesizer is another,
since a thousand words at the speed of speech take six minutes: so what is judged is still what
the server spoke, and it is spoken in seconds.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import uvicorn

from heygen_widget.local.access import Key
from heygen_widget.local.app import make_app
from heygen_widget.local.registry import Registry
from heygen_widget.local.settings import Settings
from heygen_widget.local.studio import Studio
from heygen_widget.local.voice import SAMPLE_RATE, SpokenAudio, TimedWord, VoiceEngine
from heygen_widget.local.voice.words import tokens

KEY: Final = "sk_V2_faults_k3y"
HOST: Final = "127.0.0.1"
LOUDNESS: Final = 1000  # of 32768; a stream may end while it is silent


class SwiftVoice:
    """Hums while it says each word in so many seconds."""

    patience = 0.0

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def speak(self, text: str, voice_id: str) -> SpokenAudio:  # noqa: ARG002 (all sound alike)
        """Return the words of `text` one after the other."""
        words = [token.text for token in tokens(text)]
        times = [number * self._seconds for number in range(len(words) + 1)]
        timed = map(TimedWord, words, times, times[1:])
        hum = np.full(round(times[-1] * SAMPLE_RATE), LOUDNESS, np.int16)
        return SpokenAudio(hum, tuple(timed))


class SwiftStudio(Studio):
    """A studio with that voice."""

    def __init__(self, settings: Settings, seconds: float) -> None:
        super().__init__(settings)
        self._swift = SwiftVoice(seconds)

    def engine(self) -> VoiceEngine:
        """Return the swift voice."""
        return self._swift


@dataclass(frozen=True)
class SwiftServer:
    """Where it is."""

    base_url: str
    api_key: str = KEY


@contextlib.asynccontextmanager
async def swift_server(seconds: float = 0.01, **settings: float) -> AsyncIterator[SwiftServer]:
    """Serve on the running loop.

    Parameters
    ----------
    seconds
        What a word takes.
    **settings
        Fields of `Settings`.
    """
    chosen = Settings(**settings)  # type: ignore[arg-type]
    studio = SwiftStudio(chosen, seconds)
    await asyncio.to_thread(studio.face, "a")  # drawing one is no part of what is measured
    registry = Registry(chosen, studio)
    app = make_app(registry, key=Key(KEY), host=HOST, studio=studio)
    config = uvicorn.Config(app, lifespan="off", log_config=None, access_log=False, ws="none")
    server = _Server(config)
    with socket.create_server((HOST, 0)) as listener:
        serving = asyncio.create_task(server.serve([listener]))
        yield SwiftServer(f"http://{HOST}:{listener.getsockname()[1]}")
        registry.close()
        server.should_exit = True
        await serving


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # the process belongs to the tests
