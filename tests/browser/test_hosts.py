"""The widget in the other places where people open notebooks, in a real browser, heard and seen."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import hosts
from tests.browser.console import Console
from tests.browser.lab import KERNEL_IS_IDLE, PROBE, Listener, new_context

CELLS = ".jp-Cell, .marimo-cell"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = new_context(browser)
    page = context.new_page()
    page.add_init_script(path=PROBE)
    yield page
    context.close()


def _run_in_notebook_7(page: Page) -> None:
    page.wait_for_function(KERNEL_IS_IDLE)
    page.locator(".jp-Cell .cm-content").first.click()
    page.keyboard.press("Shift+Enter")


def _run_in_marimo(page: Page) -> None:
    page.locator(".marimo-cell").first.wait_for()  # before, there is a button, but no kernel
    page.get_by_test_id("run-button").last.click()  # in the corner: all that has not run


def _wait_for_voila(_: Page) -> None:
    """Do nothing: the page runs the cell itself."""


@pytest.mark.parametrize(
    ("host", "run", "name"),
    [
        pytest.param(hosts.notebook_7, _run_in_notebook_7, "Jupyter Notebook", id="notebook"),
        pytest.param(hosts.voila, _wait_for_voila, "Voilà", id="voila"),
        pytest.param(hosts.marimo, _run_in_marimo, "marimo", id="marimo"),
    ],
)
def test_the_avatar_speaks_and_no_key_goes_astray(
    host: Callable[[Path], AbstractContextManager[str]],
    run: Callable[[Page], None],
    name: str,
    page: Page,
    tmp_path: Path,
) -> None:
    with host(tmp_path) as url:
        console = Console(page)
        told = _told_by(page)
        page.goto(url)
        run(page)
        box = page.get_by_role("textbox", name="Text for the avatar to speak")
        box.fill("Hello! Here I am as well, and you can hear me speak.")
        sent = time.time()
        box.press("Enter")
        listener = Listener(page)
        listener.watch()
        listener.wait_for_sound(sent)
        listener.wait_for_motion()
        _leaves_the_notebook_alone(page)
        assert any(f'"host":"{name}"'.encode() in message for message in told)
        assert console.of_the_widget == []


def _told_by(page: Page) -> list[bytes]:
    """Return what the page tells its kernel, from now on."""
    told: list[bytes] = []

    def note(message: str | bytes | None) -> None:
        told.append(message.encode() if isinstance(message, str) else message or b"")

    page.on("websocket", lambda socket: socket.on("framesent", note))
    page.on("request", lambda request: note(request.post_data_buffer))  # marimo's way
    return told


def _leaves_the_notebook_alone(page: Page) -> None:
    """Keys that are shortcuts in notebooks do nothing while a button of the widget has focus."""
    before = page.locator(CELLS).count()
    assert before
    page.get_by_role("button", name="Finish").focus()
    for key in ("a", "b", "d", "d", "x", "m"):
        page.keyboard.press(key)
    box = page.get_by_role("textbox", name="Text for the avatar to speak")
    box.fill("still here")
    assert box.input_value() == "still here"
    assert page.locator(CELLS).count() == before


def test_what_the_widget_does_wrong_is_told_from_what_a_host_does_wrong(page: Page) -> None:
    console = Console(page)
    page.route("http://host.test/**", lambda route: route.fulfill(body="throw Error('its own')"))
    page.set_content("<script src='http://host.test/static/notebook.js'></script>")
    page.wait_for_function(
        "() => { const code = `Promise.reject(Error('ours')); console.error(Error('ours too'))`;"
        " return import(URL.createObjectURL(new Blob([code], { type: 'text/javascript' }))); }"
    )
    page.wait_for_function("true")  # what the page reported has arrived
    assert len(console.complaints) == 3
    assert [complaint.text.splitlines()[0] for complaint in console.of_the_widget] == [
        "Error: ours too",
        "Error: ours",
    ]
