"""Makes untrusted text safe to show: in a terminal, a table, a page or a log.

What a server says may hold escape sequences that control a terminal, characters that reverse the
direction of what follows, or a megabyte. Knows no server and no key.
"""

import re
from typing import Final

LONGEST: Final = 500
"""Characters of untrusted text that are worth showing."""

HIDDEN: Final = (
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f"
)
"""A regular expression set of invisible characters: direction marks and overrides, tags, breaks.

The joiners U+200C and U+200D are left, which Persian, Hindi and emoji are written with.
"""

_HIDDEN: Final = re.compile(f"[{HIDDEN}]+")
_ESCAPE: Final = re.compile("[\x00-\x1f\x7f-\x84\x86-\x9f]")
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_HALF: Final = re.compile("[\ud800-\udfff]")


def plain(text: str) -> str:
    """Return text without hidden characters; control characters and line breaks become blanks."""
    return _HALF.sub("\ufffd", _CONTROL.sub(" ", _HIDDEN.sub("", text)))


def uncontrolled(text: str) -> str:
    """Return text with terminal control characters replaced by blanks."""
    return _ESCAPE.sub(" ", text)


def one_line(text: str, longest: int = LONGEST) -> str:
    """Return text as one plain line of at most `longest` characters, and an ellipsis."""
    # Cut first, generously, so that no more is worked on than is shown.
    line = " ".join(plain(text[: 4 * longest]).split())
    return line if len(line) <= longest else f"{line[:longest]}…"
