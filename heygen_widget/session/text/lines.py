"""What a line of Markdown begins: text, a heading, a list item, code, a table, or nothing to say.

The grammar is markdown-it's; the line before is replaced by a short one of the same kind.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto
from textwrap import dedent
from typing import Final

from markdown_it.token import Token

from heygen_widget.session.text.spans import PARSER, spoken

PLACEHOLDER: Final = "x\n"
"""Stands for the text of the line before."""

_MAY_BE_MARKER = frozenset("-+*>#=_~`[|0123456789")
_UNDECIDED = re.compile(  # markers without a whole word behind them, or a definition's start
    r"\s*(?:[-+*>#=_~`\d.)\s]*[^\s\u2e80-\U0010ffff]*|\[[^\]]*(?:\](?::.*)?)?)"
)
_UNSPOKEN_MARKERS = re.compile(r"[-+*>#]+\s*")  # the numbers of a list are spoken
_MAY_DELIMIT_TABLE = re.compile(r"[\s|:-]*")
_PAUSE = re.compile("[.!?…:;,\u3002\uff01\uff1f\uff1a\uff1b\uff0c\u3001][\"'”\u2019»)\\]]*$")


class Kind(Enum):
    """What a line begins."""

    PROSE = auto()  # a paragraph
    POINT = auto()  # a list item: a pause follows it
    HEADING = auto()  # a pause follows it, and it ends with its line
    CONTINUED = auto()  # the open paragraph or list item goes on
    UNDERLINE = auto()  # the open paragraph was a heading
    CODE = auto()  # fenced code
    NOTHING = auto()  # a rule, a definition, an item or heading without text


_PAUSING: Final = {"heading_open": Kind.HEADING, "list_item_open": Kind.POINT}


@dataclass(frozen=True, slots=True)
class LineStart:
    """The start of a line.

    Attributes
    ----------
    kind
        What begins.
    length
        Characters of the line that are its markers.
    said
        What of these is said.
    fence
        For code, its opening fence.
    """

    kind: Kind
    length: int
    said: str = ""
    fence: str = ""

    @property
    def needs_whole_line(self) -> bool:
        """Whether the rest of the line decides or belongs to it."""
        return self.kind in {Kind.UNDERLINE, Kind.CODE, Kind.NOTHING}


def is_undecided(line: str) -> bool:
    """Whether an unfinished line may still turn out to begin something else."""
    return not _is_plain(line) and _UNDECIDED.fullmatch(line) is not None


def start_of(line: str, context: str) -> LineStart:
    """Tell what `line` begins; `context` resembles the line before, empty between blocks."""
    if _is_plain(line):
        indent = len(line) - len(line.lstrip())
        return LineStart(Kind.CONTINUED if context else Kind.PROSE, indent, line[:indent])
    tokens = PARSER.parse(dedent(context + line))
    below = {token.type: token for token in tokens if _line(token) >= bool(context)}
    if "fence" in below:
        return LineStart(Kind.CODE, len(line), fence=below["fence"].markup)
    if "inline" in below:
        kind = next((_PAUSING[name] for name in _PAUSING if name in below), Kind.PROSE)
        return _start_of_text(kind, line, below["inline"].content)
    if context and any(t.type == "inline" and t.content.count("\n") for t in tokens):
        return _start_of_text(Kind.CONTINUED, line, line.strip().lstrip("> "))
    if context and any(t.type == "heading_open" and t.markup in "=-" for t in tokens):
        return LineStart(Kind.UNDERLINE, len(line))
    numbered = "list_item_open" in below and below["list_item_open"].info
    said = _UNSPOKEN_MARKERS.sub("", line) if numbered else ""
    return LineStart(Kind.NOTHING, len(line), said)


def _is_plain(line: str) -> bool:
    return line.lstrip()[:1] not in _MAY_BE_MARKER


def _line(token: Token) -> int:
    return token.map[0] if token.map else -1


def _start_of_text(kind: Kind, line: str, text: str) -> LineStart:
    length = max(line.rstrip().rfind(text), 0)
    return LineStart(kind, length, _UNSPOKEN_MARKERS.sub("", line[:length]))


def closes_code(line: str, fence: str) -> bool:
    """Whether a whole line ends the code that `fence` has opened."""
    closing = line.strip(" \t\r>")
    return len(closing) >= len(fence) and not closing.strip(fence[0])


def may_delimit_table(line: str) -> bool:
    """Whether an unfinished line may become the rule under a table's head."""
    return _MAY_DELIMIT_TABLE.fullmatch(line) is not None


def table_row(table: str) -> str | None:
    """Read the last row of `table` aloud, or its head if it has no other; None if it is none."""
    tokens = PARSER.parse(table)
    if not any(token.type == "table_open" for token in tokens):
        return None
    cells = [token for token in tokens if token.type == "inline"]
    last = max((_line(cell) for cell in cells), default=0)
    said = (spoken(cell.content).strip() for cell in cells if _line(cell) == last)
    return with_pause(", ".join(filter(None, said)))


def pause_after(text: str) -> str:
    """Return the full stop that `text` lacks, if any."""
    return "." if text and not _PAUSE.search(text) else ""


def with_pause(text: str) -> str:
    """Return `text`, ended by a full stop unless something else ends it."""
    return text + pause_after(text)
