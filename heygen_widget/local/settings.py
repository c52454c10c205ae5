"""The embedded avatar server's settings, and how they reach its process.

Knows no server: `LocalServer` turns settings into flags, the command line turns flags into
settings.
"""

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Final

KEY_VARIABLE: Final = "HEYGEN_WIDGET_SERVER_KEY"
"""Environment variable that hands a fixed key to the server's process."""

PARENT_VARIABLE: Final = "HEYGEN_WIDGET_SERVER_PARENT"
"""Environment variable with the id of the process the server must not outlive."""

VOICE_VARIABLE: Final = "HEYGEN_WIDGET_VOICE_ENGINE"
"""Environment variable with the voice engine of servers that are given none."""

MOST_LISTED: Final = 100_000
"""Avatars, or voices, of a rehearsal."""

_FLAGS: Final = {"avatar_count": "--avatars", "voice_count": "--voices"}

VOICE_ENGINES: Final = ("auto", "hibari", "espeak", "piper")


def default_voice_engine() -> str:
    """Return what `VOICE_VARIABLE` says, or ``"auto"``."""
    return os.environ.get(VOICE_VARIABLE) or "auto"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Settings of one embedded avatar server; HeyGen's own limits by default.

    Attributes
    ----------
    host
        Address or name to listen on. Anything but a loopback name opens the server to others.
    port
        TCP port; 0 selects any free one.
    api_key
        The key clients must send. None generates a random one.
    idle_timeout
        Seconds a `text_stream` session waits for more text.
    max_length
        Seconds after which a session is ended.
    concurrency
        Sessions that may be open at once.
    segment
        Length of a media segment, in seconds.
    warm_up
        Seconds a session stays `pending`, to rehearse a slow service.
    pace
        Seconds of media time in a second: sessions run so many times as fast, as far as the
        machine keeps up. Words, films, limits and costs stay in media time. From 1 to 16; for use
        without a browser, which plays in real time. Rooms (`StreamingAvatar`) need 1.
    voice_engine
        ``"auto"`` (hibari if it is installed), ``"hibari"`` (natural English; espeak-ng reads
        other languages), ``"espeak"`` (espeak-ng reads all) or ``"piper"``. By default, what
        `VOICE_VARIABLE` says, or ``"auto"``.
    voice_file
        The voice of an engine that needs one.
    voices
        Names of voices that ``heygen-widget voices install`` has installed, by the voice ids that
        they speak for: ``{"voice_id": "en_US-joe-medium"}``.
    balance
        Dollars in the account, from which sessions and speech files are paid at HeyGen's prices.
        None never runs out.
    avatar_count, voice_count
        People and voices that are listed at least (``--avatars``, ``--voices``), to rehearse long
        lists.
    allow_private_urls
        Also fetch audio from private addresses and over plain http.
    responder
        Answers what viewers say: ``"echo"``, or a function named as
        ``"module:function"`` that takes what was said and returns or yields the answer.

    Raises
    ------
    ValueError
        When no session could be opened with them.
    """

    host: str = "127.0.0.1"
    port: int = 0
    api_key: str | None = field(default=None, repr=False)
    idle_timeout: float = 30.0
    max_length: float = 3600.0
    concurrency: int = 3
    segment: float = 0.4
    warm_up: float = 0.0
    pace: float = 1.0
    voice_engine: str = field(default_factory=default_voice_engine)
    voice_file: Path | None = None
    voices: Mapping[str, str] = field(default_factory=dict)
    balance: float | None = None
    avatar_count: int = 0
    voice_count: int = 0
    allow_private_urls: bool = False
    responder: str = "echo"

    def __post_init__(self) -> None:
        if self.concurrency < 1:
            raise ValueError(
                f"{self.concurrency} sessions at once are too few: allow 1 or more (--concurrency)."
            )
        if not self.avatar_count <= MOST_LISTED >= self.voice_count:
            raise ValueError(f"At most {MOST_LISTED:,} avatars or voices can be listed.")
        if self.balance is not None and not 0 <= self.balance < math.inf:
            raise ValueError(f"The balance must be 0 or more dollars, not {self.balance}.")
        if self.voice_engine not in VOICE_ENGINES:
            raise ValueError(
                f"There is no voice engine {self.voice_engine!r}: choose one of "
                f"{', '.join(VOICE_ENGINES)} (--voice-engine, {VOICE_VARIABLE})."
            )
        if self.voice_engine == "piper" and self.voice_file is None:
            raise ValueError("Piper needs a voice: pass its .onnx file (--voice-file).")

    def flags(self) -> list[str]:
        """Return the equivalent flags of ``heygen-widget serve``, without the key."""
        flags = []
        for option in fields(self):
            value = getattr(self, option.name)
            if option.name == "api_key" or value == option.default:
                continue
            if option.name == "voices":
                flags += [f"--voice={voice_id}={name}" for voice_id, name in value.items()]
                continue
            flag = _FLAGS.get(option.name) or "--" + option.name.replace("_", "-")
            flags += [flag] if value is True else [flag, str(value)]
        return flags
