"""Clothes on the shoulders. Does not know of the head above them."""

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
    ribbon,
    shifted,
)
from heygen_widget.local.face.look import Look


def draw_clothes(canvas: Canvas, look: Look) -> None:
    """Draw shoulders and clothes on an empty canvas, leaving the neck free."""
    _STYLES[look.clothes.style](canvas, look)


def _torso(look: Look, lift: float = 0.0) -> Points:
    """Return the outline of the clothed shoulders; `lift` makes cloth thicker (pixels)."""
    s, n = look.build.shoulders, look.build.neck
    return closed(
        mirrored(
            [
                (0, 548 - lift),
                (n - 2, 532 - lift),
                (n + 16, 530 - lift),
                (n + 58, 551 - lift),
                (s * 0.66, 573 - lift),
                (s - 30, 597 - lift),
                (s + 4, 634),
                (s + 21, 690),
                (s + 27, 770),
                (0, 790),
            ]
        )
    )


def _draw_torso(canvas: Canvas, look: Look, lift: float = 0.0) -> Mask:
    """Paint the cloth with its folds and the light on it."""
    c, s = look.clothes, look.build.shoulders
    outline = _torso(look, lift)
    body = mask(outline, bounds=canvas.box)
    canvas.paint(
        body, Gradient((440, 540), (850, 760), (c.light, c.base, mix(c.base, c.dark, 0.75)))
    )
    inner = mask(shifted(outline, -6, 13), blur=9, bounds=canvas.box)
    canvas.paint(body.without(inner), c.dark, 0.42)
    rim = body.without(mask(shifted(outline, 2, 5), blur=2.5, bounds=canvas.box))
    canvas.paint(rim, mix(c.light, "#ffffff", 0.25), 0.5)
    for side in (-1, 1):
        sleeve = curve(
            points(
                (640 + side * (s - 52), 606),
                (640 + side * (s - 60), 650),
                (640 + side * (s - 66), 740),
            )
        )
        canvas.stroke(
            sleeve, np.linspace(3, 16, len(sleeve)), c.dark, opacity=0.5, blur=5, inside=body
        )
        canvas.stroke(
            shifted(sleeve, -9, 0),
            np.linspace(2, 12, len(sleeve)),
            c.light,
            opacity=0.28,
            blur=5,
            inside=body,
        )
        for i, (x, y) in enumerate(((0.5, 690), (0.72, 668))):
            fold = curve(
                points(
                    (640 + side * s * x, y - 40),
                    (640 + side * s * (x - 0.08), y),
                    (640 + side * s * (x - 0.2), y + 40),
                )
            )
            canvas.stroke(fold, 8 + 4 * i, c.dark, opacity=0.2, blur=6, inside=body)
    canvas.fill(
        ellipse(640, 560, 96, 42),
        paint=mix(c.dark, "#000000", 0.2),
        opacity=0.3,
        blur=16,
        inside=body,
    )
    return body


def _crew(
    canvas: Canvas, look: Look, colour: str, shade: str, *, depth: float, band: float
) -> None:
    """Draw a round neckline with a ribbed band, `depth` the height of its lowest point."""
    n = look.build.neck
    t = np.linspace(-1, 1, 61)
    inner = np.stack(
        [640 + (n + 1) * t, 519 + (depth - 519) * np.sqrt(np.clip(1 - t * t, 0, 1)) ** 1.1], 1
    )
    outer = np.stack(
        [
            640 + (n + 2 + band * 0.75) * t,
            531 + (depth + band - 531) * np.sqrt(np.clip(1 - t * t, 0, 1)) ** 1.05,
        ],
        1,
    )
    body = canvas.cover
    canvas.fill(shifted(outer, 1, 4), paint=shade, opacity=0.7, blur=3.5, inside=body)
    rib = mask(np.concatenate([inner, outer[::-1]]), bounds=canvas.box)
    canvas.paint(
        rib,
        Gradient(
            (560, 0), (720, 0), (mix(colour, "#ffffff", 0.12), colour, mix(colour, shade, 0.5))
        ),
    )
    lines = [ribbon(np.stack([inner[i], outer[i]]), 1.1) for i in range(1, 60)]
    canvas.paint(mask(*lines, blur=0.4, bounds=canvas.box).within(rib), shade, 0.42)
    canvas.stroke(outer, 1.2, shade, opacity=0.55, blur=0.6)
    hole = np.concatenate([inner, points((640 + n + 1, 480), (640 - n - 1, 480))])
    canvas.erase(mask(hole, bounds=canvas.box))


def _knit(canvas: Canvas, look: Look) -> None:
    c = look.clothes
    body = _draw_torso(canvas, look, 3)
    rows = [
        ribbon(
            curve(
                points(
                    (380, y + 16),
                    (510, y + 2),
                    (640, y - 4 + 0.06 * (y - 560)),
                    (770, y + 2),
                    (900, y + 16),
                ),
                8,
            ),
            1.6,
        )
        for y in np.arange(566, 740, 7.0)
    ]
    canvas.paint(mask(*rows, blur=0.9, bounds=canvas.box).within(body), c.dark, 0.16)
    _crew(canvas, look, c.base, c.dark, depth=572, band=20)


def _lapels(canvas: Canvas, look: Look, side: int) -> None:
    c, n = look.clothes, look.build.neck

    def at(*pairs: tuple[float, float]) -> Points:
        return points(*((640 + side * x, y) for x, y in pairs))

    body = canvas.cover
    lapel = np.concatenate(
        [
            curve(at((n + 6, 545), (78, 600), (60, 660), (14, 745)), 8),
            at((40, 760)),
            curve(at((84, 720), (112, 660), (131, 612)), 8),
            at((97, 596)),
        ]
    )
    collar = np.concatenate(
        [
            curve(at((n - 1, 527), (n + 7, 552), (76, 590), (92, 604)), 8),
            at((128, 590)),
            curve(at((118, 570), (n + 38, 540), (n + 20, 519), (n + 4, 517)), 8),
        ]
    )
    for shape, tone in ((lapel, 0.0), (collar, 0.12)):
        canvas.fill(
            shifted(shape, side * 3 + 1, 5),
            paint=mix(c.dark, "#000000", 0.45),
            opacity=0.55,
            blur=4.5,
            inside=body,
        )
        lit, dark = (c.light, c.base) if side < 0 else (c.base, mix(c.base, c.dark, 0.7))
        canvas.fill(
            shape,
            paint=Gradient(
                (640 + side * 130, 560),
                (640 + side * 20, 720),
                (mix(lit, "#ffffff", 0.05 + tone * 0.3), dark),
            ),
        )
        edge = np.concatenate([shape, shape[:1]])
        canvas.stroke(edge, 1.0, mix(c.light, "#ffffff", 0.2), opacity=0.35, blur=0.5)


def _blazer(canvas: Canvas, look: Look) -> None:
    c, n = look.clothes, look.build.neck
    _draw_torso(canvas, look, 2)
    blouse = mask(
        closed(
            mirrored(
                [(0, 520), (n + 8, 526), (n + 30, 560), (84, 610), (56, 690), (20, 760), (0, 770)]
            )
        ),
        bounds=canvas.box,
    )
    canvas.paint(
        blouse, Gradient((580, 560), (700, 720), (c.inner, c.inner, mix(c.inner, c.accent, 0.9)))
    )
    for x in (-34, -14, 16, 38):  # folds of the blouse
        fold = curve(points((640 + x * 1.2, 590), (640 + x * 0.8, 650), (640 + x * 0.3, 730)))
        canvas.stroke(fold, 4, mix(c.accent, "#7a5a48", 0.4), opacity=0.35, blur=3, inside=blouse)
    neckline = np.concatenate(
        [
            curve(points((640 - n - 16, 520), (598, 580), (636, 632)), 10),
            curve(points((644, 632), (682, 580), (640 + n + 16, 520)), 10),
        ]
    )
    canvas.stroke(neckline, 7, mix(c.inner, "#ffffff", 0.4), opacity=0.8, blur=0.8, inside=blouse)
    canvas.stroke(
        shifted(neckline, 0, 6),
        4,
        mix(c.accent, "#6a4a3a", 0.5),
        opacity=0.5,
        blur=2,
        inside=blouse,
    )
    for side in (-1, 1):
        _lapels(canvas, look, side)
    canvas.erase(
        mask(
            np.concatenate([neckline, points((640 + n + 16, 480), (640 - n - 16, 480))]),
            bounds=canvas.box,
        )
    )


def _cardigan(canvas: Canvas, look: Look) -> None:
    c, n = look.clothes, look.build.neck
    _draw_torso(canvas, look, 3)
    tee = mask(
        closed(
            mirrored(
                [(0, 540), (n + 14, 530), (n + 26, 548), (70, 600), (46, 680), (30, 760), (0, 770)]
            )
        ),
        bounds=canvas.box,
    )
    canvas.paint(
        tee, Gradient((580, 540), (710, 720), (c.inner, c.inner, mix(c.inner, c.accent, 0.8)))
    )
    _crew(canvas, look, c.inner, mix(c.inner, "#8a7f78", 0.6), depth=562, band=11)
    for side in (-1, 1):
        band = curve(
            points(
                (640 + side * (n + 5), 514),
                (640 + side * (n + 22), 550),
                (640 + side * 69, 610),
                (640 + side * 48, 680),
                (640 + side * 34, 760),
            ),
            16,
        )
        canvas.stroke(
            shifted(band, -side * 6 + 1, 4), 22, "#30302a", opacity=0.4, blur=5, inside=canvas.cover
        )
        outline = ribbon(band, np.interp(np.linspace(0, 1, len(band)), [0, 0.12, 1], [7, 17, 25]))
        rib = mask(outline, bounds=canvas.box)
        canvas.paint(rib, mix(c.light if side < 0 else c.base, "#ffffff", 0.08))
        half = len(band)
        left, right = outline[:half], outline[half:][::-1]
        ribs = [ribbon(left * (1 - k) + right * k, 1.2) for k in (0.04, 0.22, 0.4, 0.6, 0.78, 0.96)]
        canvas.paint(mask(*ribs, blur=0.5, bounds=canvas.box).within(rib), c.dark, 0.5)
        if side > 0:
            for y in (652, 706):
                x = float(np.interp(y, band[:, 1], band[:, 0]))
                canvas.fill(ellipse(x + 1, y + 2, 6.5, 6.5), paint="#2a2a20", opacity=0.5, blur=1.5)
                canvas.fill(
                    ellipse(x, y, 6, 6),
                    paint=Gradient(
                        (x - 5, y - 5), (x + 5, y + 5), (mix(c.accent, "#ffffff", 0.5), c.accent)
                    ),
                )
                canvas.fill(ellipse(x - 1.6, y, 1, 1), ellipse(x + 1.6, y, 1, 1), paint="#5a4a3a")


def _overshirt(canvas: Canvas, look: Look) -> None:
    c, n = look.clothes, look.build.neck
    _draw_torso(canvas, look, 3)
    tee = mask(
        closed(
            mirrored(
                [(0, 540), (n + 14, 530), (n + 22, 560), (50, 620), (26, 690), (16, 770), (0, 780)]
            )
        ),
        bounds=canvas.box,
    )
    canvas.paint(
        tee, Gradient((590, 540), (700, 700), (c.inner, c.inner, mix(c.inner, c.accent, 0.8)))
    )
    _crew(canvas, look, c.inner, mix(c.inner, "#7f868c", 0.6), depth=570, band=13)
    body = canvas.cover
    for side in (-1, 1):

        def at(*pairs: tuple[float, float], side: int = side) -> Points:
            return points(*((640 + side * x, y) for x, y in pairs))

        placket = curve(at((n + 22, 556), (52, 620), (30, 690), (22, 760)), 10)
        canvas.stroke(
            shifted(placket, -5 * side, 0), 14, "#10141c", opacity=0.4, blur=5, inside=body
        )
        canvas.stroke(
            shifted(placket, side * 8, 0),
            20,
            mix(c.light if side < 0 else c.base, c.base, 0.4),
            opacity=1.0,
        )
        canvas.stroke(
            shifted(placket, side * 15, 0), 1.1, mix(c.light, "#ffffff", 0.3), opacity=0.5, blur=0.4
        )
        collar = np.concatenate(
            [
                curve(at((n - 3, 508), (n + 3, 544), (n + 1, 582), (n - 7, 618)), 8),
                curve(
                    at((n + 42, 600), (n + 62, 574), (n + 42, 538), (n + 16, 514), (n + 4, 504)), 8
                ),
            ]
        )
        canvas.fill(
            shifted(collar, side * 3 + 1, 6), paint="#0c1018", opacity=0.5, blur=5, inside=body
        )
        canvas.fill(
            collar,
            paint=Gradient(
                (640 + side * (n + 50), 530),
                (640 + side * n, 620),
                (mix(c.light, "#ffffff", 0.06), c.base)
                if side < 0
                else (c.base, mix(c.base, c.dark, 0.6)),
            ),
        )
        stitch = (collar - collar.mean(axis=0)) * 0.88 + collar.mean(axis=0)
        canvas.stroke(
            np.concatenate([stitch, stitch[:1]]),
            0.9,
            mix(c.light, "#ffffff", 0.35),
            opacity=0.4,
            blur=0.4,
        )
    for y in (668, 715):
        x = 640 + 8 + float(np.interp(y, [620, 690, 760], [52, 30, 22]))
        canvas.fill(ellipse(x, y, 4.6, 4.6), paint=c.accent, blur=0.4)


_STYLES = {"blazer": _blazer, "knit": _knit, "cardigan": _cardigan, "overshirt": _overshirt}
