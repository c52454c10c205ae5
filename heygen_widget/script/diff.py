"""What differs between two scripts: by segment, and within a segment by word. Knows no files."""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Final, Literal, NamedTuple, TypeAlias

from heygen_widget.api.transcript import is_unspaced

Kind: TypeAlias = Literal["same", "changed", "moved", "added", "removed"]

_WORD: Final = re.compile(r"\s+|\w+(?:['\u2019]\w+)*|[^\w\s]")
_TAGS: Final = {"added": "ins", "removed": "del"}
_SIGNS: Final = {"same": " ", "changed": "~", "moved": ">", "added": "+", "removed": "-"}


class Change(NamedTuple):
    """A run of text, and what became of it."""

    kind: Literal["same", "added", "removed"]
    text: str


@dataclass(frozen=True, slots=True)
class SegmentDiff:
    """What became of one segment.

    Attributes
    ----------
    name
        Of the segment.
    kind
        What became of it; one that moved may have other words as well.
    changes
        Its text, before and after.
    """

    name: str
    kind: Kind
    changes: tuple[Change, ...] = field(repr=False)

    @property
    def before(self) -> str:
        """The text before."""
        return "".join(each.text for each in self.changes if each.kind != "added")

    @property
    def after(self) -> str:
        """The text after."""
        return "".join(each.text for each in self.changes if each.kind != "removed")


@dataclass(frozen=True, slots=True)
class ScriptDiff:
    """What became of a script. Displays with the words that were added and removed."""

    segments: tuple[SegmentDiff, ...]

    def __bool__(self) -> bool:
        return any(each.kind != "same" for each in self.segments)

    def __iter__(self) -> Iterator[SegmentDiff]:
        return iter(self.segments)

    def __repr__(self) -> str:
        return "\n".join(f"{_SIGNS[each.kind]} {each.name}: {_marked(each)}" for each in self)

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><th scope="row">{html.escape(each.name)}</th><td>{each.kind}</td>'
            f'<td style="text-align:left;white-space:pre-wrap">{_html(each.changes)}</td></tr>'
            for each in self
        )
        return f"<table><tbody>{rows}</tbody></table>"


def diff(before: Iterable[tuple[str, str]], after: Iterable[tuple[str, str]]) -> ScriptDiff:
    """Compare two lists of names and texts."""
    old, new = dict(before), dict(after)
    stayed = _in_place([name for name in old if name in new], [name for name in new if name in old])
    found = []
    for name in _in_order([*old], [*new]):
        kind: Kind = "same" if old.get(name) == new.get(name) else "changed"
        if name not in new:
            kind = "removed"
        elif name not in old:
            kind = "added"
        elif name not in stayed:
            kind = "moved"
        changes = tuple(words(old.get(name, ""), new.get(name, "")))
        found.append(SegmentDiff(name, kind, changes))
    return ScriptDiff(tuple(found))


def words(before: str, after: str) -> Iterator[Change]:
    """Compare two texts word by word.

    Examples
    --------
    >>> [*words("It is good.", "It was good.")][1:3]
    [Change(kind='removed', text='is'), Change(kind='added', text='was')]
    """
    old, new = _split(before), _split(after)
    for kind, start, end, begin, stop in SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        if kind == "equal":
            yield Change("same", "".join(old[start:end]))
            continue
        if end > start:
            yield Change("removed", "".join(old[start:end]))
        if stop > begin:
            yield Change("added", "".join(new[begin:stop]))


def _split(text: str) -> list[str]:
    """Split a text into words, marks and white space; scripts without spaces into characters."""
    found: list[str] = []
    for match in _WORD.finditer(text):
        word = match[0]
        found += [*word] if any(map(is_unspaced, word)) else [word]
    return found


def _in_place(before: list[str], after: list[str]) -> set[str]:
    """Return the names that keep their order."""
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    return {name for block in blocks for name in before[block.a : block.a + block.size]}


def _in_order(before: list[str], after: list[str]) -> Iterator[str]:
    """Yield all names in the order of `after`, those that were removed where they were."""
    gone: dict[str | None, list[str]] = {}
    last: str | None = None
    for name in before:
        if name in after:
            last = name
        else:
            gone.setdefault(last, []).append(name)
    yield from gone.get(None, ())
    for name in after:
        yield name
        yield from gone.get(name, ())


def _marked(segment: SegmentDiff) -> str:
    signs = {"same": "{}", "added": "[+{}+]", "removed": "[-{}-]"}
    return "".join(signs[each.kind].format(each.text) for each in segment.changes)


def _html(changes: Iterable[Change]) -> str:
    parts = []
    for each in changes:
        text, tag = html.escape(each.text), _TAGS.get(each.kind)
        parts.append(f"<{tag}>{text}</{tag}>" if tag else text)
    return "".join(parts)
