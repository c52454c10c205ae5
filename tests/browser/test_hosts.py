"""The widget in the other places where people open notebooks, in a real browser, heard and seen."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import hosts
from tests.browser.lab import PROBE, Notebook


class Console:
    """Keeps what a page complains about."""

    def __init__(self, page: Page) -> None:
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                self.complaints.append(message.text) if message.type == "error" else None
            ),
        )


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    page.add_init_script(path=PROBE)
    yield page
    context.close()


def _open_notebook_7(page: Page) -> None:
    page.wait_for_function(
        "document.querySelector('.jp-Notebook-ExecutionIndicator[data-status=idle]')",
        timeout=60_000,
    )
    page.locator(".jp-Cell .cm-content").first.click()
    page.keyboard.press("Shift+Enter")


def _open_at_once(_: Page) -> None:
    """Run nothing by hand: the page does when it is opened."""


@pytest.mark.parametrize(
    ("host", "open_"),
    [
        pytest.param(hosts.notebook_7, _open_notebook_7, id="notebook"),
        pytest.param(hosts.voila, _open_at_once, id="voila"),
        pytest.param(hosts.marimo, _open_at_once, id="marimo"),
    ],
)
def test_the_avatar_speaks_and_no_key_goes_astray(
    host: Callable[[Path], AbstractContextManager[str]],
    open_: Callable[[Page], None],
    page: Page,
    tmp_path: Path,
) -> None:
    with host(tmp_path) as url:
        console = Console(page)
        page.goto(url)
        open_(page)
        box = page.get_by_role("textbox", name="Text for the avatar to speak")
        box.wait_for(timeout=60_000)
        box.fill("Hello! Here I am as well, and you can hear me speak.")
        sent = time.time()
        box.press("Enter")
        heard = Notebook(page)
        heard.watch()
        heard.wait_for_sound(sent)
        _leaves_the_notebook_alone(page)
        assert [text for text in console.complaints if not _is_the_hosts_own(text)] == []


def _leaves_the_notebook_alone(page: Page) -> None:
    """Keys that are shortcuts in notebooks do nothing while a button of the widget has focus."""
    cells = page.locator(".jp-Cell, .marimo-cell")
    before = cells.count()
    page.get_by_role("button", name="Finish").focus()
    for key in ("a", "b", "d", "d", "x", "m"):
        page.keyboard.press(key)
    box = page.get_by_role("textbox", name="Text for the avatar to speak")
    box.fill("still here")
    assert box.input_value() == "still here"
    assert cells.count() == before


def _is_the_hosts_own(complaint: str) -> bool:
    """Whether an error would be there without the widget too."""
    return "Failed to load resource" in complaint
