"""Rerunning cells, scrolling away, reloading pages, many avatars on a page, and captions."""

import re
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from playwright.sync_api import Page, WebSocket

from benchmarks.rows import Row, count
from benchmarks.screens import WidgetScreen
from benchmarks.stage import Stage, avatar_server
from benchmarks.viewers import LONG_TEXT
from tests.browser.captions import caption_delays
from tests.browser.lab import KERNEL_IS_IDLE, VIDEO

TIMES = 10
AVATARS = 20
FRAME = 0.04  # seconds from one frame of the stream to the next
SETTLING = 6.0  # seconds
LOOK: Final = f"""
const noting = setInterval(() => {{
  if (!document.querySelector(".heygen-widget")) return;
  window.rendered = Date.now() / 1000;
  clearInterval(noting);
}}, 5);
addEventListener("DOMContentLoaded", () => probe.look("{VIDEO}"));
"""
FAR: Final = 5000  # pixels
SCROLL: Final = """top => {
  document.querySelector(".jp-NotebookPanel .jp-WindowedPanel-outer").scrollTop = top;
}"""
LENGTHEN: Final = """() => {
  const { sharedModel } = jupyterapp.shell.currentWidget.content.model;
  const cells = Array.from({ length: 60 }, () => (
    { cell_type: "markdown", source: "A line\\n\\n".repeat(8) }
  ));
  sharedModel.insertCells(sharedModel.cells.length, cells);
}"""
SCRIPT: Final = re.compile(rb'"_esm": ?"((?:[^"\\]|\\.)*)"')
PLAYER: Final = re.compile(rb'"kind": ?"player"')


def measure(stage: Stage) -> Iterator[Row]:
    """Measure all of it in JupyterLab."""
    yield from running_again(stage)
    yield from scrolling(stage)
    yield reloading(stage)
    yield from many(stage)
    yield captions(stage)


def running_again(stage: Stage) -> Iterator[Row]:
    """Run the cell that shows the avatar while it speaks, and look for gaps between frames."""
    again: list[float] = []
    undisturbed: list[float] = []
    with avatar_server() as server, stage.notebook() as notebook:
        screen = WidgetScreen(notebook, server)
        screen.start(LONG_TEXT)
        cell = notebook.begin("avatar")
        notebook.finished(cell)
        screen.listen()
        screen.let_play(SETTLING)
        for _ in range(TIMES):
            for gaps, disturb in ((undisturbed, False), (again, True)):
                with _widest_gap(notebook.page, screen, gaps):
                    if disturb:
                        notebook.run_again(cell)
    yield Row(measure="display cell rerun: picture freezes for", values=again, limit=0.05)
    yield Row(measure="  in as much time without", values=undisturbed)


def scrolling(stage: Stage) -> Iterator[Row]:
    """Scroll the avatar away while it speaks, and back, and look for gaps between frames."""
    disturbed: list[float] = []
    undisturbed: list[float] = []
    with avatar_server() as server, stage.notebook() as notebook:
        screen = WidgetScreen(notebook, server)
        screen.start(LONG_TEXT)
        notebook.page.evaluate(LENGTHEN)
        notebook.page.evaluate(SCROLL, 0)
        screen.listen()
        screen.let_play(SETTLING)
        for _ in range(TIMES):
            for top, there in ((FAR, ".heygen-floating"), (0, ".heygen-widget")):
                for gaps, disturb in ((undisturbed, False), (disturbed, True)):
                    with _widest_gap(notebook.page, screen, gaps):
                        if disturb:
                            notebook.page.evaluate(SCROLL, top)
                            notebook.page.locator(f"{there} video").wait_for()
    yield Row(measure="picture starts or stops floating: freezes for", values=disturbed, limit=0.05)
    yield Row(measure="  in as much time without", values=undisturbed)


def reloading(stage: Stage) -> Row:
    """Reload the page while the avatar speaks."""
    seen = []
    with avatar_server() as server, stage.notebook() as notebook:
        screen = WidgetScreen(notebook, server)
        screen.start(LONG_TEXT)
        screen.listen()
        notebook.save()
        notebook.page.add_init_script(LOOK)
        for _ in range(TIMES):
            notebook.page.reload()
            frame = screen.first_frame(0)
            seen.append(frame - notebook.page.evaluate("window.rendered"))
    return Row(measure="page reloaded: widget drawn → picture moves", values=seen, limit=1.0)


def many(stage: Stage) -> Iterator[Row]:
    """Show many avatars on one page, and measure the size of their scripts."""
    frames: list[bytes] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda data: frames.append(_bytes(data)))

    with stage.notebook() as notebook:
        notebook.page.on("websocket", listen)
        notebook.page.reload()
        notebook.page.wait_for_function(KERNEL_IS_IDLE, timeout=60_000)
        notebook.run("from heygen_widget import Avatar\navatars = []")
        for _ in range(AVATARS):
            notebook.run("avatars.append(Avatar(local=True))\navatars[-1]")
        notebook.page.wait_for_function(
            f"document.querySelectorAll('.heygen-widget').length === {AVATARS}"
        )
    scripts = [len(script) for frame in frames for script in SCRIPT.findall(frame)]
    if len(scripts) < AVATARS:
        raise RuntimeError(f"Only {len(scripts)} of {AVATARS} scripts were seen.")
    yield Row(
        measure=f"{AVATARS} avatars on a page: script size for each",
        values=[sum(scripts) / AVATARS / 1000],
        unit="kB",
        limit=40,
        digits=1,
    )
    yield count(
        "  times hls.js was sent", sum(bool(PLAYER.search(frame)) for frame in frames), limit=1
    )


def captions(stage: Stage) -> Row:
    """Compare sound and captions."""
    delays: list[float] = []
    with avatar_server() as server, stage.notebook() as notebook:
        screen = WidgetScreen(notebook, server)
        screen.start("Good morning.")
        for _ in range(3):
            counted = caption_delays(notebook)
            if counted is None:
                raise RuntimeError("Not every word was shown.")
            delays += [1000 * abs(seconds) for seconds in counted]
    return Row(
        measure="offset between captions and sound, 95th percentile",
        values=[statistics.quantiles(delays, n=20)[-1]],
        unit="ms",
        limit=150,
        digits=0,
    )


def _bytes(data: str | bytes) -> bytes:
    return data.encode() if isinstance(data, str) else data


@contextmanager
def _widest_gap(page: Page, screen: WidgetScreen, gaps: list[float]) -> Iterator[None]:
    """Add for how long the picture freezes during this and the next 2 s."""
    page.evaluate(f"probe.follow('{screen.video}')")
    yield
    screen.let_play(2)
    gaps.append(max(0.0, page.evaluate("probe.diary.widest") / 1000 - FRAME))
