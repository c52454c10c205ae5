"""What is behind the person. Knows nothing of the person."""

from typing import Final

import numpy as np

from heygen_widget.local.face.canvas import (
    HEIGHT,
    WIDTH,
    Box,
    Canvas,
    Gradient,
    Mask,
    ellipse,
    mask,
    points,
)
from heygen_widget.local.face.look import Backdrop


def draw_backdrop(backdrop: Backdrop) -> Canvas:
    """Draw a whole frame without a person."""
    canvas = Canvas(Box(0, 0, WIDTH, HEIGHT))
    canvas.pixels[..., 3] = 1
    canvas.pixels[..., :3] = Gradient((250, 0), (850, 720), backdrop.colours).on(canvas.box)
    _STYLES[backdrop.style](canvas, backdrop)
    return canvas


def _halo(
    canvas: Canvas, at: tuple[float, float], radius: float, colour: str, strength: float
) -> None:
    """Add a pool of light; computed, not rasterised, so that it shows no bands."""
    across = np.exp(-0.5 * ((np.arange(WIDTH) - at[0]) / radius) ** 2)
    down = np.exp(-0.5 * ((np.arange(HEIGHT) - at[1]) / (0.85 * radius)) ** 2)
    canvas.glow(Mask(canvas.box, np.outer(down, across).astype(np.float32)), colour, strength)


def _bokeh(canvas: Canvas, backdrop: Backdrop) -> None:
    """Scatter lights of an evening, far behind."""
    rng = np.random.default_rng(24)
    _halo(canvas, (640, 300), 300, backdrop.lights[1], 0.30)
    _halo(canvas, (120, 420), 260, backdrop.lights[0], 0.26)
    _halo(canvas, (1180, 380), 260, backdrop.lights[2], 0.24)
    for _ in range(46):
        x = rng.uniform(-30, 460) if rng.random() < 0.5 else rng.uniform(820, 1310)  # noqa: PLR2004
        r = rng.uniform(12, 54)
        y = 330 + rng.normal(0, 130)
        light = backdrop.lights[int(rng.integers(len(backdrop.lights)))]
        strength = rng.uniform(0.10, 0.42) * (1.2 - r / 62)
        disc = mask(ellipse(x, y, r, r), blur=2.5 + r / 20, bounds=canvas.box)
        canvas.glow(disc, light, strength)
        canvas.glow(
            disc.without(mask(ellipse(x, y, r * 0.9, r * 0.9), blur=3 + r / 16, bounds=canvas.box)),
            light,
            strength * 0.6,
        )


def _studio(canvas: Canvas, backdrop: Backdrop) -> None:
    """Light a wall with a pool of light."""
    _halo(canvas, (560, 270), 300, backdrop.lights[0], 0.62)
    _halo(canvas, (470, 190), 150, backdrop.lights[0], 0.2)
    away = np.clip(
        np.hypot(*np.meshgrid((np.arange(WIDTH) - 600) / 900, (np.arange(HEIGHT) - 300) / 640))
        - 0.35,
        0,
        1,
    )
    canvas.paint(Mask(canvas.box, away.astype(np.float32)), backdrop.lights[1], 0.6)


def _window(canvas: Canvas, backdrop: Backdrop) -> None:
    """Draw daylight through a window at the left, and a plant at the right."""
    wall, frame, sky = backdrop.lights[0], backdrop.lights[1], backdrop.lights[2]
    pane = mask(points((70, -60), (420, -60), (420, 470), (70, 470)), blur=9, bounds=canvas.box)
    canvas.paint(pane, Gradient((240, -60), (240, 470), (sky, "#ffffff", wall)), 0.95)
    bars = [points((x - 8, -60), (x + 8, -60), (x + 8, 470), (x - 8, 470)) for x in (70, 245, 420)]
    bars += [points((60, y - 7), (430, y - 7), (430, y + 9), (60, y + 9)) for y in (205, 470)]
    canvas.paint(mask(*bars, blur=7, bounds=canvas.box), frame, 0.95)
    leaves = [
        (1118, 520, 150, -1.9),
        (1150, 500, 190, -1.55),
        (1190, 520, 170, -1.2),
        (1085, 560, 120, -2.35),
        (1230, 560, 130, -0.8),
        (1160, 540, 120, -1.75),
    ]
    for i, (x, y, long, turn) in enumerate(leaves):
        tip = ellipse(x + np.cos(turn) * long / 2, y + np.sin(turn) * long / 2, long / 2, 22, turn)
        canvas.fill(tip, paint=backdrop.lights[3 + i % 2], opacity=0.85, blur=8)
    pot = points((1092, 540), (1226, 540), (1210, 740), (1108, 740))
    canvas.fill(pot, paint=backdrop.lights[5], opacity=0.95, blur=8)
    beam = points((420, -40), (900, 720), (420, 720), (180, 200))
    canvas.glow(mask(beam, blur=80, bounds=canvas.box), "#fff4dc", 0.28)


def _plain(canvas: Canvas, backdrop: Backdrop) -> None:
    """Put a soft light behind the head."""
    _halo(canvas, (640, 310), 380, backdrop.lights[0], 0.5)


def _flat(_: Canvas, __: Backdrop) -> None:
    """Leave the colours alone."""


_STYLES: Final = {
    "bokeh": _bokeh,
    "studio": _studio,
    "window": _window,
    "plain": _plain,
    "flat": _flat,
}
