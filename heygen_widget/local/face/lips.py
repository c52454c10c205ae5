"""The mouth in any shape, and the chin that goes down with it. Does not know when it moves."""

from typing import Final

import numpy as np

from heygen_widget.local.face.canvas import (
    Box,
    Canvas,
    Gradient,
    Mask,
    ellipse,
    mask,
    mix,
    ribbon,
    shifted,
)
from heygen_widget.local.face.head import MIDDLE, MOUTH_Y
from heygen_widget.local.face.look import Look
from heygen_widget.local.mouth import Mouth

JAW_BOX: Final = Box(560, 376, 720, 508)
"""Everything that a mouth can change."""
LIPS_BOX: Final = Box(582, 378, 698, 464)
"""Where lips are drawn, a part of `JAW_BOX`."""
_DROP: Final = 17.0  # pixels that the chin goes down when the mouth is wide open
_CHIN_Y: Final = 458.0


def drop_jaw(canvas: Canvas, opened: float) -> Canvas:
    """Return the part `JAW_BOX` of a drawn head with the chin pulled down, `opened` 0 to 1."""
    jaw = canvas.crop(JAW_BOX)
    if opened <= 0:
        return jaw
    x = np.arange(JAW_BOX.left, JAW_BOX.right) + 0.5
    y = np.arange(JAW_BOX.top, JAW_BOX.bottom) + 0.5
    across = np.clip((np.abs(x - MIDDLE) - 26) / (78 - 26), 0, 1)
    across = 0.5 + 0.5 * np.cos(np.pi * across)
    drop = _DROP * opened
    # The skin below the lips moves as one piece; the neck under it gives way.
    down = np.interp(
        y, [MOUTH_Y - 12, MOUTH_Y + 14, _CHIN_Y + drop, JAW_BOX.bottom - 2], [0, drop, drop, 0]
    )
    rows = np.clip(y[:, None] - 0.5 - down[:, None] * across[None, :] - JAW_BOX.top, 0, len(y) - 1)
    above = rows.astype(np.intp)
    share = (rows - above).astype(np.float32)[..., None]
    columns = np.arange(len(x))[None, :]
    jaw.pixels = (
        jaw.pixels[above, columns] * (1 - share)
        + jaw.pixels[np.minimum(above + 1, len(y) - 1), columns] * share
    )
    return jaw


class _Shape:
    """Lines of a mouth, each from the left corner to the right, shape (n, 2)."""

    def __init__(self, look: Look, mouth: Mouth) -> None:
        opened, wide, rounded, _ = mouth
        full = look.build.lips
        a = np.linspace(-1, 1, 49)
        arc = np.sqrt(np.clip(1 - a * a, 0, 1))
        self.half = look.build.mouth + 8 * wide - 15 * rounded - 2.5 * opened
        self.gap = 33 * opened * (1 - 0.12 * rounded) + 3.5 * rounded * min(1.0, opened * 4)
        smile = (2.0 + 9.0 * max(wide, 0.0) - 2.0 * rounded) * np.abs(a) ** 2.0
        seam = MOUTH_Y - smile + 0.9 * np.exp(-((a / 0.2) ** 2)) * (1 - rounded)
        lift = (0.2 + 0.16 * rounded) * self.gap
        fall = self.gap - lift
        x = MIDDLE + self.half * a
        self.upper_in = np.stack([x, seam - lift * arc**0.9], 1)
        self.lower_in = np.stack([x, seam + fall * arc**0.85], 1)
        upper = (8.2 * full + 1.6 * rounded - 1.4 * opened) * (1 - 0.1 * max(wide, 0))
        lower = (10.6 * full + 2.4 * rounded - 1.0 * opened) * (1 - 0.1 * max(wide, 0))
        bow = 1 - np.abs(a) ** 1.5
        bow = bow * (1 + 0.10 * np.exp(-(((np.abs(a) - 0.2) / 0.13) ** 2))) - 0.24 * (
            1 - 0.5 * rounded
        ) * np.exp(-((a / 0.11) ** 2))
        self.upper_out = np.stack([x, seam - lift * arc**0.9 - upper * bow], 1)
        self.lower_out = np.stack(
            [x, seam + fall * arc**0.85 + lower * (1 - np.abs(a) ** 2.2) ** 0.9], 1
        )
        self.lower_thick = lower
        self.opened = opened


def draw_lips(canvas: Canvas, look: Look, mouth: Mouth) -> None:
    """Draw lips, and teeth and tongue between them, on a face whose jaw is where it belongs."""
    shape = _Shape(look, mouth)
    skin = look.skin
    _draw_around(canvas, look, shape)
    upper = np.concatenate([shape.upper_out, shape.upper_in[::-1]])
    lower = np.concatenate([shape.lower_in, shape.lower_out[::-1]])
    if mouth.open > 0:
        _draw_inside(canvas, shape, mouth)
    y0, y1 = float(shape.upper_out[:, 1].min()), float(shape.upper_in[:, 1].max())
    lip_up = mask(upper, blur=0.6, bounds=canvas.box)
    canvas.paint(
        lip_up,
        Gradient(
            (640, y0),
            (640, max(y1, y0 + 4)),
            (
                mix(skin.upper_lip, skin.base, 0.22),
                skin.upper_lip,
                mix(skin.upper_lip, skin.deep, 0.25),
            ),
        ),
    )
    lip_low = mask(lower, blur=0.6, bounds=canvas.box)
    l0, l1 = float(shape.lower_in[24, 1]), float(shape.lower_out[24, 1])
    canvas.paint(
        lip_low,
        Gradient(
            (640, l0),
            (640, l1),
            (mix(skin.lip, skin.upper_lip, 0.55), skin.lip, mix(skin.lip, skin.shade, 0.22)),
        ),
    )
    shine = ellipse(635, l0 + (l1 - l0) * 0.42, shape.half * 0.36, 1.9)
    canvas.fill(shine, paint=skin.lip_shine, opacity=0.62, blur=1.9, inside=lip_low)
    canvas.stroke(shifted(shape.upper_out[14:24], 0, 0.2), 1.2, skin.light, opacity=0.28, blur=0.8)
    taper = np.sin(np.linspace(0.28, np.pi - 0.28, 49))
    line = mix(skin.deep, "#3a1216", 0.45)
    if mouth.open <= 0.02:  # noqa: PLR2004
        canvas.stroke(shape.upper_in, 1.0 + 1.0 * taper, line, opacity=0.88, blur=0.45)
    else:
        canvas.stroke(shape.upper_in, 0.9 * taper + 0.3, line, opacity=0.55, blur=0.5)


def _draw_around(canvas: Canvas, look: Look, shape: _Shape) -> None:
    """Draw the corners, and the shadow under the lower lip."""
    skin = look.skin
    for side in (0, -1):
        x, y = shape.upper_in[side]
        canvas.fill(
            ellipse(x + (1.5 if side else -1.5), y + 0.5, 3.2, 2.6),
            paint=skin.deep,
            opacity=0.45,
            blur=1.6,
        )
    canvas.fill(
        ellipse(640, shape.lower_out[24, 1] + 4, shape.half * 0.5, 3.2),
        paint=skin.shade,
        opacity=0.5,
        blur=3,
    )


def _draw_inside(canvas: Canvas, shape: _Shape, mouth: Mouth) -> None:
    """Draw the hollow of the mouth with tongue and teeth."""
    outline = np.concatenate([shape.upper_in, shape.lower_in[::-1]])
    hollow = mask(outline, bounds=canvas.box, blur=0.4)
    top, bottom = float(shape.upper_in[24, 1]), float(shape.lower_in[24, 1])
    gap = bottom - top
    canvas.paint(hollow, Gradient((640, top), (640, bottom), ("#3a1014", "#5a1a1e")))
    tongue = ellipse(640, bottom + 2, shape.half * 0.66, gap * 0.44)
    canvas.fill(
        tongue,
        paint=Gradient((640, bottom - gap * 0.44), (640, bottom), ("#b9585a", "#cf7472")),
        opacity=0.92,
        blur=1.2,
        inside=hollow,
    )
    canvas.fill(
        ellipse(640, bottom - 1, 2.2, gap * 0.3),
        paint="#8f3c42",
        opacity=0.35,
        blur=1.4,
        inside=hollow,
    )
    if mouth.teeth > 0:
        _draw_teeth(canvas, shape, mouth, hollow, gap)
    canvas.fill(
        ribbon(shifted(shape.upper_in, 0, 0.8), 2.5 + 0.1 * gap),
        paint="#2a0a0e",
        opacity=0.4,
        blur=1.6,
        inside=hollow,
    )


def _draw_teeth(canvas: Canvas, shape: _Shape, mouth: Mouth, hollow: Mask, gap: float) -> None:
    a = np.linspace(-1, 1, len(shape.upper_in))
    reach = min(1.0 + 9.5 * mouth.teeth, gap * (0.55 + 0.4 * mouth.teeth))
    inner = np.abs(a) < 0.86  # noqa: PLR2004
    line = shape.upper_in[inner]
    edge = line + np.stack([np.zeros(inner.sum()), reach * (1 - 0.35 * (a[inner] / 0.86) ** 2)], 1)
    rows = [np.concatenate([shifted(line, 0, -3), edge[::-1]])]
    if mouth.teeth > 0.55 and gap > 5:  # noqa: PLR2004
        low = shape.lower_in[inner]
        rise = min(4.5 * (mouth.teeth - 0.3), gap * 0.25)
        rows.append(
            np.concatenate(
                [
                    low - np.stack([np.zeros(inner.sum()), rise * (1 - (a[inner] / 0.86) ** 2)], 1),
                    shifted(low[::-1], 0, 3),
                ]
            )
        )
    fade = Gradient(
        (640 - shape.half * 0.85, 0),
        (640 + shape.half * 0.85, 0),
        ("#b9a79b", "#f3ece4", "#fbf7f1", "#efe6dd", "#ad9a90"),
    )
    strength = 0.6 + 0.4 * min(1.0, mouth.teeth * 2)
    for row in rows:
        canvas.fill(row, paint=fade, opacity=0.95 * strength, blur=0.7, inside=hollow)
    seams = [
        ribbon(
            np.array(
                [[640 + dx, line[:, 1].min() - 2], [640 + dx * 1.01, line[:, 1].min() + reach]]
            ),
            0.9,
        )
        for dx in (-14.5, -7.5, 0, 7.5, 14.5)
    ]
    canvas.paint(
        mask(*seams, blur=0.5, bounds=canvas.box)
        .within(mask(rows[0], blur=0.7, bounds=canvas.box))
        .within(hollow),
        "#c9bcb0",
        0.45 * strength,
    )
