"""A speech file in a notebook: plays the voice alone, and marks the words as they are heard.

Whatever users and services wrote is text in its page, which fetches nothing.
"""

import base64
import hashlib
import html
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from heygen_widget.api.account.speech_file import SpeechFile
from heygen_widget.api.prices import REALTIME
from heygen_widget.frontend.bundles import STATIC

_HEIGHT: Final = 310  # pixels; a longer text scrolls
_TAG: Final = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class PlayableSpeech(SpeechFile):
    """A speech file with its sound.

    Attributes
    ----------
    audio
        The sound, an MP3.
    made
        Unix time; soon after it, the speech plays when it is shown.
    """

    audio: bytes = field(default=b"", repr=False)
    made: float = field(default_factory=time.time, repr=False)

    @property
    def price(self) -> str:
        """What it costs, and what a session of the same length costs; estimates."""
        return (
            f"{self.duration:.1f} s, ≈ ${self.cost:.4f}; with an avatar's face "
            f"≈ ${self.duration * REALTIME:.2f}"
        )

    @property
    def page(self) -> str:
        """The page that plays it."""
        sound = base64.b64encode(self.audio).decode()
        digest = base64.b64encode(hashlib.sha256(_script().encode()).digest()).decode()
        policy = (
            f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; "
            "media-src data:"
        )
        return (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
            f"<title>Speech</title><style>{_style()}</style></head><body>"
            f'<audio controls data-made="{self.made:.0f}" aria-label="Speech"'
            f' src="data:audio/mpeg;base64,{sound}"></audio>'
            f'<div id="text" tabindex="0">{"".join(self._marked())}</div>'
            f"<footer>{html.escape(self.price)}</footer>"
            f"<script>{_script()}</script></body></html>"
        )

    def _marked(self) -> Iterator[str]:
        """Yield the text, each word with the time at which it is heard."""
        text = html.unescape(_TAG.sub(" ", self.text)) if self.ssml else self.text
        at = 0
        for word in self.words or ():
            found = text.find(word.word, at)
            if found < 0:
                continue
            yield html.escape(text[at:found])
            at = found + len(word.word)
            yield f'<span data-start="{word.start:.3f}">{html.escape(word.word)}</span>'
        yield html.escape(text[at:])

    def _repr_html_(self) -> str:
        # A frame of its own, which nothing in it can leave.
        label = f"Speech, {self.duration:.0f} s"
        return (
            f'<iframe title="{label}" sandbox="allow-scripts" allow="autoplay"'
            f' style="width:100%;height:{_HEIGHT}px;border:0"'
            f' srcdoc="{html.escape(self.page, quote=True)}"></iframe>'
        )


@cache
def _script() -> str:
    return (STATIC / "speech_page.js").read_text(encoding="utf-8").replace("</", "<\\/")


@cache
def _style() -> str:
    return (STATIC / "speech_page.css").read_text(encoding="utf-8")
