"""What can happen to a figure when a word is heard. Knows no figures."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Literal, TypeAlias

Verb: TypeAlias = Literal["highlight", "dim", "show", "hide", "zoom", "scroll_to"]


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells of a table: those of a row, of a column, or of both; None stands for all."""

    row: Hashable | None = None
    column: Hashable | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """What happens to a part of a figure, until the next cue.

    Attributes
    ----------
    do
        What.
    target
        An id, a name or a CSS selector within the figure; or cells of a table.
    """

    do: Verb
    target: str | Cells


Target: TypeAlias = str | Action
"""A part of a figure: an id, a name or a CSS selector, or a `row`, a `column` or a `cell`."""


def highlight(target: Target) -> Action:
    """Highlight a part of a figure.

    Parameters
    ----------
    target
        In a matplotlib figure, the `gid` of an artist; in one of Plotly, the name of a trace; in
        one of Altair, a value of the data that marks stand for. In all of them also an id or a
        CSS selector. In a table, `row`, `column` or `cell`.

    Examples
    --------
    >>> highlight("line-2")
    Action(do='highlight', target='line-2')
    """
    return Action("highlight", _part(target))


def dim(target: Target) -> Action:
    """Dim all but a part of a figure; see `highlight`."""
    return Action("dim", _part(target))


def show(target: Target) -> Action:
    """Show a part of a figure, which is hidden before this cue; see `highlight`."""
    return Action("show", _part(target))


def hide(target: Target) -> Action:
    """Hide a part of a figure; see `highlight`."""
    return Action("hide", _part(target))


def zoom(target: Target) -> Action:
    """Show a part of a figure larger; see `highlight`."""
    return Action("zoom", _part(target))


def scroll_to(target: Target) -> Action:
    """Scroll a part of a figure into view; see `highlight`."""
    return Action("scroll_to", _part(target))


def row(label: Hashable) -> Action:
    """Highlight a row of a table, which is also a target of the other actions.

    Parameters
    ----------
    label
        Its label in the index; where there is none, its value in the first column, or its number.

    Examples
    --------
    >>> zoom(row("Ada"))
    Action(do='zoom', target=Cells(row='Ada', column=None))
    """
    return Action("highlight", Cells(row=label))


def column(name: Hashable) -> Action:
    """Highlight a column of a table; see `row`."""
    return Action("highlight", Cells(column=name))


def cell(row: Hashable, column: Hashable) -> Action:
    """Highlight a cell of a table; see `row`."""
    return Action("highlight", Cells(row, column))


def _part(target: object) -> str | Cells:
    if isinstance(target, Action):
        return target.target
    if not isinstance(target, str) or not target.strip():
        raise TypeError(
            f"A target is an id, a name or a CSS selector, or row(), column() or cell(); "
            f"not {target!r}."
        )
    return target
