"""How a voice's past takes correct what is measured of it. Pure."""

from collections.abc import Iterable
from typing import Final, NamedTuple

MOST_TAKES: Final = 3
"""The newest takes that count."""
LEAST: Final = 0.03
"""What a calibrated estimate may differ by, at least."""
LEAST_OF_ONE: Final = 0.05
"""The same after a single segment."""
FACTORS: Final = (0.5, 2.0)
"""What a voice may be faster or slower by; beyond, a take went wrong."""


class Calibration(NamedTuple):
    """What measured seconds are multiplied by, and what they may still differ by."""

    factor: float
    margin: float


def calibrate(pairs: Iterable[tuple[float, float]]) -> Calibration | None:
    """Compare seconds that were measured with those that were taken; None without any.

    Examples
    --------
    >>> calibrate([(10.0, 12.0), (5.0, 6.0)])
    Calibration(factor=1.2, margin=0.03)
    """
    known = [(measured, taken) for measured, taken in pairs if measured > 0 and taken > 0]
    if not known:
        return None
    total = sum(measured for measured, _ in known)
    factor = min(max(sum(taken for _, taken in known) / total, FACTORS[0]), FACTORS[1])
    off = sum(measured * (taken / (factor * measured) - 1) ** 2 for measured, taken in known)
    least = LEAST if len(known) > 1 else LEAST_OF_ONE
    return Calibration(factor, max(least, 2 * (off / total) ** 0.5))
