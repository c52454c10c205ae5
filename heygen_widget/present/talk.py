"""A talk as one HTML page: the film, what was said, and what was presented, with its cues.

It plays without a network and from a file. Whatever users and services wrote is text or data in it.
"""

import base64
import html
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from typing import Final

from heygen_widget.api.plain import one_line
from heygen_widget.frontend.bundles import STATIC
from heygen_widget.frontend.cues import CuesMessage
from heygen_widget.frontend.protocol import SpeechMessage, Word, WordsMessage, to_browser
from heygen_widget.present.document import document, frame_script, inline, script_hash
from heygen_widget.present.figure import Figure

LIBRARY: Final = "/*library*/"
"""Stands for the scripts of a plotting package, which are in the page once."""

LONGEST_TITLE: Final = 60
"""Characters of a chapter's title."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """All that a page needs.

    Attributes
    ----------
    film
        An MP4.
    poster
        A JPEG.
    captions
        WebVTT, on the clock of the film.
    seconds
        Length.
    shift
        Seconds to add to a time of the stream for the time of the film.
    words, speeches, cues
        As pages are told of them.
    figures
        What was presented.
    title
        What it is called; by default, what it begins with.
    """

    film: bytes = field(repr=False)
    poster: bytes = field(repr=False)
    captions: str = field(repr=False)
    seconds: float
    shift: float
    words: WordsMessage
    speeches: Sequence[SpeechMessage]
    cues: Sequence[CuesMessage] = ()
    figures: Sequence[Figure] = ()
    title: str = ""

    @property
    def page(self) -> str:
        """The whole page."""
        chapters = list(self._chapters())
        first = chapters[0].title if chapters else ""
        title = html.escape(one_line(self.title or first or "Talk", LONGEST_TITLE))
        poster = base64.b64encode(self.poster).decode()
        film = base64.b64encode(self.film).decode()
        captions = base64.b64encode(self.captions.encode()).decode()
        data = self._data()
        size = (len(film) + len(data) + len(_script())) / 1e6
        length = f"{int(self.seconds // 60)} min {int(self.seconds % 60)} s"
        listed = "".join(
            f'<li><button data-start="{each.start:.3f}"><span>{_clock(each.start)}</span> '
            f"{html.escape(each.title)}</button></li>"
            for each in chapters
        )
        return (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            f'<meta http-equiv="Content-Security-Policy" content="{self._policy()}">'
            '<meta name="viewport" content="width=device-width">'
            f"<title>{title}</title><style>{_style()}</style></head><body>"
            f'<main><h1>{title}</h1><div id="stage">'
            f'<video id="video" controls playsinline aria-label="{title}"'
            f' poster="data:image/jpeg;base64,{poster}">'
            f'<track kind="captions" label="Captions" srclang="en" default'
            f' src="data:text/vtt;base64,{captions}"></video>'
            '<div id="figures" hidden></div></div><div id="below">'
            f'<nav aria-label="Chapters"><h2>Chapters</h2><ol>{listed}</ol></nav>'
            f'<section aria-label="Transcript"><h2>Transcript</h2>'
            f'<div id="transcript">{"".join(map(_section, chapters))}</div></section></div></main>'
            f"<footer><p>{length}, {size:.1f} MB. Made with heygen-widget.</p></footer>"
            f'<script type="application/json" id="talk">{data}</script>'
            f'<script type="application/octet-stream" id="film">{film}</script>'
            f"<script>{_script()}</script></body></html>"
        )

    def _chapters(self) -> "Iterator[_Chapter]":
        """Yield one for each text of which anything was heard."""
        figures = {figure.id: figure.title for figure in self.figures}
        shown = {cues.speech: figures.get(cues.figure or 0, "") for cues in self.cues}
        texts = {speech.id: speech.text for speech in self.speeches}
        for speech, group in groupby(self.words.words, key=_speech_of):
            words = [word for word in group if word.start + self.shift >= 0]
            if words:
                text = "".join(word.text for word in words).strip()
                title = shown.get(speech) or texts.get(speech, text) or text
                start = words[0].start + self.shift
                yield _Chapter(one_line(title, LONGEST_TITLE), start, words, self.shift)

    def _data(self) -> str:
        libraries = list(dict.fromkeys(each.library for each in self.figures if each.library))
        data = {
            "shift": self.shift,
            "words": to_browser(self.words),
            "speeches": [to_browser(speech) for speech in self.speeches],
            "cues": [to_browser(cues) for cues in self.cues],
            "figures": [
                {
                    "id": figure.id,
                    "title": figure.title,
                    "document": document(figure, LIBRARY if figure.library else ""),
                    "library": libraries.index(figure.library) if figure.library else None,
                }
                for figure in self.figures
            ],
            "libraries": [*map(inline, libraries)],
        }
        return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")

    def _policy(self) -> str:
        """Return what may run: frames inherit it, and figures that bring scripts have theirs."""
        lively = any(figure.runs_scripts for figure in self.figures)
        strict = f"{script_hash(_script())} {script_hash(frame_script())}"
        scripts = "'unsafe-inline' 'unsafe-eval'" if lively else strict
        return (
            f"default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; "
            "img-src data: blob:; font-src data:; media-src data: blob:; form-action 'none'"
        )


@dataclass(frozen=True, slots=True)
class _Chapter:
    title: str
    start: float
    words: list[Word]
    shift: float


def _section(chapter: _Chapter) -> str:
    lines = groupby(chapter.words, key=lambda word: word.caption)
    return f"<p>{''.join(_line(list(words), chapter.shift) for _, words in lines)}</p>"


def _line(words: Iterable[Word], shift: float) -> str:
    """Write a line of the transcript, whose words can be clicked and which the keyboard reaches."""
    known = list(words)
    spans = "".join(
        f'<span data-start="{word.start + shift:.3f}">{html.escape(word.text)}</span>'
        for word in known
    )
    return f'<button data-start="{known[0].start + shift:.3f}">{spans}</button>'


def _speech_of(word: Word) -> int:
    return word.place[0] if word.place else 0


def _clock(seconds: float) -> str:
    return f"{int(seconds // 60)}:{int(seconds % 60):02}"


@cache
def _style() -> str:
    return (STATIC / "talk.css").read_text(encoding="utf-8")


@cache
def _script() -> str:
    return inline((STATIC / "talk.js").read_text(encoding="utf-8"))
