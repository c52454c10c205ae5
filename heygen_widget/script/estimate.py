"""How long a script takes and what it costs, before it runs. Knows no voice and no network."""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from heygen_widget.reports.table import as_html, as_lines
from heygen_widget.session import PRICE_PER_SECOND

PRICE_BY_EAR: Final = 0.000667
"""Dollars per second of a speech file, without a picture (Starfish voices)."""

_COLOURS: Final = ("#4c78a8", "#9ecae9")


@dataclass(frozen=True, slots=True)
class SegmentEstimate:
    """How long one segment takes, with the pause after it.

    Attributes
    ----------
    name
        Of the segment.
    words
        How many are said; in scripts without spaces, characters.
    seconds
        The likeliest length.
    margin
        What the length may differ by, as a part of it: 0.1 is 10 %.
    """

    name: str
    words: int
    seconds: float
    margin: float = field(repr=False)

    @property
    def low(self) -> float:
        """Seconds that it takes at least, probably."""
        return self.seconds * (1 - self.margin)

    @property
    def high(self) -> float:
        """Seconds that it takes at most, probably."""
        return self.seconds * (1 + self.margin)

    @property
    def wpm(self) -> float:
        """Words per minute."""
        return 60 * self.words / self.seconds if self.seconds else 0.0

    @property
    def cost(self) -> float:
        """Dollars with a live avatar."""
        return self.seconds * PRICE_PER_SECOND

    @property
    def cost_by_ear(self) -> float:
        """Dollars as sound alone."""
        return self.seconds * PRICE_BY_EAR


@dataclass(frozen=True, slots=True)
class Estimate:
    """How long a script takes, and what it costs. Displays as a table and a timeline.

    Attributes
    ----------
    segments
        In the order of the script.
    basis
        What it rests on.
    """

    segments: tuple[SegmentEstimate, ...]
    basis: str

    @property
    def total(self) -> SegmentEstimate:
        """All segments together."""
        seconds = sum(each.seconds for each in self.segments)
        off = sum(each.seconds * each.margin for each in self.segments)
        words = sum(each.words for each in self.segments)
        return SegmentEstimate("total", words, seconds, off / seconds if seconds else 0.0)

    @property
    def seconds(self) -> float:
        """The likeliest length."""
        return self.total.seconds

    @property
    def low(self) -> float:
        """Seconds that it takes at least, probably."""
        return self.total.low

    @property
    def high(self) -> float:
        """Seconds that it takes at most, probably."""
        return self.total.high

    @property
    def words(self) -> int:
        """How many are said."""
        return self.total.words

    @property
    def wpm(self) -> float:
        """Words per minute."""
        return self.total.wpm

    @property
    def cost(self) -> float:
        """Dollars with a live avatar."""
        return self.total.cost

    @property
    def cost_by_ear(self) -> float:
        """Dollars as sound alone."""
        return self.total.cost_by_ear

    def __getitem__(self, name: str) -> SegmentEstimate:
        for each in self.segments:
            if each.name == name:
                return each
        raise KeyError(f"There is no segment {name!r} in this estimate.")

    def __iter__(self) -> Iterator[SegmentEstimate]:
        return iter(self.segments)

    def __len__(self) -> int:
        return len(self.segments)

    def __repr__(self) -> str:
        return as_lines([_HEAD, *map(_row, self.segments), _row(self.total)]) + f"\n{self.basis}"

    def _repr_html_(self) -> str:
        table = as_html(_HEAD, map(_row, self.segments), _row(self.total))
        return f"{table}{timeline(self.segments)}<p>{html.escape(self.basis)}</p>"


_HEAD: Final = (
    "segment",
    "words",
    "seconds",
    "from \u2013 to",
    "words/min",
    "live, ≈ $",
    "by ear, ≈ $",
)


def _row(each: SegmentEstimate) -> tuple[str, ...]:
    return (
        each.name,
        str(each.words),
        f"{each.seconds:.1f}",
        f"{each.low:.1f} \u2013 {each.high:.1f}",
        f"{each.wpm:.0f}",
        f"{each.cost:.2f}",
        f"{each.cost_by_ear:.4f}",
    )


def timeline(segments: Sequence[SegmentEstimate]) -> str:
    """Draw the segments one after the other, as wide as they are long, as HTML."""
    total = sum(each.seconds for each in segments)
    if not total:
        return ""
    parts, at = [], 0.0
    for number, each in enumerate(segments):
        name = html.escape(each.name, quote=True)
        parts.append(
            f'<div title="{name}: {at:.1f} \u2013 {at + each.seconds:.1f} s" style="width:'
            f"{100 * each.seconds / total:.3f}%;background:{_COLOURS[number % 2]};"
            "color:#000;box-sizing:border-box;overflow:hidden;white-space:nowrap;"
            f'text-overflow:ellipsis;padding:2px 4px;font-size:12px">{name} {at:.0f} s</div>'
        )
        at += each.seconds
    return (
        f'<div role="img" aria-label="Timeline, {total:.0f} seconds" style="display:flex;'
        f'max-width:640px">{"".join(parts)}</div>'
    )
