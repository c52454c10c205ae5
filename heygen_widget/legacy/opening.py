"""A session's options: avatar and voice, quality, idle timeout."""

from dataclasses import dataclass
from typing import Any, Final

from heygen_widget.legacy.models import Quality, Version, VideoEncoding

IDLE_TIMEOUT: Final = 120.0
"""Seconds without a task after which HeyGen ends a session, unless set otherwise."""
LONGEST: Final = 600.0
"""Seconds that a session may last, unless the server says otherwise when it opens one."""
# Both from docs.heygen.com/reference/new-session; the second is that of its example.


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """The request that opens a session; see `AsyncStreaming.new`."""

    avatar_id: str
    voice_id: str
    quality: Quality | None = None
    video_encoding: VideoEncoding | None = None
    version: Version = "v2"
    idle_timeout: int | None = None  # seconds, 30 to 3600; None for the server's own

    @property
    def fields(self) -> dict[str, Any]:
        """The arguments of `AsyncStreaming.new`."""
        return {
            "avatar_id": self.avatar_id,
            "voice_id": self.voice_id,
            "quality": self.quality,
            "video_encoding": self.video_encoding,
            "version": self.version,
            "activity_idle_timeout": self.idle_timeout,
        }

    @property
    def idles_for(self) -> float:
        """Seconds without a task after which the server ends the session."""
        return self.idle_timeout or IDLE_TIMEOUT

    @property
    def keep_alive_every(self) -> float:
        """Seconds: a third of the idle timeout, so that one call may fail."""
        return self.idles_for / 3
