"""What a line of Markdown begins: text, a heading, a list item, code, a table, or nothing to say.

The grammar is markdown-it's; the line before is replaced by a short one of the same kind.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto
from textwrap import dedent
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from heygen_widget.session.text.spans import plain

# Indented code is far more often prose that somebody indented, and html blocks hide their text.
# Tables and definitions are told apart from text here.
PARSER: Final = MarkdownIt("commonmark").disable(["code", "html_block", "reference", "inline"])

PLACEHOLDER: Final = "x\n"
"""Stands for the text of the line before."""

_NO_BREAKS: Final = {ord("\r"): " ", 0: " "}  # the parser replaces them, which moves the text
_MAY_BE_MARKER = frozenset("-+*>#=_~`[|0123456789")
_UNDECIDED = re.compile(  # markers without a whole word behind them, or a definition's start
    r"\s*(?:[-+*>#=_~`\d.)\s]*(?:[^\s\u2e80-\U0010ffff]*|\[ (?:\][ \t]*)?|\[[xX]\][ \t]+)"
    r"|\[[^\]]*(?:\](?::.*)?)?)"
)
_UNSPOKEN_MARKERS = re.compile(r"[-+*>#]+\s*")  # the numbers of a list are spoken
_CHECKBOX = re.compile(r"\[[ xX]\][ \t]+")
_HEADING_CLOSE = re.compile(r"[ \t]+#+[ \t]*(?=\r?\Z)")
_MAY_CLOSE_HEADING = re.compile(r"[ \t]+#*[ \t\r]*\Z")
_MAY_DELIMIT_TABLE = re.compile(r"[\s>|:-]*")
_DELIMITS_COLUMN = re.compile(r":?-+:?")
_ROW = re.compile(r"[ \t>]*\|")
_CELL = re.compile(r"((?:`[^`\s]+`|\\\||[^|])*+)\|")
_DEFINITION = re.compile(
    r" {0,3}\[[^\[\]^][^\[\]]*\]:\s*"
    r"<?(?:[a-z][a-z0-9+.-]*://|mailto:|www\.|\.{0,2}/|[\w-]+(?:\.[\w-]+)+/)[^\s<>]*>?"
    r"(?:\s+(?:\"[^\"]*\"|'[^']*'|\([^()]*\)))?\s*",
    re.IGNORECASE,
)
# What looks like the marker of a quotation, an item or a setext heading, and hardly is one.
_COMPARISON = re.compile(
    r"\s*>(?:>>\s|=|[:;_.,]+[(\[<>]|\s*\.\d"
    r"|\s*(?!\d{1,3}[.)]\s|[-+]\s*[^\d\s.,$]|---)[\d=$\u20ac\u00a3+-])"
)
_SIGN = re.compile(r"\s*[-+]\s+[\d.,$\u20ac\u00a3]")
_YEAR = re.compile(r"\s*\d{4,}[.)]")
_LIST = re.compile(r"\s*(?:[-+*]|\d+[.)])\s")
_SHORTEST_UNDERLINE: Final = 3
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
    """The start of a line."""

    kind: Kind  # what begins
    length: int  # characters of the line that are its markers
    said: str = ""  # what of these is said
    fence: str = ""  # for code, its opening fence

    @property
    def needs_whole_line(self) -> bool:
        """Whether the rest of the line decides or belongs to it."""
        return self.kind in {Kind.UNDERLINE, Kind.CODE, Kind.NOTHING}


def is_undecided(line: str) -> bool:
    """Whether an unfinished line may still turn out to begin something else."""
    return not _is_plain(line) and _UNDECIDED.fullmatch(line) is not None


def start_of(line: str, context: str, *, introduced: bool = False) -> LineStart:
    """Tell what `line` begins.

    Parameters
    ----------
    line
        As much of it as is there.
    context
        Resembles the line before; empty between blocks.
    introduced
        Whether a colon stands before the line, as before a list.
    """
    line = line.translate(_NO_BREAKS)
    if _DEFINITION.fullmatch(line) and not context:
        return LineStart(Kind.NOTHING, len(line))
    if _is_plain(line) or _is_text(line, context, introduced=introduced):
        indent = len(line) - len(line.lstrip())
        return LineStart(Kind.CONTINUED if context else Kind.PROSE, indent, line[:indent])
    tokens = PARSER.parse(dedent(context + line))
    below = {token.type: token for token in tokens if _line(token) >= bool(context)}
    if "fence" in below:
        return LineStart(Kind.CODE, len(line), fence=below["fence"].markup)
    if "inline" in below:
        kind = next((_PAUSING[name] for name in _PAUSING if name in below), Kind.PROSE)
        return _start_of_text(kind, line, below["inline"].content)
    return (context and _continuation(line, tokens)) or _start_of_nothing(line)


def _continuation(line: str, tokens: list[Token]) -> LineStart | None:
    """Tell whether `line` belongs to the paragraph before it."""
    if any(token.type == "inline" and token.content.count("\n") for token in tokens):
        return _start_of_text(Kind.CONTINUED, line, line.strip().lstrip("> "))
    if not any(token.type == "heading_open" and token.markup in "=-" for token in tokens):
        return None
    is_rule = len(line.strip("> \t\r")) >= _SHORTEST_UNDERLINE
    return LineStart(Kind.UNDERLINE, len(line)) if is_rule else LineStart(Kind.CONTINUED, 0)


def _start_of_nothing(line: str) -> LineStart:
    said = _UNSPOKEN_MARKERS.sub("", line)
    is_said = any(character.isalnum() for character in said)  # the number of an empty item
    return LineStart(Kind.NOTHING, len(line), said if is_said else "")


def _is_plain(line: str) -> bool:
    return line.lstrip()[:1] not in _MAY_BE_MARKER


def _is_text(line: str, context: str, *, introduced: bool) -> bool:
    """Tell whether a mark at the start of a line is a comparison, a sign or a year."""
    if _COMPARISON.match(line):
        return not context.lstrip().startswith(">")
    if _SIGN.match(line):
        return not (introduced or _LIST.match(context))
    return _YEAR.match(line) is not None


def _line(token: Token) -> int:
    return token.map[0] if token.map else -1


def _start_of_text(kind: Kind, line: str, text: str) -> LineStart:
    length = max(line.rstrip().rfind(text), 0)
    said = _UNSPOKEN_MARKERS.sub("", line[:length])
    box = _CHECKBOX.match(line, length) if kind is Kind.POINT else None
    return LineStart(kind, box.end() if box else length, said)


def without_closing_marks(heading: str, *, is_whole: bool) -> tuple[str, int]:
    """Return the text of a heading, and how many of its characters are decided.

    Parameters
    ----------
    heading
        The end of its line: number signs may close it.
    is_whole
        Whether the line ends there.
    """
    if is_whole:
        return _HEADING_CLOSE.sub("", heading), len(heading)
    undecided = _MAY_CLOSE_HEADING.search(heading)
    decided = undecided.start() if undecided else len(heading)
    return heading[:decided], decided


def closes_code(line: str, fence: str) -> bool:
    """Whether a whole line ends the code that `fence` has opened."""
    closing = line.strip(" \t\r>")
    return len(closing) >= len(fence) and not closing.strip(fence[0])


def may_delimit_table(line: str) -> bool:
    """Whether an unfinished line may become the rule under a table's head."""
    return _MAY_DELIMIT_TABLE.fullmatch(line) is not None


def opens_code(line: str, fence: str) -> bool:
    """Whether a line inside the code that `fence` has opened can only open other code."""
    marks = line.lstrip(" \t>")
    info = marks.lstrip(fence[0])
    return len(marks) - len(info) >= len(fence) and bool(info.strip()) and "`" not in info


def may_be_row(line: str) -> bool:
    """Whether a line may belong to a table."""
    return _ROW.match(line) is not None


def table_head(line: str, below: str) -> str | None:
    """Read the head of a table aloud; None if `line` and the one `below` do not begin one."""
    rules = _cells(below)
    if not all(_DELIMITS_COLUMN.fullmatch(rule) for rule in rules) or "-" not in below:
        return None
    return table_row(line) if len(_cells(line)) == len(rules) else None


def table_row(line: str) -> str:
    """Read a row of a table aloud."""
    said = (plain(cell).strip() for cell in _cells(line))
    return with_pause(", ".join(filter(None, said)))


def _cells(line: str) -> list[str]:
    inner = _ROW.sub("", line, count=1).strip()
    if inner.endswith("|") and not inner.endswith("\\|"):
        inner = inner[:-1]
    return [cell.strip().replace("\\|", "|") for cell in _CELL.findall(inner + " |")]


def pause_after(text: str) -> str:
    """Return the full stop that `text` lacks, if any."""
    return "." if text and not _PAUSE.search(text) else ""


def with_pause(text: str) -> str:
    """Return `text`, ended by a full stop unless something else ends it."""
    return text + pause_after(text)
