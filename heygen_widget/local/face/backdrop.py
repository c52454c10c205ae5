"""What is behind the person. Knows nothing of the person."""

import numpy as np

from heygen_widget.local.face.canvas import HEIGHT, WIDTH, Box, Canvas, Gradient, ellipse, mask, points
from heygen_widget.local.face.look import Backdrop


def draw_backdrop(backdrop: Backdrop) -> Canvas:
    """Draw a whole frame without a person."""
    canvas = Canvas(Box(0, 0, WIDTH, HEIGHT))
    canvas.pixels[..., 3] = 1
    canvas.pixels[..., :3] = Gradient((200, 0), (900, 720), backdrop.colours).on(canvas.box)
    _STYLES[backdrop.style](canvas, backdrop)
    return canvas


def _bokeh(canvas: Canvas, backdrop: Backdrop) -> None:
    rng = np.random.default_rng(7)
    canvas.fill(ellipse(250, 250, 330, 260), paint=backdrop.lights[0], opacity=0.28, blur=130)
    canvas.fill(ellipse(1060, 420, 300, 260), paint=backdrop.lights[1], opacity=0.24, blur=130)
    for _ in range(34):
        side = rng.random() < 0.5  # noqa: PLR2004
        x = rng.uniform(-20, 430) if side else rng.uniform(850, 1300)
        y, r = rng.uniform(-10, 560), rng.uniform(12, 58)
        light = backdrop.lights[int(rng.integers(len(backdrop.lights)))]
        strength = rng.uniform(0.06, 0.26) * (1.15 - r / 75)
        disc = ellipse(x, y, r, r)
        canvas.fill(disc, paint=light, opacity=strength, blur=2.5)
        ring = mask(disc, blur=2.5, bounds=canvas.box).without(mask(ellipse(x, y, r * 0.88, r * 0.88), blur=3, bounds=canvas.box))
        canvas.paint(ring, light, strength * 0.5)


_STYLES = {"bokeh": _bokeh}
__all__ = ["draw_backdrop", "points"]
