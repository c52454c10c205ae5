"""The lexicon of a script: what a voice is told instead of a name or a term.

Knows no voice: `session` applies it to what is sent.
"""

import os
import warnings
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Final, Self
from xml.etree import ElementTree as ET

from heygen_widget.reports.table import as_html
from heygen_widget.script.errors import ScriptError
from heygen_widget.session.text import Pronunciation, check_entry

LARGEST_FILE: Final = 10_000_000
"""Bytes of a lexicon file."""


class Lexicon(MutableMapping[str, str]):
    """What is said, by what is written.

    A form with a capital is found as it is written; one without, also at the beginning of a
    sentence and in capitals. Forms are whole words, with ``s``, ``'s`` or ``s'`` after them too.

    Parameters
    ----------
    entries
        To begin with.
    on_change
        Called with a form and what is said for it, None if nothing any more, before that holds.

    Raises
    ------
    ScriptError
        If an entry is blank or too long.

    Examples
    --------
    >>> lexicon = Lexicon({"LiDAR": "LIE-dar"})
    >>> lexicon.say("Two LiDARs.")
    'Two LIE-dars.'
    """

    def __init__(
        self,
        entries: Mapping[str, str] | None = None,
        *,
        on_change: Callable[[str, str | None], None] = lambda *_: None,
    ) -> None:
        self._entries: dict[str, str] = {}
        self._on_change = on_change
        for form, said in (entries or {}).items():
            _check(form, said)
            self._entries[form] = said

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Self:
        """Read the aliases of a lexicon in W3C's PLS format, 1.0.

        An entry that has only phonemes cannot be told to a service; a warning names it.

        Raises
        ------
        ScriptError
            If the file is no such lexicon.

        Examples
        --------
        >>> script.lexicon.update(Lexicon.read("names.pls"))  # doctest: +SKIP
        """
        file = Path(path).expanduser()
        if file.stat().st_size > LARGEST_FILE:
            raise ScriptError(f"{file.name} is larger than {LARGEST_FILE // 1_000_000} MB.")
        try:
            root = ET.fromstring(file.read_bytes())  # noqa: S314 (expat limits what entities become)
        except ET.ParseError as error:
            raise ScriptError(f"{file.name} is not XML: {error}.") from error
        if _name(root) != "lexicon":
            raise ScriptError(f"{file.name} is not a PLS file: it has no <lexicon>.")
        entries: dict[str, str] = {}
        skipped = []
        for lexeme in (each for each in root if _name(each) == "lexeme"):
            forms, said = _texts(lexeme, "grapheme"), _texts(lexeme, "alias")
            if said:
                entries.update((form, said[0]) for form in forms if form not in entries)
            else:
                skipped += forms
        if skipped:
            warnings.warn(
                f"{file.name} has only phonemes, which services do not take, for: "
                f"{', '.join(skipped)}. Add an <alias>.",
                stacklevel=2,
            )
        return cls(entries)

    def say(self, text: str) -> str:
        """Return what a voice is told for a text."""
        return Pronunciation(self).said(text)

    def __getitem__(self, form: str) -> str:
        return self._entries[form]

    def __setitem__(self, form: str, said: str) -> None:
        _check(form, said)
        self._on_change(form, said)
        self._entries[form] = said

    def __delitem__(self, form: str) -> None:
        if form not in self._entries:
            raise KeyError(form)
        self._on_change(form, None)
        del self._entries[form]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        return f"Lexicon({self._entries!r})"

    def _repr_html_(self) -> str:
        return as_html(("written", "said"), self._entries.items())


def _check(form: str, said: str) -> None:
    if not isinstance(form, str) or not isinstance(said, str):
        raise TypeError("A lexicon has texts, by texts: lexicon['LiDAR'] = 'LIE-dar'.")
    if "\n" in form + said or "\r" in form + said:
        raise ScriptError(f"An entry is one line: {form!r}.")
    try:
        check_entry(form, said)
    except ValueError as error:
        raise ScriptError(str(error)) from error


def _name(element: ET.Element) -> str:
    """Return an element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def _texts(lexeme: ET.Element, name: str) -> list[str]:
    texts = (" ".join("".join(each.itertext()).split()) for each in lexeme if _name(each) == name)
    return [text for text in texts if text]
