"""The avatar stays in view: scrolled away, its picture floats in the notebook, and never stops."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.axe import findings
from tests.browser.hosts import HOSTS, Host
from tests.browser.lab import VIDEO, Notebook

SHOW = "from heygen_widget import Avatar\navatar = Avatar(local=True)\navatar"
SPEAK = "speech = avatar.speak('Once upon a time there was an avatar who told a story. ' * 40)"
FLOATING = ".heygen-floating"
FRAME = f"{FLOATING} .hw-frame"
AT_HOME = ".heygen-widget video"
BACK = "Back to the avatar"
FRAMES = 25
"""Frames a second of the embedded server's streams."""
ROUNDS = 20
FEW = 2
"""Frames that a picture may lose on its way: 50 ms."""
SCROLL = (
    "y => { document.querySelector('.jp-NotebookPanel .jp-WindowedPanel-outer').scrollTop = y; }"
)


def _plays_on(page: Page, seconds: float) -> None:
    page.wait_for_function(
        "goal => !probe.diary.video.paused && probe.diary.video.currentTime > goal",
        arg=page.evaluate("probe.diary.video.currentTime") + seconds,
    )


def _speaking(notebook: Notebook, mode: str = "full") -> None:
    """Let an avatar speak at the top of a long notebook, in one of Lab's windowing modes."""
    notebook.page.evaluate(
        """mode => {
            const { content } = jupyterapp.shell.currentWidget;
            content.notebookConfig = { ...content.notebookConfig, windowingMode: mode };
        }""",
        mode,
    )
    notebook.run(SHOW)
    notebook.page.evaluate(
        """() => {
            const { model } = jupyterapp.shell.currentWidget.content;
            const source = "# A line\\n".repeat(8);
            const cells = Array.from({ length: 60 }, () => ({ cell_type: "code", source }));
            model.sharedModel.insertCells(model.sharedModel.cells.length, cells);
        }"""
    )
    notebook.run(SPEAK)
    notebook.page.evaluate(SCROLL, 0)
    notebook.page.wait_for_function(f"document.querySelector('{VIDEO}')?.currentTime > 1")
    notebook.page.evaluate(f"probe.follow('{VIDEO}')")


def _round(page: Page) -> None:
    page.evaluate(SCROLL, 5000)
    page.locator(f"{FRAME} video").wait_for()
    page.evaluate(SCROLL, 0)
    page.locator(AT_HOME).wait_for()


@pytest.mark.parametrize("mode", ["full", "contentVisibility"])
def test_scrolled_away_and_back_twenty_times_it_loses_next_to_no_frames(
    notebook: Notebook, mode: str
) -> None:
    _speaking(notebook, mode)
    page = notebook.page
    for _ in range(ROUNDS):
        _round(page)
    _plays_on(page, 1)
    lost, shown = page.evaluate(f"probe.lost({FRAMES})")
    page.evaluate(f"probe.follow('{VIDEO}')")
    _plays_on(page, shown / FRAMES)
    undisturbed, _ = page.evaluate(f"probe.lost({FRAMES})")
    assert page.evaluate(f"probe.diary.video === document.querySelector('{AT_HOME}')")
    assert page.evaluate("probe.diary.stops") == []
    assert lost <= undisturbed + 2 * ROUNDS * FEW


def test_it_belongs_to_its_notebook(notebook: Notebook) -> None:
    _speaking(notebook)
    page = notebook.page
    page.evaluate(SCROLL, 5000)
    frame = page.locator(FRAME)
    frame.wait_for()
    assert page.locator(f".jp-NotebookPanel {FRAME}").count() == 1
    notebook.command("launcher:create")
    frame.wait_for(state="hidden")
    notebook.command("application:activate-previous-tab")
    frame.wait_for()
    page.get_by_role("button", name=BACK).click()
    page.locator(AT_HOME).wait_for()
    page.wait_for_function("document.activeElement.matches('.hw-screen')")
    notebook.command("application:close")
    page.locator(FLOATING).wait_for(state="detached")
    assert page.evaluate("probe.diary.stops") == []


@pytest.mark.shares_a_page
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_finds_nothing_while_it_floats_in_any_corner(notebook: Notebook, theme: str) -> None:
    notebook.change_theme(theme)
    _speaking(notebook)
    page = notebook.page
    page.evaluate(SCROLL, 5000)
    move = page.locator(FRAME).get_by_role("button", name="Move")
    for _ in range(4):
        move.press("Enter")
        assert findings(page, FLOATING) == []


@pytest.mark.parametrize("host", HOSTS, ids=lambda host: host.serve.__name__)
def test_it_floats_in_other_notebooks_too(host: Host, page: Page, tmp_path: Path) -> None:
    with host.serve(tmp_path) as url:
        page.goto(url)
        host.run(page)
        box = page.get_by_role("textbox", name="Text for the avatar to speak")
        box.fill("Once upon a time there was an avatar who told a story. " * 20)
        box.press("Enter")
        page.wait_for_function(f"probe.find('{VIDEO}')?.currentTime > 1")
        page.evaluate(f"probe.follow('{VIDEO}')")
        page.locator(".heygen-widget").hover()
        page.mouse.wheel(0, 2500)
        frame = page.locator(FRAME)
        frame.wait_for()
        assert frame.evaluate("(frame) => frame.contains(probe.diary.video)")
        assert findings(page, FLOATING) == []
        frame.get_by_role("button", name="Move").press("ArrowLeft")
        assert frame.get_attribute("data-corner") == "bottom left"
        frame.get_by_role("button", name=BACK).click()
        page.locator(AT_HOME).wait_for()
        _plays_on(page, 0.5)
        assert page.evaluate("probe.diary.stops") == []
