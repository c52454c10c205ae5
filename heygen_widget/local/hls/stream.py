"""One live HLS stream of an avatar, made in real time by a thread of its own.

Knows a face and a track of speech. Knows no session, no HTTP, no text.
"""

import logging
from collections.abc import Callable
from threading import Event, Thread
from typing import TYPE_CHECKING, Final

from heygen_widget.local.clock import REAL_TIME, Clock
from heygen_widget.local.face import FRAME_RATE, Face
from heygen_widget.local.hls.broadcast import Broadcast
from heygen_widget.local.hls.encoder import init_segment
from heygen_widget.local.hls.playlist import Playlist
from heygen_widget.local.voice import SpeechTrack

if TYPE_CHECKING:
    from heygen_widget.local.hls.segment import Segment

_logger = logging.getLogger(__name__)

_SHORTEST: Final = 5  # frames in a segment


class Stream:
    """A live stream that idles, speaks what its track provides, and ends when all is spoken.

    Segment k is published when its last frame is due; the first one almost at once, as if the
    stream had run for a segment before its start. After a stall of the process the stream
    catches up as fast as it can. If it is more than 5 s late it does not: it continues from
    where it is, and stays behind.

    Pictures are coded live once somebody has asked for the playlist; those of the segments before
    that, when a segment is asked for.

    Parameters
    ----------
    face
        The face to show.
    track
        Its speech, read only by this stream.
    segment_seconds
        Length of a segment, see `frames_per_segment`.
    clock
        Tells media time.
    on_segment
        Called from the stream's thread after each published segment and after the end.

    Attributes
    ----------
    failure
        What went wrong, if an error ended the stream.
    late_segments
        How many segments were published more than one frame after they were due.
    position
        Seconds published.

    Raises
    ------
    ValueError
        When segments cannot have that length.
    """

    def __init__(
        self,
        face: Face,
        track: SpeechTrack,
        *,
        segment_seconds: float = 0.4,
        clock: Clock = REAL_TIME,
        on_segment: Callable[[], None],
    ) -> None:
        self.failure: str | None = None
        self.late_segments = 0
        self.position = 0.0
        self._face = face
        self._track = track
        self._clock = clock
        self._frames = frames_per_segment(segment_seconds)
        self._on_segment = on_segment
        self._playlist: Playlist[Segment] = Playlist(segment_seconds, clock=clock.now)
        self._woken = Event()
        self._stopped = Event()
        self._watched = Event()
        self._thread = Thread(target=self._run, name="avatar-stream", daemon=True)

    @property
    def init(self) -> bytes:
        """The init segment, `init.mp4`."""
        return init_segment()

    @property
    def opening(self) -> int:
        """How many segments a player needs to begin."""
        return self._playlist.opening

    @property
    def target(self) -> int:
        """Maximum seconds of a segment."""
        return self._playlist.target

    @property
    def next_segment(self) -> int:
        """Number of the next segment to be published."""
        return self._playlist.next_segment

    @property
    def ended(self) -> bool:
        """Whether no segment will follow."""
        return self._playlist.ended

    def start(self) -> None:
        """Start the stream. Call once."""
        self._thread.start()

    def stop(self) -> None:
        """End now, publishing what the current segment has so far. Returns immediately."""
        self._stopped.set()
        self._woken.set()

    def wake(self) -> None:
        """Signal that speech has arrived or the track's input is closed. Call from any thread."""
        self._woken.set()

    def watch(self) -> None:
        """Code pictures live from now on: somebody watches, or is about to."""
        self._watched.set()

    def playlist(self, *, opening: bool = False) -> str:
        """Write the media playlist; its URIs are `init.mp4` and `<number>.m4s`.

        With `opening`, only the beginning of a young stream, for a player that has just joined.
        """
        self.watch()
        return self._playlist.text(opening=opening)

    def segment(self, number: int) -> bytes | None:
        """Give the segment with that number, None if it is forgotten, yet to come or has failed.

        Takes as long as coding it, if nobody watched when it was made.
        """
        segment = self._playlist.segment(number)
        if segment is None:
            return None
        try:
            return segment.data()
        except Exception as error:  # noqa: BLE001 (whatever fails in a picture ends the stream)
            self._fail(error)
            self.stop()
            return None

    def _run(self) -> None:
        try:
            self._broadcast()
        except Exception as error:  # noqa: BLE001 (whatever fails, the stream must end)
            self._fail(error)
        finally:
            self._playlist.end()
            self._on_segment()

    def _fail(self, error: Exception) -> None:
        self.failure = f"{type(error).__name__}: {error}"
        _logger.error("The avatar stream failed.", exc_info=error)

    def _broadcast(self) -> None:
        broadcast = Broadcast(
            self._face,
            self._track,
            self._frames,
            clock=self._clock,
            woken=self._woken,
            stopped=self._stopped,
            watched=self._watched,
        )
        for segment in broadcast.segments():
            self._playlist.append(segment, segment.seconds, segment.date)
            self.position += segment.seconds
            self.late_segments += segment.late
            self._on_segment()


def frames_per_segment(seconds: float) -> int:
    """Return the number of frames of segments that last `seconds`.

    They must be whole frames, at least 0.2 s, and divide the period of a face's idle loop, which
    is cut into segments of that length.

    Raises
    ------
    ValueError
        For other lengths; the message lists the possible ones.
    """
    possible = [n for n in range(_SHORTEST, Face.LOOP_FRAMES + 1) if Face.LOOP_FRAMES % n == 0]
    for frames in possible:
        if abs(seconds - frames / FRAME_RATE) < 1e-6:  # noqa: PLR2004 -- far below a frame
            return frames
    lengths = ", ".join(f"{frames / FRAME_RATE:g}" for frames in possible)
    raise ValueError(f"A segment cannot last {seconds:g} s. Choose one of {lengths} (seconds).")
