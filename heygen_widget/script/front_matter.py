"""The front matter of a script: look, voice and lexicon, in the part of YAML that people write.

Lines that it does not know stay as they are. Knows no Markdown.
"""

import json
import re
from typing import Final, NamedTuple

from heygen_widget.script.errors import ScriptError

_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
_QUOTED: Final = r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'"
_ENTRY: Final = re.compile(
    rf"(?P<indent>[ \t]*)(?P<key>{_QUOTED}|[^\s#'\"\-\[\]{{}},&*!|>%@`:][^\r\n:]*?)"
    rf"(?P<colon>[ \t]*:(?:[ \t]+|(?=[\r\n]|\Z)))(?P<value>{_QUOTED}|[^\r\n]*?)"
    r"(?P<end>(?:(?:^|[ \t]+)#[^\r\n]*)?[ \t]*(?:\r\n?|\n|\Z))"
)
_PLAIN: Final = re.compile(r"[^\W\d](?:[\w .'/+-]*[\w.'/+-])?")
_NO_TEXT: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


class _Entry(NamedTuple):
    line: int  # its number, from 0
    key: str
    value: str  # as written
    match: re.Match[str]


def scalar(front: str, key: str) -> str | None:
    r"""Return the value on the line of a key, if there is one.

    Examples
    --------
    >>> scalar("---\nlook: Daisy\nvoice: 'en-us'\n---\n", "voice")
    'en-us'

    Raises
    ------
    ScriptError
        If the value is not a string.
    """
    entries = _entries(front, nested=False)
    found = next((each for each in entries if each.key == key and each.value), None)
    return _read(found) if found else None


def mapping(front: str, key: str) -> dict[str, str]:
    """Return the entries that are indented below a key.

    Raises
    ------
    ScriptError
        If something else stands there.
    """
    return {each.key: _read(each) for each in _below(front, key)}


def with_scalar(front: str, key: str, value: str | None, newline: str) -> str:
    """Return the front matter with another value for a key; without it if that is None."""
    return _changed(front, _entries(front, nested=False), key, value, newline=newline)


def with_entry(front: str, key: str, name: str, value: str | None, newline: str) -> str:
    """Return the front matter with another value for `name` below a key; None removes it."""
    front = front if key in _keys(front) else _with_line(front, f"{key}:", newline)
    below = _below(front, key)
    indent = below[-1].match["indent"] if below else "  "
    after = below[-1].line if below else _keys(front)[key]
    changed = _changed(front, below, name, value, newline=newline, indent=indent, after=after)
    if below and not _below(changed, key):
        lines = _LINE.findall(changed)
        del lines[_keys(changed)[key]]
        return "".join(lines)
    return changed


def _keys(front: str) -> dict[str, int]:
    return {each.key: each.line for each in _entries(front, nested=False)}


def _entries(front: str, *, nested: bool) -> list[_Entry]:
    lines = _LINE.findall(front)
    found = []
    for number, line in enumerate(lines[1:-1], 1):
        match = _ENTRY.fullmatch(line)
        if match and bool(match["indent"]) is nested:
            found.append(_Entry(number, _unquoted(match["key"]), match["value"], match))
    return found


def _below(front: str, key: str) -> list[_Entry]:
    lines = _LINE.findall(front)
    begin = _keys(front).get(key)
    if begin is None:
        return []
    head = next(each for each in _entries(front, nested=False) if each.line == begin)
    if head.value:
        raise _unreadable(begin, f"{key}: one entry per line goes below it, indented")
    entries = {each.line: each for each in _entries(front, nested=True)}
    found = []
    for number, line in enumerate(lines[begin + 1 : -1], begin + 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not line[0].isspace():
            break
        if number not in entries or not entries[number].value:
            raise _unreadable(number, "an entry is written as, say, LiDAR: LIE-dar")
        found.append(entries[number])
    return found


def _changed(
    front: str,
    entries: list[_Entry],
    key: str,
    value: str | None,
    *,
    newline: str,
    indent: str = "",
    after: int | None = None,
) -> str:
    known = next((each for each in entries if each.key == key), None)
    lines = _LINE.findall(front)
    if known is not None:
        match = known.match
        colon = match["colon"] if match["colon"].endswith((" ", "\t")) else match["colon"] + " "
        head, end = match["indent"] + match["key"] + colon, match["end"]
        lines[known.line] = "" if value is None else head + _quoted(value) + end
        return "".join(lines)
    if value is None:
        return front
    line = f"{indent}{_quoted(key)}: {_quoted(value)}"
    if after is None:
        return _with_line(front, line, newline)
    lines.insert(after + 1, line + newline)
    return "".join(lines)


def _with_line(front: str, line: str, newline: str) -> str:
    """Return front matter with one more line at its end."""
    if not front.strip("\ufeff"):
        return f"{front}---{newline}{line}{newline}---{newline}{newline}"
    lines = _LINE.findall(front)
    return "".join([*lines[:-1], line + newline, lines[-1]])


def _read(entry: _Entry) -> str:
    value = entry.value
    if value[0] in "[{&*!|>%@`":
        raise _unreadable(entry.line, f"{entry.key} must be a text; put quotes around it")
    return _unquoted(value)


def _unquoted(value: str) -> str:
    if value[:1] == value[-1:] == '"' and len(value) > 1:
        try:
            return str(json.loads(value))
        except ValueError:
            return value[1:-1]
    if value[:1] == value[-1:] == "'" and len(value) > 1:
        return value[1:-1].replace("''", "'")
    return value


def _quoted(value: str) -> str:
    if _PLAIN.fullmatch(value) and value.lower() not in _NO_TEXT:
        return value
    return json.dumps(value, ensure_ascii=False)


def _unreadable(line: int, problem: str) -> ScriptError:
    return ScriptError(f"Cannot read line {line + 1} of the front matter: {problem}.")
