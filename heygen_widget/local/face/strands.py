"""Hair as strands that flow between guide lines, and as coils. Does not know any hairstyle."""

from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

from heygen_widget.local.face.canvas import (
    WIDTH,
    Box,
    Canvas,
    Mask,
    Points,
    curve,
    ellipse,
    mask,
    ramp,
)
from heygen_widget.local.face.hairstyles import Sheet
from heygen_widget.local.face.look import Hair

_FINE: Final = 3  # coverage is drawn at this many times the size
_STEPS: Final = 8  # points of a strand between two points of its guide
_SPACING: Final = 0.95  # pixels from strand to strand
_COIL: Final = 7.5  # pixels across
_PLAIN: Final = 0.36  # lightness of a strand in no particular light

Lines = npt.NDArray[np.float64]
"""Lines side by side, shape (lines, points, 2)."""


def points_of(line: str, *, flipped: bool = False) -> Points:
    """Read a line written as ``"x,y x,y ..."``; `flipped` puts it on the other side."""
    read = np.array([pair.split(",") for pair in line.split()], dtype=np.float64)
    if flipped:
        read[:, 0] = WIDTH - read[:, 0]
    return read


def paint_sheet(canvas: Canvas, hair: Hair, sheet: Sheet) -> None:
    """Paint a sheet of hair."""
    lines = _flow(sheet)
    rng = np.random.default_rng(sheet.seed)
    low, high = np.floor(lines.min(axis=(0, 1))) - 8, np.ceil(lines.max(axis=(0, 1))) + 8
    box = Box(int(low[0]), int(low[1]), int(high[0]), int(high[1])).intersect(canvas.box)
    strands, across = _strands(lines, sheet, rng)
    where = _coverage(lines, strands, across, box, sheet)
    light = _lightness(strands, across, box, sheet, rng)
    canvas.paint(where, _coloured(light + np.float32(sheet.tone), hair))


def paint_coils(canvas: Canvas, hair: Hair, outline: Points) -> None:
    """Paint tightly curled hair inside an outline; coils also stick out of it a little."""
    rng = np.random.default_rng(3)
    bumps = [
        ellipse(*(spot + rng.normal(0, 1, 2)), *([rng.uniform(0.5, 0.95) * _COIL] * 2))
        for spot in outline[:: max(1, len(outline) // 90)]
    ]
    where = mask(outline, *bumps, blur=0.5, bounds=canvas.box)
    width, height = (2 * length for length in where.box.size)
    image = Image.new("L", (width, height), 70)
    draw = ImageDraw.Draw(image)
    count = int(width * height / _COIL**2 * 1.4)
    for x, y in rng.uniform((0, 0), (width, height), (count, 2)):
        r = rng.uniform(0.45, 1.0) * _COIL
        start = rng.uniform(150, 290)
        lit = 0.68 - 0.34 * y / height - 0.1 * x / width + rng.normal(0, 0.14)
        around = (x - r, y - r, x + r, y + r)
        for begin, sweep, value in ((0, rng.uniform(120, 230), lit), (180, 110, lit - 0.3)):
            bright = int(np.clip(value, 0, 1) * 255)
            draw.arc(around, start + begin, start + begin + sweep, fill=bright, width=2)
    light = image.filter(ImageFilter.GaussianBlur(0.7)).reduce(2)
    canvas.paint(where, _coloured(_unit(light), hair))


def _flow(sheet: Sheet) -> Lines:
    """Fill the room between the guides of a sheet with smooth lines."""
    guides = [points_of(guide, flipped=sheet.flipped) for guide in sheet.guides]
    lines = np.stack([curve(guide, _STEPS) for guide in guides])
    return np.stack([curve(lines[:, i], 8) for i in range(lines.shape[1])], axis=1)


def _strands(
    lines: Lines, sheet: Sheet, rng: np.random.Generator
) -> tuple[Lines, npt.NDArray[np.float64]]:
    """Return strands between lines, and how far across the sheet (0 to 1) each of them is."""
    breadth = np.linalg.norm(lines[-1] - lines[0], axis=1).max()
    walk = np.linalg.norm(np.diff(lines, axis=0), axis=2).sum(axis=0).max()
    count = int(np.clip(max(breadth, walk) / _SPACING, 30, 360))
    across = rng.uniform(0, 1, count)
    t = np.linspace(0, 1, lines.shape[1])
    begin = sheet.roots * rng.uniform(0, 1, (count, 1))
    end = 1 - sheet.tips * rng.uniform(0, 1, (count, 1)) ** 2
    strands = _between(lines, across, begin + (end - begin) * t)
    sway = np.sin(t * rng.uniform(2, 7, (count, 1)) + rng.uniform(0, 6, (count, 1))) * np.sqrt(t)
    aside = rng.normal(0, sheet.stray, (count, 1)) * sway
    along = np.gradient(strands, axis=1)
    along /= np.maximum(np.linalg.norm(along, axis=2, keepdims=True), 1e-6)
    return strands + along[..., ::-1] * (-1.0, 1.0) * aside[..., None], across


def _between(lines: Lines, across: npt.NDArray[np.float64], t: npt.NDArray[np.float64]) -> Lines:
    """Look up points: `across` (n,) from the first line to the last, `t` (n, m) along them."""
    u, v = across[:, None] * (len(lines) - 1), t * (lines.shape[1] - 1)
    i = np.minimum(u.astype(np.intp), len(lines) - 2)
    j = np.minimum(v.astype(np.intp), lines.shape[1] - 2)
    u, v = (u - i)[..., None], (v - j)[..., None]
    near = lines[i, j] * (1 - v) + lines[i, j + 1] * v
    far = lines[i + 1, j] * (1 - v) + lines[i + 1, j + 1] * v
    return np.asarray(near * (1 - u) + far * u)


def _coverage(
    lines: Lines, strands: Lines, across: npt.NDArray[np.float64], box: Box, sheet: Sheet
) -> Mask:
    width, height = box.size
    image = Image.new("L", (width * _FINE, height * _FINE))
    draw = ImageDraw.Draw(image)
    origin = (box.left, box.top)
    last = lines.shape[1]
    solid = lines[:, round(last * sheet.roots) : max(2, round(last * (1 - sheet.tips)))]
    outline = np.concatenate([solid[0], solid[:, -1], solid[-1][::-1], solid[::-1, 0]])
    draw.polygon(((outline - origin) * _FINE).ravel().tolist(), fill=255)
    uneven = sheet.roots + sheet.tips > 0
    at_edge = np.minimum(across, 1 - across) < 0.12  # noqa: PLR2004
    for strand in (strands[at_edge | uneven] - origin) * _FINE:
        draw.line(strand.ravel().tolist(), fill=255, width=_FINE - 1)
    return Mask(box, _unit(image.reduce(_FINE)))


def _lightness(
    strands: Lines,
    across: npt.NDArray[np.float64],
    box: Box,
    sheet: Sheet,
    rng: np.random.Generator,
) -> npt.NDArray[np.float32]:
    """Return how light the sheet is, 0 to 1, strand by strand, shape (height, width)."""
    width, height = box.size
    size = _FINE / 2  # softened anyway
    image = Image.new("L", (int(width * size) + 1, int(height * size) + 1), 80)
    draw = ImageDraw.Draw(image)
    t = np.linspace(0, 1, strands.shape[1])[:-1]
    for strand, side in zip((strands - (box.left, box.top)) * size, across, strict=True):
        shift = rng.normal(0, 0.025)
        bands = (
            bright * np.exp(-(((t - at - shift) / reach) ** 2)) for at, reach, bright in sheet.shine
        )
        edge = np.exp(-t / 0.12) + 0.8 * np.exp(-min(side, 1 - side) / 0.06)
        value = _PLAIN + rng.normal(0, sheet.contrast) + rng.uniform(0.4, 1.2) * sum(bands)
        tones = np.clip((value - sheet.falloff * edge) * 255, 0, 255).astype(int).tolist()
        wide, path = int(rng.integers(1, 5)), strand.tolist()
        for i, tone in enumerate(tones):
            draw.line((*path[i], *path[i + 1]), fill=tone, width=wide)
    soft = image.filter(ImageFilter.GaussianBlur(0.9))
    extent = (0, 0, width * size, height * size)
    return _unit(soft.resize((width, height), Image.Resampling.BILINEAR, box=extent))


def _coloured(light: npt.NDArray[np.float32], hair: Hair) -> npt.NDArray[np.float32]:
    """Turn lightness from 0 to 1 into the colours of hair."""
    colours = ramp((hair.deep, hair.base, hair.light, hair.shine))
    return colours[(np.clip(light, 0, 1) * 1023).astype(np.intp)]


def _unit(image: Image.Image) -> npt.NDArray[np.float32]:
    return np.asarray(image, dtype=np.float32) / np.float32(255)
