"""The earlier Streaming Avatar in real JupyterLab: a browser joins its room, sees and hears it."""

import time

import pytest

from tests.browser.lab import VIDEO, Notebook

SHOW = """
from heygen_widget import StreamingAvatar
avatar = StreamingAvatar(quality="high")
avatar
"""

TRAINING = """
import time
script = "Welcome to the course.", "First, put on your helmet.", "Then we can begin."
for segment in script:
    avatar.speak(segment, wait=True)
    time.sleep(0.5)
print(avatar.transcript)
"""

LONG = "This goes on, and on, and on. " * 20

A_MOUTH_THAT_MOVES = 3.0  # mean change of a pixel near the mouth, of 255, between two frames


@pytest.fixture
def shown(notebook: Notebook) -> Notebook:
    """A notebook that shows an avatar."""
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


def test_it_is_seen_and_heard_and_silenced(shown: Notebook) -> None:
    begun = time.time()
    shown.run(f"speech = avatar.speak({LONG!r})")
    shown.watch()
    shown.wait_for_sound(begun)
    assert shown.page.evaluate(f"probe.mouth('{VIDEO}', 1)") > A_MOUTH_THAT_MOVES
    _press(shown, "Interrupt")
    shown.wait_for_silence()
    assert "interrupted" in shown.run("print(speech.status)")
    shown.wait_for_status("streaming")

    again = time.time()
    shown.run("avatar.speak('And yet I can go on.')")
    shown.wait_for_sound(again)
    _press(shown, "Stop")
    shown.wait_for_status("cancelled")


def test_a_training_script_is_spoken_segment_by_segment(shown: Notebook) -> None:
    begun = time.time()
    cell = shown.begin(TRAINING)
    shown.watch()
    shown.wait_for_sound(begun)
    said = shown.finished(cell)
    assert [word for word in ("Welcome", "helmet", "begin") if word not in said] == []


def test_another_quality_is_shown_in_a_session_of_its_own(shown: Notebook) -> None:
    shown.run("avatar.start()")
    _wait_for_height(shown, 720)
    shown.page.get_by_label("Quality").select_option("Low")
    _wait_for_height(shown, 360)
    assert shown.run("print(avatar.session['quality'], avatar.session['epoch'])").split() == [
        "low",
        "2",
    ]


def test_a_page_that_is_loaded_anew_is_in_the_room_again(shown: Notebook) -> None:
    shown.run("avatar.start()")
    _wait_for_height(shown, 720)
    shown.save()
    shown.page.reload()
    _wait_for_height(shown, 720)
    begun = time.time()
    shown.run("avatar.speak('Still here, and to be heard.')")
    shown.watch()
    shown.wait_for_sound(begun)
