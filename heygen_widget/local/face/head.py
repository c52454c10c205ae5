"""Neck, ears, face and nose: skin and the light on it. Does not know of eyes, lips or hair."""

from typing import Final

import numpy as np

from heygen_widget.local.face.canvas import (
    Canvas,
    Gradient,
    Mask,
    Points,
    closed,
    curve,
    ellipse,
    mask,
    mirrored,
    mix,
    points,
    scaled,
    shifted,
)
from heygen_widget.local.face.look import Look

MIDDLE: Final = 640.0
EYE_Y: Final = 306.0
EYE_X: Final = 55.0
"""Distance of an eye from the middle."""
MOUTH_Y: Final = 405.0


def face_outline(look: Look) -> Points:
    """Return the outline of the face, ears excluded."""
    b = look.build
    return closed(
        mirrored(
            [
                (0, 168),
                (62, 177),
                (100, 208),
                (b.cheeks - 3, 256),
                (b.cheeks, 304),
                (b.cheeks - 5, 346),
                (b.jaw + 9, 386),
                (b.jaw - 15, 423),
                (b.chin + 5, b.chin_y - 9),
                (0, b.chin_y),
            ]
        )
    )


def draw_neck(canvas: Canvas, look: Look) -> None:
    """Draw the neck with the shadow of the chin, down to where clothes cover it."""
    skin, b = look.skin, look.build
    n = b.neck
    neck = mask(
        closed(
            mirrored(
                [
                    (0, 400),
                    (n, 404),
                    (n - 1, 450),
                    (n + 1, 482),
                    (n + 14, 509),
                    (n + 52, 533),
                    (n + 96, 556),
                    (n + 90, 630),
                    (0, 676),
                ]
            )
        ),
        bounds=canvas.box,
    )
    canvas.paint(
        neck, Gradient((590, 470), (705, 560), (skin.base, mix(skin.base, skin.shade, 0.55)))
    )
    # the shadow of the chin follows the jaw
    jaw = shifted(face_outline(look), 5, 26)
    canvas.fill(jaw, paint=skin.deep, opacity=0.5, blur=9, inside=neck)
    canvas.fill(shifted(jaw, -2, -14), paint=skin.deep, opacity=0.34, blur=4, inside=neck)
    for side in (-1, 1):  # tendons and collar bones
        tendon = curve(
            points(
                (640 + side * (n - 12), 476), (640 + side * (n - 24), 514), (640 + side * 12, 560)
            )
        )
        canvas.stroke(
            tendon, np.linspace(4, 9, len(tendon)), skin.shade, opacity=0.26, blur=4, inside=neck
        )
        bone = curve(
            points((640 + side * 15, 570), (640 + side * 48, 565), (640 + side * 104, 556))
        )
        canvas.stroke(bone, 7, skin.shade, opacity=0.45, blur=3, inside=neck)
        canvas.stroke(shifted(bone, 0, -6), 5, skin.light, opacity=0.4, blur=3, inside=neck)
    canvas.fill(ellipse(640, 572, 11, 9), paint=skin.shade, opacity=0.5, blur=4, inside=neck)


def draw_ears(canvas: Canvas, look: Look) -> None:
    """Draw both ears."""
    skin, b = look.skin, look.build
    for side in (-1, 1):
        x = MIDDLE + side * (b.cheeks + 3)

        def at(*pairs: tuple[float, float], x: float = x, side: int = side) -> Points:
            return points(*((x + side * dx, y) for dx, y in pairs))

        ear = mask(
            closed(
                at(
                    (-12, 290),
                    (2, 283),
                    (12, 291),
                    (14, 311),
                    (8, 333),
                    (3, 349),
                    (-4, 354),
                    (-12, 344),
                )
            ),
            bounds=canvas.box,
        )
        tone = skin.base if side < 0 else mix(skin.base, skin.shade, 0.45)
        canvas.paint(ear, mix(tone, skin.blush, 0.12))
        canvas.stroke(
            curve(at((-6, 298), (3, 291), (9, 300), (8, 317), (2, 333))),
            4,
            skin.shade,
            opacity=0.55,
            blur=1.6,
            inside=ear,
        )
        canvas.fill(ellipse(x, 320, 6, 13), paint=skin.deep, opacity=0.4, blur=3, inside=ear)


def draw_face(canvas: Canvas, look: Look) -> Mask:
    """Draw the face without eyes and lips; return what it covers."""
    skin = look.skin
    outline = face_outline(look)
    face = mask(outline, bounds=canvas.box)
    canvas.paint(
        face,
        Gradient(
            (560, 200),
            (720, 440),
            (mix(skin.light, skin.base, 0.25), skin.base, mix(skin.base, skin.shade, 0.3)),
        ),
    )
    _model(canvas, look, outline, face)
    _draw_sockets(canvas, look, face)
    _draw_nose(canvas, look, face)
    if skin.freckles:
        _draw_freckles(canvas, look, face)
    return face


def _model(canvas: Canvas, look: Look, outline: Points, face: Mask) -> None:
    """Give the face its roundness: a light from the upper left."""
    skin = look.skin
    lit = shifted(scaled(outline, 0.90, 0.92, (640, 310)), -12, -10)
    edge = face.without(mask(lit, blur=15, bounds=canvas.box))
    canvas.paint(edge, skin.shade, 0.62)
    right = shifted(scaled(outline, 0.97, 0.98, (640, 310)), -12, -5)
    canvas.paint(face.without(mask(right, blur=7, bounds=canvas.box)), skin.shade, 0.35)
    canvas.fill(ellipse(618, 232, 58, 34), paint=skin.light, opacity=0.55, blur=20, inside=face)
    canvas.fill(ellipse(640, 442, 24, 11), paint=skin.light, opacity=0.32, blur=7, inside=face)
    canvas.fill(ellipse(640, 427, 26, 4), paint=skin.shade, opacity=0.42, blur=4, inside=face)
    for side in (-1, 1):
        canvas.fill(
            ellipse(640 + side * 70, 366, 30, 20, side * -0.3),
            paint=skin.blush,
            opacity=0.26,
            blur=14,
            inside=face,
        )
        canvas.fill(
            ellipse(640 + side * 68, 346, 25, 9, side * -0.25),
            paint=skin.light,
            opacity=0.42 if side < 0 else 0.25,
            blur=7,
            inside=face,
        )
        fold = curve(points((640 + side * 30, 372), (640 + side * 42, 384), (640 + side * 51, 400)))
        canvas.stroke(
            fold, np.linspace(2, 5, len(fold)), skin.shade, opacity=0.3, blur=2.4, inside=face
        )


def _draw_sockets(canvas: Canvas, look: Look, face: Mask) -> None:
    skin = look.skin
    for side in (-1, 1):
        x = 640 + side * EYE_X
        canvas.fill(
            ellipse(x - side * 3, EYE_Y - 12, 33, 15, side * 0.12),
            paint=skin.shade,
            opacity=0.34,
            blur=7,
            inside=face,
        )
        canvas.fill(
            ellipse(x - side * 26, EYE_Y - 4, 9, 16),
            paint=skin.shade,
            opacity=0.36,
            blur=6,
            inside=face,
        )
        canvas.fill(
            ellipse(x + side * 1, EYE_Y + 19, 25, 5),
            paint=skin.shade,
            opacity=0.26,
            blur=4,
            inside=face,
        )


def _draw_nose(canvas: Canvas, look: Look, face: Mask) -> None:
    skin, w = look.skin, look.build.nose
    bridge = curve(points((640 + 9, 292), (640 + 8, 330), (640 + 13, 356), (640 + w * 0.9, 368)))
    canvas.stroke(
        bridge, np.linspace(5, 11, len(bridge)), skin.shade, opacity=0.42, blur=4, inside=face
    )
    left = curve(points((640 - 10, 290), (640 - 8, 322), (640 - 12, 356)))
    canvas.stroke(left, np.linspace(4, 6, len(left)), skin.shade, opacity=0.16, blur=4, inside=face)
    ball = closed(
        points(
            (640, 346),
            (640 + w * 0.6, 353),
            (640 + w, 366),
            (640 + w * 0.75, 376),
            (640, 381),
            (640 - w * 0.75, 376),
            (640 - w, 366),
            (640 - w * 0.6, 353),
        )
    )
    canvas.fill(shifted(ball, 1, 4), paint=skin.shade, opacity=0.42, blur=4, inside=face)
    canvas.fill(
        shifted(scaled(ball, 0.86, 0.86, (640, 364)), -1, -2),
        paint=mix(skin.base, skin.blush, 0.1),
        opacity=0.7,
        blur=4,
        inside=face,
    )
    canvas.stroke(
        curve(points((636, 296), (636, 330), (637, 354))),
        7,
        skin.light,
        opacity=0.5,
        blur=3.5,
        inside=face,
    )
    canvas.fill(ellipse(637, 361, 7, 5), paint=skin.light, opacity=0.75, blur=3, inside=face)
    for side in (-1, 1):
        wing = curve(
            points(
                (640 + side * w * 0.85, 356),
                (640 + side * (w + 1), 366),
                (640 + side * w * 0.86, 374),
            )
        )
        canvas.stroke(
            wing,
            [*np.linspace(1, 3, len(wing) // 2), *np.linspace(3, 1, len(wing) - len(wing) // 2)],
            skin.deep,
            opacity=0.42,
            blur=1.3,
            inside=face,
        )
        nostril = closed(
            points(
                (640 + side * 4.5, 374.5),
                (640 + side * 10, 371),
                (640 + side * w * 0.72, 374),
                (640 + side * 9, 376.5),
            )
        )
        canvas.fill(nostril, paint=skin.deep, opacity=0.75, blur=1.0, inside=face)
    canvas.fill(ellipse(640, 388, 5, 7), paint=skin.shade, opacity=0.28, blur=3, inside=face)


def _draw_freckles(canvas: Canvas, look: Look, face: Mask) -> None:
    rng = np.random.default_rng(5)
    spots = []
    for _ in range(70):
        x, y = rng.normal(0, 48), rng.normal(352, 13)
        if abs(x) > 14 or y < 352:  # noqa: PLR2004
            r = rng.uniform(0.7, 1.5)
            spots.append(ellipse(640 + x, y - 0.002 * x * x, r * 1.2, r))
    canvas.paint(mask(*spots, blur=0.5, bounds=canvas.box).within(face), look.skin.deep, 0.3)
