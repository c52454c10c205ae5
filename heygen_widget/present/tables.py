"""Data frames as tables whose rows, columns and cells can be pointed at. Needs neither package."""

import html
import sys
from collections.abc import Callable, Hashable, Sequence
from typing import Any, Final

from heygen_widget.present.actions import Cells

MOST_ROWS: Final = 500
"""Rows of a frame that are shown."""

MOST_COLUMNS: Final = 100
"""Columns of a frame that are shown."""

LONGEST: Final = 300
"""Characters of a cell."""


def is_frame(thing: object) -> bool:
    """Whether it is a data frame of pandas or polars."""
    frames = [
        getattr(sys.modules.get(package), "DataFrame", None) for package in ("pandas", "polars")
    ]
    return isinstance(thing, tuple(frame for frame in frames if frame is not None))


def table(frame: Any) -> tuple[str, Callable[[Cells], str]]:
    """Return a frame as HTML, and what makes a CSS selector of some of its cells."""
    columns = [*frame.columns][:MOST_COLUMNS]
    if hasattr(frame, "iloc"):
        top = frame.iloc[:MOST_ROWS, :MOST_COLUMNS]
        labels: list[Any] = [*top.index]
        rows = [*top.itertuples(index=False, name=None)]
        is_plain = top.index.names == [None] and all(
            type(label) is int and label == number for number, label in enumerate(labels)
        )
    else:
        top = frame.head(MOST_ROWS).select(columns)
        rows, labels, is_plain = top.rows(), [*range(top.height)], True
    heads = labels if not is_plain else None
    left_out = _left_out(len(frame), len(frame.columns))

    def find(cells: Cells) -> str:
        row = column = ""
        if cells.row is not None:
            first = [values[0] for values in rows] if is_plain and columns else []
            row = f'[data-row="{_number(cells.row, [first, labels], "row", left_out)}"]'
        if cells.column is not None:
            column = f'[data-column="{_number(cells.column, [columns], "column", left_out)}"]'
        return f"tr{row} > {column}" if row and column else (f"tr{row}" if row else column)

    return _html(columns, heads, rows, left_out), find


def _number(label: Hashable, known: Sequence[Sequence[Any]], what: str, left_out: str) -> int:
    for labels in known:
        for number, each in enumerate(labels):
            if str(each) == label or _same(each, label):
                return number
    raise ValueError(f"The table has no {what} {label!r}. {left_out}".strip())


def _same(one: Any, other: Any) -> bool:
    try:
        return (type(one) is bool) is (type(other) is bool) and bool(one == other)
    except (TypeError, ValueError):
        return False  # missing values and arrays are neither like it nor unlike


def _left_out(rows: int, columns: int) -> str:
    parts = [
        f"the first {most} of {number:,} {what}"
        for number, most, what in (
            (rows, MOST_ROWS, "rows"),
            (columns, MOST_COLUMNS, "columns"),
        )
        if number > most
    ]
    return f"Shown are {' and '.join(parts)}." if parts else ""


def _html(
    columns: list[Any], heads: list[Any] | None, rows: Sequence[Sequence[Any]], left_out: str
) -> str:
    corner = "" if heads is None else "<td></td>"
    head = "".join(
        f'<th scope="col" data-column="{at}">{_text(name)}</th>' for at, name in enumerate(columns)
    )
    lines = []
    for number, values in enumerate(rows):
        label = "" if heads is None else f'<th scope="row">{_text(heads[number])}</th>'
        cells = "".join(
            f'<td data-column="{at}"{_aligned(value)}>{_text(value)}</td>'
            for at, value in enumerate(values)
        )
        lines.append(f'<tr data-row="{number}">{label}{cells}</tr>')
    note = f"<p>{html.escape(left_out)}</p>" if left_out else ""
    return (
        f"<table><thead><tr>{corner}{head}</tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table>{note}"
    )


def _aligned(value: object) -> str:
    is_number = hasattr(value, "__float__") and not isinstance(value, str | bool)
    return ' class="number"' if is_number else ""


def _text(value: object) -> str:
    text = f"{value:,.6g}" if isinstance(value, float) else str(value)
    return html.escape(text if len(text) <= LONGEST else text[: LONGEST - 1] + "…")
