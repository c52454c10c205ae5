"""Smooth shapes, soft masks and a canvas to paint them on, in floating point.

Points are in pixels of the video frame, y downwards. Does not know what is drawn with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

FRAME_RATE: Final = 25
"""Frames a second."""
WIDTH: Final = 1280
HEIGHT: Final = 720

Points = npt.NDArray[np.float64]
"""A line or outline, shape (n, 2)."""
Alpha = npt.NDArray[np.float32]
"""Coverage from 0 to 1, shape (height, width)."""
Rgb = tuple[int, int, int]

_SUPERSAMPLE: Final = 4
_SOFT_ENOUGH: Final = 4.0  # from this blur on (pixels), a mask loses nothing at a lower resolution


class Box(NamedTuple):
    """A rectangle of whole pixels; right and bottom are outside of it."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.right - self.left, self.bottom - self.top

    def intersect(self, other: "Box") -> "Box":
        """Return what both cover (empty boxes have no width or height)."""
        left, top = max(self.left, other.left), max(self.top, other.top)
        return Box(
            left,
            top,
            max(left, min(self.right, other.right)),
            max(top, min(self.bottom, other.bottom)),
        )

    def slices(self, inner: "Box") -> tuple[slice, slice]:
        """Return the index of `inner` in an array that covers this box."""
        return (
            slice(inner.top - self.top, inner.bottom - self.top),
            slice(inner.left - self.left, inner.right - self.left),
        )


@lru_cache(maxsize=512)
def rgb(colour: str) -> Rgb:
    """Read a colour written as ``"#rrggbb"``."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mix(first: str, second: str, share: float) -> str:
    """Blend two colours; `share` is how much of the second, 0 to 1."""
    blended = (round(a + (b - a) * share) for a, b in zip(rgb(first), rgb(second), strict=True))
    return "#" + "".join(f"{min(255, max(0, value)):02x}" for value in blended)


def points(*pairs: tuple[float, float]) -> Points:
    """Make an array of points."""
    return np.array(pairs, dtype=np.float64)


def closed(outline: Points | Sequence[tuple[float, float]], steps: int = 14) -> Points:
    """Round an outline: a closed Catmull-Rom curve through its points."""
    through = np.asarray(outline, dtype=np.float64)
    return _spline(np.concatenate([through[-1:], through, through[:2]]), steps)


def curve(line: Points | Sequence[tuple[float, float]], steps: int = 14) -> Points:
    """Round a line: an open Catmull-Rom curve through its points, ends included."""
    through = np.asarray(line, dtype=np.float64)
    first, last = 2 * through[0] - through[1], 2 * through[-1] - through[-2]
    smooth = _spline(np.concatenate([first[None], through, last[None]]), steps)
    return np.concatenate([smooth, through[-1:]])


def _spline(p: Points, steps: int) -> Points:
    t = np.linspace(0, 1, steps, endpoint=False)[None, :, None]
    a, b, c, d = (p[i : len(p) - 3 + i, None, :] for i in range(4))
    curve_points = 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )
    return np.asarray(curve_points.reshape(-1, 2))


def mirrored(half: Sequence[tuple[float, float]], centre: float = WIDTH / 2) -> Points:
    """Complete an outline from its right half, given top to bottom as (distance, y)."""
    right = np.array([(centre + x, y) for x, y in half])
    left = np.array([(centre - x, y) for x, y in reversed(half) if x > 0])
    return np.concatenate([right, left])


def shifted(line: Points, right: float, down: float) -> Points:
    """Move points."""
    return np.asarray(line + np.array([right, down]))


def scaled(line: Points, across: float, down: float, about: tuple[float, float]) -> Points:
    """Grow or shrink points, away from or towards a point that stays."""
    centre = np.array(about)
    return np.asarray((line - centre) * np.array([across, down]) + centre)


def ellipse(x: float, y: float, rx: float, ry: float, turn: float = 0.0) -> Points:
    """Make an ellipse, turned by `turn` radians."""
    t = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    u, v = rx * np.cos(t), ry * np.sin(t)
    c, s = np.cos(turn), np.sin(turn)
    return np.stack([x + u * c - v * s, y + u * s + v * c], axis=1)


def ribbon(line: Points, widths: npt.ArrayLike) -> Points:
    """Give a line a body: the outline at half of `widths` (pixels) on either side."""
    along = np.empty_like(line)
    along[1:-1] = line[2:] - line[:-2]
    along[0], along[-1] = line[1] - line[0], line[-1] - line[-2]
    along /= np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)[:, None]
    half = np.asarray(widths, dtype=np.float64)[..., None] / 2
    normal = along[:, ::-1] * (-1.0, 1.0) * half
    return np.concatenate([line + normal, (line - normal)[::-1]])


@dataclass(frozen=True, slots=True)
class Mask:
    """Coverage of a part of the frame; nothing outside of its box is covered."""

    box: Box
    alpha: Alpha

    def within(self, other: "Mask") -> "Mask":
        """Return what both masks cover."""
        box = self.box.intersect(other.box)
        return Mask(box, self.alpha[self.box.slices(box)] * other.alpha[other.box.slices(box)])

    def without(self, other: "Mask") -> "Mask":
        """Return what this mask covers and the other does not."""
        alpha = self.alpha.copy()
        box = self.box.intersect(other.box)
        alpha[self.box.slices(box)] *= 1 - other.alpha[other.box.slices(box)]
        return Mask(self.box, alpha)

    def blurred(self, blur: float) -> "Mask":
        """Return the mask with soft edges, in the same box."""
        image = Image.fromarray(np.rint(self.alpha * 255).astype(np.uint8))
        soft = image.filter(ImageFilter.GaussianBlur(blur))
        return Mask(self.box, np.asarray(soft, dtype=np.float32) / np.float32(255))

    def moved(self, right: int, down: int) -> "Mask":
        """Return the mask at another place."""
        box = self.box
        return Mask(
            Box(box.left + right, box.top + down, box.right + right, box.bottom + down), self.alpha
        )

    def on(self, box: Box) -> Alpha:
        """Return the coverage of another box."""
        alpha = np.zeros(box.size[::-1], dtype=np.float32)
        inner = self.box.intersect(box)
        alpha[box.slices(inner)] = self.alpha[self.box.slices(inner)]
        return alpha


def mask(*outlines: Points, blur: float = 0.0, bounds: Box | None = None) -> Mask:
    """Rasterise the union of outlines, with smooth edges.

    Parameters
    ----------
    blur
        Softness of the edges: the standard deviation of a Gaussian, pixels.
    bounds
        What is outside of it is left out.
    """
    reach = 3 * blur + 2
    every = np.concatenate(outlines)
    low, high = np.floor(every.min(axis=0) - reach), np.ceil(every.max(axis=0) + reach)
    limits = bounds or Box(0, 0, WIDTH, HEIGHT)
    if blur:
        grow = int(reach)
        limits = Box(
            limits.left - grow, limits.top - grow, limits.right + grow, limits.bottom + grow
        )
    box = Box(int(low[0]), int(low[1]), int(high[0]), int(high[1])).intersect(limits)
    if 0 in box.size:
        return Mask(box, np.zeros(box.size[::-1], dtype=np.float32))
    coarse = max(1, int(blur / 2)) if blur >= _SOFT_ENOUGH else 1
    fine = 1 if coarse > 1 else _SUPERSAMPLE
    width, height = (-(-length // coarse) for length in box.size)
    image = Image.new("L", (width * fine, height * fine))
    draw = ImageDraw.Draw(image)
    for outline in outlines:
        flat = (outline - (box.left, box.top)) * (fine / coarse) - 0.5
        draw.polygon(flat.ravel().tolist(), fill=255)
    if fine > 1:
        image = image.reduce(fine)
    if blur:
        image = image.filter(ImageFilter.GaussianBlur(blur / coarse))
    if coarse > 1:
        image = image.resize((width * coarse, height * coarse), Image.Resampling.BILINEAR)
        image = image.crop((0, 0, *box.size))
    return Mask(box, np.asarray(image, dtype=np.float32) / np.float32(255))


@dataclass(frozen=True, slots=True)
class Gradient:
    """Colours that change evenly from one point to another."""

    start: tuple[float, float]
    end: tuple[float, float]
    colours: tuple[str, ...]

    def on(self, box: Box) -> npt.NDArray[np.float32]:
        """Return the colours of a box, shape (height, width, 3), 0 to 255."""
        dx, dy = self.end[0] - self.start[0], self.end[1] - self.start[1]
        length = dx * dx + dy * dy
        x = (np.arange(box.left, box.right) - self.start[0]) * (dx / length)
        y = (np.arange(box.top, box.bottom) - self.start[1]) * (dy / length)
        at = np.clip(x[None, :] + y[:, None], 0, 1)
        return ramp(self.colours)[(at * 1023).astype(np.intp)]


Paint = str | Gradient | npt.NDArray[np.float32]


@lru_cache(maxsize=128)
def ramp(colours: tuple[str, ...]) -> npt.NDArray[np.float32]:
    """Return 1024 colours that lead evenly through `colours`, shape (1024, 3), 0 to 255."""
    stops = np.linspace(0, 1, len(colours))
    at = np.linspace(0, 1, 1024)
    channels = zip(*(rgb(colour) for colour in colours), strict=True)
    return np.stack([np.interp(at, stops, channel) for channel in channels], axis=1).astype(
        np.float32
    )


class Canvas:
    """A rectangle to paint on.

    Attributes
    ----------
    box
        Where it lies in the frame.
    pixels
        float32, shape (height, width, 4): red, green, blue, each times alpha, and alpha; 0 to 255
        for colours and 0 to 1 for alpha.
    """

    def __init__(self, box: Box, pixels: npt.NDArray[np.float32] | None = None) -> None:
        self.box = box
        width, height = box.size
        self.pixels = np.zeros((height, width, 4), dtype=np.float32) if pixels is None else pixels

    def crop(self, box: Box) -> "Canvas":
        """Return a copy of a part that lies inside."""
        return Canvas(box, self.pixels[self.box.slices(box)].copy())

    def paint(self, where: Mask, paint: Paint, opacity: float = 1.0) -> None:
        """Lay paint over a mask. An array of colours must cover the mask's box."""
        box = self.box.intersect(where.box)
        if 0 in box.size:
            return
        alpha = where.alpha[where.box.slices(box)][..., None] * np.float32(opacity)
        below = self.pixels[self.box.slices(box)]
        if isinstance(paint, str):
            colours: npt.NDArray[np.float32] = np.array(rgb(paint), dtype=np.float32)
        elif isinstance(paint, Gradient):
            colours = paint.on(box)
        else:
            colours = paint[where.box.slices(box)]
        below *= 1 - alpha
        below[..., :3] += colours * alpha
        below[..., 3:] += alpha

    def fill(
        self,
        *outlines: Points,
        paint: Paint,
        opacity: float = 1.0,
        blur: float = 0.0,
        inside: Mask | None = None,
    ) -> None:
        """Paint the union of outlines; `inside` limits it to another mask."""
        where = mask(*outlines, blur=blur, bounds=self.box)
        self.paint(where if inside is None else where.within(inside), paint, opacity)

    def stroke(
        self,
        line: Points,
        widths: npt.ArrayLike,
        paint: Paint,
        *,
        opacity: float = 1.0,
        blur: float = 0.0,
        inside: Mask | None = None,
    ) -> None:
        """Paint a line of changing width (pixels)."""
        self.fill(ribbon(line, widths), paint=paint, opacity=opacity, blur=blur, inside=inside)

    def glow(self, where: Mask, colour: str, strength: float) -> None:
        """Add light: brighter, never darker, and never beyond white."""
        box = self.box.intersect(where.box)
        alpha = where.alpha[where.box.slices(box)][..., None] * np.float32(strength)
        below = self.pixels[self.box.slices(box)][..., :3]
        below += (255 - below) * alpha * (np.array(rgb(colour), dtype=np.float32) / 255)

    def erase(self, where: Mask) -> None:
        """Take away what a mask covers."""
        box = self.box.intersect(where.box)
        self.pixels[self.box.slices(box)] *= 1 - where.alpha[where.box.slices(box)][..., None]

    def put(self, other: "Canvas") -> None:
        """Lay another canvas over this one."""
        box = self.box.intersect(other.box)
        above = other.pixels[other.box.slices(box)]
        below = self.pixels[self.box.slices(box)]
        below *= 1 - above[..., 3:]
        below += above

    @property
    def cover(self) -> Mask:
        """What has been painted."""
        return Mask(self.box, self.pixels[..., 3])
