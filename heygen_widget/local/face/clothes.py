"""Clothes on the shoulders. Does not know of the head above them."""

from heygen_widget.local.face.canvas import Canvas, Gradient, closed, mask, mirrored, points
from heygen_widget.local.face.look import Look


def draw_clothes(canvas: Canvas, look: Look) -> None:
    """Draw shoulders and clothes on an empty canvas."""
    _STYLES[look.clothes.style](canvas, look)


def _blazer(canvas: Canvas, look: Look) -> None:
    c, s = look.clothes, look.build.shoulders
    body = mask(closed(mirrored([(60, 556), (110, 566), (s - 60, 590), (s - 10, 630), (s + 18, 700), (s + 26, 760), (0, 760)])), bounds=canvas.box)
    canvas.paint(body, Gradient((450, 560), (840, 740), (c.light, c.base, c.dark)))
    canvas.fill(points((590, 555), (690, 555), (660, 720), (620, 720)), paint=c.inner)


_STYLES = {"blazer": _blazer}
