"""The making of one live stream: a segment at a time, each when it is due.

Decides between resting and speaking, and when all is said. Knows no playlist and no thread.
"""

from collections.abc import Iterator
from threading import Event
from typing import Final, NamedTuple

from heygen_widget.local.encoding import (
    H264,
    VIDEO_TIMESCALE,
    AacEncoder,
    Clock,
    Sound,
    VideoEncoder,
)
from heygen_widget.local.face import FRAME_RATE, Face
from heygen_widget.local.hls.encoder import AAC_FRAME, AUDIO_TRACK, VIDEO_TRACK
from heygen_widget.local.hls.fmp4 import Run, fragment, length_prefixed
from heygen_widget.local.hls.idle import idle_loop
from heygen_widget.local.mouth import REST
from heygen_widget.local.voice import SAMPLE_RATE, SpeechTrack

_SAMPLES: Final = SAMPLE_RATE // FRAME_RATE  # of sound in a video frame
_TAIL: Final = round(0.3 * SAMPLE_RATE)  # silence after the last word, before the end
_PATIENCE: Final = 5.0  # seconds a stream may be late and still catch up
_RESERVE: Final = 0.2  # part of a segment's length that is kept free for encoding


class Segment(NamedTuple):
    """A media segment that is due now."""

    data: bytes
    seconds: float
    date: float  # Unix time at which its first frame was due
    late: bool  # by more than a frame


class Broadcast:
    """One pass over a stream, from its start to its end.

    Nobody has seen the running segment yet. So speech that ends a silence starts at that
    segment's beginning: all its frames are made at once, as far as they are due. When less than
    `_RESERVE` of the segment is left, that would be late, and speech starts with the next one.
    That much earlier than it is due each frame is made, so that a busy machine delays no segment.

    Parameters
    ----------
    face, track
        What is shown and heard. Reading the track is what puts speech on the stream's clock.
    frames
        Number of frames in a segment.
    woken
        Set by others when speech has arrived, or the track's input is closed.
    stopped
        Set by others to end the stream now; `woken` is to be set after it.
    """

    def __init__(
        self, face: Face, track: SpeechTrack, frames: int, *, woken: Event, stopped: Event
    ) -> None:
        self._face = face
        self._track = track
        self._frames = frames
        self._woken = woken
        self._stopped = stopped
        self._reserve = _RESERVE * frames / FRAME_RATE
        self._loop = idle_loop(face, frames)
        self._sound = Sound(track, AacEncoder())
        self._encoder = VideoEncoder(H264)
        # As if on air for a segment already: the first one is out as soon as it can be encoded.
        head_start = frames / FRAME_RATE - self._reserve
        self._clock = Clock(FRAME_RATE, patience=_PATIENCE, head_start=head_start)

    def segments(self) -> Iterator[Segment]:
        """Make the segments, each when its last frame is due; the last one may be shorter."""
        first, full = 0, True
        while full:
            pictures = self._idle(first) if self._at_rest(first) else None
            if pictures is None:
                pictures = self._live(first)
            if pictures:
                self._wait(first + len(pictures) - 1)
                yield self._segment(first, pictures)
            first += len(pictures)
            full = len(pictures) == self._frames

    def _idle(self, first: int) -> list[bytes] | None:
        """Rest through a segment; None as soon as something is to happen in it."""
        pictures = self._loop.segment(first)
        last = first + self._frames - 1
        while (spare := self._clock.left(last) - self._reserve) > 0:
            self._woken.clear()
            if not self._at_rest(first):
                return None
            self._woken.wait(spare)
        self._sound.advance((last + 1) * _SAMPLES)
        if not self._at_rest(first):  # speech came at the last moment and may have been read
            return None
        return pictures

    def _live(self, first: int) -> list[bytes]:
        """Draw and encode a segment frame by frame; ends early when the stream is over."""
        pictures: list[bytes] = []
        for frame in range(first, first + self._frames):
            self._wait(frame, early=self._reserve)
            if self._over(frame):
                break
            self._sound.advance((frame + 1) * _SAMPLES)
            picture = self._face.frame(frame, self._track.mouth(_middle(frame)))
            coded = self._encoder.encode(picture, key=frame == first)
            pictures.append(length_prefixed(coded))
        return pictures

    def _wait(self, frame: int, *, early: float = 0.0) -> None:
        """Wait until `frame` is due, or `early` seconds before that; not when stopped."""
        self._stopped.wait(max(self._clock.left(frame) - early, 0))

    def _at_rest(self, frame: int) -> bool:
        """Whether nothing is to be said or ended from `frame` on, as far as is known."""
        return (
            not (self._track.speaking or self._track.finished or self._stopped.is_set())
            and self._sound.silent_from <= frame * _SAMPLES
            and self._track.mouth(_middle(frame)) == REST
        )

    def _over(self, frame: int) -> bool:
        """Whether the stream ends before `frame`: stopped, or all is said and the lips rest."""
        return self._stopped.is_set() or (
            self._track.finished
            and self._sound.silent_from + _TAIL <= frame * _SAMPLES
            and self._track.mouth(_middle(frame)) == REST
        )

    def _segment(self, first: int, pictures: list[bytes]) -> Segment:
        last = first + len(pictures) - 1
        ticks = VIDEO_TIMESCALE // FRAME_RATE
        start, frames = self._sound.take()
        video = Run(VIDEO_TRACK, first * ticks, ticks, pictures, independent=False)
        audio = Run(AUDIO_TRACK, start, AAC_FRAME, frames, independent=True)
        return Segment(
            data=fragment(first // self._frames + 1, (video, audio)),
            seconds=len(pictures) / FRAME_RATE,
            date=self._clock.date(first),
            late=self._clock.left(last) < -1 / FRAME_RATE,
        )


def _middle(frame: int) -> int:
    """Position (samples) in the middle of a video frame."""
    return frame * _SAMPLES + _SAMPLES // 2
