"""Leaves out of a model's text what is not for listeners: its thoughts, and its own markers.

However a text is cut into pieces, the same is left out. When in doubt, it is text.
"""

import re
from typing import Final

_THOUGHTS: Final = {
    **{f"<{n}>": f"</{n}>" for n in ("think", "thinking", "reasoning", "thought", "analysis")},
    "[THINK]": "[/THINK]",
}
_HEADERS: Final = {
    "<|im_start|>": "\n",
    "<start_of_turn>": "\n",
    "<|start_header_id|>": "<|end_header_id|>",
    "<|start|>": "<|message|>",
    "<|channel|>": "<|message|>",
}
_BARE: Final = (
    "[INST]", "[/INST]", "<s>", "</s>", "<<SYS>>", "<</SYS>>",
    "<end_of_turn>", "<bos>", "<eos>", "<pad>",
)  # fmt: skip
_KNOWN: Final = (*_THOUGHTS, *_THOUGHTS.values(), *_HEADERS, *_BARE)
_NAMED: Final = r"<[|\uff5c][A-Za-z][\w\u2581]{0,40}[|\uff5c]>"
_MARKER: Final = re.compile("|".join([*map(re.escape, _KNOWN), _NAMED]))
_NAMED_BEGUN: Final = re.compile(r"<([|\uff5c]([A-Za-z][\w\u2581]{0,40}[|\uff5c]?)?)?$")
_MESSAGE_END: Final = re.compile(r"<\|(?:end|return|call)\|>")
_LONGEST: Final = 48
ASIDE: Final = 4_000
"""Characters that a thought in the middle of a line may have; without its end, it is text."""


class Unthinking:
    """A model's text in; what it says to listeners out."""

    def __init__(self) -> None:
        self._held = ""
        self._end: re.Pattern[str] | None = None  # of what is left out now
        self._header: str | None = None
        self._line = ""  # of what was said

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
        marker = _MARKER.search(self._held)
        if marker is None:
            rest = 0 if final else _begun(self._held)
            self._say(said, len(self._held) - rest)
            return False
        self._say(said, marker.start())
        name = marker[0]
        if name in _THOUGHTS and self._line.endswith("`"):
            self._say(said, len(name))  # it is written about
        elif name in _THOUGHTS and self._line.strip():
            return self._skip_aside(said, name, final=final)
        else:
            self._held = self._held[len(name) :]
            self._open(name)
        return True

    def _say(self, said: list[str], length: int) -> None:
        text, self._held = self._held[:length], self._held[length:]
        if text:
            said.append(text)
            self._line = (self._line + text).rpartition("\n")[2][-_LONGEST:]

    def _open(self, name: str) -> None:
        closing = _THOUGHTS.get(name) or _HEADERS.get(name)
        if closing is not None:
            self._end = re.compile(re.escape(closing))
            self._header = "" if closing == "<|message|>" else None

    def _skip(self, end: re.Pattern[str], *, final: bool) -> bool:
        found = end.search(self._held)
        cut = found.start() if found else max(0, len(self._held) - _LONGEST)
        if final and found is None:
            cut = len(self._held)
        if self._header is not None:
            self._header += self._held[:cut]
        self._held = self._held[found.end() if found else cut :]
        if found is None:
            return False
        hidden = self._header is not None and _is_hidden(self._header)
        self._end, self._header = (_MESSAGE_END if hidden else None), None
        return True

    def _skip_aside(self, said: list[str], name: str, *, final: bool) -> bool:
        end = self._held.find(_THOUGHTS[name], 0, ASIDE)
        if end >= 0:
            self._held = self._held[end + len(_THOUGHTS[name]) :]
        elif final or len(self._held) >= ASIDE:
            self._say(said, len(name))
        else:
            return False
        return True


def _is_hidden(header: str) -> bool:
    """Tell whether the message behind a header is for others than the listener."""
    others = header.startswith(("user", "system", "developer", "tool"))
    return others or "analysis" in header or "to=" in header


def _begun(text: str) -> int:
    """Return how many of the last characters may be the beginning of a marker."""
    for at in range(max(0, len(text) - _LONGEST), len(text)):
        if text[at] in "<[":
            tail = text[at:]
            if _NAMED_BEGUN.match(tail) or any(known.startswith(tail) for known in _KNOWN):
                return len(tail)
    return 0
