"""The results of benchmarks, as a table for people and as JSON for machines.

Knows nothing of what is measured.
"""

import json
import math
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from rich.console import Console
from rich.table import Table

NEVER = math.inf
"""The value of something that did not happen in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure of the table.

    Attributes
    ----------
    measure
        What was measured.
    values
        The result of each run.
    unit
        Of the values and of the limits; empty for counts.
    limit, least
        The highest and the lowest acceptable value; both None for information only.
    judged_by
        Whether the limit is for the median or for every value.
    baseline
        The results with code written by hand, without this package.
    digits
        Significant decimals.
    """

    measure: str
    values: Sequence[float]
    unit: str = "s"
    limit: float | None = None
    least: float | None = None
    judged_by: Literal["median", "max"] = "median"
    baseline: Sequence[float] = ()
    digits: int = 2
    within: bool | None = field(init=False)

    def __post_init__(self) -> None:
        low, high = min(self.values), max(self.values)
        if self.judged_by == "median":
            low = high = statistics.median(self.values)
        within = None
        if self.limit is not None or self.least is not None:
            within = (self.limit is None or high <= self.limit) and (
                self.least is None or low >= self.least
            )
        object.__setattr__(self, "within", within)


def count(
    measure: str, times: int, *, limit: int | None = None, baseline: int | None = None
) -> Row:
    """Make a row from a single count."""
    return Row(
        measure=measure,
        values=[times],
        unit="",
        limit=limit,
        baseline=[] if baseline is None else [baseline],
        digits=0,
    )


def show(rows: Sequence[Row], heading: str) -> None:
    """Print the table, and below it the rows that missed their limit."""
    table = Table()
    table.add_column("measure")
    table.add_column("limit", justify="right")
    for name in ("measured: median [min..max]", "by hand"):
        table.add_column(name, justify="right")
        table.add_column("n", justify="right")
    for row in rows:
        colour = {True: "green", False: "bold red", None: ""}[row.within]
        table.add_row(
            row.measure,
            _limit(row),
            f"[{colour}]{_summary(row.values, row)}[/]" if colour else _summary(row.values, row),
            str(len(row.values)),
            _summary(row.baseline, row),
            str(len(row.baseline) or ""),
        )
    missed = [row.measure for row in rows if row.within is False]
    console = Console(width=max(Console().width, 132))
    console.print(heading, table, sep="\n", highlight=False)
    console.print(f"Beyond the limit: {'; '.join(missed)}" if missed else "All within the limits.")


def write(path: Path, rows: Sequence[Row], machine: dict[str, Any]) -> None:
    """Write machine and rows as JSON; `NEVER` becomes null."""
    plain = [_without_infinity(asdict(row)) for row in rows]
    path.write_text(json.dumps({"machine": machine, "rows": plain}, indent=2, ensure_ascii=False))


def _limit(row: Row) -> str:
    limits = [(sign, at) for sign, at in (("≤", row.limit), ("≥", row.least)) if at is not None]
    if not limits:
        return ""
    told = ", ".join(f"{sign} {at:g} {row.unit}".strip() for sign, at in limits)
    return told + (" each" if row.judged_by == "max" else "")


def _summary(values: Sequence[float], row: Row) -> str:
    if not values:
        return ""
    middle = _text(statistics.median(values), row, row.unit)
    if len(values) == 1:
        return middle
    return f"{middle} \\[{_text(min(values), row)}..{_text(max(values), row)}]"


def _text(value: float, row: Row, unit: str = "") -> str:
    return "never" if value == NEVER else f"{value:.{row.digits}f} {unit}".strip()


def _without_infinity(row: dict[str, Any]) -> dict[str, Any]:
    for name in ("values", "baseline"):
        row[name] = [None if value == NEVER else round(value, 4) for value in row[name]]
    return row
