"""The earlier Streaming Avatar in real JupyterLab: a browser joins its room, sees and hears it."""

import re
import time

import pytest
from playwright.sync_api import WebSocketRoute

from tests.browser.lab import VIDEO, Notebook, wait_for

MAKE = """
from heygen_widget import StreamingAvatar
avatar = StreamingAvatar(quality="medium")
"""
SHOW = f"{MAKE}avatar"

TRAINING = """
import time
script = "Welcome to the course.", "First, put on your helmet.", "Then we can begin."
for segment in script:
    avatar.speak(segment, wait=True)
    time.sleep(0.5)
print(avatar.transcript)
"""

LONG = "This goes on, and on, and on. " * 20
MEDIUM, LOW = 720, 480  # lines of the embedded server's pictures

PLAYER_IS_HERE = """() => Object.getOwnPropertySymbols(globalThis).some(
    (key) => key.description.startsWith("heygen_widget.livekit@") && globalThis[key].delivered)"""
UNANSWERED = 3  # seconds: after 2.5 the page says that the kernel is busy
UNSEEN = 3  # seconds: after 1.5 a page without a view leaves a room it can join again
POSITION = f"document.querySelector('{VIDEO}').currentTime"
CAPTION = "document.querySelector('.heygen-widget .hw-captions').textContent"
FOLLOW_CAPTIONS = f"""() => {{
    globalThis.captions = [{CAPTION}];
    const note = () => captions.push({CAPTION});
    const shown = {{ childList: true, characterData: true, subtree: true }};
    new MutationObserver(note).observe(document.querySelector(".heygen-widget"), shown);
}}"""


@pytest.fixture
def shown(notebook: Notebook) -> Notebook:
    """A notebook that shows an avatar."""
    return _show(notebook)


def _show(notebook: Notebook) -> Notebook:
    notebook.run(SHOW)
    notebook.page.get_by_text("Rehearsal", exact=True).wait_for()
    return notebook


def _press(notebook: Notebook, name: str) -> None:
    widget = notebook.page.locator(".heygen-widget")
    widget.get_by_role("button", name=name, exact=True).click()


def _wait_for_height(notebook: Notebook, pixels: int) -> None:
    notebook.page.wait_for_function(
        f"pixels => probe.find('{VIDEO}')?.videoHeight === pixels", arg=pixels
    )


def _is_heard(notebook: Notebook) -> None:
    begun = time.time()
    notebook.run("avatar.speak('Here I am, and to be heard. ' * 8)")
    notebook.watch()
    notebook.wait_for_sound(begun)


@pytest.mark.shares_a_page
def test_it_is_seen_and_heard_and_silenced(shown: Notebook) -> None:
    begun = time.time()
    shown.run(f"speech = avatar.speak({LONG!r})")
    shown.watch()
    shown.wait_for_sound(begun)
    shown.wait_for_lips(moving=True)
    _press(shown, "Interrupt")
    shown.wait_for_silence()
    assert "interrupted" in shown.run("print(speech.status)")
    shown.wait_for_status("streaming")
    interrupt = shown.page.get_by_role("button", name="Interrupt", exact=True)
    interrupt.wait_for(state="hidden")  # there is nothing to silence

    _is_heard(shown)
    _press(shown, "Stop")
    shown.wait_for_status("cancelled")


@pytest.mark.shares_a_page
def test_a_training_script_is_spoken_and_captioned_segment_by_segment(shown: Notebook) -> None:
    begun = time.time()
    cell = shown.begin(TRAINING)
    for word in ("Welcome", "helmet", "begin"):  # while the cell keeps the kernel busy
        shown.page.wait_for_function(f"word => {CAPTION}.includes(word)", arg=word)
        shown.watch()  # from the first word on
    shown.wait_for_sound(begun)
    said = shown.finished(cell)
    assert [word for word in ("Welcome", "helmet", "begin") if word not in said] == []
    shown.page.get_by_label("Transcript").first.click()
    written = shown.page.locator(".hw-transcript").inner_text()
    assert written.split() == said.split()


@pytest.mark.shares_a_page
def test_it_may_be_shown_and_speak_in_one_cell(notebook: Notebook) -> None:
    begun = time.time()
    cell = notebook.begin(f"{MAKE}display(avatar)\n_ = avatar.speak({LONG[:150]!r}, wait=60)")
    notebook.watch()
    notebook.wait_for_sound(begun)
    notebook.finished(cell)


@pytest.mark.shares_a_page
def test_another_quality_is_shown_in_a_session_of_its_own(shown: Notebook) -> None:
    shown.run("avatar.start()")
    _wait_for_height(shown, MEDIUM)
    shown.page.get_by_label("Quality").select_option("Low")
    _wait_for_height(shown, LOW)
    assert shown.run("print(avatar.session['quality'], avatar.session['epoch'])").split() == [
        "low",
        "2",
    ]


def test_a_quality_that_is_chosen_first_is_that_of_the_session(shown: Notebook) -> None:
    assert not shown.page.evaluate(PLAYER_IS_HERE)  # which is of use in a room alone
    shown.page.get_by_label("Quality").select_option("Low")
    shown.page.wait_for_timeout(1000 * UNANSWERED)
    assert shown.page.locator(".hw-notice").inner_text() == ""  # the kernel has answered
    shown.run("avatar.start()")
    _wait_for_height(shown, LOW)
    assert shown.page.evaluate(PLAYER_IS_HERE)


@pytest.mark.shares_a_page
def test_a_page_that_is_loaded_anew_is_in_the_room_again(shown: Notebook) -> None:
    shown.run("avatar.start()")
    _wait_for_height(shown, MEDIUM)
    shown.run("avatar.speak('What was said is said.', wait=60)")
    shown.save()
    shown.page.reload()
    _wait_for_height(shown, MEDIUM)
    shown.page.evaluate(FOLLOW_CAPTIONS)
    _is_heard(shown)
    assert "What was said" not in shown.page.evaluate("globalThis.captions.join()")


class Line:
    """The line to the room, which a page reaches it by."""

    def __init__(self, notebook: Notebook) -> None:
        self.lost = False
        self._open: list[WebSocketRoute] = []
        self.joined: list[str] = []
        notebook.page.route_web_socket(re.compile(r"/rtc\b"), self._connect)

    def lose(self) -> None:
        """Cut the line, and let there be no other."""
        self.lost = True
        for socket in self._open:
            socket.close()

    def _connect(self, socket: WebSocketRoute) -> None:
        if self.lost:
            # Playwright's socket (1.65) closes without an error, after which livekit-client (2.23)
            # tries no more by itself.
            socket.close()
            return
        self.joined.append("resumed" if "reconnect=1" in socket.url else "joined")
        self._open.append(socket)
        socket.connect_to_server()


@pytest.fixture
def line(notebook: Notebook) -> Line:
    return Line(notebook)


def test_a_lost_socket_comes_back_and_it_is_heard_again(notebook: Notebook, line: Line) -> None:
    _show(notebook).run("avatar.start()")
    _wait_for_height(notebook, MEDIUM)
    line.lose()
    status = notebook.page.locator(".hw-status")
    wait_for(lambda: "Connection lost" in status.inner_text(), 60, "the loss is not told")
    line.lost = False
    wait_for(lambda: status.inner_text() == "Live", 60, "the line did not come back")
    assert len(line.joined) > 1
    _is_heard(notebook)


@pytest.mark.shares_a_page
def test_what_nobody_watches_is_said_all_the_same_and_is_seen_when_somebody_comes(
    shown: Notebook,
) -> None:
    shown.run("avatar.start()")
    _wait_for_height(shown, MEDIUM)
    shown.command("notebook:clear-all-cell-outputs")
    shown.page.wait_for_function(f"!probe.find('{VIDEO}')")
    left = "any(each.status == 'connecting' for each in avatar.list())"
    shown.run(f"import time\nwhile not {left}: time.sleep(0.1)")
    said = shown.run("print(avatar.speak('Nobody sees this.', wait=60).status)")
    assert "spoken" in said
    shown.run("avatar")
    _wait_for_height(shown, MEDIUM)
    _is_heard(shown)


@pytest.mark.shares_a_page
def test_two_pages_of_one_notebook_do_not_throw_each_other_out(shown: Notebook) -> None:
    shown.run("avatar.start()")
    _wait_for_height(shown, MEDIUM)
    shown.save()
    path = shown.page.evaluate("jupyterapp.shell.currentWidget.context.path")
    first, second = shown.page, shown.page.context.new_page()
    base = first.url.split("/lab")[0]
    second.goto(f"{base}/lab/workspaces/second/tree/{path}?reset")
    plays = f"document.querySelector('{VIDEO}')?.videoHeight === {MEDIUM}"
    second.wait_for_function(plays)
    first.get_by_text("Playing in another page").wait_for()
    here = second.evaluate(POSITION)
    second.wait_for_function(f"here => {POSITION} > here + 3", arg=here)  # it is left in peace
    assert second.locator(".hw-status").inner_text() == "Live"
    first.locator(".heygen-widget button:visible", has_text="Play here").click()
    second.get_by_text("Playing in another page").wait_for()
    wait_for(lambda: first.locator(".hw-status").inner_text() == "Live", 60, "it did not come")
    second.close()


@pytest.mark.shares_a_page
def test_a_bare_connection_serves_one_page_and_another_says_so(notebook: Notebook) -> None:
    notebook.run(SHOW.replace("quality=", "version='v1', quality="))
    notebook.run("avatar.start()")
    _wait_for_height(notebook, MEDIUM)
    notebook.command("notebook:clear-all-cell-outputs")
    notebook.page.wait_for_timeout(1000 * UNSEEN)
    notebook.run("avatar")  # the page is still the same
    _is_heard(notebook)
    notebook.save()
    notebook.page.reload()
    notebook.page.get_by_text("This session is already shown in another page").wait_for()
    _press(notebook, "Stop")
    notebook.wait_for_status("cancelled")
    _is_heard(notebook)
