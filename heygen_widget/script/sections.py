"""Where the parts of a script's Markdown lie: front matter, segments, notes.

Parts are slices of the source, so that they join to it again. Knows no voice and no avatar.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import accumulate, pairwise
from typing import Final, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
"""A line as CommonMark has it, with its end."""

_END: Final = r"(?:\r\n?|\n)"
_FRONT: Final = re.compile(
    rf"\ufeff?(?:---[ \t]*{_END}(?:[^\r\n]*{_END})*?(?:---|\.\.\.)[ \t]*(?:{_END}|\Z))?"
)
_FENCE: Final = r"^ {0,3}(?P<fence>`{3,}|~{3,})[^\r\n]*(?:[\r\n].*?)??(?:^ {0,3}(?P=fence)|\Z)"
_SPAN: Final = rf"(?<!`)(?P<ticks>`+)(?!`)(?:(?!{_END}[ \t]*{_END}).)*?(?<!`)(?P=ticks)(?!`)"
_COMMENT: Final = r"<!--.*?-->|^ {0,3}<!--.*\Z"
_CODE_OR_COMMENT: Final = re.compile(
    rf"{_FENCE}|{_SPAN}|(?P<comment>{_COMMENT})", re.DOTALL | re.MULTILINE
)


class Section(NamedTuple):
    """A piece of a script that a heading names.

    Attributes
    ----------
    title
        The heading as text; None if the text has none.
    heading
        The lines of the heading.
    body
        What follows, up to the next heading.
    level
        Of the heading, from 1; 0 if there is none.
    """

    title: str | None
    heading: str
    body: str
    level: int = 0

    @property
    def source(self) -> str:
        """The whole piece."""
        return self.heading + self.body


def split(source: str) -> tuple[str, str, list[Section]]:
    r"""Split a script into its front matter, what is silent before its first segment, and segments.

    Joined again, they are `source`, whatever that is.

    Examples
    --------
    >>> split("# Hook\n\nHello.\n")
    ('', '', [Section(title='Hook', heading='# Hook\n', body='\nHello.\n', level=1)])
    """
    front = _FRONT.match(source)
    start = front.end() if front else 0
    rest = source[start:]
    lines = _LINE.findall(rest)
    places = [0, *accumulate(map(len, lines))]
    found = [
        (places[token.map[0]], places[token.map[1]], _text(text), int(token.tag[1:]))
        for token, text in pairwise(_parser().parse(rest))
        if token.type == "heading_open" and token.level == 0 and token.map
    ]
    lead = rest[: found[0][0]] if found else rest
    ends = [*(begin for begin, *_ in found[1:]), len(rest)]
    sections = [
        Section(title, rest[begin:body], rest[body:end], level)
        for (begin, body, title, level), end in zip(found, ends, strict=False)
    ]
    if without_comments(lead).strip():
        return source[:start], "", [Section(None, "", lead), *sections]
    return source[:start], lead, sections


def comments(text: str) -> Iterator[tuple[int, int]]:
    """Yield where HTML comments begin and end that are not in code."""
    return (match.span("comment") for match in _CODE_OR_COMMENT.finditer(text) if match["comment"])


def without_comments(text: str) -> str:
    """Return Markdown with spaces instead of its HTML comments, character for character."""
    for start, end in comments(text):
        text = text[:start] + re.sub(r"[^\r\n]", " ", text[start:end]) + text[end:]
    return text


def with_text(body: str, text: str, newline: str) -> str:
    """Return a body that says `text` instead; its comments and the white space around it stay."""
    said = without_comments(body)
    if not said.strip():
        kept, gap = body.rstrip(), body[len(body.rstrip()) :]
        return f"{kept}{newline * 2 if kept else gap or newline}{text}{gap or newline}"
    start, end = len(said) - len(said.lstrip()), len(said.rstrip())
    kept = "".join(
        newline * 2 + body[begin:stop] for begin, stop in comments(body) if start < begin < end
    )
    return body[:start] + text + kept + body[end:]


def heading(name: str, level: int, newline: str) -> str | None:
    """Return the line of a heading; None if no heading reads as `name`."""
    escaped = re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", name)
    for written in (name, escaped):
        line = f"{'#' * max(level, 1)} {written}{newline}"
        sections = split(line + newline)[2]
        if [(each.title, each.heading) for each in sections] == [(name, line)]:
            return line
    return None


def newline_of(source: str) -> str:
    """Return how the lines of a text end."""
    first = re.search(r"\r\n?|\n", source)
    return first[0] if first else "\n"


def apart(source: str, newline: str) -> str:
    """Return a piece that ends with a blank line, so that another may follow."""
    lines = _LINE.findall(source)
    if lines and lines[-1].strip():
        ended = lines[-1][-1] in "\r\n"
        return source + (newline if ended else newline * 2)
    return source


def _text(inline: Token) -> str:
    """Return the text of a heading, without markup."""
    children = inline.children or []
    breaks = {"softbreak": " ", "hardbreak": " "}
    return "".join(
        breaks.get(each.type, "" if each.type == "html_inline" else each.content)
        for each in children
    ).strip()


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark")
