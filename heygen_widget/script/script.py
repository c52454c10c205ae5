"""`Script`: named segments in order, kept as the Markdown that its author typed.

The Markdown is the only state: segments are read from it, and an edit changes the piece of it that
it is about. Knows no notebook, no avatar and no voice.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Self, TypeAlias

from heygen_widget.reports.table import as_html
from heygen_widget.script import front_matter
from heygen_widget.script.check import Problems, problems
from heygen_widget.script.diff import ScriptDiff, diff
from heygen_widget.script.errors import ScriptError
from heygen_widget.script.lexicon import Lexicon
from heygen_widget.script.sections import (
    Section,
    apart,
    heading,
    newline_of,
    split,
    with_text,
)
from heygen_widget.script.segment import Segment
from heygen_widget.session.text import Pronunciation
from heygen_widget.take import unfinished

Source: TypeAlias = str | Mapping[str, str] | Iterable[str]
"""Markdown; texts by their names; or texts without names."""

Key: TypeAlias = str | int
"""The name of a segment, or its number from 0."""

_NAMES_SHOWN: Final = 20


class Script:
    """A script for an avatar: named segments in order.

    In Markdown, headings name segments, paragraphs are spoken, HTML comments are notes, and the
    front matter holds look, voice and lexicon. ``(pause 0.5 s)`` and blank lines pause. An edit
    changes only what it is about: all else stays as its author typed it.

    Parameters
    ----------
    source
        Markdown, a mapping of names to texts, or texts, which are named by numbers.

    Raises
    ------
    ScriptError
        If a name or a text would not be read from the Markdown as it was given.

    Examples
    --------
    >>> script = Script({"hook": "What if your notebook could talk?"})
    >>> script.insert(1, "close", "Try it.")
    >>> script["hook"] = "Your notebook can talk."
    >>> script.names
    ('hook', 'close')
    """

    def __init__(self, source: Source = "") -> None:
        self._path: Path | None = None
        self._on_disk: bytes | None = None
        self._lexicon: Lexicon | None = None
        if isinstance(source, str):
            self._set(source)
            return
        texts = source if isinstance(source, Mapping) else _numbered(source)
        self._set("")
        made = [self._new(name, text, 1, "\n") for name, text in texts.items()]
        self._replace([*map(_apart, made[:-1]), *made[-1:]])

    @classmethod
    def parse(cls, markdown: str) -> Self:
        """Read a script from Markdown."""
        return cls(markdown)

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Self:
        """Read a script from a Markdown file, to which `write` writes it back.

        Examples
        --------
        >>> script = Script.read("talk.md")  # doctest: +SKIP
        """
        target = Path(path).expanduser()
        data = target.read_bytes()
        script = cls(data.decode("utf-8", "surrogateescape"))
        script._path, script._on_disk = target, data
        return script

    def write(self, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False) -> Path:
        """Write the script as Markdown: whole or not at all.

        Parameters
        ----------
        path
            Where to; by default, where it was read from or written to before.
        overwrite
            Replace a file that has other content than this script knows of.

        Raises
        ------
        ScriptError
            If no file is known, or somebody else has changed it.
        """
        target = self._path if path is None else Path(path).expanduser()
        if target is None:
            raise ScriptError("The script has no file yet: script.write('talk.md').")
        target = target.resolve()  # a link stays one
        known = self._on_disk if self._path and self._path.resolve() == target else None
        data = self.markdown.encode("utf-8", "surrogateescape")
        there = target.read_bytes() if target.exists() else known
        if not overwrite and there not in {known, data}:
            raise ScriptError(
                f"{target.name} has other content than this script was read from. Read it again, "
                "write to another file, or replace it: script.write(overwrite=True)."
            )
        if there != data or not target.exists():
            with unfinished(target) as file:
                file.write_bytes(data)
        self._path, self._on_disk = target, data
        return target

    @property
    def markdown(self) -> str:
        """The script as Markdown."""
        return self._front + self._lead + "".join(each.source for each in self._sections)

    @property
    def path(self) -> Path | None:
        """The file it was read from or written to."""
        return self._path

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
    def lexicon(self) -> Lexicon:
        r"""What a voice is told instead of a word, kept in the front matter.

        Transcript, captions, differences and films keep the written word.

        Raises
        ------
        ScriptError
            If the front matter has something else there.

        Examples
        --------
        >>> script = Script("A LiDAR.")
        >>> script.lexicon["LiDAR"] = "LIE-dar"
        >>> script.markdown
        '---\nlexicon:\n  LiDAR: LIE-dar\n---\n\nA LiDAR.'
        """
        if self._lexicon is None:
            entries = front_matter.mapping(self._front, "lexicon")
            self._lexicon = Lexicon(entries, on_change=self._set_entry)
        return self._lexicon

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

    def copy(self) -> Self:
        """Return a script with the same Markdown and no file."""
        return type(self)(self.markdown)

    def diff(self, other: "Script | Source") -> ScriptDiff:
        """Compare with another script: what becomes of this one's segments and words in it.

        Examples
        --------
        >>> Script({"hook": "It is good."}).diff({"hook": "It was good."})
        ~ hook: It [-is-][+was+] good.
        """
        new = other if isinstance(other, Script) else Script(other)
        return diff(((each.name, each.text) for each in self), ((e.name, e.text) for e in new))

    def check(self) -> Problems:
        """List what a voice may stumble over, unless the lexicon has it.

        Acronyms, numbers, addresses, foreign words, units, and sentences too long for one breath.

        Examples
        --------
        >>> Script("A LiDAR sees 200 m.").check()
        1  acronym  LiDAR  listen to it, or put it into the lexicon
        1  unit     200 m  write the unit as a word
        """
        return Problems(problems(self, Pronunciation(self.lexicon)))

    def __repr__(self) -> str:
        names = ", ".join(self.names[:_NAMES_SHOWN])
        segments = f"{len(self)} segment{'s' * (len(self) != 1)}"
        return f"<Script of {segments}, {self.words} words: {names}>"

    def _repr_html_(self) -> str:
        rows = [(each.name, each.text, str(each.words)) for each in self]
        return as_html(("segment", "text", "words"), rows, ("", "", str(self.words)))

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
            shown = ", ".join(map(repr, self.names[:_NAMES_SHOWN])) or "none"
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
