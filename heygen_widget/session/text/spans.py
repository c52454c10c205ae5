"""Markdown inside a paragraph: how it reads aloud, and whether that can still change.

The grammar is markdown-it's alone. Knows nothing of blocks, nor of what was said before.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

# Indented code is far more often prose that somebody indented, and html blocks hide their text.
PARSER: Final = (
    MarkdownIt("commonmark").enable(["table", "strikethrough"]).disable(["code", "html_block"])
)

LONGEST_HOLD: Final = 200
"""Characters an unclosed mark may hold back before it is read as it stands."""

# Chinese, Japanese, Korean and emoji are written without blanks: each character ends a word.
_LETTER = r"[^\s\u2e80-\U0010ffff]"
WORD: Final = re.compile(
    rf"{_LETTER}*+(?:[^\S\n]+|[\u2e80-\U0010ffff])|{_LETTER}{{{LONGEST_HOLD}}}"
)
"""A word with the blanks behind it."""

_MARK = re.compile(r"[*_`\[<&~\\]|://|\bwww\.", re.IGNORECASE)

_MAY_BECOME_MARKED = re.compile(r"(?<!\w)(?:h[tps:/]*|w+)$|^!$", re.IGNORECASE)
_MAY_COMPLETE = re.compile(r"[^\s*_~][*_~]|[`\])>]")

_ENDINGS: Final = {
    "*": ("a***",),
    "_": ("a___",),
    "~": ("a~~",),
    "`": ("a` a`` a```",),
    "[": ("a](u)", ")", '")'),
    "<": (">", '">', "-->"),
}
"""What might follow an opening mark and complete it."""

_URL = re.compile(
    r"(?<!\w)(?:https?://(?:www\.)?|www\.)(?:[^\s/@]*@)?([\w.-]*\w)"  # the host is group 1
    r"(?:[:/?#](?:[^\s<>]*[^\s<>.,;:!?'\")\]}…*])?)?",
    re.IGNORECASE,
)

# A voice says "asterisk asterisk" where a bold text was never closed, or held too long to wait.
_STRAY = re.compile(r"(?<!\S)\*\*+(?=\w)|(?<=\S)\*\*+(?!\w)")


def is_marked(text: str) -> bool:
    """Whether `text` holds anything that might read otherwise than it is written."""
    return _MARK.search(text) is not None


def may_become_marked(word: str) -> bool:
    """Whether the next characters of an unfinished `word` may change how these read."""
    return is_marked(word) or _MAY_BECOME_MARKED.search(word) is not None


def may_complete(span: str, at: int) -> bool:
    """Whether what stands from `at` on could end what a mark in front of it has opened."""
    return _MAY_COMPLETE.search(span, max(0, at - 1)) is not None


def spoken(source: str, before: str = "") -> str:
    """Say how a finished `source` reads aloud; `before` is the character in front of it."""
    return _STRAY.sub("", _read(before + source))[len(before) :]


def is_settled(source: str, before: str = "") -> bool:
    """Whether nothing that follows can change how `source` reads. What might follow is tried.

    `source` must end where a word ends.
    """
    text = before + source
    reading = _read(text)
    return all(
        _read(text + ending).startswith(reading)
        for mark, endings in _ENDINGS.items()
        if mark in source
        for ending in endings
    )


@lru_cache(maxsize=4)
def _read(source: str) -> str:
    return _say(PARSER.parseInline(source)[0].children or ())


def _say(tokens: Sequence[Token]) -> str:
    return "".join(_say_one(token) for token in tokens)


def _say_one(token: Token) -> str:
    match token.type:
        case "text":
            return _URL.sub(r"\1", token.content)
        case "code_inline":
            return token.content
        case "softbreak" | "hardbreak":
            return "\n"
        case "image":
            return _say(token.children or ())
        case "html_inline" if token.content.casefold().startswith("<br"):
            return " "
    return ""  # what opens and closes emphasis, links and html
