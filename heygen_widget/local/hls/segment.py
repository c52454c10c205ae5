"""One media segment: its sound is coded when it is made, its pictures when somebody wants them.

Nobody may ever look at a stream. Then its pictures are not worth what drawing and coding costs.
"""

from collections.abc import Callable, Sequence
from threading import Lock

from heygen_widget.local.encoding import H264, VIDEO_TIMESCALE, VideoEncoder
from heygen_widget.local.face import FRAME_RATE, Face
from heygen_widget.local.hls.encoder import VIDEO_TRACK
from heygen_widget.local.hls.fmp4 import Run, fragment, length_prefixed
from heygen_widget.local.mouth import Mouth

_TICKS = VIDEO_TIMESCALE // FRAME_RATE


class Pictures:
    """The pictures of one segment, by what the mouth does in each.

    Parameters
    ----------
    face
        Who is drawn.
    first
        Number of the first frame since the stream began.
    """

    def __init__(self, face: Face, first: int) -> None:
        self._face = face
        self._first = first
        self._mouths: list[Mouth] = []
        self._coded: list[bytes] = []

    def __len__(self) -> int:
        """Return how many pictures there are, coded or not."""
        return len(self._mouths)

    def add(self, mouth: Mouth) -> None:
        """Add a picture."""
        self._mouths.append(mouth)

    def code(self, encoder: VideoEncoder) -> list[bytes]:
        """Draw and code what was not coded yet; return the MP4 samples of all pictures."""
        for index in range(len(self._coded), len(self._mouths)):
            mouth = self._mouths[index]
            picture = self._face.frame(self._first + index, mouth, over=encoder.latest)
            self._coded.append(length_prefixed(encoder.encode(picture, key=index == 0)))
        return self._coded

    def samples(self) -> list[bytes]:
        """Return the same, with an encoder of its own for pictures that nobody watched live."""
        return self.code(VideoEncoder(H264)) if len(self._coded) < len(self) else self._coded


class Segment:
    """A media segment that is due now.

    Parameters
    ----------
    number
        Of the segment in its stream, from 0.
    first
        Number of its first frame.
    frames
        How many it has.
    samples
        Gives the coded pictures, which may take as long as coding them. Called once at most.
    sound
        The coded sound.
    date
        Unix time at which its first frame was due.
    late
        Whether it is late by more than a frame.

    Attributes
    ----------
    seconds
        Its length.
    date, late
        As given.
    """

    def __init__(
        self,
        number: int,
        *,
        first: int,
        frames: int,
        samples: Callable[[], Sequence[bytes]],
        sound: Run,
        date: float,
        late: bool,
    ) -> None:
        self.seconds = frames / FRAME_RATE
        self.date = date
        self.late = late
        self._number = number
        self._start = first * _TICKS
        self._parts: tuple[Callable[[], Sequence[bytes]], Run] | None = (samples, sound)
        self._data = b""
        self._lock = Lock()

    def data(self) -> bytes:
        """Return the segment's bytes. The first call takes time if nobody watched before."""
        with self._lock:
            if self._parts is not None:
                samples, sound = self._parts
                video = Run(VIDEO_TRACK, self._start, _TICKS, samples(), independent=False)
                self._data = fragment(self._number + 1, (video, sound))
                self._parts = None
            return self._data
