"""Glasses and earrings. Knows where eyes and ears are, and nothing else of the face."""

from heygen_widget.local.face.canvas import (
    Canvas,
    Points,
    closed,
    curve,
    ellipse,
    mask,
    mix,
    points,
    ribbon,
)
from heygen_widget.local.face.head import EYE_X, EYE_Y
from heygen_widget.local.face.look import Look


def draw_glasses(canvas: Canvas, look: Look) -> None:
    """Draw the glasses of a look that wears some, and their shadow."""
    if look.glasses is None:
        return
    frames = []
    for side in (-1, 1):
        rim = _rim(640 + side * (EYE_X + 1), EYE_Y + 2, side)
        frames.append(rim)
        lens = mask(rim, bounds=canvas.box)
        canvas.paint(lens, "#ffffff", 0.045)
        x = 640 + side * (EYE_X + 1)
        glare = points(
            (x - 30, EYE_Y + 22), (x - 2, EYE_Y - 30), (x + 9, EYE_Y - 30), (x - 19, EYE_Y + 26)
        )
        canvas.fill(glare, paint="#ffffff", opacity=0.10, blur=1.5, inside=lens)
    bridge = curve(points((640 - 19, EYE_Y - 3), (640, EYE_Y - 9), (640 + 19, EYE_Y - 3)))
    arms = [
        curve(
            points(
                (640 + side * (EYE_X + 36), EYE_Y - 9),
                (640 + side * 108, EYE_Y - 9),
                (640 + side * (look.build.cheeks + 2), EYE_Y - 5),
            )
        )
        for side in (-1, 1)
    ]
    shapes = [ribbon(bridge, 3.6), *(ribbon(arm, 4.2) for arm in arms)]
    for rim in frames:
        outer = mask(*[ribbon(_loop(rim), 4.0)], bounds=canvas.box)
        canvas.paint(outer.moved(1, 4).blurred(1.5), "#2a1510", 0.28)
        canvas.paint(outer, look.glasses)
    canvas.fill(*shapes, paint=look.glasses)
    for rim in frames:
        canvas.stroke(
            _loop(rim)[60:100], 1.2, mix(look.glasses, "#ffffff", 0.65), opacity=0.7, blur=0.5
        )


def draw_earrings(canvas: Canvas, look: Look) -> None:
    """Draw the earrings of a look that wears some."""
    if look.earrings is None:
        return
    for side in (-1, 1):
        x, y = 640 + side * (look.build.cheeks + 4), 357.0
        canvas.fill(ellipse(x, y, 3.4, 3.4), paint=look.earrings, blur=0.4)
        canvas.fill(ellipse(x - 1, y - 1, 1.2, 1.2), paint="#ffffff", opacity=0.9, blur=0.4)
        canvas.stroke(_loop(ellipse(x, y + 13, 8.5, 10.5)), 2.2, look.earrings, blur=0.3)


def _loop(outline: Points) -> Points:
    return points(*outline.tolist(), *outline[:2].tolist())


def _rim(x: float, y: float, side: int) -> Points:
    return closed(
        [
            (x + side * dx, y + dy)
            for dx, dy in (
                (-36, -4),
                (-30, -23),
                (0, -29),
                (30, -25),
                (38, -6),
                (33, 17),
                (14, 29),
                (-12, 29),
                (-31, 17),
            )
        ]
    )
