"""Spoken words as captions: two short lines at a time, while they are heard.

Arithmetic on words and times; writes WebVTT and SubRip.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from heygen_widget.api.models import WordEvent
from heygen_widget.language import sentence_ends
from heygen_widget.take.markup import srt_text, vtt_text
from heygen_widget.transcript import as_text

LINE: Final = 42
"""Characters of a line, as broadcasters have it."""
LONGEST: Final = 6.0
"""Seconds that a caption stays at most."""
SHORTEST: Final = 1.0
"""Seconds that a caption stays if nothing follows, however soon it is spoken."""
PAUSE: Final = 0.8
"""Seconds of silence that end a caption."""
ENOUGH: Final = 20
"""Characters from which the end of a sentence ends a caption."""


@dataclass(frozen=True, slots=True)
class Caption:
    """Text to show.

    Attributes
    ----------
    start, end
        Seconds from the start of the stream.
    text
        One or two lines.
    """

    start: float
    end: float
    text: str


def captions(words: Iterable[WordEvent]) -> list[Caption]:
    """Group words into captions, in the order of their times.

    Parameters
    ----------
    words
        What was spoken; seconds from the start of the stream.

    Examples
    --------
    >>> captions([WordEvent(word="Hello", start=0.5, end=0.9)])
    [Caption(start=0.5, end=1.5, text='Hello')]
    """
    groups = list(_groups(sorted(words, key=lambda word: word.start)))
    return [
        Caption(
            start=group[0].start,
            end=min(
                max(group[-1].end, group[0].start + SHORTEST),
                after[0].start if after else math.inf,
            ),
            text=_two_lines(_text(group)),
        )
        for group, after in zip_longest(groups, groups[1:])
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


def _groups(words: Sequence[WordEvent]) -> Iterator[list[WordEvent]]:
    group: list[WordEvent] = []
    for word in words:
        if not word.word.strip():
            continue
        if group and not _goes_with(group, word):
            yield group
            group = []
        group.append(word)
    if group:
        yield group


def _goes_with(group: list[WordEvent], word: WordEvent) -> bool:
    text, longer = _text(group), _text([*group, word])
    fits = len(_lines(longer)) <= 2  # noqa: PLR2004 (two lines are shown)
    is_over = any(at >= len(text) for at in sentence_ends(f"{longer} ", final=False))
    return (
        fits
        and word.start - group[-1].end < PAUSE
        and word.end - group[0].start <= LONGEST
        and not (is_over and len(text) >= ENOUGH)
    )


def _text(words: Iterable[WordEvent]) -> str:
    return " ".join(as_text(words).split())


def _lines(text: str) -> list[str]:
    """Break at blanks, as late as possible."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) <= LINE or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _two_lines(text: str) -> str:
    """Break what is too long for a line at the blank nearest to its middle."""
    if len(text) <= LINE:
        return text
    blanks = [at for at, character in enumerate(text) if character == " "]
    fitting = [at for at in blanks if at <= LINE and len(text) - at - 1 <= LINE] or blanks
    if not fitting:
        return text
    middle = min(fitting, key=lambda at: abs(at - len(text) / 2))
    return f"{text[:middle]}\n{text[middle + 1 :]}"


def _clock(seconds: float, point: str) -> str:
    milliseconds = round(max(0.0, seconds) * 1000)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{milliseconds // 1000:02}{point}{milliseconds % 1000:03}"
