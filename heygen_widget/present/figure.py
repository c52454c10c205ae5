"""A presented object as pages show it: HTML for a frame of its own, and how its parts are found."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Final, Literal, TypeAlias

from heygen_widget.present.actions import Cells

Kind: TypeAlias = Literal["svg", "html", "table", "image", "plotly", "vega"]

_ids: Final = count(1)


def _no_cells(cells: Cells) -> str:
    raise ValueError(f"{cells} is a part of a table, and the presented object is none.")


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """A presented object.

    Attributes
    ----------
    kind
        What it is; decides who finds its parts in a page.
    body
        Its HTML.
    title
        What it is called, for those who do not see it.
    library
        The scripts that its HTML needs; empty if it needs none.
    runs_scripts
        Whether scripts in its HTML run.
    find_cells
        Makes a CSS selector of cells.
    id
        A running number within this process.
    """

    kind: Kind
    body: str = field(repr=False)
    title: str
    library: str = field(default="", repr=False)
    runs_scripts: bool = False
    find_cells: Callable[[Cells], str] = field(default=_no_cells, repr=False)
    id: int = field(default_factory=lambda: next(_ids))

    def selector(self, target: str | Cells) -> str:
        """Return what a page finds a part by.

        Raises
        ------
        ValueError
            If a table has no such row or column, or the object is no table.
        """
        return target if isinstance(target, str) else self.find_cells(target)
