"""The stream handed on by the kernel, in real JupyterLab, heard and seen."""

import time
from pathlib import Path

import pytest
from playwright.sync_api import Request, Route

from tests.browser.lab import VIDEO, Notebook, wait_for

SHOW = "from heygen_widget import Avatar\navatar = Avatar(transport={transport!r})\navatar"
TALK_AND_BLOCK = """
import os, time
for n in range(6):
    avatar.speak(f"This is sentence number {{n}}, and the kernel is still busy.")
while not os.path.exists({enough!r}):
    time.sleep(0.1)
"""
OF_A_STREAM = (".m3u8", ".m4s", "init.mp4")


@pytest.fixture
def fetched(notebook: Notebook) -> list[str]:
    """What the page itself fetched of any stream."""
    urls: list[str] = []

    def note(request: Request) -> None:
        if any(name in request.url for name in OF_A_STREAM):
            urls.append(request.url)

    notebook.page.on("request", note)
    return urls


def _heard_while_blocked(notebook: Notebook, enough: Path) -> None:
    """Let a cell speak and block until a file is there; sound must begin and go on before."""
    begun = time.time()
    cell = notebook.begin(TALK_AND_BLOCK.format(enough=str(enough)))
    try:
        notebook.watch()
        heard = notebook.wait_for_sound(begun)
        notebook.wait_for_sound(heard + 5)
    finally:
        enough.touch()
    notebook.finished(cell)


@pytest.mark.shares_a_page
def test_it_plays_on_while_a_cell_keeps_the_kernel_busy(
    notebook: Notebook, fetched: list[str], tmp_path: Path
) -> None:
    notebook.run(SHOW.format(transport="kernel"))
    _heard_while_blocked(notebook, tmp_path / "enough")
    assert fetched == []


@pytest.mark.shares_a_page
def test_a_page_that_cannot_fetch_is_helped_by_a_kernel_that_cannot_hear_it(
    notebook: Notebook, tmp_path: Path
) -> None:
    def refuse(route: Route) -> None:
        route.abort("accessdenied")

    notebook.page.route("**/*.m3u8*", refuse)
    notebook.run(SHOW.format(transport="auto"))
    _heard_while_blocked(notebook, tmp_path / "enough")


@pytest.mark.shares_a_page
def test_another_view_costs_no_other_transfer(notebook: Notebook, fetched: list[str]) -> None:
    notebook.run(SHOW.format(transport="kernel"))
    notebook.run(
        "sent = []\n"
        "send = avatar._backend.router._send\n"
        "def count(message, **rest):\n"
        "    sent.extend(part['number'] for part in message.get('parts', ()))\n"
        "    send(message, **rest)\n"
        "avatar._backend.router._send = count"
    )
    begun = time.time()
    notebook.run("avatar.speak('I am seen in two places, and sent only once. ' * 3, final=True)")
    notebook.watch()
    notebook.wait_for_sound(begun)
    notebook.run("avatar")
    notebook.page.wait_for_function(
        "document.querySelectorAll('.heygen-widget').length === 2"
        f" && document.querySelectorAll('{VIDEO}').length === 1"
    )
    notebook.run("avatar.wait(timeout=60)")
    # What is on its way while the page says that it is still there goes out once more.
    assert notebook.run("print(len(sent) > 10, len(sent) < 1.5 * len(set(sent)))") == "True True\n"
    assert fetched == []


@pytest.mark.shares_a_page
def test_a_page_loaded_anew_joins_where_the_stream_is(
    notebook: Notebook, fetched: list[str]
) -> None:
    notebook.run(SHOW.format(transport="kernel"))
    begun = time.time()
    notebook.run("avatar.speak('I go on and on, whether you look or not. ' * 20)")
    notebook.watch()
    notebook.wait_for_sound(begun)
    notebook.save()
    notebook.page.reload()
    notebook.watch()
    notebook.wait_for_sound(time.time())
    assert fetched == []


@pytest.mark.shares_a_page
def test_pictures_and_takes_stay_in_the_notebook(notebook: Notebook) -> None:
    notebook.run(SHOW.format(transport="kernel"))
    notebook.run(
        "avatar.speak('Keep this: it is long enough to be seen.', final=True).result(timeout=60)"
    )
    notebook.run("avatar.wait(timeout=60)")
    notebook.run("avatar.snapshot()")
    notebook.run("avatar.recording")
    notebook.page.wait_for_function(
        "document.querySelector('.jp-OutputArea-output img')?.naturalWidth === 1280"
    )
    shown = notebook.page.locator(".jp-OutputArea-output iframe[title^='Talk of']")
    talk = shown.element_handle().content_frame()
    assert talk is not None
    plays = "document.querySelector('video[controls]')?.duration > 1"
    wait_for(lambda: talk.evaluate(plays), 30, "the talk cannot be played")
