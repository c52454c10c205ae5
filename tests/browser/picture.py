"""Takes the README's picture: the quickstart in JupyterLab, while the avatar speaks."""

import json
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.lab import launch, running_lab

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
PICTURE = NOTEBOOKS / "images" / "quickstart.png"


def take(picture: Path, theme: str) -> None:
    """Write the picture of a speaking avatar."""
    cells = json.loads((NOTEBOOKS / "quickstart.ipynb").read_text())["cells"]
    show, hello = ["".join(c["source"]) for c in cells if c["cell_type"] == "code"][:2]
    with (
        tempfile.TemporaryDirectory() as folder,
        running_lab(Path(folder)) as lab,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        notebook = lab.open(browser, theme=theme)
        notebook.page.evaluate("jupyterapp.commands.execute('application:toggle-left-area')")
        notebook.run(show)
        begun = time.time()
        notebook.run(hello)
        notebook.watch()
        notebook.wait_for_sound(begun)
        notebook.page.wait_for_function(
            "document.querySelector('.heygen-widget .hw-captions').textContent.includes('send')"
        )
        picture.parent.mkdir(parents=True, exist_ok=True)
        notebook.page.screenshot(path=picture)
        browser.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURE, (sys.argv[2:] or ["light"])[0])
