"""How the face moves while it idles: one loop, at whose end all is as it was at its beginning.

Knows numbers only: where the head leans, how far the lids are shut, where the eyes look. Draws
nothing.
"""

import math
from functools import lru_cache
from typing import Final, NamedTuple

from heygen_widget.local.face.canvas import WIDTH

LOOP_FRAMES: Final = 300
"""Period of everything that moves by itself (12 seconds)."""
LEANS: Final = 81
"""The head moves along a curve in steps of this many poses, about a seventh of a pixel apart."""
BREATHS: Final = 12
"""Poses of the shoulders, from breathed out to breathed in."""

_NECK = (WIDTH / 2, 575.0)  # what the head turns about; there it never moves
_BLINKS: Final = (38, 112, 127, 203, 271)  # frames at which the lids begin to fall
_BLINK: Final = (0.35, 0.9, 1.0, 0.85, 0.5, 0.2)  # how far they are shut, frame by frame
_GAZES: Final = (  # from this frame on, the eyes look here (pixels right and down)
    (0, 0.0, 0.0),
    (46, 2.0, 0.4),
    (74, 0.3, 0.0),
    (113, -2.4, -0.5),
    (141, -0.4, 0.3),
    (204, 1.2, 1.0),
    (222, 0.0, 0.0),
    (258, -1.2, 0.6),
    (272, 0.0, 0.0),
)
_SACCADE: Final = 3  # frames an eye takes to get there


class Affine(NamedTuple):
    """Where a pixel of the frame is in the drawn head: x' = a x + b y + c, y' = d x + e y + f."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float


class Eyes(NamedTuple):
    """What both eyes do.

    Attributes
    ----------
    shut
        0 (open) to 1.
    right, down
        Where they look, pixels off the middle.
    brows
        How far the brows are raised, pixels.
    """

    shut: float
    right: float
    down: float
    brows: float


def lean(number: int) -> int:
    """Return the pose of the head at a frame, 0 to `LEANS` - 1."""
    t = 2 * math.pi * (number % LOOP_FRAMES) / LOOP_FRAMES
    sway = 0.62 * math.sin(t + 0.4) + 0.3 * math.sin(2 * t + 1.9) + 0.08 * math.sin(5 * t)
    return round((sway + 1) / 2 * (LEANS - 1))


def head(pose: int) -> Affine:
    """Return the way from the frame back to the head as it was drawn, for a pose."""
    s = 2 * pose / (LEANS - 1) - 1
    turn = 0.021 * s + 0.004 * math.cos(2.2 * s)
    slide = 0.009 * math.sin(1.6 * s)  # sideways, more the farther above the neck
    nod = 1.0 - 0.004 * math.cos(2.6 * s + 0.5)
    c, d = math.cos(turn), math.sin(turn)
    # Forward: p' = neck + [[c, -d], [d, c]] [[1, slide], [0, nod]] (p - neck). This is its inverse.
    a, b = c + slide * d / nod, d - slide * c / nod
    e, f = -d / nod, c / nod
    x, y = _NECK
    return Affine(a, b, x - a * x - b * y, e, f, y - e * x - f * y)


def breath(number: int) -> int:
    """Return the pose of the shoulders at a frame, 0 to `BREATHS` - 1: three breaths a loop."""
    t = 2 * math.pi * (number % LOOP_FRAMES) / LOOP_FRAMES
    return round((1 - math.cos(3 * t)) / 2 * (BREATHS - 1))


@lru_cache(maxsize=LOOP_FRAMES)
def eyes(number: int) -> Eyes:
    """Return what the eyes and brows do at a frame of the loop."""
    at = number % LOOP_FRAMES
    shut = max(
        (_BLINK[at - start] for start in _BLINKS if 0 <= at - start < len(_BLINK)), default=0.0
    )
    index = max(i for i, (start, _, _) in enumerate(_GAZES) if start <= at)
    start, right, down = _GAZES[index]
    _, from_right, from_down = _GAZES[index - 1]
    share = min(1.0, (at - start + 1) / _SACCADE)
    share = share * share * (3 - 2 * share)
    t = 2 * math.pi * at / LOOP_FRAMES
    brows = 1.1 * math.sin(2 * t + 0.7) + 0.8 * math.sin(5 * t) - 0.8 * shut
    return Eyes(
        shut,
        round(from_right + (right - from_right) * share, 2),
        round(from_down + (down - from_down) * share, 2),
        round(brows * 2) / 2,
    )
