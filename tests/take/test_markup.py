"""Caption files show text as it was written, whatever it looks like: read back by a real player."""

import re
from pathlib import Path
from typing import Any

import av
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heygen_widget.take.captions import Caption, subrip, webvtt

TIMING = re.compile(r"\d\d:\d\d:\d\d[.,]\d{3} --> \d\d:\d\d:\d\d[.,]\d{3}")
MARKUP = [
    "<b>bold</b>",
    "if x<y and z>w, press <Enter>.",
    "p<alpha and beta>0.5",
    "< i >slanted</ i >",
    "<font color=red>red",
    "<script>alert(1)</script>",
    "<<a>> List<String>",
    "a --> b, and 00:00:00,000 --> 00:00:09,000",
    "{\\an8}at the top",
    "{y:i}slanted",
    "\\frac{\\alpha}{b}",
    "&lt;b&gt; & &amp; &nbsp;",
    "<v Bob>Bob <00:01.000> <c.red>",
    "x < y, x <= y, 1 < 2",
]


def _displayed(path: Path) -> list[str]:
    """Return what FFmpeg shows of the captions in a file, one text for each."""
    texts = []
    decoded: Any  # PyAV 14 gives sets of subtitles, later versions the subtitles themselves
    with av.open(str(path)) as file:
        for packet in file.demux():
            for decoded in packet.decode():
                (line,) = decoded if hasattr(decoded, "rects") else [decoded]
                text = line.ass.decode().split(",", 8)[8]
                # Undo FFmpeg's own escapes, then the joiner that is there to be invisible.
                texts.append(text.replace("\\{{}", "{").replace("\\N", "\n").replace("\u2060", ""))
    return texts


def _check(text: str, folder: Path) -> None:
    shown = [Caption(0.0, 1.0, text), Caption(1.0, 2.0, "And after it.")]
    for suffix, write in ((".srt", subrip), (".vtt", webvtt)):
        path = folder / f"talk{suffix}"
        path.write_text(write(shown), encoding="utf-8")
        assert len(TIMING.findall(path.read_text())) == path.read_text().count("-->") == 2
        assert _displayed(path) == [text, "And after it."]


@pytest.mark.parametrize("text", MARKUP)
def test_what_looks_like_markup_is_shown_as_it_was_written(text: str, tmp_path: Path) -> None:
    _check(text, tmp_path)


_pieces = st.lists(
    st.sampled_from([*"<>/{}-&;:!ab 1", "-->", "<b>", "</i>", "{y:", "&lt;", "font", "\u2060"]),
    min_size=1,
    max_size=12,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_pieces)
def test_any_mixture_of_markup_is_shown_as_it_was_written(
    tmp_path: Path, pieces: list[str]
) -> None:
    text = " ".join("".join(pieces).replace("\u2060", "").split())
    if text:
        _check(text, tmp_path)


@pytest.mark.parametrize("write", [subrip, webvtt])
@given(text=st.text(max_size=40))
def test_no_text_ends_its_cue_or_controls_a_terminal(write: object, text: str) -> None:
    assert callable(write)
    file = write([Caption(0.0, 1.0, f"a{text}"), Caption(1.0, 2.0, "b")])
    assert len(TIMING.findall(file)) == file.count("-->") == 2
    assert file.count("\n\n") == (2 if write is webvtt else 1)
    assert not set(file) & {chr(code) for code in (*range(10), *range(11, 32), *range(127, 160))}
