"""Hair as sheets of strands that flow between guide lines. Does not know any hairstyle."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

from heygen_widget.local.face.canvas import Box, Canvas, Mask, Points, curve, ellipse, mask, ramp
from heygen_widget.local.face.look import Hair

_FINE: Final = 3
_STEPS: Final = 8

Guide = Sequence[tuple[float, float]]
Band = tuple[float, float, float]
"""Where light catches hair, from root (0) to tip (1), how far that reaches, and how bright it is."""


def flow(guides: Sequence[Guide]) -> npt.NDArray[np.float64]:
    """Fill the room between guide lines (root first) with smooth ones, shape (lines, points, 2)."""
    lines = np.stack([curve(np.array(guide, dtype=np.float64), _STEPS) for guide in guides])
    if len(lines) == 2:  # noqa: PLR2004
        share = np.linspace(0, 1, 12)[:, None, None]
        return np.asarray(lines[0] * (1 - share) + lines[1] * share)
    return np.stack([curve(lines[:, i], 8) for i in range(lines.shape[1])], axis=1)


def paint_sheet(
    canvas: Canvas,
    hair: Hair,
    guides: Sequence[Guide],
    *,
    seed: int,
    tone: float = 0.0,
    shine: tuple[Band, ...] = ((0.3, 0.12, 0.3),),
    ragged: float = 0.0,
    roots: float = 0.0,
    stray: float = 1.5,
    contrast: float = 0.13,
    falloff: float = 0.12,
    inside: Mask | None = None,
) -> Mask:
    """Paint a sheet of hair and return what it covers.

    Parameters
    ----------
    tone
        How much lighter (or darker, below 0) than the hair's base the whole sheet is, about -0.3 to 0.3.
    shine
        Where the light catches it.
    ragged
        How much shorter than the longest the shortest strand is, a share of its length.
    roots
        The same at the other end: how unevenly strands begin.
    stray
        How far strands leave the outline, pixels.
    contrast
        How much strands differ from each other.
    falloff
        How much darker the sheet is at its roots and edges.
    """
    lines = flow(guides)
    rng = np.random.default_rng(seed)
    low, high = lines.min(axis=(0, 1)) - 8, lines.max(axis=(0, 1)) + 8
    box = Box(int(low[0]), int(low[1]), int(high[0]) + 1, int(high[1]) + 1).intersect(canvas.box)
    strands = _strands(lines, box, stray, (roots, ragged), rng)
    full = max(2, round(lines.shape[1] * (1 - ragged)))
    start = round(lines.shape[1] * roots)
    where = _coverage(lines[:, start:full], strands, box, everywhere=ragged + roots > 0)
    where = where if inside is None else where.within(inside)
    light = _lightness(strands, box, shine, contrast, falloff, rng)
    colours = ramp((hair.deep, hair.base, hair.light, hair.shine))
    index = np.clip((light + np.float32(tone)) * 1023, 0, 1023).astype(np.intp)
    canvas.paint(where, colours[index])
    return where


class _Strands:
    """Strands of a sheet: points in the fine raster, and how far across the sheet each runs."""

    def __init__(self, lines: Points, across: npt.NDArray[np.float64]) -> None:
        self.lines = lines
        self.across = across


def _strands(lines: npt.NDArray[np.float64], box: Box, stray: float, uneven: tuple[float, float], rng: np.random.Generator) -> _Strands:
    breadth = np.hypot(*(lines[-1] - lines[0]).T).max()
    path = np.hypot(*np.diff(lines, axis=0).reshape(-1, 2).T).reshape(len(lines) - 1, -1).sum(axis=0).max()
    count = int(np.clip(max(breadth, path) / 1.1, 30, 320))
    across = np.sort(rng.uniform(0, 1, count))
    rng.shuffle(across)
    at = across * (len(lines) - 1)
    first = np.minimum(at.astype(np.intp), len(lines) - 2)
    share = (at - first)[:, None, None]
    strands = lines[first] * (1 - share) + lines[first + 1] * share
    t = np.linspace(0, 1, lines.shape[1])
    roots, ragged = uneven
    if roots + ragged:
        start = roots * rng.uniform(0, 1, (count, 1))
        end = 1 - ragged * rng.uniform(0, 1, (count, 1)) ** 2
        reach = (start + (end - start) * t) * (len(t) - 1)
        low = np.minimum(reach.astype(np.intp), len(t) - 2)
        part = (reach - low)[..., None]
        row = np.arange(count)[:, None]
        strands = strands[row, low] * (1 - part) + strands[row, low + 1] * part
    sway = np.sin(t[None, :] * rng.uniform(2, 7, (count, 1)) + rng.uniform(0, 6, (count, 1))) * np.sqrt(t)[None, :]
    size = rng.normal(0, stray, (count, 1)) * sway
    along = np.gradient(strands, axis=1)
    along /= np.maximum(np.linalg.norm(along, axis=2, keepdims=True), 1e-6)
    strands = strands + np.stack([-along[..., 1], along[..., 0]], axis=2) * size[..., None]
    return _Strands((strands - (box.left, box.top)) * _FINE, across)


def _coverage(lines: npt.NDArray[np.float64], strands: _Strands, box: Box, *, everywhere: bool) -> Mask:
    width, height = box.size
    image = Image.new("L", (width * _FINE, height * _FINE))
    draw = ImageDraw.Draw(image)
    outline = np.concatenate([lines[0], lines[:, -1], lines[-1][::-1], lines[::-1, 0]])
    draw.polygon(((outline - (box.left, box.top)) * _FINE).ravel().tolist(), fill=255)
    for strand, across in zip(strands.lines, strands.across, strict=True):
        if everywhere or min(across, 1 - across) < 0.12:  # noqa: PLR2004
            draw.line(strand.ravel().tolist(), fill=255, width=_FINE)
    image = image.reduce(_FINE)
    return Mask(box, np.asarray(image, dtype=np.float32) / np.float32(255))


def _lightness(
    strands: _Strands,
    box: Box,
    shine: tuple[Band, ...],
    contrast: float,
    falloff: float,
    rng: np.random.Generator,
) -> npt.NDArray[np.float32]:
    width, height = box.size
    image = Image.new("L", (width * _FINE // 2 + 1, height * _FINE // 2 + 1), 80)
    draw = ImageDraw.Draw(image)
    t = np.linspace(0, 1, strands.lines.shape[1])[:-1]
    for strand, across in zip(strands.lines / 2, strands.across, strict=True):
        own = rng.normal(0, contrast)
        near = rng.normal(0, 0.025)
        catch = rng.uniform(0.4, 1.2) * sum(bright * np.exp(-(((t - at - near) / reach) ** 2)) for at, reach, bright in shine)
        edge = falloff * (np.exp(-t / 0.12) + 0.8 * np.exp(-min(across, 1 - across) / 0.06))
        values = np.clip((0.36 + own + catch - edge) * 255, 0, 255).astype(int).tolist()
        wide = int(rng.integers(1, 5))
        flat = strand.tolist()
        for i, value in enumerate(values):
            draw.line((*flat[i], *flat[i + 1]), fill=value, width=wide)
    image = image.filter(ImageFilter.GaussianBlur(0.9)).resize((width, height), Image.Resampling.BILINEAR, box=(0, 0, width * _FINE / 2, height * _FINE / 2))
    return np.asarray(image, dtype=np.float32) / np.float32(255)


def paint_coils(canvas: Canvas, hair: Hair, outline: Points, *, seed: int, size: float, fade: float = 0.0) -> Mask:
    """Paint tightly curled hair inside an outline; coils of `size` pixels also stick out of it a little.

    `fade` is the softness, in pixels, with which the hair grows thinner at the outline's lower part.
    """
    rng = np.random.default_rng(seed)
    edge = outline[:: max(1, int(len(outline) / 90))]
    bumps = [ellipse(x + rng.normal(0, 1), y + rng.normal(0, 1), r, r) for (x, y) in edge for r in [rng.uniform(0.5, 0.95) * size]]
    body = mask(outline, *bumps, blur=0.5, bounds=canvas.box)
    box = body.box
    width, height = box.size
    image = Image.new("L", (width * 2, height * 2), 70)
    draw = ImageDraw.Draw(image)
    count = int(width * height / (size * size) * 5.5)
    low = np.array([0, 0])
    spots = rng.uniform(low, (width * 2, height * 2), (count, 2))
    for x, y in spots:
        r = rng.uniform(0.45, 1.0) * size
        start = rng.uniform(150, 290)
        lit = 0.24 + 0.34 * (1 - y / (height * 2)) + 0.1 * (1 - x / (width * 2)) + rng.normal(0, 0.14)
        draw.arc((x - r, y - r, x + r, y + r), start, start + rng.uniform(120, 230), fill=int(np.clip(lit, 0, 1) * 255), width=int(rng.integers(2, 4)))
        draw.arc((x - r, y - r, x + r, y + r), start + 180, start + 290, fill=int(np.clip(lit - 0.3, 0, 1) * 255), width=2)
    light = np.asarray(image.filter(ImageFilter.GaussianBlur(0.7)).reduce(2), dtype=np.float32) / np.float32(255)
    colours = ramp((hair.deep, hair.base, hair.light, hair.shine))
    where = body.within(mask(outline, blur=fade, bounds=canvas.box)) if fade else body
    canvas.paint(body, colours[(light * 1023).astype(np.intp)]) if not fade else canvas.paint(where, colours[(light * 1023).astype(np.intp)][body.box.slices(where.box)])
    return where
