"""Another pitch for a voice whose pitch is known: overlap-add of single periods (TD-PSOLA).

Resonances stay what they are. Knows samples only.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

_UNVOICED: Final = 0.005  # seconds: periods where there is no pitch


def repitched(sound: Floats, pitch: Floats, voiced: float, rate: int, factors: Floats) -> Floats:
    """Return `sound`, as long as before, at another pitch.

    Parameters
    ----------
    sound
        Samples, `rate` a second.
    pitch
        Hertz, at times spread evenly over the sound.
    voiced
        Hertz below which there is no pitch.
    factors
        What the pitch is multiplied by, at the same times.
    """
    marks, has_pitch = _marks(len(sound), pitch, voiced, rate)
    if (factors == 1.0).all() or len(marks) < 3:  # noqa: PLR2004 - one period has two neighbours
        return sound
    steps = np.diff(marks)
    made = np.zeros(len(sound) + int(steps.max()) * 2, np.float32)
    rises = {int(step): np.hanning(2 * step + 1)[:step].astype(np.float32) for step in set(steps)}
    at, n = float(marks[1]), 1
    made[: marks[1]] = sound[: marks[1]] * _fall(marks[1], int(steps[0]), rises)
    while at < marks[-2]:
        while n < len(marks) - 2 and at - marks[n] > marks[n + 1] - at:
            n += 1
        mark, before, after = int(marks[n]), int(steps[n - 1]), int(steps[n])
        begin = round(at) - before
        made[begin : begin + before] += sound[mark - before : mark] * rises[before]
        made[begin + before : begin + before + after] += (
            sound[mark : mark + after] * rises[after][::-1]
        )
        factor = float(factors[mark * len(factors) // len(sound)]) if has_pitch[n] else 1.0
        at += after / factor  # in double precision, or the place of a period drifts
    return made[: len(sound)]


def _fall(length: int, step: int, rises: dict[int, Floats]) -> Floats:
    """Return a window that lets go of the beginning as the first period sets in."""
    window = np.ones(length, np.float32)
    window[length - step :] = rises[step][::-1]
    return window


def _marks(
    length: int, pitch: Floats, voiced: float, rate: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Return the samples at which periods begin, and whether each has a pitch."""
    at = (np.arange(length) + 0.5) * (len(pitch) / length) - 0.5
    hertz = np.interp(at, np.arange(len(pitch)), pitch)
    has_pitch = hertz > voiced
    # The pitch where there is none makes the marks of both kinds one train.
    turns = np.cumsum(np.where(has_pitch, hertz, 1 / _UNVOICED)) / rate
    marks = np.flatnonzero(np.diff(np.floor(turns), prepend=0.0))
    return marks, has_pitch[marks]
