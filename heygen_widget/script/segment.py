"""One segment of a script: its Markdown, and what is said of it."""

import html
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from heygen_widget.script.sections import Section, comments
from heygen_widget.session.expected import tokens
from heygen_widget.session.text import PlainText, clean

_PAUSE: Final = re.compile(
    r"[ \t]*\(pause[ \t]+(?P<number>\d{1,4}(?:[.,]\d{1,3})?)[ \t]*(?P<unit>ms|s|sec|seconds?)\)",
    re.IGNORECASE,
)
_LINE_END: Final = re.compile(r"\r\n?")
_BLANK_LINES: Final = re.compile(r"(?:[ \t]*\n){3,}")


class Part(NamedTuple):
    """Text that is said without a break, and the seconds of silence that follow."""

    text: str
    pause: float = 0.0


@dataclass(frozen=True, slots=True)
class Segment:
    """A named piece of a script, as it is now; a later edit makes another one.

    Attributes
    ----------
    name
        Its heading, by which the script knows it.
    source
        Its Markdown, heading included.
    text
        The Markdown that is spoken: without heading and notes.
    notes
        What its HTML comments say.
    parts
        What is said, as a person reads the Markdown aloud, with the pauses that
        ``(pause 0.5 s)`` asks for.
    """

    name: str
    source: str = field(repr=False)
    text: str
    notes: tuple[str, ...] = ()
    parts: tuple[Part, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, name: str, section: Section) -> "Segment":
        """Read a piece of a script."""
        body = section.body
        text = _BLANK_LINES.sub("\n\n", _LINE_END.sub("\n", _without(body))).strip()
        notes = tuple(
            body[start:end].strip().removeprefix("<!--").removesuffix("-->").strip()
            for start, end in comments(body)
        )
        return cls(name, section.source, text, notes, tuple(_parts(text)))

    @property
    def spoken(self) -> str:
        """What is said, for a voice that cannot pause as asked: a blank line stands there."""
        return "\n\n".join(part.text for part in self.parts if part.text)

    @property
    def pauses(self) -> float:
        """Seconds of silence that ``(pause 0.5 s)`` asks for."""
        return sum(part.pause for part in self.parts)

    @property
    def words(self) -> int:
        """How many words are said; in scripts without spaces, characters."""
        return count_words(self.spoken)

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f"<b>{html.escape(self.name)}</b><pre>{html.escape(self.text)}</pre>"


class Line(NamedTuple):
    """What is sent as one text: of which segment it is, and the seconds of silence after it."""

    segment: str
    text: str
    pause: float


def lines(segments: Iterable[Segment]) -> list[Line]:
    """Return what is sent of some segments, with a blank line between two of them."""
    found = [[Line(each.name, part.text, part.pause) for part in each.parts] for each in segments]
    spoken = [each for each in found if each]
    for each in spoken[:-1]:
        each[-1] = each[-1]._replace(text=each[-1].text + "\n\n")
    return [line for each in spoken for line in each]


def count_words(text: str) -> int:
    """Count words; in scripts without spaces, characters."""
    return sum(1 for token in tokens(text) if token.letters)


def script_of(word: str) -> str:
    """Return the script of a word's first letter, as Unicode's names begin: LATIN, CYRILLIC."""
    return unicodedata.name(word[0], "").partition(" ")[0]


def _without(body: str) -> str:
    """Return Markdown without its comments, and without the blanks that they leave in a line."""
    kept, at = "", 0
    for start, end in comments(body):
        kept, at = kept + body[at:start], end
        if kept.endswith(" ") and body.startswith(" ", end):
            kept = kept[:-1]
    return kept + body[at:]


def _parts(text: str) -> Iterable[Part]:
    reader = PlainText()
    reader.feed(text)
    said = clean(reader.take(final=True))
    at = 0
    for match in _PAUSE.finditer(said):
        number = float(match["number"].replace(",", "."))
        seconds = number / 1000 if match["unit"].lower() == "ms" else number
        yield Part(said[at : match.start()].strip(), seconds)
        at = match.end()
    if rest := said[at:].strip():
        yield Part(rest)
