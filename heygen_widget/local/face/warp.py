"""Turns and moves parts of a head to where the head is. Knows pixels, not what they show."""

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from heygen_widget.local.face.canvas import Box
from heygen_widget.local.face.motion import Affine
from heygen_widget.local.face.planes import LOW, Bytes, Lanes, to_lanes

_HALF: Final = np.uint64(0x0080_0080_0080_0080)


class Grid(NamedTuple):
    """Where the pixels at `place` in the frame are in a part of the drawn head.

    Attributes
    ----------
    place
        Where the part lands.
    at
        Index of the pixel at the upper left, one below the other.
    right, down
        How much further it is, in steps of 1/256 of a pixel.
    """

    place: Box
    at: npt.NDArray[np.int32]
    right: Bytes
    down: Bytes


def grid(box: Box, place: Box, way: Affine) -> Grid:
    """Look for the pixels at `place` in a part that covers `box` and goes on beyond its edge."""
    a, b, c, d, e, f = way
    x, y = np.arange(place.left, place.right) + 0.5, np.arange(place.top, place.bottom) + 0.5
    width, height = box.size
    right = _steps(a * x + c - box.left - 0.5, b * y, width)
    down = _steps(d * x + f - box.top - 0.5, e * y, height)
    at = (down >> 8) * width + (right >> 8)
    return Grid(place, at, right.astype(np.uint8), down.astype(np.uint8))


def warp(part: Bytes, where: Grid) -> Lanes:
    """Return what a part shows in the frame; between four pixels it is interpolated."""
    width = part.shape[1]
    pixels, at = to_lanes(part).ravel(), where.at.astype(np.intp)
    right, down = where.right.astype(np.uint64), where.down.astype(np.uint64)
    above = _mixed(pixels.take(at), pixels[1:].take(at), right)
    below = _mixed(pixels[width:].take(at), pixels[width + 1 :].take(at), right)
    return _mixed(above, below, down)


def landing(box: Box, way: Affine) -> Box:
    """Return the largest even box of the frame in a moved part, one pixel in from its edge."""
    a, b, c, d, e, f = way
    det = a * e - b * d
    corners = [
        ((e * (x - c) - b * (y - f)) / det, (a * (y - f) - d * (x - c)) / det)
        for x in (box.left + 1, box.right - 1)
        for y in (box.top + 1, box.bottom - 1)
    ]
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = corners
    left, right = max(x0, x1), min(x2, x3)
    top, bottom = max(y0, y2), min(y1, y3)
    return Box(_even_up(left), _even_up(top), int(right) & ~1, int(bottom) & ~1)


def _steps(columns: npt.NDArray[Any], rows: npt.NDArray[Any], length: int) -> npt.NDArray[np.int32]:
    """Return a coordinate of every pixel, in steps of 1/256, inside of a part of some length."""
    steps = np.rint(256 * columns) + np.rint(256 * rows[:, None])
    inside: npt.NDArray[np.int32] = np.clip(steps, 0, 256 * (length - 1) - 1).astype(np.int32)
    return inside


def _mixed(one: Lanes, other: Lanes, share: Lanes) -> Lanes:
    """Return pixels of which `share` of 256 is the other; written over the other."""
    # A negative difference borrows from the lane above, and the sum pays it back.
    other -= one
    other *= share
    other += one << np.uint64(8)
    other += _HALF
    other >>= 8
    other &= LOW
    return other


def _even_up(value: float) -> int:
    return -(-int(np.ceil(value)) // 2) * 2
