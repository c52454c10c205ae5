"""One picture, many views: it goes on where it is looked at, whatever happens to the cells."""

import time

import httpx
import pytest

from tests.browser.lab import VIDEO, Notebook

SHOW = "from heygen_widget import Avatar\navatar = Avatar(local=True)\navatar"
SPEAK = "speech = avatar.speak('Once upon a time there was an avatar who told a story. ' * 20)"
WIDGETS = "[...document.querySelectorAll('.heygen-widget')].filter((w) => w.checkVisibility())"
CELLS = "jupyterapp.shell.currentWidget.content.widgets"
PLAYS_ON = f"""t => {{
    const video = document.querySelector('{VIDEO}');
    return video && !video.paused && video.currentTime > t;
}}"""


def _speaking(notebook: Notebook) -> int:
    """Let an avatar speak for long, look at its picture from now on; returns the cell it is in."""
    notebook.run("from heygen_widget import Avatar\navatar = Avatar(local=True)")
    cell = notebook.begin("avatar")
    notebook.finished(cell)
    notebook.run(SPEAK)
    notebook.page.wait_for_function(PLAYS_ON, arg=1)
    notebook.page.evaluate(f"probe.follow('{VIDEO}')")
    return cell


def _plays_on(notebook: Notebook, seconds: float = 1.5) -> None:
    now = notebook.page.evaluate("probe.diary.video.currentTime")
    notebook.page.wait_for_function(PLAYS_ON, arg=now + seconds)


def _was_never_stopped(notebook: Notebook) -> None:
    same = f"probe.diary.video === document.querySelector('{VIDEO}')"
    assert notebook.page.evaluate(same)
    assert notebook.page.evaluate("probe.diary.stops") == []
    assert notebook.run("print(len({type(e).__name__: 1 for e in avatar.events}), avatar.status)")


def _has_picture(notebook: Notebook) -> list[bool]:
    have: list[bool] = notebook.page.evaluate(f"{WIDGETS}.map((w) => !!w.querySelector('video'))")
    return have


@pytest.mark.shares_a_page
def test_running_the_display_cell_again_does_not_stop_the_picture(notebook: Notebook) -> None:
    cell = _speaking(notebook)
    for _ in range(3):
        notebook.run_again(cell)
        _plays_on(notebook)
    _was_never_stopped(notebook)


@pytest.mark.shares_a_page
def test_moving_the_cell_does_not_stop_the_picture(notebook: Notebook) -> None:
    cell = _speaking(notebook)
    notebook.select(cell)
    notebook.command("notebook:move-cell-up")
    notebook.page.wait_for_function(
        f"i => {CELLS}[i].model.sharedModel.source === 'avatar'",
        arg=cell - 1,
    )
    _plays_on(notebook)
    _was_never_stopped(notebook)


@pytest.mark.shares_a_page
def test_a_new_view_has_the_picture_and_the_old_one_can_take_it_back(notebook: Notebook) -> None:
    cell = _speaking(notebook)
    notebook.select(cell)
    notebook.command("notebook:create-output-view")
    notebook.page.wait_for_function(f"{WIDGETS}.length === 2")
    _plays_on(notebook)
    assert _has_picture(notebook) == [False, True]
    notebook.page.get_by_text("Playing in another view").first.wait_for()
    notebook.page.locator(".heygen-widget button:visible", has_text="Play here").first.click()
    _plays_on(notebook)
    assert _has_picture(notebook) == [True, False]
    assert notebook.page.evaluate("probe.diary.stops") == []


@pytest.mark.shares_a_page
def test_a_second_panel_of_the_notebook_gets_the_picture_and_gives_it_back(
    notebook: Notebook,
) -> None:
    _speaking(notebook)
    notebook.command("docmanager:clone")
    notebook.page.wait_for_function(f"{WIDGETS}.length === 2")
    _plays_on(notebook)
    assert _has_picture(notebook) == [False, True]
    notebook.command("application:close")
    notebook.page.wait_for_function(f"{WIDGETS}.length === 1")
    _plays_on(notebook)
    assert _has_picture(notebook) == [True]
    assert notebook.page.evaluate("probe.diary.stops") == []


@pytest.mark.shares_a_page
def test_a_notebook_closed_and_opened_again_shows_the_running_session(notebook: Notebook) -> None:
    _speaking(notebook)
    notebook.save()
    path = notebook.page.evaluate("jupyterapp.shell.currentWidget.context.path")
    notebook.command("application:close")
    notebook.page.wait_for_function(f"{WIDGETS}.length === 0")
    notebook.command("docmanager:open", path=path)
    notebook.page.wait_for_function(PLAYS_ON, arg=1)
    assert "streaming" in notebook.run("print(avatar.status)")


@pytest.mark.shares_a_page
def test_a_page_loaded_anew_shows_the_running_session_and_its_words(notebook: Notebook) -> None:
    _speaking(notebook)
    notebook.save()
    stream = notebook.run("print(avatar.stream_id)")
    notebook.page.reload()
    notebook.page.wait_for_function(PLAYS_ON, arg=1)
    captions = "document.querySelector('.heygen-widget .hw-captions').textContent"
    notebook.page.wait_for_function(f"{captions}.includes('avatar who told')")
    assert notebook.page.get_by_role("button", name="Stop").is_enabled()
    assert notebook.run("print(avatar.stream_id)") == stream


@pytest.mark.shares_a_page
def test_an_output_that_is_cleared_is_soon_quiet_and_the_next_view_is_live(
    notebook: Notebook,
) -> None:
    cell = _speaking(notebook)
    notebook.select(cell)
    notebook.command("notebook:clear-cell-output")
    notebook.page.wait_for_function("probe.diary.video.paused")
    assert notebook.run("import time; time.sleep(6)") == ""
    notebook.run_again(cell)
    _plays_on(notebook)
    behind = "Number(document.querySelector('.heygen-widget').dataset.latency) < 3"
    notebook.page.wait_for_function(behind)


def test_after_a_restart_of_the_kernel_the_last_picture_stays_with_a_plain_word(
    notebook: Notebook,
) -> None:
    _speaking(notebook)
    kernel = "jupyterapp.shell.currentWidget.sessionContext.session.kernel"
    notebook.page.evaluate(f"() => {{ {kernel}.restart() }}")
    notebook.page.get_by_text("The kernel is gone").first.wait_for()
    notebook.page.wait_for_function(  # as an image: what had brought it is gone
        f"() => {{ const video = document.querySelector('{VIDEO}');"
        " return video.paused && video.readyState === 0 && video.poster.startsWith('data:image'); }"
    )


def test_the_death_of_the_kernel_is_said_in_the_widget(notebook: Notebook) -> None:
    _speaking(notebook)
    notebook.begin("import os\nos.kill(os.getpid(), 9)")
    notebook.page.get_by_text("The kernel is gone").first.wait_for()


@pytest.mark.shares_a_page
def test_a_page_that_was_hidden_returns_to_the_live_edge(notebook: Notebook) -> None:
    _speaking(notebook)
    url = notebook.run("print(avatar._controller.queue.current.hls_url)").strip()
    page = notebook.page.context.new_cdp_session(notebook.page)
    before = notebook.page.evaluate("probe.diary.video.currentTime")
    page.send("Page.setWebLifecycleState", {"state": "frozen"})
    _wait_until_published(url, before + 8)
    page.send("Page.setWebLifecycleState", {"state": "active"})
    notebook.page.wait_for_function(PLAYS_ON, arg=before + 6)
    behind = "Number(document.querySelector('.heygen-widget').dataset.latency) < 3"
    notebook.page.wait_for_function(behind)


def _wait_until_published(url: str, seconds: float) -> None:
    """Wait until a stream of the embedded server is so long."""
    while True:
        lines = httpx.get(url, timeout=60).text.splitlines()
        durations = [float(line[8:].split(",")[0]) for line in lines if line.startswith("#EXTINF:")]
        if sum(durations) > seconds:
            return
        time.sleep(0.2)
