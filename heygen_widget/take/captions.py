"""Spoken words as captions: two short lines at a time, while they are heard.

`captioning` decides what is shown together. This module adds the times and the format: WebVTT or
SubRip.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Final

from heygen_widget.api.models import WordEvent
from heygen_widget.api.transcript import WrittenWord
from heygen_widget.session.captioning import LINE, LONGEST, Unit, lines, units
from heygen_widget.take.markup import srt_text, vtt_text

__all__ = ["LINE", "LONGEST", "Caption", "captions", "moved", "subrip", "webvtt"]

MIN_LAST: Final = 1.0
"""Minimum seconds that a caption stays if none follows."""
MIN_SECONDS: Final = 0.1
"""Minimum seconds that a caption stays."""


@dataclass(frozen=True, slots=True)
class Caption:
    """Text to show."""

    # Seconds from the start of the stream.
    start: float
    end: float
    text: str  # one or two lines


def captions(words: Iterable[WordEvent]) -> list[Caption]:
    """Group words into captions.

    Parameters
    ----------
    words
        What was spoken; seconds from the start of the stream. In the order of the text if that is
        known, otherwise they are sorted by time.

    Examples
    --------
    >>> captions([WordEvent(word="Hello", start=0.5, end=0.9)])
    [Caption(start=0.5, end=1.5, text='Hello')]
    """
    said = list(words)
    if not any(isinstance(word, WrittenWord) for word in said):
        said.sort(key=lambda word: word.start)
    groups = [list(group) for _, group in groupby(units(said), key=lambda unit: unit.caption)]
    made = [_caption(group) for group in groups if any(unit.text.strip() for unit in group)]
    return list(_without_overlap(made))


def _caption(group: list[Unit]) -> Caption:
    text = "".join(unit.text for unit in group)
    first = next(unit for unit in group if unit.text.strip())
    end = min(max(unit.end for unit in group), first.start + LONGEST)
    return Caption(first.start, max(end, first.start + MIN_LAST), lines(text))


def _without_overlap(made: list[Caption]) -> Iterable[Caption]:
    """End each caption before the next begins, and give each at least `MIN_SECONDS`."""
    at = 0.0
    for now, after in pairwise([*made, None]):
        if now is None:
            return
        start = max(now.start, at)
        end = now.end if after is None else min(now.end, after.start)
        at = max(end, start + MIN_SECONDS)
        yield Caption(start, at, now.text)


def moved(shown: Iterable[Caption], shift: float) -> list[Caption]:
    """Return captions so many seconds later, without what would be before the beginning."""
    return [
        Caption(max(0.0, cue.start + shift), cue.end + shift, cue.text)
        for cue in shown
        if cue.end + shift > 0
    ]


def webvtt(shown: Iterable[Caption]) -> str:
    """Write captions as WebVTT."""
    cues = (
        f"{_clock(cue.start, '.')} --> {_clock(cue.end, '.')}\n{vtt_text(cue.text)}\n"
        for cue in shown
    )
    return "\n".join(["WEBVTT\n", *cues])


def subrip(shown: Iterable[Caption]) -> str:
    """Write captions as SubRip (``.srt``)."""
    cues = (
        f"{number}\n{_clock(cue.start, ',')} --> {_clock(cue.end, ',')}\n{srt_text(cue.text)}\n"
        for number, cue in enumerate(shown, 1)
    )
    return "\n".join(cues)


def _clock(seconds: float, point: str) -> str:
    milliseconds = round(max(0.0, seconds) * 1000)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{milliseconds // 1000:02}{point}{milliseconds % 1000:03}"
