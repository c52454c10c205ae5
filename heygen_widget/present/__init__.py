"""What an avatar points at while it speaks: figures, and what happens to them at a cue.

The actions are public: ``from heygen_widget.present import highlight, row``.
"""

from heygen_widget.present.actions import (
    Action,
    cell,
    column,
    dim,
    hide,
    highlight,
    row,
    scroll_to,
    show,
    zoom,
)

__all__ = [
    "Action",
    "cell",
    "column",
    "dim",
    "hide",
    "highlight",
    "row",
    "scroll_to",
    "show",
    "zoom",
]
