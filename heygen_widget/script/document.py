"""A script's Markdown, and how it is edited: the only state a script has.

Segments are read from it, and an edit changes the piece of it that it is about. Knows no files.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from heygen_widget.script import front_matter
from heygen_widget.script.errors import ScriptError
from heygen_widget.script.sections import (
    Section,
    apart,
    heading,
    newline_of,
    split,
    with_text,
)
from heygen_widget.script.segment import Segment

Source: TypeAlias = str | Mapping[str, str] | Iterable[str]
"""Markdown; texts by their names; or texts without names."""

Key: TypeAlias = str | int
"""The name of a segment, or its number from 0."""

NAMES_SHOWN: Final = 20
"""Names of segments in a line of text."""


class Document:
    """Named segments in order, kept as the Markdown that their author typed; see `Script`."""

    def __init__(self, source: Source = "") -> None:
        if isinstance(source, str):
            self._set(source)
            return
        texts = source if isinstance(source, Mapping) else _numbered(source)
        self._set("")
        made = [self._new(name, text, 1, "\n") for name, text in texts.items()]
        self._replace([*map(_apart, made[:-1]), *made[-1:]])

    @property
    def markdown(self) -> str:
        """The script as Markdown."""
        return self._front + self._lead + "".join(each.source for each in self._sections)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the segments. One that is there already gets a number."""
        return tuple(self._segments)

    @property
    def look(self) -> str | None:
        """The avatar id in the front matter."""
        return front_matter.scalar(self._front, "look")

    @look.setter
    def look(self, avatar_id: str | None) -> None:
        self._set_scalar("look", avatar_id)

    @property
    def voice(self) -> str | None:
        """The voice id in the front matter."""
        return front_matter.scalar(self._front, "voice")

    @voice.setter
    def voice(self, voice_id: str | None) -> None:
        self._set_scalar("voice", voice_id)

    @property
    def words(self) -> int:
        """How many words are said."""
        return sum(each.words for each in self)

    def __len__(self) -> int:
        return len(self._sections)

    def __iter__(self) -> Iterator[Segment]:
        return iter([*self._segments.values()])

    def __contains__(self, name: object) -> bool:
        return name in self._segments

    def __getitem__(self, key: Key) -> Segment:
        return [*self._segments.values()][self._at(key)]

    def __setitem__(self, key: Key, text: str) -> None:
        """Give a segment another text; a new name adds a segment at the end."""
        if isinstance(key, str) and key not in self:
            self.insert(len(self), key, text)
            return
        at = self._at(key)
        old, newline = self._sections[at], newline_of(self.markdown)
        changed = old._replace(body=with_text(old.body, _lines(text, newline), newline))
        if not self[at].text and at + 1 < len(self):
            changed = _apart(changed, newline)
        if not {*self[at].notes} <= {*Segment.of("", changed).notes}:
            raise ScriptError("The text leaves a comment open, in which notes would be lost.")
        self._replace([*self._sections[:at], changed, *self._sections[at + 1 :]])

    def __delitem__(self, key: Key) -> None:
        at = self._at(key)
        self._rearrange([n for n in range(len(self)) if n != at])

    def insert(self, index: int, name: str, text: str) -> None:
        """Insert a segment before number `index`.

        Raises
        ------
        ScriptError
            If there is one of that name, or the name or the text cannot be written in Markdown.
        """
        if name in self:
            raise ScriptError(f"There is a segment {name!r} already.")
        index = range(len(self) + 1)[index] if index < 0 else min(index, len(self))
        near = self._sections[max(index - 1, 0)].level if self._sections else 1
        new = self._new(name, text, near, newline_of(self.markdown))
        self._rearrange([*range(index), new, *range(index, len(self))])

    def move(self, key: Key, index: int) -> None:
        """Move a segment, so that it becomes number `index`."""
        at = self._at(key)
        order = [n for n in range(len(self)) if n != at]
        order.insert(range(len(self))[index], at)
        self._rearrange([*order])

    def reorder(self, names: Iterable[Key]) -> None:
        """Put all segments in the order of `names`.

        Raises
        ------
        ScriptError
            If one is missing or named twice.
        """
        order = [self._at(each) for each in names]
        if sorted(order) != [*range(len(self))]:
            raise ScriptError("reorder() needs every segment once. Use del to remove one.")
        self._rearrange([*order])

    def rename(self, key: Key, name: str) -> None:
        """Give a segment another name."""
        at = self._at(key)
        old = self._sections[at]
        if name in self and self.names[at] != name:
            raise ScriptError(f"There is a segment {name!r} already.")
        newline = newline_of(self.markdown)
        body = old.body if old.heading else newline + old.body.lstrip("\r\n")
        renamed = Section(name, _heading(name, old.level, newline), body, max(old.level, 1))
        self._replace([*self._sections[:at], renamed, *self._sections[at + 1 :]])

    def _set(self, source: str) -> None:
        self._front, self._lead, self._sections = split(source)
        named = zip(_names(self._sections), self._sections, strict=True)
        self._segments = {name: Segment.of(name, section) for name, section in named}

    def _set_scalar(self, key: str, value: str | None) -> None:
        front = front_matter.with_scalar(self._front, key, value, newline_of(self.markdown))
        self._set_front(front)

    def _set_entry(self, form: str, said: str | None) -> None:
        newline = newline_of(self.markdown)
        self._set_front(front_matter.with_entry(self._front, "lexicon", form, said, newline))

    def _set_front(self, front: str) -> None:
        if self._front.strip("\ufeff"):
            self._front = front
        else:  # the blank line after the first entry is not part of it
            self._set(front + self._lead + "".join(each.source for each in self._sections))

    def _at(self, key: Key) -> int:
        if isinstance(key, int):
            return range(len(self))[key]
        if key not in self:
            shown = ", ".join(map(repr, self.names[:NAMES_SHOWN])) or "none"
            raise KeyError(f"There is no segment {key!r}. Segments: {shown}.")
        return self.names.index(key)

    def _new(self, name: str, text: str, level: int, newline: str) -> Section:
        line = _heading(name, level, newline)
        return Section(name, line, newline + _lines(text, newline) + newline, max(level, 1))

    def _rearrange(self, order: "Iterable[int | Section]") -> None:
        """Keep the segments in `order`, where new ones may stand, and part them by blank lines."""
        newline = newline_of(self.markdown)
        made: list[Section] = []
        before: int | None = None
        for place in order:
            section = self._sections[place] if isinstance(place, int) else place
            if section.title is None and made:  # only the first one may have no heading
                line = _heading(self.names[0], 1, newline)
                section = Section(self.names[0], line, newline + section.body, 1)
            if made and (before is None or place != before + 1):
                made[-1] = _apart(made[-1], newline)
            made.append(section)
            before = place if isinstance(place, int) else None
        if made and before != len(self) - 1:
            made[-1] = made[-1]._replace(body=made[-1].body.rstrip("\r\n") + newline)
        self._replace(made)

    def _replace(self, sections: Sequence[Section]) -> None:
        """Take other sections, unless they would not be read again as they are."""
        source = self._front + self._lead + "".join(each.source for each in sections)
        front, lead, read = split(source)
        expected = [(each.heading, each.body) for each in sections]
        if (front, lead) != (self._front, self._lead) or expected != [
            (each.heading, each.body) for each in read
        ]:
            raise ScriptError(
                "The text would change where segments begin: it has a heading, or leaves code or "
                "a comment open. Insert a segment instead, or close it."
            )
        self._set(source)


def _names(sections: Iterable[Section]) -> list[str]:
    """Return a name for each section that no other has."""
    every = [*sections]
    taken = {each.title for each in every}
    names: list[str] = []
    for number, each in enumerate(every, 1):
        title = each.title or str(number)
        name, repeated = title, 1
        while name in names or (name != each.title and name in taken):
            repeated += 1
            name = f"{title} ({repeated})"
        names.append(name)
    return names


def _numbered(texts: Iterable[str]) -> dict[str, str]:
    return {str(number): text for number, text in enumerate(texts, 1)}


def _heading(name: str, level: int, newline: str) -> str:
    line = heading(name, level, newline)
    if line is None:
        raise ScriptError(f"{name!r} cannot be the name of a segment: a name is one line of text.")
    return line


def _lines(text: str, newline: str) -> str:
    """Return a text with the line ends of the script."""
    return re.sub(r"\r\n?|\n", newline, text.strip())


def _apart(section: Section, newline: str = "\n") -> Section:
    """Return a section that ends with a blank line, so that another may follow."""
    return section._replace(
        body=apart(section.heading + section.body, newline)[len(section.heading) :]
    )
