"""What a take is written to: captions, a table, and the text with timecodes. Knows no folder."""

import csv
import html
import io
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from heygen_widget.api.models import WordEvent
from heygen_widget.script.record import TakenSegment, TakenWord
from heygen_widget.take.captions import Caption, captions, subrip, webvtt

_PAGE: Final = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{title}</title>
<style>body{{font:1rem/1.5 system-ui,sans-serif;max-width:45rem;margin:2rem auto;padding:0 1rem}}
td{{vertical-align:top;padding:.1rem .5rem}}
time{{color:#666;font-variant-numeric:tabular-nums}}</style>
</head><body><h1>{title}</h1>
{body}</body></html>
"""


def as_webvtt(_: str, segments: Sequence[TakenSegment]) -> str:
    """Return the captions as WebVTT."""
    return webvtt(_captions(_words(segments)))


def as_subrip(_: str, segments: Sequence[TakenSegment]) -> str:
    """Return the captions as SubRip."""
    return subrip(_captions(_words(segments)))


def as_csv(_: str, segments: Sequence[TakenSegment]) -> str:
    """Return the words with their segments and times, in seconds, as a table."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(("segment", "word", "start", "end"))
    table.writerows(
        (segment.name, word.text, word.start, word.end)
        for segment in segments
        for word in segment.words
    )
    return text.getvalue()


def as_html(name: str, segments: Sequence[TakenSegment]) -> str:
    """Return a page of the text, with a timecode for each caption."""
    body = "".join(map(_section, segments))
    return _PAGE.format(title=html.escape(name), body=body)


WRITERS: Final[dict[str, Callable[[str, Sequence[TakenSegment]], str]]] = {
    ".vtt": as_webvtt,
    ".srt": as_subrip,
    ".csv": as_csv,
    ".html": as_html,
}
"""What writes the segments of a take, whose name comes first, by the suffix of the file."""


def _words(segments: Iterable[TakenSegment]) -> list[TakenWord]:
    return [word for each in segments for word in each.words]


def _captions(words: Iterable[TakenWord]) -> list[Caption]:
    return captions(WordEvent(word=each.text, start=each.start, end=each.end) for each in words)


def _section(segment: TakenSegment) -> str:
    rows = "".join(
        f"<tr><td><time>{_timecode(each.start)}</time></td><td>{_line(each)}</td></tr>\n"
        for each in _captions(segment.words)
    )
    return f"<h2>{html.escape(segment.name)}</h2>\n<table>\n{rows}</table>\n"


def _line(caption: Caption) -> str:
    return html.escape(" ".join(caption.text.splitlines()))


def _timecode(seconds: float) -> str:
    minutes, rest = divmod(round(seconds, 1), 60)
    return f"{int(minutes):02}:{rest:04.1f}"
