"""Takes the README's pictures in JupyterLab: of the quickstart, and of a figure with cues."""

import base64
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import CDPSession, Page, sync_playwright

from tests.browser.lab import Notebook, launch, running_lab

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
STILL = NOTEBOOKS / "images" / "quickstart.png"
MOVING = STILL.with_suffix(".webp")
CUES = STILL.with_name("cues.webp")

SHOW = "from heygen_widget import Avatar\navatar = Avatar(local=True)\navatar"
PLOT = """from heygen_widget.present import dim, highlight
from matplotlib.figure import Figure
sales = Figure(figsize=(5.2, 3.4), layout="constrained")
axes = sales.add_subplot()
axes.plot([3, 3.1, 3, 5, 6.5, 7], lw=3, gid="sales")
axes.axvspan(3, 5, alpha=0.2, gid="campaign")
axes.text(3.1, 6.6, "campaign")
axes.set(title="Sales", xticks=range(6), xticklabels="Dec Jan Feb Mar Apr May".split())
axes.spines[["top", "right"]].set_visible(False)"""
PRESENT = """avatar.present(
    sales,
    "Sales were [[flat]]flat until March, when the [[start]]campaign began.",
    cues={"flat": highlight("sales"), "start": dim("campaign")},
    final=True,
);"""

TYPED = ("And ", "this ", "I ", "typed ", "into ", "the ", "box.")
DELETE = "at => jupyterapp.shell.currentWidget.content.model.sharedModel.deleteCell(at)"
WIDTH = 760  # of the moving picture, in pixels
FRAME_SECONDS = 0.125
LONGEST_FRAME = 0.6  # seconds; longer waits are cut
LAST_FRAME = 1.5  # seconds
QUALITY = 55  # of WebP, up to 100


@contextmanager
def _notebook(theme: str, show: str) -> Iterator[Notebook]:
    """Open a notebook that shows an avatar."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_lab(Path(folder)) as lab,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        notebook = lab.open(browser, theme=theme)
        page = notebook.page
        page.evaluate("jupyterapp.commands.execute('application:toggle-left-area')")
        page.get_by_role("button", name="No", exact=True).click()  # no news of Jupyter, thanks
        notebook.run(show)
        page.evaluate(DELETE, 0)
        yield notebook
        browser.close()


def take_cues(moving: Path, theme: str) -> None:
    """Present a figure, and keep how it is pointed at."""
    with _notebook(theme, SHOW) as notebook:
        page = notebook.page
        notebook.run(PLOT)
        page.evaluate(DELETE, 1)
        film = Film(page)
        notebook.run(PRESENT)
        figures = "document.querySelector('.heygen-widget .hw-figures').dataset.cue"
        film.until(lambda: page.evaluate(f"{figures}?.endsWith(':1')"))
        film.until(lambda: _reads(notebook, "began"))
        film.roll(1.0)
        film.save(moving)


def take(still: Path, moving: Path, theme: str) -> None:
    """Run the quickstart's first cells, write into the text box, and keep what is seen."""
    cells = json.loads((NOTEBOOKS / "quickstart.ipynb").read_text())["cells"]
    show, hello = ["".join(c["source"]) for c in cells if c["cell_type"] == "code"][:2]
    still.parent.mkdir(parents=True, exist_ok=True)
    with _notebook(theme, show) as notebook:
        page = notebook.page
        film = Film(page)
        begun = time.time()
        notebook.run(hello)
        notebook.watch()
        notebook.wait_for_sound(begun)
        film.until(lambda: _reads(notebook, "send"))
        page.screenshot(path=still)
        film.until(lambda: _reads(notebook, "say"))
        box = page.get_by_role("textbox", name="Text for the avatar to speak")
        for word in TYPED:
            box.press_sequentially(word)
            film.roll(0.15)
        box.press("Enter")
        film.until(lambda: _reads(notebook, "box"))
        film.roll(1.0)
        film.save(moving)


def _reads(notebook: Notebook, word: str) -> bool:
    found: bool = notebook.page.evaluate(
        "word => document.querySelector('.heygen-widget .hw-captions').textContent.includes(word)",
        word,
    )
    return found


@dataclass
class Film:
    """What a page shows, from now on."""

    page: Page
    _frames: list[tuple[float, bytes]] = field(default_factory=list)
    _seen: list[int] = field(default_factory=list)
    _devtools: CDPSession = field(init=False)

    def __post_init__(self) -> None:
        self._devtools = self.page.context.new_cdp_session(self.page)
        self._devtools.on("Page.screencastFrame", self._take)
        self._devtools.send("Page.startScreencast", {"format": "jpeg", "quality": 90})

    def _take(self, event: dict[str, Any]) -> None:
        self._frames.append((event["metadata"]["timestamp"], base64.b64decode(event["data"])))
        self._seen.append(event["sessionId"])

    def roll(self, seconds: float) -> None:
        """Film on for some seconds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.page.wait_for_timeout(15)
            while self._seen:  # the browser goes on when it knows that a frame was seen
                self._devtools.send("Page.screencastFrameAck", {"sessionId": self._seen.pop()})

    def until(self, condition: Callable[[], bool], timeout: float = 30) -> None:
        """Film on until something is so."""
        end = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError("What was to be filmed did not happen.")
            self.roll(0.05)

    def save(self, path: Path) -> None:
        """Write an animated WebP, with as many frames a second as `FRAME_SECONDS` asks for."""
        self._devtools.send("Page.stopScreencast")
        chosen: list[tuple[float, bytes]] = []
        for at, picture in self._frames:
            if not chosen or at - chosen[-1][0] >= FRAME_SECONDS:
                chosen.append((at, picture))
        times = [at for at, _ in chosen]
        waits = [min(b - a, LONGEST_FRAME) for a, b in pairwise(times)]
        first, *others = [_scaled(picture) for _, picture in chosen]
        first.save(
            path,
            save_all=True,
            append_images=others,
            duration=[round(1000 * seconds) for seconds in (*waits, LAST_FRAME)],
            loop=0,
            quality=QUALITY,
            method=6,
        )


def _scaled(jpeg: bytes) -> Image.Image:
    picture = Image.open(BytesIO(jpeg)).convert("RGB")
    height = round(picture.height * WIDTH / picture.width)
    return picture.resize((WIDTH, height), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    chosen_theme = (sys.argv[1:] or ["light"])[0]
    take(STILL, MOVING, chosen_theme)
    take_cues(CUES, chosen_theme)
