"""What a voice may stumble over in a script: found by its look, without a voice.

What the lexicon has is not listed. Knows no files.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal, TypeAlias, cast, overload

from heygen_widget.api.plain import one_line
from heygen_widget.language import sentence_ends
from heygen_widget.language.graphemes import is_unspaced
from heygen_widget.reports.table import as_html, as_lines
from heygen_widget.script.segment import Segment, count_words, script_of
from heygen_widget.session.text import Pronunciation

LONGEST_BREATH: Final = 30
"""Words of a sentence that are said in one breath: some twelve seconds."""
LONGEST_WIDE_BREATH: Final = 60
"""Characters of one, in scripts without spaces."""

Kind: TypeAlias = Literal["address", "unit", "number", "acronym", "foreign", "long sentence"]

_ADVICE: Final[dict[str, str]] = {
    "address": "say where to find it, or put it into the lexicon",
    "unit": "write the unit as a word",
    "number": "listen to it, or write it as it is said",
    "acronym": "listen to it, or put it into the lexicon",
    "foreign": "listen to it, or put it into the lexicon",
    "long sentence": "make two of it",
}
_UNITS: Final = (
    r"km/h|m/s|mph|°[CF]|[kKMGTP]?i?[Bb](?:it)?(?:/s|ps)?|[mµunkMG]?[sgmlWVAJ]|[kMGT]?Hz|[kMGT]Wh"
    r"|[kcm]m[²³]?|m[²³]|k?cal|dB|fps|rpm|ppm|px|lbs?|oz|ft|min|hrs?|K"
)
# Words of scripts without spaces may stand on both sides.
_BEFORE: Final = r"(?<![^\W\u0e00-\U0010ffff])"
_AFTER: Final = r"(?![^\W\u0e00-\U0010ffff])"
_KINDS: Final = re.compile(
    r"(?P<address>(?:https?://|www\.)\S*[\w/]|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    rf"|{_BEFORE}(?<!\.)(?:[\w-]+\.)+(?:com|org|net|io|ai|dev|edu|gov|app|co)(?:/\S*[\w/])?{_AFTER})"
    rf"|(?P<unit>{_BEFORE}\d(?:[\d.,]*\d)?[ \u00a0]?(?:{_UNITS}){_AFTER})"
    rf"|(?P<acronym>{_BEFORE}(?:[A-Z]{{2,}}[a-z]?(?:-?\d+[a-zA-Z]?)?|[A-Za-z]*[a-z][A-Z][A-Za-z\d]*"
    rf"|[A-Z][a-z]?[A-Z][A-Za-z\d]*|(?:[A-Z]\.){{2,}}|[A-Za-z]+-?\d(?:[\w.-]*\w)?){_AFTER})"
    rf"|(?P<number>[$€£¥]?{_BEFORE}(?:\d{{3,}}|\d+(?:[.,:/\u2013-]\d+)+)%?{_AFTER}"
    r"|[$€£¥]\d+|\d+ ?[%‰])"
)
_WORD: Final = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
_NOTHING: Final = "Nothing a voice should stumble over."
_SHOWN: Final = 60
"""Characters of what is shown in a table."""
_FEW: Final = 0.1
"""The part of words with letters beyond ASCII up to which they are foreign."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What a voice may stumble over.

    Attributes
    ----------
    segment
        The name of the segment.
    kind
        What it is.
    text
        As it is written.
    at
        Where it begins in `Segment.spoken`.
    """

    segment: str
    kind: Kind
    text: str
    at: int

    @property
    def advice(self) -> str:
        """What to do."""
        return _ADVICE[self.kind]


class Problems(Sequence[Problem]):
    """What a voice may stumble over, in the order of the script. Displays as a table."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self._all = tuple(problems)

    @overload
    def __getitem__(self, index: int) -> Problem: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Problem, ...]: ...
    def __getitem__(self, index: int | slice) -> Problem | tuple[Problem, ...]:
        return self._all[index]

    def __len__(self) -> int:
        return len(self._all)

    def __repr__(self) -> str:
        return as_lines(self._rows) if self._all else _NOTHING

    def _repr_html_(self) -> str:
        return (
            as_html(("segment", "kind", "text", "advice"), self._rows)
            if self._all
            else f"<p>{_NOTHING}</p>"
        )

    @property
    def _rows(self) -> list[tuple[str, str, str, str]]:
        return [
            (each.segment, each.kind, one_line(each.text, _SHOWN), each.advice)
            for each in self._all
        ]


def problems(segments: Iterable[Segment], pronunciation: Pronunciation) -> Iterator[Problem]:
    """Look for what a voice may stumble over."""
    every = list(segments)
    usual = _usual_script(each.spoken for each in every)
    has_accents = _has_accents((each.spoken for each in every), usual)
    for segment in every:
        text = segment.spoken
        found = [
            *_long_sentences(text),
            *(
                each
                for part in pronunciation.stretches(text)
                if not part.replaced
                for each in _in_words(text, part.start, part.end, usual, has_accents=has_accents)
            ),
        ]
        for at, kind, written in sorted(found):
            yield Problem(segment.name, kind, written, at)


def _in_words(
    text: str, start: int, end: int, usual: str, *, has_accents: bool
) -> Iterator[tuple[int, Kind, str]]:
    """Look in a stretch that is said as it is written."""
    taken = set()
    for match in _KINDS.finditer(text, start, end):
        kind = cast("Kind", match.lastgroup)
        yield match.start(), kind, match[0]
        taken |= {*range(*match.span())}
    for word in _WORD.finditer(text, start, end):
        foreign = script_of(word[0]) != usual or not (has_accents or word[0].isascii())
        if foreign and word.start() not in taken and (usual == "LATIN" or word[0].isascii()):
            yield word.start(), "foreign", word[0]


def _long_sentences(text: str) -> Iterator[tuple[int, Kind, str]]:
    ends = [0, *sentence_ends(text)]
    if ends[-1] < len(text):
        ends.append(len(text))
    for start, end in pairwise(ends):
        sentence = text[start:end].strip()
        is_wide = any(map(is_unspaced, sentence))
        if count_words(sentence) > (LONGEST_WIDE_BREATH if is_wide else LONGEST_BREATH):
            yield start, "long sentence", sentence


def _usual_script(texts: Iterable[str]) -> str:
    counted = Counter(script_of(word[0]) for text in texts for word in _WORD.finditer(text))
    return counted.most_common(1)[0][0] if counted else "LATIN"


def _has_accents(texts: Iterable[str], usual: str) -> bool:
    """Whether letters beyond ASCII are usual, as in French."""
    found = (word[0] for text in texts for word in _WORD.finditer(text))
    words = [word for word in found if script_of(word) == usual]
    return sum(not word.isascii() for word in words) > _FEW * len(words)
