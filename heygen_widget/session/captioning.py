"""Words as captions: which are shown together, in two lines at most, by one rule for all.

Panel, films and caption files are fed from here. Takes words as they come, looks ahead at none of
them, and never changes what it has said.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from heygen_widget.api.models import WordEvent
from heygen_widget.api.transcript import texts
from heygen_widget.language import sentence_ends
from heygen_widget.language.graphemes import may_cut
from heygen_widget.language.line_breaks import breaks

LINE: Final = 42
"""Characters of a line, as broadcasters have it; wide ones, such as Chinese, count twice."""
LONGEST: Final = 6.0
"""Maximum seconds that a caption stays."""
PAUSE: Final = 0.8
"""Seconds of silence that end a caption."""
ENOUGH: Final = 20
"""Characters from which the end of a sentence ends a caption."""

_LINE_END = re.compile(r"\s*[\n\x85\u2028\u2029]\s*|[\t\r\v\f\x1c-\x1f]")


@dataclass(frozen=True, slots=True)
class Unit:
    """What a caption gains at a time: a word, or a part of one that is too long."""

    word: int  # the number of the word
    # With what parts it from the unit before; empty if nothing of the text is heard with it.
    text: str
    # Seconds from the start of the stream.
    start: float
    end: float
    caption: int  # the number of its caption


class Captioner:
    """Groups words as they are told."""

    def __init__(self) -> None:
        self._words = 0
        self._caption = -1
        self._text = ""  # of the caption so far
        self._start = self._end = 0.0

    def add(self, word: WordEvent, text: str, *, whole: bool = False) -> list[Unit]:
        """Add the next word with its text, which pieces together with those before.

        Unless it is to stay `whole`, one that is too long is cut.
        """
        joined = _joined(self._text, text)
        parts = [text] if whole else list(_parts(text, word.end - word.start, joined)) or [""]
        letters = max(1, sum(map(len, parts)))
        units, at = [], word.start
        for part in parts:
            end = (
                at + (word.end - word.start) * (len(part) / letters) if len(parts) > 1 else word.end
            )
            units.append(self._add(part, at, max(at, end)))
            at = end
        self._words += 1
        return units

    def _add(self, text: str, start: float, end: float) -> Unit:
        joined = bool(text) and _joined(self._text, text) == len(text)
        if text.strip() and not joined and not self._goes_on(text, start, end):
            self._caption += 1
            self._text, self._start = "", start
        self._text += text
        self._end = max(end, self._end)
        return Unit(self._words, text, start, end, max(self._caption, 0))

    def _goes_on(self, text: str, start: float, end: float) -> bool:
        """Whether the caption goes on with `text`."""
        if not self._text.strip():
            return self._caption >= 0
        return (
            two_lines(self._text + text) is not None
            and start - self._end < PAUSE
            and end - self._start <= LONGEST
            and not (len(self._text.strip()) >= ENOUGH and self._is_over(text))
        )

    def _is_over(self, text: str) -> bool:
        """Whether a sentence has ended before `text`."""
        end = len(self._text.rstrip())
        begin = len(self._text) + len(text) - len(text.lstrip())
        ends = sentence_ends(f"{self._text}{text} ", final=False)
        return any(end <= at <= begin for at in ends)


def units(words: Iterable[WordEvent]) -> Iterator[Unit]:
    """Group words."""
    captioner = Captioner()
    known = list(words)
    for word, text in zip(known, texts(known), strict=True):
        yield from captioner.add(word, text)


def shown(text: str) -> str:
    """Return the text of a caption before it is broken into lines."""
    return _LINE_END.sub(" ", text).strip()


def two_lines(text: str) -> str | None:
    """Break what is too long for one line near its middle; None if it does not fit in two.

    Examples
    --------
    >>> print(two_lines("These words are too many for a single line of text"))
    These words are too many
    for a single line of text
    """
    line = shown(text)
    return line if width(line) <= LINE else _halved(line, breaks(line))


def lines(text: str) -> str:
    """Break a caption into two lines, within a word if need be."""
    line = shown(text)
    places = (at for at in range(1, len(line)) if may_cut(line, at))
    return two_lines(line) or _halved(line, places) or line


def width(text: str) -> int:
    """Count the characters of a line; wide ones count twice."""
    return len(text) + sum(unicodedata.east_asian_width(character) in "WF" for character in text)


def _halved(line: str, places: Iterable[int]) -> str | None:
    halves = [(line[:at].rstrip(), line[at:].lstrip()) for at in places]
    widths = [(width(one), width(two)) for one, two in halves]
    fitting = [
        (abs(first - second), number)
        for number, (first, second) in enumerate(widths)
        if 0 < first <= LINE and 0 < second <= LINE
    ]
    return "\n".join(halves[min(fitting)[1]]) if fitting else None


def _joined(before: str, text: str) -> int:
    """Return how much of `text` belongs to the last character before it."""
    if not before:
        return 0
    run = before[-LINE:] + text
    start = len(run) - len(text)
    return next((at for at in range(start, len(run)) if may_cut(run, at)), len(run)) - start


def _parts(text: str, seconds: float, joined: int) -> Iterator[str]:
    """Cut what one word stands for if it is too much for a line, or too long to stay.

    What is `joined` to the word before is a part of its own.
    """
    if joined:
        yield text[:joined]
        text = text[joined:]
    if not text:
        return
    if width(shown(text)) <= LINE and seconds <= LONGEST:
        yield text
        return
    start = 0
    for end in [*breaks(text), len(text)]:
        piece = text[start:end]
        if not piece.strip() and end < len(text):
            continue
        yield from _torn(piece)
        start = end


def _torn(text: str) -> Iterator[str]:
    """Tear what has no place to break, and would not fit in two lines."""
    while width(text.strip()) > LINE:
        one = _filled(text)
        two = _filled(text[one:])
        if one + two == len(text):
            break
        yield text[: one + two]
        text = text[one + two :]
    yield text


def _filled(text: str) -> int:
    """Return how much of `text` fills a line."""
    at = len(text) - len(text.lstrip())
    most = at
    while most < len(text) and width(text[at : most + 1].rstrip()) <= LINE:
        most += 1
    if most == len(text):
        return most
    return next((cut for cut in range(most, at, -1) if may_cut(text, cut)), most)
