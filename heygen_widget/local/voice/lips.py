"""The lips over time: from mouth cues to the mouth of each frame.

Lips follow the cues with a lag, so they start slightly early. Knows no sound.
"""

from collections import deque
from collections.abc import Iterable
from math import exp
from typing import Final

from heygen_widget.local.mouth import REST, Mouth
from heygen_widget.local.voice.engine import MouthCue
from heygen_widget.local.voice.visemes import is_closure

_LAG: Final = 0.040  # seconds: time constant of the lips' way to a cue
_LEAD: Final = 0.040  # seconds the lips are ahead of the sound: one frame at 25 a second
_SETTLED: Final = 0.01  # nearer to rest than anyone can see


class Lips:
    """A mouth that follows its cues. Not thread-safe; times are seconds and increase."""

    def __init__(self) -> None:
        self._coming: deque[MouthCue] = deque()
        self._target = REST
        self._mouth = REST
        self._time = 0.0  # up to where the cues were followed

    def add(self, cues: Iterable[MouthCue], start: float) -> None:
        """Append cues that begin at `start`, which is not before existing cues."""
        self._coming.extend(MouthCue(start + cue.time, cue.mouth) for cue in cues)

    def cut(self, time: float) -> None:
        """Drop the cues from `time` on; the mouth returns to rest."""
        while self._coming and self._coming[-1].time >= time:
            self._coming.pop()
        self._coming.append(MouthCue(time, REST))

    def at(self, time: float) -> Mouth:
        """Advance to `time` and return the mouth.

        Closures of the lips are shorter than a frame, but their absence is visible: each is shown
        in the frame in which it begins.
        """
        end = time + _LEAD
        closed = False
        while self._coming and self._coming[0].time <= end:
            cue = self._coming.popleft()
            self._follow(cue.time)
            self._target = cue.mouth
            closed = closed or is_closure(cue.mouth)
        self._follow(end)
        if closed or is_closure(self._target):
            return self._mouth._replace(open=0.0)
        return self._mouth

    def _follow(self, time: float) -> None:
        if time <= self._time:
            return
        left = exp((self._time - time) / _LAG)
        self._time = time
        self._mouth = Mouth(
            *(to + (at - to) * left for at, to in zip(self._mouth, self._target, strict=True))
        )
        if self._target == REST and max(map(abs, map(float.__sub__, self._mouth, REST))) < _SETTLED:
            self._mouth = REST
