"""Hair around and over a head. Knows how hair is drawn, and no hairstyle by name."""

import numpy as np

from heygen_widget.local.face.canvas import Canvas, Mask, closed, mask, mirrored, mix
from heygen_widget.local.face.hairstyles import HAIRSTYLES, Hairstyle
from heygen_widget.local.face.look import Hair, Look
from heygen_widget.local.face.strands import paint_coils, paint_sheet, points_of


def hairstyle(look: Look) -> Hairstyle:
    """Return the hairstyle of a look."""
    return HAIRSTYLES[look.hair.style]


def draw_hair_behind(canvas: Canvas, look: Look) -> None:
    """Draw what of the hair is behind neck and shoulders."""
    hair, style = look.hair, hairstyle(look)
    for half, share in style.depth:
        canvas.fill(
            closed(mirrored(points_of(half).tolist())), paint=mix(hair.deep, hair.base, share)
        )
    for sheet in style.behind:
        paint_sheet(canvas, hair, sheet)


def draw_hair_over(canvas: Canvas, look: Look, face: Mask) -> None:
    """Draw what of the hair lies over the face."""
    hair, style = look.hair, hairstyle(look)
    if style.cap is not None:
        cap = closed(mirrored(points_of(style.cap).tolist()))
        canvas.fill(cap, paint=mix(hair.deep, hair.base, 0.6))
    if style.fade is not None:
        _draw_fade(canvas, hair, style.fade, face)
    if style.coils is not None:
        paint_coils(canvas, hair, closed(mirrored(points_of(style.coils).tolist())))
    for sheet in style.over:
        paint_sheet(canvas, hair, sheet)


def draw_shadow_of_hair(canvas: Canvas, look: Look, hair: Mask, face: Mask) -> None:
    """Draw the shadow that hair throws on the face."""
    canvas.paint(hair.blurred(5).moved(3, 8).within(face), look.skin.deep, 0.5)


def _draw_fade(canvas: Canvas, hair: Hair, outline: str, face: Mask) -> None:
    """Draw hair at both temples that is cut ever shorter towards the ears."""
    for flipped in (False, True):
        temple = closed(points_of(outline, flipped=flipped))
        grown = mask(temple, blur=3.5, bounds=canvas.box)
        rows = np.arange(grown.box.top, grown.box.bottom, dtype=np.float32)[:, None]
        thinner = grown.alpha * np.clip((322 - rows) / 95, 0, 1)
        canvas.paint(Mask(grown.box, thinner).within(face), hair.base, 0.9)
