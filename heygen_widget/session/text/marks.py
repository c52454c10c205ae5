"""Cue marks: `[[name]]` in a text, which is not spoken and stands for what happens there.

However the text is cut into pieces, the same marks are found, and the rest is spoken as if it had
none. To find the places of marks in what is spoken, the text is read a second time with a character
of a private area for each mark, and the letters before that are counted.
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
        self._due: list[tuple[int, int]] = []  # how many marks come before which letter
        self._counted = 0  # letters in the text with signs
        self._letters = 0  # letters in the written text
        self._length = 0  # characters of it
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

    def feed(self, piece: str, *, final: bool = False) -> tuple[str, str]:
        """Add a piece of the source; return what is sure: without marks, and with signs of them."""
        text = self._held + _STANDS_FOR_A_MARK.sub("", piece)
        begun = None if final else _BEGUN.search(text)
        text, self._held = (text[: begun.start()], begun[0]) if begun else (text, "")
        bare, signed, at = [], [], 0
        for mark in _MARK.finditer(text):
            if not self._knows(mark[1]):
                continue
            bare.append(text[at : mark.start()])
            signed.append(self._before_a_word(bare[-1]))
            self._waiting.append(chr(_FIRST + len(self._found)))
            self._found.append(mark[1])
            at = mark.end()
        bare.append(text[at:])
        signed.append(self._before_a_word(bare[-1]))
        return "".join(bare), "".join(signed)

    def place(self, text: str, signed: str, *, final: bool = False) -> None:
        """Note the places of marks in more of the written text, by more of the one with signs."""
        for character in signed:
            if _STANDS_FOR_A_MARK.match(character):
                self._due.append((ord(character) - _FIRST + 1, self._counted))
            self._counted += character.isalnum()
        for at, character in enumerate(text, self._length):
            if character.isalnum():
                while self._due and self._due[0][1] <= self._letters:
                    self._put(self._due.pop(0)[0], at)
                self._letters += 1
        self._length += len(text)
        if final:
            self._put(len(self._found), self._length)
            self._tell_unused()

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
