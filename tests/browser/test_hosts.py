"""The widget in the other places where people open notebooks, in a real browser, heard and seen."""

import time
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.console import Console
from tests.browser.hosts import HOSTS, Host
from tests.browser.lab import Listener

CELLS = ".jp-Cell, .marimo-cell"


@pytest.mark.parametrize("host", HOSTS, ids=lambda host: host.serve.__name__)
def test_the_avatar_speaks_and_no_key_goes_astray(host: Host, page: Page, tmp_path: Path) -> None:
    with host.serve(tmp_path) as url:
        console = Console(page)
        told = _told_by(page)
        page.goto(url)
        host.run(page)
        box = page.get_by_role("textbox", name="Text for the avatar to speak")
        box.fill("Hello! Here I am as well, and you can hear me speak.")
        sent = time.time()
        box.press("Enter")
        listener = Listener(page)
        listener.watch()
        listener.wait_for_sound(sent)
        listener.wait_for_motion()
        _leaves_the_notebook_alone(page)
        assert any(f'"host":"{host.name}"'.encode() in message for message in told)
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
