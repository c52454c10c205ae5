"""Escapes text for caption files, so that players show it literally.

Knows one cue's text, not cues.
"""

import re
import unicodedata
from typing import Final

_JOINER: Final = "\u2060"
"""Word joiner: invisible, does not allow a line break, and keeps text from forming a tag."""

# What players of SubRip take for markup: <b>, </font>, < i >, the arrow of a timing line, the
# overrides of SubStation ({\an8}) and of MicroDVD ({y:i}).
_SUBRIP_MARKUP: Final = re.compile(r"<(?=[^\s\d<=])|<(?=[^<>]*>)|--(?=>)|\{(?=\\|\w:)")


def vtt_text(text: str) -> str:
    """Return text for a WebVTT cue, which has escapes for markup."""
    return _visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def srt_text(text: str) -> str:
    """Return text for a cue of SubRip, which has no escapes.

    An invisible word joiner breaks up what players would take for a tag or for a timing line.
    """
    return _SUBRIP_MARKUP.sub(rf"\g<0>{_JOINER}", _visible(text))


def _visible(text: str) -> str:
    """Return text without control characters and without blank lines, which would end a cue."""
    lines = (
        "".join(character for character in line if unicodedata.category(character) != "Cc")
        for line in text.splitlines()
    )
    return "\n".join(line for line in lines if line.strip())
