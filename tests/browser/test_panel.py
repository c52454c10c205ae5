"""What a person sees and presses, in real JupyterLab: captions, keys, accessibility."""

import math
import statistics
from collections.abc import Callable

import pytest

from tests.browser.axe import findings
from tests.browser.captions import caption_delays
from tests.browser.lab import Notebook

WIDGET = ".heygen-widget"
SHOW = "from heygen_widget import Avatar\navatar = Avatar()\navatar"
LATE = 0.150  # seconds between sound and caption, at the 95th percentile


def test_captions_come_with_the_sound(notebook: Notebook) -> None:
    notebook.run(SHOW)
    # One that is late once may be so by the machine, but not each time.
    assert any(_lateness(notebook) <= LATE for _ in range(3))


def _lateness(notebook: Notebook) -> float:
    delays = caption_delays(notebook)
    return statistics.quantiles(map(abs, delays), n=20)[-1] if delays else math.inf


def test_no_key_pressed_in_the_widget_reaches_the_notebook(notebook: Notebook) -> None:
    notebook.run(SHOW)
    begun = notebook.page.evaluate("Date.now() / 1000")
    notebook.run("avatar.speak('I go on. ' * 20)")
    notebook.watch()
    notebook.wait_for_sound(begun)
    page = notebook.page
    cells = "jupyterapp.shell.currentWidget.content.widgets.length"
    before = page.evaluate(cells)
    widget = page.locator(".heygen-widget")
    names = ("Player", "Mute", "Volume", "Captions", "Transcript", "Full screen", "Stop")
    for name in names:
        target = widget.get_by_role("button", name=name, exact=True)
        if name in {"Player", "Volume"}:
            target = widget.get_by_label(name, exact=True)
        target.first.focus()
        for key in ("a", "b", "x", "d", "d", "y", "1", "Shift", "Alt+Enter"):
            page.keyboard.press(key)
    assert page.evaluate(cells) == before
    page.evaluate(
        "jupyterapp.commands.commandExecuted.connect("
        "(_, { id }) => (window.commands ??= []).push(id))"
    )
    widget.get_by_role("button", name="Mute").focus()
    page.keyboard.press("Control+s")
    page.wait_for_function("window.commands?.includes('docmanager:save')")
    widget.get_by_label("Text for the avatar to speak").focus()
    page.keyboard.press("Control+s")
    page.wait_for_function("window.commands.filter(id => id === 'docmanager:save').length === 2")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_jupyterlab(
    open_notebook: Callable[..., Notebook], theme: str
) -> None:
    notebook = open_notebook(theme=theme)
    page = notebook.page
    notebook.run(SHOW)
    assert findings(page, WIDGET) == []
    begun = page.evaluate("Date.now() / 1000")
    page.get_by_role("button", name="Transcript").click()
    notebook.run("avatar.speak('Do you read what I say? ' * 8)")
    notebook.watch()
    notebook.wait_for_sound(begun)
    assert findings(page, WIDGET) == []
    page.get_by_role("button", name="Stop").click()
    notebook.wait_for_status("cancelled")
    assert findings(page, WIDGET) == []
