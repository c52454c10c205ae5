"""Eyes and brows, as they are at one moment. Does not know when they move."""

from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from heygen_widget.local.face.canvas import (
    Box,
    Canvas,
    Gradient,
    Mask,
    Points,
    ellipse,
    mask,
    mix,
    ribbon,
    shifted,
)
from heygen_widget.local.face.head import EYE_X, EYE_Y
from heygen_widget.local.face.look import Gaze, Look
from heygen_widget.local.face.motion import Eyes

EYES_BOX: Final = Box(536, 246, 744, 342)
"""Everything that eyes and brows can change."""
_STEPS: Final = 33


class _Lids(NamedTuple):
    """Edges of the lids of one eye and the crease above, each from the inner corner outwards."""

    side: int
    upper: Points
    lower: Points
    crease: Points


def draw_eyes(canvas: Canvas, look: Look, eyes: Eyes) -> None:
    """Draw both eyes and brows on a face."""
    # Both eyes are painted at once: what costs is the number of strokes, not their size.
    lids = [_lids(look, eyes, side) for side in (-1, 1)]
    _draw_lids(canvas, look, lids)
    if eyes.shut < 1:
        _draw_balls(canvas, look, eyes, lids)
    _draw_lashes(canvas, look, eyes, lids)
    _draw_brows(canvas, look, eyes.brows)


def _lids(look: Look, eyes: Eyes, side: int) -> _Lids:
    t = np.linspace(0, 1, _STEPS)
    size = look.build.eye
    x = 640 + side * (EYE_X + (t - 0.5) * 54 * size)
    tilt = 3.0 - 5.0 * t  # the outer corner lies a little higher
    arch = np.sin(np.pi * t**0.86) ** 0.8
    follow = eyes.down * 0.5
    upper = EYE_Y + tilt - (13.0 * size - follow) * arch
    lower = EYE_Y + tilt + 8.6 * size * np.sin(np.pi * t**1.12) ** 0.9
    closed_at = lower - 1.2 * np.sin(np.pi * t)
    upper = upper + (closed_at - upper) * eyes.shut
    lower = lower - 1.5 * eyes.shut * np.sin(np.pi * t)
    crease = EYE_Y + tilt - (18.5 * size - follow) * np.sin(np.pi * t**0.9) ** 0.7 + 5 * eyes.shut
    return _Lids(side, *(np.stack([x, y], 1) for y in (upper, lower, crease)))


def _draw_lids(canvas: Canvas, look: Look, lids: list[_Lids]) -> None:
    skin = look.skin
    covers = [np.concatenate([lid.crease, lid.upper[::-1]]) for lid in lids]
    canvas.fill(*covers, paint=mix(skin.base, skin.shade, 0.25), opacity=0.6, blur=1.2)
    thin = 2.2 * np.sin(np.linspace(0.25, 2.9, _STEPS - 4))
    creases = [ribbon(lid.crease[2:-2], thin) for lid in lids]
    canvas.fill(*creases, paint=skin.deep, opacity=0.55, blur=0.6)


def _draw_balls(canvas: Canvas, look: Look, eyes: Eyes, lids: list[_Lids]) -> None:
    opening = mask(
        *(np.concatenate([lid.upper, lid.lower[::-1]]) for lid in lids), bounds=canvas.box
    )
    white = tuple(mix(tone, look.skin.shade, 0.05) for tone in ("#dcd5d3", "#f9f5f2", "#f0e8e5"))
    canvas.paint(opening, Gradient((640, EYE_Y - 12), (640, EYE_Y + 10), white))
    corners = [ellipse(640 + side * (EYE_X - 26), EYE_Y + 2, 6, 5) for side in (-1, 1)]
    canvas.fill(*corners, paint="#d98f84", opacity=0.75, blur=1.5, inside=opening)
    _draw_irises(canvas, look, eyes, opening)
    shadows = [ribbon(shifted(lid.upper, 0, 1.5), 7.5) for lid in lids]
    canvas.fill(*shadows, paint="#2a1a1c", opacity=0.42, blur=2.2, inside=opening)
    y = EYE_Y - 2 + eyes.down
    for right, down, size, opacity in ((-4.2, -4.4, 3.2, 0.97), (4.8, 4.6, 1.8, 0.55)):
        lights = [ellipse(x + right, y + down, size, size * 0.9) for x in _centres(eyes)]
        canvas.fill(*lights, paint="#ffffff", opacity=opacity, blur=0.4, inside=opening)


def _centres(eyes: Eyes) -> tuple[float, float]:
    return 640 - EYE_X + eyes.right + 0.8, 640 + EYE_X + eyes.right - 0.8


def _draw_irises(canvas: Canvas, look: Look, eyes: Eyes, opening: Mask) -> None:
    gaze, size = look.gaze, look.build.eye
    y, r = EYE_Y - 2 + eyes.down, 12.6 * size

    def discs(across: float, down: float, lower: float = 0.0) -> list[Points]:
        return [ellipse(x, y + lower, across, down) for x in _centres(eyes)]

    canvas.fill(*discs(r, r), paint=mix(gaze.iris, "#120c0a", 0.45), inside=opening)
    depth = Gradient(
        (640, y - r), (640, y + r), (mix(gaze.iris, "#120c0a", 0.25), gaze.iris, gaze.iris_light)
    )
    canvas.fill(*discs(r - 1.4, r - 1.4), paint=depth, blur=0.6, inside=opening)
    glow = mix(gaze.iris_light, "#ffffff", 0.2)
    canvas.fill(
        *discs(r * 0.6, r * 0.32, r * 0.46), paint=glow, opacity=0.5, blur=2, inside=opening
    )
    canvas.fill(*discs(5.9 * size, 5.9 * size), paint="#0d0909", blur=0.5, inside=opening)


def _draw_lashes(canvas: Canvas, look: Look, eyes: Eyes, lids: list[_Lids]) -> None:
    gaze = look.gaze
    thin = np.concatenate([[0.2], np.linspace(0.6, 1.7, _STEPS - 2), [0.6]])
    below = [ribbon(lid.lower, thin) for lid in lids]
    canvas.fill(*below, paint=mix(look.skin.deep, gaze.lash, 0.35), opacity=0.6, blur=0.4)
    thick = np.interp(np.linspace(0, 1, _STEPS), [0, 0.12, 0.6, 0.9, 1], [0.8, 2.0, 3.2, 3.4, 1.6])
    thick *= 0.72 + 0.28 * gaze.lashes
    above = [ribbon(shifted(lid.upper, 0, -0.6), thick) for lid in lids]
    for lid in lids:
        above.extend(_lashes(gaze.lashes, eyes.shut, lid.side, lid.upper))
    canvas.fill(*above, paint=gaze.lash, opacity=0.94, blur=0.35)


def _lashes(strength: float, shut: float, side: int, upper: Points) -> Points:
    """Return the outlines of the lashes, shape (lashes, 5, 2)."""
    t = np.linspace(0.46, 0.91, 9)[:, None]
    root = upper[np.rint(t[:, 0] * (_STEPS - 1)).astype(np.intp)]
    long = strength * (3.0 + 5.5 * (t - 0.4))
    tip = root + np.hstack(
        [side * long * (0.35 + 0.85 * t), -long * (1 - 1.7 * shut) * (1.1 - 0.55 * t)]
    )
    bow = shifted((root + tip) / 2, side * 0.8, 1.0)
    aside = np.array([1.0, 0.0])
    sides = (root - 1.1 * aside, bow - 0.7 * aside, tip, bow + 0.7 * aside, root + 1.1 * aside)
    return np.stack(sides, axis=1)


def _draw_brows(canvas: Canvas, look: Look, raised: float) -> None:
    (left, left_hairs), (right, right_hairs) = (_brow(look.gaze, side) for side in (-1, 1))
    bodies = (shifted(brow, 0, -raised) for brow in (left, right))
    hairs = shifted(np.concatenate([left_hairs, right_hairs]), 0, -raised)
    canvas.fill(*bodies, paint=look.gaze.brow, opacity=0.55, blur=1.6)
    canvas.fill(*hairs, paint=look.gaze.brow, opacity=0.62, blur=0.35)


@lru_cache(maxsize=32)
def _brow(gaze: Gaze, side: int) -> tuple[Points, Points]:
    """Return the outline of a brow at rest, and of its hairs, shape (hairs, points, 2)."""
    t = np.linspace(0, 1, 25)
    arch = np.interp(t, [0, 0.35, 0.64, 1], [1.0, 7.0, 9.0, 1.5]) * gaze.brow_arch
    arch = np.convolve(np.pad(arch, 3, mode="edge"), np.ones(7) / 7, "valid")
    line = np.stack([640 + side * (24 + 66 * t), 274 - arch], 1)
    body = np.interp(t, [0, 0.08, 0.3, 0.65, 1], [2.8, 5.6, 7.6, 5.8, 0.9]) * gaze.brow_weight
    rng = np.random.default_rng(11 if side < 0 else 12)
    hairs = []
    for at in np.linspace(0.0, 0.93, 34):
        middle = np.array([np.interp(at, t, line[:, 0]), np.interp(at, t, line[:, 1])])
        width = float(np.interp(at, t, body))
        slope = np.interp(at, [0, 0.3, 1], [1.45, 0.75, -0.18])
        long = rng.uniform(6.5, 9.5) * np.interp(at, [0, 0.15, 1], [0.75, 1, 0.75])
        start = middle + np.array([0, rng.uniform(0.05, 0.5) * width])
        tip = start + long * np.array([side * np.cos(slope), -np.sin(slope)])
        tip[1] = max(tip[1], middle[1] - width * 0.62)
        hairs.append(ribbon(np.linspace(start, tip, 4), [1.3, 1.3, 0.9, 0.3]))
    return ribbon(line, body * 0.86), np.stack(hairs)
