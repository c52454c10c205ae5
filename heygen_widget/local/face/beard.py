"""Beards. Knows the face they grow on, and not the lips."""

import numpy as np

from heygen_widget.local.face.canvas import (
    Canvas,
    Mask,
    Points,
    closed,
    mask,
    mirrored,
    mix,
    points,
    ribbon,
    scaled,
)
from heygen_widget.local.face.head import face_outline
from heygen_widget.local.face.look import Look


def draw_beard(canvas: Canvas, look: Look) -> None:
    """Draw the beard of a look that has one."""
    if look.hair.beard is None:
        return
    short = look.hair.beard == "stubble"
    jaw = face_outline(look)
    grown = jaw if short else scaled(jaw, 1.0, 1.045, (640, 310))
    cheek = closed(
        mirrored(
            [
                (0, 392),
                (24, 391),
                (47, 399),
                (66, 399),
                (90, 372),
                (103, 330),
                (107, 296),
                (160, 290),
                (160, 520),
                (0, 520),
            ]
        )
    )
    where = mask(grown, blur=0.8, bounds=canvas.box).within(
        mask(cheek, blur=5 if short else 3, bounds=canvas.box)
    )
    bare = mask(
        closed(mirrored([(0, 398), (24, 400), (35, 404), (25, 411), (12, 415), (0, 416)])),
        blur=2,
        bounds=canvas.box,
    )
    where = where.without(bare)
    strength = 0.3 if short else 0.86
    canvas.paint(where, mix(look.hair.base, look.skin.deep, 0.45 if short else 0.12), strength)
    moustache = mask(
        closed(
            mirrored(
                [
                    (0, 386),
                    (16, 383),
                    (38, 390),
                    (50, 404),
                    (47, 412),
                    (36, 403),
                    (14, 397),
                    (0, 398),
                ]
            )
        ),
        blur=2,
        bounds=canvas.box,
    )
    if not short:
        canvas.paint(moustache, look.hair.base, 0.8)
    _draw_bristles(canvas, look, where, dense=not short)


def _draw_bristles(canvas: Canvas, look: Look, where: Mask, *, dense: bool) -> None:
    rng = np.random.default_rng(9)
    box = where.box
    light: list[Points] = []
    dark: list[Points] = []
    for _ in range(3400 if dense else 500):
        x, y = rng.uniform(box.left, box.right), rng.uniform(box.top, box.bottom)
        if where.alpha[int(y) - box.top, int(x) - box.left] < 0.4:  # noqa: PLR2004
            continue
        lean = (x - 640) / 110 * 0.5 + rng.normal(0, 0.25)
        long = rng.uniform(3.5, 7) if dense else rng.uniform(1, 2)
        hair = ribbon(
            points(
                (x, y),
                (x + np.sin(lean) * long * 0.5, y + long * 0.55),
                (x + np.sin(lean) * long * 0.7, y + long),
            ),
            [0.9, 0.8, 0.3],
        )
        (light if rng.random() < 0.45 else dark).append(hair)  # noqa: PLR2004
    if light:
        canvas.paint(
            mask(*light, blur=0.4, bounds=canvas.box), look.hair.light, 0.5 if dense else 0.15
        )
    if dark:
        canvas.paint(
            mask(*dark, blur=0.4, bounds=canvas.box), look.hair.deep, 0.42 if dense else 0.2
        )
