"""Cues beside the words that are heard: live, with a busy kernel, and in a saved file."""

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Frame

from benchmarks.rows import Row
from benchmarks.screens import WidgetScreen
from benchmarks.stage import Stage, avatar_server
from tests.browser.captions import NUMBERS, onsets
from tests.browser.lab import PROBE, Listener, Notebook, wait_for

LIMIT = 80  # milliseconds
WORDS: Final = NUMBERS.split()
TEXT: Final = " ".join(f"[[w{number}]]{word}" for number, word in enumerate(WORDS))
PREPARE: Final = f"""
from heygen_widget.present import highlight
class Drawing:
    def _repr_svg_(self):
        return "<svg viewBox='0 0 20 20'>" + "".join(
            f"<rect id='w{{n}}' width='10' height='10'/>" for n in range({len(WORDS)})) + "</svg>"
cues = {{f"w{{n}}": highlight(f"w{{n}}") for n in range({len(WORDS)})}}
"""
SPEAK: Final = f"avatar.present(Drawing(), {TEXT!r}, cues=cues)\n"
BLOCK: Final = "import os\nwhile not os.path.exists({!r}): pass\n"
NOTE: Final = """() => {
    globalThis.pointed = [];
    new MutationObserver(() => {
        const id = document.querySelector(".cue-highlight")?.id;
        if (id && id !== pointed.at(-1)?.id) pointed.push({ id, at: Date.now() / 1000 });
    }).observe(document.getElementById("root"), { attributeFilter: ["class"], subtree: true });
}"""


def measure(stage: Stage) -> Iterator[Row]:
    """Measure in JupyterLab, with a figure whose parts are highlighted."""
    with (
        tempfile.TemporaryDirectory() as folder,
        avatar_server() as server,
        stage.notebook() as notebook,
    ):
        screen = WidgetScreen(notebook, server)
        screen.start("Ready.")
        screen.listen()
        notebook.run(PREPARE)
        yield _row("live", _live(notebook, ""))
        enough = Path(folder) / "enough"
        yield _row("in a busy kernel", _live(notebook, BLOCK.format(str(enough)), enough))
        notebook.run("avatar.finish(); avatar.wait(timeout=60)")
        talk = Path(folder) / "talk.html"
        notebook.run(f"avatar.save({str(talk)!r})")
        for speed in (1.0, 1.5):
            yield _row(f"in a saved file, {speed} times as fast", _saved(notebook, talk, speed))


def _row(where: str, offsets: list[float]) -> Row:
    return Row(
        measure=f"cue and heard word {where}: offset, 95th percentile",
        values=[1000 * statistics.quantiles(map(abs, offsets), n=20)[-1]],
        unit="ms",
        limit=LIMIT,
        digits=0,
    )


def _live(notebook: Notebook, then: str, enough: Path | None = None) -> list[float]:
    notebook.wait_for_silence()
    begun: float = notebook.page.evaluate("Date.now() / 1000")
    cell = notebook.begin(SPEAK + then)
    figures = "document.querySelectorAll('.hw-figure-frame').length"
    known: int = notebook.page.evaluate(figures)
    notebook.page.wait_for_function(f"known => {figures} > known", arg=known)
    frame = notebook.page.locator(".hw-figure-frame").last.element_handle().content_frame()
    if frame is None:
        raise RuntimeError("The figure has no frame.")
    try:
        pointed = _pointed(frame)
        notebook.wait_for_silence(1.5)
    finally:
        if enough is not None:
            enough.touch()
    notebook.finished(cell)
    return _offsets(notebook, begun, pointed)


def _saved(notebook: Notebook, talk: Path, speed: float) -> list[float]:
    page = notebook.page.context.new_page()
    page.add_init_script(path=PROBE)
    page.goto(talk.as_uri())
    listener = Listener(page, "#video")
    listener.watch()
    frame = page.locator(".hw-figure-frame").last.element_handle().content_frame()
    if frame is None:
        raise RuntimeError("The figure has no frame.")
    start = page.locator("nav button").last.get_attribute("data-start")
    page.evaluate(
        "([start, speed]) => Object.assign(document.querySelector('#video'),"
        " { currentTime: start - 0.5, playbackRate: speed })",
        [float(start or 0), speed],
    )
    begun: float = page.evaluate("Date.now() / 1000")
    page.evaluate("document.querySelector('#video').play()")
    offsets = _offsets(listener, begun, _pointed(frame))
    page.close()
    return offsets


def _pointed(frame: Frame) -> list[float]:
    """Return when each part was pointed at, once the last one was."""
    frame.evaluate(NOTE)
    last = f"w{len(WORDS) - 1}"
    wait_for(
        lambda: frame.evaluate("last => pointed.at(-1)?.id === last", last),
        90,
        "the last cue did not come",
    )
    moments: list[float] = frame.evaluate("pointed.map(({ at }) => at)")
    return moments


def _offsets(listener: Listener, begun: float, pointed: list[float]) -> list[float]:
    """Compare with the sounds that were heard."""
    shown: Any = listener._shown_in  # noqa: SLF001 (our own)
    samples = shown.evaluate(f"document.querySelector('{listener.video}').probe.samples")
    heard = onsets([sample for sample in samples if sample["at"] >= begun])
    return [min((moment - sound for sound in heard), key=abs) for moment in pointed]
