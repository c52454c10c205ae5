"""The resources that a server's sessions share: the voice engine and the drawn faces.

Knows no session and no HTTP. Blocking: for worker threads.
"""

import logging
import threading
from typing import Final

from heygen_widget.local.face import Face, face_for, look_for
from heygen_widget.local.hls import Stream
from heygen_widget.local.settings import Settings
from heygen_widget.local.voice import Measuring, SpeechTrack, TimedEngine, VoiceEngine, load_engine

LIKELY_AVATAR: Final = "Daisy-inskirt-20220818"
LIKELY_VOICE: Final = "1bd001e7e50f421d891986aad5158bc8"
"""The avatar and voice of HeyGen's quick-start page, so probably the first to be used."""

_logger = logging.getLogger(__name__)


class Studio:
    """Provides faces and a voice to streams."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._engine: TimedEngine | None = None
        self._loading = threading.Lock()
        self._measuring: Measuring | None = None

    def engine(self) -> VoiceEngine:
        """Return the voice engine, loading it on the first call."""
        return self._loaded()

    def measuring(self) -> Measuring:
        """Return what tells how long the voice takes to say a text."""
        if self._measuring is None:
            self._measuring = Measuring(self._loaded())
        return self._measuring

    def face(self, avatar_id: str) -> Face:
        """Return the face of `avatar_id`, drawing it on the first call for its look."""
        return face_for(look_for(avatar_id))

    def warm_up(self) -> None:
        """Prepare for the first session by running a short, unseen stream."""
        published = threading.Event()
        try:
            track = SpeechTrack(self.engine(), LIKELY_VOICE)
            track.append("Hello.")
            track.close_input()
            face = self.face(LIKELY_AVATAR)
            segment = self._settings.segment
            stream = Stream(face, track, segment_seconds=segment, on_segment=published.set)
            stream.start()
            published.wait()
            stream.segment(0)
            stream.stop()
        except Exception:
            # The session that needs the missing part will report it to its client.
            _logger.exception("Warming up failed")

    def _loaded(self) -> TimedEngine:
        with self._loading:
            if self._engine is None:
                self._engine = load_engine(
                    self._settings.voice_engine, self._settings.voice_file, self._settings.voices
                )
            return self._engine
