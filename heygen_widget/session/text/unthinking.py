"""Leaves out of a model's text what is not for listeners: its thoughts, and its own markers.

However a text is cut into pieces, the same is left out. When in doubt, it is text.
"""

import re
from typing import Final

from heygen_widget.session.text.markers import (
    LONGEST,
    MARKER,
    MESSAGE_END,
    Opened,
    begun,
    is_for_others,
    opened_by,
)

ASIDE: Final = 4_000
"""Characters that a thought in the middle of a line may have; without its end, it is text."""

_LONGEST_LINE: Final = 2_000
_ANSWER: Final = frozenset({"<answer>", "</answer>"})
_FENCE: Final = re.compile(r"[ \t>]*(?P<fence>`{3,}|~{3,})(?P<info>[^`\n]*)\Z")
_MARKERS: Final = re.compile(rf"(?:\s|{MARKER.pattern})*+")
_TICKS: Final = re.compile("`+")


class Unthinking:
    """A model's text in; what it says to listeners out."""

    def __init__(self) -> None:
        self._held = ""
        self._end: re.Pattern[str] | None = None  # of what is left out now
        self._header: str | None = None
        self._line = ""  # of what was said
        self._fence = ""  # what has opened the open code
        self._has_thought = False

    def feed(self, piece: str, *, final: bool = False) -> str:
        """Add a piece; return what is sure to be said. With `final`, all that is left."""
        self._held += piece
        said: list[str] = []
        while self._step(said, final=final):
            pass
        return "".join(said)

    def _step(self, said: list[str], *, final: bool) -> bool:
        if self._end is not None:
            return self._skip(self._end, final=final)
        marker = MARKER.search(self._held)
        if marker is None:
            rest = 0 if final else begun(self._held)
            self._say(said, len(self._held) - rest)
            return False
        if marker.start():
            self._say(said, marker.start())
            return True
        return self._read(said, marker, final=final)

    def _read(self, said: list[str], marker: re.Match[str], *, final: bool) -> bool:
        """Read the marker that comes next; return whether that is possible yet."""
        length = marker.end()
        in_code = self._is_in_code(length, final=final)
        if in_code is None:
            return False
        opened = opened_by(marker)
        if in_code or (marker[0] in _ANSWER and not self._has_thought):
            self._say(said, length)
        elif opened and not opened.is_certain and self._line.strip():
            return self._skip_aside(said, length, opened, final=final)
        else:
            self._held = self._held[length:]
            if opened:
                self._end = opened.end
                self._header = "" if opened.is_header else None
                self._has_thought = True
        return True

    def _say(self, said: list[str], length: int) -> None:
        text, self._held = self._held[:length], self._held[length:]
        if not text:
            return
        said.append(text)
        *lines, self._line = (self._line + text).split("\n")
        self._line = self._line[-_LONGEST_LINE:]
        for fence in filter(None, map(_FENCE.match, lines)):
            if not self._fence:
                self._fence = fence["fence"]
            elif fence["fence"].startswith(self._fence) and not fence["info"].strip():
                self._fence = ""

    def _is_in_code(self, length: int, *, final: bool) -> bool | None:
        """Tell whether the next `length` characters are code; None if later text decides."""
        if self._fence:
            # A model ends its text with a marker, even where it has not closed its code.
            markers = _MARKERS.match(self._held, length)
            rest = self._held[markers.end() if markers else length :][: LONGEST + 1]
            if not final and len(rest) == begun(rest):
                return None
            return bool(rest)
        opened = ""
        for run in _TICKS.findall(self._line):
            opened = run if not opened else ("" if run == opened else opened)
        if not opened:
            return False
        after = self._held[length : length + ASIDE]
        line, newline, _ = after.partition("\n")
        closing = re.search(f"(?<!`){opened}(?!`)", line)
        if closing and (final or newline or closing.end() < len(line)):
            return True
        return False if final or newline or len(after) >= ASIDE else None

    def _skip(self, end: re.Pattern[str], *, final: bool) -> bool:
        found = end.search(self._held)
        if found and found.end() == len(self._held) and not final and "(?!" in end.pattern:
            return False  # what follows may decide
        cut = found.start() if found else max(0, len(self._held) - LONGEST)
        if final and found is None:
            cut = len(self._held)
        if self._header is not None:
            self._header += self._held[:cut]
        self._held = self._held[found.end() if found else cut :]
        if found is None:
            return False
        hidden = self._header is not None and is_for_others(self._header)
        self._end, self._header = (MESSAGE_END if hidden else None), None
        return True

    def _skip_aside(self, said: list[str], length: int, opened: Opened, *, final: bool) -> bool:
        end = opened.end.search(self._held, length, ASIDE)
        if end and (final or end.end() < len(self._held)):
            self._held = self._held[end.end() :]
        elif final or len(self._held) >= ASIDE:
            self._say(said, length)
        else:
            return False
        return True
