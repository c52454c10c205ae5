"""A saved notebook, read where no kernel runs."""

import json
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page

from heygen_widget.widget.saved_output import POSTER_WIDTH
from tests.browser.lab import Lab, Notebook

SHOW = "from heygen_widget import Avatar\navatar = Avatar(local=True)\navatar"
OUTPUT = "i => jupyterapp.shell.currentWidget.content.widgets[i].model.outputs.toJSON()"


def _holds(notebook: Notebook, cell: int, text: str) -> bool:
    return text in json.dumps(notebook.page.evaluate(OUTPUT, cell))


def test_the_transcript_goes_into_the_output_when_that_disturbs_nobody(
    notebook: Notebook, lab: Lab, tmp_path: Path
) -> None:
    page = notebook.page
    cell = notebook.begin(SHOW)
    notebook.finished(cell)
    box = page.get_by_role("textbox", name="Text for the avatar to speak")
    box.fill("Good morning to all of you.")
    box.press("Enter")
    page.keyboard.type("And what I wanted to")
    notebook.wait_for_status("streaming")
    notebook.begin("avatar.finish()")
    box.focus()
    notebook.wait_for_status("completed")
    page.get_by_text("Ended", exact=False).first.wait_for()
    page.keyboard.type(" say")
    assert not _holds(notebook, cell, "to all of you.")
    page.locator(".jp-Cell .cm-content").last.click()
    page.wait_for_function(
        f"i => JSON.stringify(({OUTPUT})(i)).includes('to all of you.')", arg=cell
    )
    page.wait_for_function("document.querySelectorAll('.heygen-widget').length === 1")
    assert box.input_value() == "And what I wanted to say"
    _is_read_without_a_kernel(notebook, lab, page, tmp_path)


def _is_read_without_a_kernel(notebook: Notebook, lab: Lab, page: Page, tmp_path: Path) -> None:
    notebook.save()
    path = lab.root / page.evaluate("jupyterapp.shell.currentWidget.context.path")
    convert = [
        sys.executable,
        "-m",
        "nbconvert",
        "--to=html",
        f"--output-dir={tmp_path}",
        str(path),
    ]
    subprocess.run(convert, check=True)
    reader = page.context.new_page()
    reader.goto(f"file://{tmp_path}/{path.stem}.html")
    reader.get_by_text("Good morning to all of you.", exact=False).first.wait_for()
    poster = reader.get_by_role("img", name="The avatar")
    assert poster.evaluate("image => image.complete && image.naturalWidth") == POSTER_WIDTH
    reader.get_by_text("pip install", exact=False).first.wait_for()
