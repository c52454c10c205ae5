"""Computes stalls and latency from samples of the playback position.

Pure arithmetic; knows no page.
"""

import statistics
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

STANDSTILL: Final = 0.1
"""Seconds without progress that count as a stall: two to three frames, which an eye sees."""

STEP: Final = 0.005
"""Progress (seconds) that counts as movement."""


class Stall(NamedTuple):
    """A period without playback; seconds since the epoch."""

    begin: float
    end: float


class Trace:
    """A stretch of playback.

    Parameters
    ----------
    samples
        Moments (seconds since the epoch, rising) and positions (seconds of the stream).
    origin
        The moment at which the stream's first frame was due.
    """

    def __init__(self, samples: Sequence[tuple[float, float]], origin: float) -> None:
        self._samples = samples
        self._origin = origin

    def stalls(self) -> list[Stall]:
        """List the stalls; the last one may not have ended."""
        return list(self._standstills())

    def plays_since(self, moment: float) -> float | None:
        """Return when playback last resumed after `moment`; None if it was stopped at the end.

        `moment` itself when it did not stand still after it.
        """
        stalls = [stall for stall in self._standstills() if stall.end > moment]
        if not stalls:
            return moment
        last = stalls[-1].end
        return None if last >= self._samples[-1][0] else last

    def behind(self, begin: float = 0.0, end: float = float("inf")) -> float:
        """Return the median latency (seconds) to the server's live picture between two moments."""
        return statistics.median(
            distance for at, distance in self._distances() if begin <= at <= end
        )

    def behind_at_most(self, distance: float, for_seconds: float, since: float) -> float | None:
        """Return when the latency was first within `distance` for some seconds; None if never."""
        begin: float | None = None
        for at, behind in self._distances():
            if at < since or behind > distance:
                begin = None
            elif begin is None:
                begin = at
            elif at - begin >= for_seconds:
                return begin
        return None

    def _distances(self) -> Iterator[tuple[float, float]]:
        for at, position in self._samples:
            yield at, at - self._origin - position

    def _standstills(self) -> Iterator[Stall]:
        if not self._samples:
            return
        since, stood = self._samples[0]
        latest = since
        for at, position in self._samples:
            if abs(position - stood) > STEP:
                if latest - since >= STANDSTILL:
                    yield Stall(since, at)
                since, stood = at, position
            latest = at
        if latest - since >= STANDSTILL:
            yield Stall(since, latest)
