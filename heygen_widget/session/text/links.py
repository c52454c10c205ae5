"""Addresses, links and images in a paragraph: their words are said, their addresses are not."""

import re
from typing import Final, NamedTuple

LONGEST_ADDRESS: Final = 2000
"""Characters of an address at most."""

# Of other letters than Latin ones, an address takes only those of its own domain: what follows an
# address without a space, in Chinese say, is text.
_IN_ADDRESS: Final = r"[!#-;=?-~\u00a1-\u024f]"
_ADDRESS = re.compile(
    r"(?:https?://(?:www\.)?|www\.)(?:[\w.%+:-]*@)?(?P<host>[\w-]+(?:\.[\w-]+)*)"
    rf"(?::\d+)?(?P<path>[/?#]{_IN_ADDRESS}*)?",
    re.IGNORECASE,
)
_MAY_BE_ADDRESS = re.compile(r"(?:https?://|www\.)[\w.%+:-]*", re.IGNORECASE)
_MAY_GO_ON = re.compile(r"[.:@][\w.%+:@-]*")
_NOT_LAST: Final = ".,;:!?'\"*_~|`\\"

_TARGET: Final = r"<[^<>\n]*>|(?:[^\s()<>]|\([^\s()]*\))*"
_TITLE: Final = r"\"[^\"]*\"|'[^']*'|\([^()]*\)"
_TAIL = re.compile(rf"\(\s*(?P<target>{_TARGET})(?:\s+(?:{_TITLE}))?\s*\)")
_MAY_BE_TAIL = re.compile(
    r"\(\s*(?:<[^<>\n]*>?|(?:[^\s()<>]|\([^\s()]*\)?)*)"
    r"(?:\s+(?:\"[^\"]*\"?|'[^']*'?|\([^()]*\)?)?)?\s*"
)
_IS_TARGET = re.compile(
    r"<.*>|[a-z][a-z0-9+.-]*:\S*|[./#?].*|[^\s]*/[^\s]*|[^\s]*\.[a-z][a-z0-9]+(?:[?#]\S*)?|",
    re.IGNORECASE,
)
_IN_ANGLES = re.compile(
    r"<(?:(?P<url>(?:https?|ftp)://[^\s<>]+)|(?:mailto:)?(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+))>",
    re.IGNORECASE,
)


class Undecided(Exception):  # noqa: N818 (not an error)
    """More text decides how something reads."""


class Found(NamedTuple):
    """Something that does not read as it is written."""

    said: str  # how it reads
    end: int  # where it ends in the source
    is_markdown: bool = False  # whether what is said is Markdown in turn
    is_remote: bool = False  # whether it is a link with a whole address


def address_at(text: str, at: int, *, final: bool) -> Found | None:
    """Read an address without any marks around it: its host is said.

    Raises
    ------
    Undecided
        When later text may belong to it.
    """
    limit = at + LONGEST_ADDRESS
    match = _ADDRESS.match(text, at, limit)
    if not final and len(text) < limit and _is_incomplete(text, match.end() if match else at):
        raise Undecided
    if match is None:
        return None
    path = match["path"] or ""
    return Found(match["host"], match.end() - len(path) + len(_whole(path)))


def _is_incomplete(text: str, end: int) -> bool:
    if end == len(text):
        return True
    return (_MAY_GO_ON.fullmatch(text, end) or _MAY_BE_ADDRESS.fullmatch(text, end)) is not None


def _whole(path: str) -> str:
    """Return what of `path` belongs to an address, and not to the sentence around it."""
    opened = 0
    for at, character in enumerate(path):
        opened += (character in "([") - (character in ")]")
        if opened < 0:
            path = path[:at]
            break
    kept = path.rstrip(_NOT_LAST)
    if "*" in kept:  # so those at the end close nothing outside of it
        kept = path.rstrip(_NOT_LAST.replace("*", ""))
    while kept != path and kept.count("(") > kept.count(")"):
        kept = kept[: kept.rindex("(")]
    return kept


def address_in_angles(text: str, at: int) -> Found | None:
    """Read ``<https://example.com>``: its host, or an e-mail address, is said."""
    if not (match := _IN_ANGLES.match(text, at)):
        return None
    address = _ADDRESS.match(match["url"] or "")
    return Found(match["mail"] or (address["host"] if address else match["url"]), match.end())


def link_at(text: str, at: int, limit: int, *, final: bool) -> Found | None:
    """Read a link or image that begins at a bracket: its text is said.

    Parameters
    ----------
    text, at
        Where its opening bracket stands.
    limit
        Characters in which its closing bracket must come.

    Raises
    ------
    Undecided
        When it is not complete yet.
    """
    close = _closing_bracket(text, at, min(len(text), at + limit))
    if close is None:
        if not final and len(text) < at + limit:
            raise Undecided
        return None
    if close + 1 == len(text) and not final:
        raise Undecided
    limit = close + LONGEST_ADDRESS
    match = _TAIL.match(text, close + 1, limit)
    if match is None:
        if not final and len(text) < limit and _MAY_BE_TAIL.fullmatch(text, close + 1):
            raise Undecided
        return None
    if not _IS_TARGET.fullmatch(match["target"]):
        return None
    is_remote = "://" in match["target"]
    return Found(text[at + 1 : close], match.end(), is_markdown=True, is_remote=is_remote)


def _closing_bracket(text: str, at: int, end: int) -> int | None:
    depth = 0
    place = at
    while place < end:
        character = text[place]
        depth += (character == "[") - (character == "]")
        if not depth:
            return place
        place += 2 if character == "\\" else 1
    return None
