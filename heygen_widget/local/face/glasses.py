"""Glasses. Knows where eyes are, and nothing of the face behind them."""

from heygen_widget.local.face.canvas import Canvas
from heygen_widget.local.face.look import Look


def draw_glasses(canvas: Canvas, look: Look) -> None:
    """Draw the glasses of a look that wears some."""
