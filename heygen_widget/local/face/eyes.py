"""Eyes and brows, as they are at one moment. Does not know when they move."""

from functools import lru_cache
from typing import Final

import numpy as np

from heygen_widget.local.face.canvas import (
    Box,
    Canvas,
    Gradient,
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


def draw_eyes(canvas: Canvas, look: Look, eyes: Eyes) -> None:
    """Draw both eyes and brows on a face."""
    for side in (-1, 1):
        _draw_eye(canvas, look, eyes, side)
        _draw_brow(canvas, look, eyes.brows, side)


def _lids(look: Look, eyes: Eyes, side: int) -> tuple[Points, Points, Points]:
    """Return the edges of upper and lower lid and the crease above, inner corner first."""
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
    return np.stack([x, upper], 1), np.stack([x, lower], 1), np.stack([x, crease], 1)


def _draw_eye(canvas: Canvas, look: Look, eyes: Eyes, side: int) -> None:
    skin, gaze = look.skin, look.gaze
    upper, lower, crease = _lids(look, eyes, side)
    lid = np.concatenate([crease, upper[::-1]])
    canvas.fill(lid, paint=mix(skin.base, skin.shade, 0.25), opacity=0.6, blur=1.2)
    canvas.stroke(
        crease[2:-2],
        2.2 * np.sin(np.linspace(0.25, 2.9, _STEPS - 4)),
        skin.deep,
        opacity=0.55,
        blur=0.6,
    )
    if eyes.shut < 0.97:  # noqa: PLR2004
        _draw_ball(canvas, look, eyes, side, (upper, lower))
    lower_line = np.concatenate([[0.2], np.linspace(0.6, 1.7, _STEPS - 2), [0.6]])
    canvas.stroke(lower, lower_line, mix(skin.deep, gaze.lash, 0.35), opacity=0.6, blur=0.4)
    _draw_lashes(canvas, look, eyes, side, upper)


def _draw_ball(
    canvas: Canvas, look: Look, eyes: Eyes, side: int, lids: tuple[Points, Points]
) -> None:
    upper, lower = lids
    opening = mask(np.concatenate([upper, lower[::-1]]), bounds=canvas.box)
    gaze, size = look.gaze, look.build.eye
    x, y = 640 + side * EYE_X, EYE_Y
    canvas.paint(opening, Gradient((x, y - 12), (x, y + 10), ("#d9d2d0", "#f7f3f0", "#efe7e4")))
    canvas.fill(
        ellipse(x - side * 26, y + 2, 6, 5), paint="#d98f84", opacity=0.75, blur=1.5, inside=opening
    )
    ix, iy, r = x + eyes.right - side * 0.8, y - 2.0 + eyes.down, 12.6 * size
    iris = mask(ellipse(ix, iy, r, r), bounds=canvas.box).within(opening)
    canvas.paint(iris, mix(gaze.iris, "#120c0a", 0.45))
    canvas.fill(
        ellipse(ix, iy, r - 1.4, r - 1.4),
        paint=Gradient(
            (ix, iy - r),
            (ix, iy + r),
            (mix(gaze.iris, "#120c0a", 0.25), gaze.iris, gaze.iris_light),
        ),
        blur=0.6,
        inside=iris,
    )
    canvas.fill(
        ellipse(ix, iy + r * 0.48, r * 0.62, r * 0.36),
        paint=mix(gaze.iris_light, "#ffffff", 0.2),
        opacity=0.5,
        blur=2,
        inside=iris,
    )
    canvas.fill(ellipse(ix, iy, 5.9 * size, 5.9 * size), paint="#0d0909", blur=0.5, inside=opening)
    shadow = ribbon(shifted(upper, 0, 1.5), 7.5)
    canvas.fill(shadow, paint="#2a1a1c", opacity=0.42, blur=2.2, inside=opening)
    canvas.fill(
        ellipse(ix - 4.2, iy - 4.4, 3.3, 3.0),
        paint="#ffffff",
        opacity=0.97,
        blur=0.4,
        inside=opening,
    )
    canvas.fill(
        ellipse(ix + 4.8, iy + 4.6, 1.9, 1.6),
        paint="#ffffff",
        opacity=0.55,
        blur=0.6,
        inside=opening,
    )


def _draw_lashes(canvas: Canvas, look: Look, eyes: Eyes, side: int, upper: Points) -> None:
    gaze = look.gaze
    weight = np.interp(np.linspace(0, 1, _STEPS), [0, 0.12, 0.6, 0.9, 1], [0.8, 2.0, 3.2, 3.4, 1.6])
    canvas.stroke(
        shifted(upper, 0, -0.6),
        weight * (0.72 + 0.28 * gaze.lashes),
        gaze.lash,
        opacity=0.94,
        blur=0.35,
    )
    if gaze.lashes > 0:
        canvas.fill(
            *_lashes(gaze.lashes, eyes.shut, side, upper), paint=gaze.lash, opacity=0.9, blur=0.3
        )


def _lashes(strength: float, shut: float, side: int, upper: Points) -> Points:
    """Return the outlines of the lashes, shape (lashes, 5, 2)."""
    t = np.linspace(0.5, 0.96, 9)[:, None]
    root = upper[np.rint(t[:, 0] * (_STEPS - 1)).astype(np.intp)]
    long = strength * (3.0 + 5.5 * (t - 0.4))
    tip = root + np.hstack(
        [side * long * (0.35 + 0.85 * t), -long * (1 - 1.7 * shut) * (1.1 - 0.55 * t)]
    )
    bow = shifted((root + tip) / 2, side * 0.8, 1.0)
    aside = np.array([1.0, 0.0])
    sides = (root - 0.9 * aside, bow - 0.6 * aside, tip, bow + 0.6 * aside, root + 0.9 * aside)
    return np.stack(sides, axis=1)


def _draw_brow(canvas: Canvas, look: Look, raised: float, side: int) -> None:
    body, hairs = _brow(look.gaze, side)
    canvas.fill(shifted(body, 0, -raised), paint=look.gaze.brow, opacity=0.55, blur=1.6)
    canvas.fill(*shifted(hairs, 0, -raised), paint=look.gaze.brow, opacity=0.62, blur=0.35)


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
