"""Produces the pictures and sound of one session, a frame at a time, each when it is due.

Runs on its own thread. Knows a face and a task queue, but no viewer and no network.
"""

import logging
from collections.abc import Callable
from threading import Event, Thread
from typing import Final, Protocol

from heygen_widget.local.clock import REAL_TIME
from heygen_widget.local.encoding import VIDEO_TIMESCALE, OpusEncoder, Schedule, Sound, VideoFormat
from heygen_widget.local.face import FRAME_RATE, Face
from heygen_widget.local.v1.pictures import Pictures
from heygen_widget.local.v1.tasks import TaskQueue
from heygen_widget.local.voice import SAMPLE_RATE

_logger = logging.getLogger(__name__)

_BEATS: Final = SAMPLE_RATE // OpusEncoder.frame  # a second; each brings a frame of sound
_BEATS_PER_PICTURE: Final = _BEATS // FRAME_RATE
_PATIENCE: Final = 0.1  # seconds to catch up; beyond that, the clock is reset


class ShowPicture(Protocol):
    """The consumer of the feed's pictures."""

    def __call__(self, picture: bytes, at: int, /, *, key: bool) -> None:
        """Receive an encoded picture that is due now."""


class Feed:
    """Sends what is due now, as long as someone watches or something is to be spoken.

    While the face rests, its pictures are replayed, not encoded. While nobody watches and
    nothing is spoken, the thread sleeps.

    Parameters
    ----------
    face
        Who is shown.
    form
        How pictures are coded.
    tasks
        What is spoken, read only by this feed.
    on_picture
        Called from the feed's thread with a coded picture, its time in units of
        `VIDEO_TIMESCALE`, and whether decoding can start at it.
    on_sound
        Called likewise with 20 ms of Opus and its position in samples.
    on_failure
        Called if the feed fails.
    """

    def __init__(
        self,
        face: Face,
        form: VideoFormat,
        tasks: TaskQueue,
        *,
        on_picture: ShowPicture,
        on_sound: Callable[[bytes, int], None],
        on_failure: Callable[[], None],
    ) -> None:
        self._face = face
        self._form = form
        self._tasks = tasks
        self._on_picture = on_picture
        self._on_sound = on_sound
        self._on_failure = on_failure
        self._watched = False
        self._key_wanted = Event()
        self._key_wanted.set()
        self._woken = Event()
        self._stopped = Event()
        self._thread = Thread(target=self._run, name="avatar-feed", daemon=True)

    def start(self) -> None:
        """Start the thread. Call once."""
        self._thread.start()

    def stop(self) -> None:
        """Stop; returns immediately."""
        self._stopped.set()
        self._woken.set()

    def watch(self, *, watched: bool) -> None:
        """Set whether anyone watches."""
        self._watched = watched
        self._woken.set()

    def refresh(self) -> None:
        """Request a key frame next."""
        self._key_wanted.set()

    def wake(self) -> None:
        """Signal that there is something to speak."""
        self._woken.set()

    def _run(self) -> None:
        try:
            self._go_on_air()
        except Exception:
            _logger.exception("The avatar's feed failed.")
            self._on_failure()

    def _go_on_air(self) -> None:
        # Created here because the encoders' own threads must end with this one.
        pictures = Pictures(self._face, self._form)
        sound = Sound(self._tasks, OpusEncoder())
        due = Schedule(REAL_TIME, _BEATS, patience=_PATIENCE)
        beat = 0
        while not self._stopped.is_set():
            if not (self._watched or self._tasks.busy):
                self._woken.wait()
                self._woken.clear()
                continue
            due.wait(beat, self._stopped)
            self._play(beat, sound)
            if beat % _BEATS_PER_PICTURE == 0:
                self._show(beat // _BEATS_PER_PICTURE, pictures)
            beat += 1

    def _play(self, beat: int, sound: Sound) -> None:
        sound.advance((beat + 1) * OpusEncoder.frame)
        position, (coded,) = sound.take()
        self._on_sound(coded, position)

    def _show(self, frame: int, pictures: Pictures) -> None:
        wanted = self._key_wanted.is_set()
        self._key_wanted.clear()
        picture, key = pictures.picture(frame, self._tasks.mouth(), key=wanted)
        self._on_picture(picture, frame * VIDEO_TIMESCALE // FRAME_RATE, key=key)
