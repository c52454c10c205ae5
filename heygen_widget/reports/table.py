"""Formats rows as a table: text for a terminal, HTML for a notebook."""

import html
from collections.abc import Iterable, Sequence

Row = Sequence[str]


def as_lines(rows: Iterable[Row]) -> str:
    """Align the columns of `rows`, which all have as many cells."""
    table = list(rows)
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = (
        "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True))
        for row in table
    )
    return "\n".join(line.rstrip() for line in lines)


def as_html(head: Row, body: Iterable[Row], foot: Row | None = None) -> str:
    """Make a table with a head, and perhaps a foot. Cells are text, never markup."""
    headings = "".join(f'<th scope="col">{html.escape(cell)}</th>' for cell in head)
    rows = "".join(map(_row, body))
    footer = f"<tfoot>{_row(foot)}</tfoot>" if foot else ""
    return f"<table><thead><tr>{headings}</tr></thead><tbody>{rows}</tbody>{footer}</table>"


def _row(cells: Row) -> str:
    return "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells) + "</tr>"
