"""Produces one live stream, a segment at a time, each when it is due.

Decides when to rest, speak and end. Knows no playlist and no thread.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, partial
from threading import Event
from typing import Final

from heygen_widget.local.clock import Clock
from heygen_widget.local.encoding import H264, AacEncoder, Schedule, Sound, VideoEncoder
from heygen_widget.local.face import FRAME_RATE, Face
from heygen_widget.local.hls.encoder import AAC_FRAME, AUDIO_TRACK
from heygen_widget.local.hls.fmp4 import Run
from heygen_widget.local.hls.idle import idle_loop
from heygen_widget.local.hls.segment import Pictures, Segment
from heygen_widget.local.mouth import REST
from heygen_widget.local.voice import SAMPLE_RATE, SpeechTrack

_SAMPLES: Final = SAMPLE_RATE // FRAME_RATE  # of sound in a video frame
_TAIL: Final = round(0.3 * SAMPLE_RATE)  # silence after the last word, before the end
_PATIENCE: Final = 5.0  # seconds a stream may be late and still catch up
_RESERVE: Final = 0.2  # part of a segment's length that is kept free for encoding

_Samples = Callable[[], Sequence[bytes]]


class Broadcast:
    """One pass over a stream, from its start to its end.

    Nobody has seen the running segment yet. So speech that ends a silence starts at that
    segment's beginning: all its frames are made at once, as far as they are due. When less than
    `_RESERVE` of the segment is left, that would be late, and speech starts with the next one.
    That much earlier than it is due each frame is made, so that a busy machine delays no segment.

    Pictures are drawn and coded along the way only while somebody watches.

    Parameters
    ----------
    face, track
        What is shown and heard. Reading the track puts speech on the stream's clock.
    frames
        Number of frames in a segment.
    clock
        Tells media time.
    woken
        Set by others when speech has arrived, or the track's input is closed.
    stopped
        Set by others to end the stream now; `woken` is to be set after it.
    watched
        Set by others once somebody watches.
    """

    def __init__(
        self,
        face: Face,
        track: SpeechTrack,
        frames: int,
        *,
        clock: Clock,
        woken: Event,
        stopped: Event,
        watched: Event,
    ) -> None:
        self._face = face
        self._track = track
        self._frames = frames
        self._woken = woken
        self._stopped = stopped
        self._watched = watched
        self._reserve = _RESERVE * frames / FRAME_RATE
        self._loop = idle_loop(face, frames)
        self._sound = Sound(track, AacEncoder())
        # As if on air for a segment already: the first one is out as soon as it can be encoded.
        head_start = frames / FRAME_RATE - self._reserve
        self._clock = clock
        self._due = Schedule(clock, FRAME_RATE, patience=_PATIENCE, head_start=head_start)

    @cached_property
    def _encoder(self) -> VideoEncoder:
        return VideoEncoder(H264)

    def segments(self) -> Iterator[Segment]:
        """Make the segments, each when its last frame is due; the last one may be shorter."""
        first, frames = 0, self._frames
        while frames == self._frames:
            if self._at_rest(first) and self._rest(first):
                samples: _Samples = partial(self._loop.segment, first)
            else:
                pictures = self._live(first)
                frames, samples = len(pictures), pictures.samples
            if frames:
                if self._watched.is_set():
                    samples()
                self._due.wait(first + frames - 1, self._stopped)
                yield self._segment(first, frames, samples)
            first += frames

    def _rest(self, first: int) -> bool:
        """Rest through a segment; False as soon as something is to happen in it."""
        if self._watched.is_set():
            self._loop.segment(first)
        last = first + self._frames - 1
        while (spare := self._due.left(last) - self._reserve) > 0:
            self._woken.clear()
            if not self._at_rest(first):
                return False
            self._clock.wait(self._woken, spare)
        self._sound.advance((last + 1) * _SAMPLES)
        return self._at_rest(first)  # not so if speech came at the last moment

    def _live(self, first: int) -> Pictures:
        """Speak through a segment frame by frame; ends early when the stream is over."""
        pictures = Pictures(self._face, first)
        for frame in range(first, first + self._frames):
            self._due.wait(frame, self._stopped, early=self._reserve)
            if self._over(frame):
                break
            self._sound.advance((frame + 1) * _SAMPLES)
            pictures.add(self._track.mouth(_middle(frame)))
            if self._watched.is_set():
                pictures.code(self._encoder)
        return pictures

    def _at_rest(self, frame: int) -> bool:
        """Whether nothing is known to be spoken, or to end, from `frame` on."""
        return (
            not (self._track.speaking or self._track.finished or self._stopped.is_set())
            and self._sound.silent_from <= frame * _SAMPLES
            and self._track.mouth(_middle(frame)) == REST
        )

    def _over(self, frame: int) -> bool:
        """Whether the stream ends before `frame`: stopped, or all is spoken and the lips rest."""
        return self._stopped.is_set() or (
            self._track.finished
            and self._sound.silent_from + _TAIL <= frame * _SAMPLES
            and self._track.mouth(_middle(frame)) == REST
        )

    def _segment(self, first: int, frames: int, samples: "_Samples") -> Segment:
        start, sound = self._sound.take()
        return Segment(
            first // self._frames,
            first=first,
            frames=frames,
            samples=samples,
            sound=Run(AUDIO_TRACK, start, AAC_FRAME, sound, independent=True),
            date=self._due.date(first),
            late=self._due.left(first + frames - 1) < -1 / FRAME_RATE,
        )


def _middle(frame: int) -> int:
    """Position (samples) in the middle of a video frame."""
    return frame * _SAMPLES + _SAMPLES // 2
