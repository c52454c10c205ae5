"""Cue marks: `[[name]]` in a text, which is not spoken and stands for what happens there.

However the text is cut into pieces, the same marks are found. A mark travels through Markdown as
one character of a private area, so that its place is known in what is spoken.
"""

import re
from collections.abc import Callable, Collection, Iterator
from typing import Final, NamedTuple

LONGEST_NAME: Final = 64
"""Characters of a mark's name."""

_NAME: Final = rf"\w(?:[\w .:-]{{0,{LONGEST_NAME - 2}}}[\w.:-])?"
_MARK: Final = re.compile(rf"\[\[({_NAME})\]\]")
_BEGUN: Final = re.compile(rf"\[(?:\[(?:\w[\w .:-]{{0,{LONGEST_NAME - 1}}}\]?)?)?\Z")
_FIRST: Final = 0xF0000
_MOST: Final = 0xFFFD
"""Marks in one text; those areas of Unicode have no characters of their own."""
_STANDS_FOR_A_MARK: Final = re.compile(f"[{chr(_FIRST)}-{chr(_FIRST + _MOST)}]")


class Mark(NamedTuple):
    """A mark in a text: its name, and how many characters are written before it."""

    name: str
    at: int


class Marks:
    """Finds the marks of one text, written bit by bit.

    Parameters
    ----------
    names
        Those that are known; others are text.
    warn
        Called with a sentence on a name that is unknown, or on names that the text lacks.

    Attributes
    ----------
    placed
        The marks found so far, in their order.
    """

    def __init__(self, names: Collection[str], warn: Callable[[str], object]) -> None:
        self._names = names
        self._warn = warn
        self._held = ""
        self._waiting: list[str] = []  # what stands for marks that come before the next word
        self._found: list[str] = []
        self.placed: tuple[Mark, ...] = ()

    def check(self, text: str) -> str:
        """Check a whole text; return it without its marks.

        Raises
        ------
        ValueError
            If it has a mark whose name is unknown.
        """
        for name in names_in(text):
            if name not in self._names:
                raise ValueError(f"The text has a mark [[{name}]], {self._lacking()}")
        return _MARK.sub("", text)

    def feed(self, piece: str, *, final: bool = False) -> str:
        """Add a piece of the source; return what is sure, with a character for each mark."""
        text = self._held + _STANDS_FOR_A_MARK.sub("", piece)
        begun = None if final else _BEGUN.search(text)
        text, self._held = (text[: begun.start()], begun[0]) if begun else (text, "")
        read, at = [], 0
        for mark in _MARK.finditer(text):
            if not self._knows(mark[1]):
                continue
            read.append(self._before_a_word(text[at : mark.start()]))
            self._waiting.append(chr(_FIRST + len(self._found)))
            self._found.append(mark[1])
            at = mark.end()
        read.append(self._before_a_word(text[at:]))
        if final:
            read += self._waiting
        return "".join(read)

    def place(self, text: str, at: int, *, final: bool = False) -> str:
        """Take the marks out of written text that begins at `at`, and note their places."""
        written, read = [], 0
        for sign in _STANDS_FOR_A_MARK.finditer(text):
            written.append(text[read : sign.start()])
            at += sign.start() - read
            read = sign.end()
            self._put(ord(sign[0]) - _FIRST + 1, at)
        written.append(text[read:])
        if final:
            self._put(len(self._found), at + len(text) - read)
            self._tell_unused()
        return "".join(written)

    def _put(self, upto: int, at: int) -> None:
        """Place the marks before number `upto`; some may be in code, say, which is not spoken."""
        names = self._found[len(self.placed) : upto]
        self.placed += tuple(Mark(name, at) for name in names)

    def _before_a_word(self, text: str) -> str:
        """Put what waits before the first word of `text`: the signs of Markdown come before it."""
        if not self._waiting:
            return text
        word = next((at for at, character in enumerate(text) if character.isalnum()), None)
        if word is None:
            return text
        signs, self._waiting = "".join(self._waiting), []
        return text[:word] + signs + text[word:]

    def _knows(self, name: str) -> bool:
        if name not in self._names:
            self._warn(f"The text has a mark [[{name}]], which is spoken: {self._lacking()}")
        return name in self._names and len(self._found) < _MOST

    def _lacking(self) -> str:
        known = ", ".join(sorted(self._names)) or "none"
        return f"but cues= has no such name. Its names: {known}."

    def _tell_unused(self) -> None:
        if unused := [name for name in self._names if name not in self._found]:
            names = ", ".join(f"[[{name}]]" for name in unused)
            self._warn(f"The text has no mark {names}, so what cues= says of it never happens.")


def names_in(text: str) -> Iterator[str]:
    """Yield the names of all marks in a whole text."""
    return (mark[1] for mark in _MARK.finditer(text))


def is_name(name: object) -> bool:
    """Whether a mark can have this name."""
    return isinstance(name, str) and re.fullmatch(_NAME, name) is not None
