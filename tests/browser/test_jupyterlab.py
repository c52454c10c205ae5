"""The widget in real JupyterLab, in a real browser, heard and seen."""

import json
import time
from pathlib import Path

import pytest

from heygen_widget import LocalServer
from tests.browser.lab import VIDEO, Notebook

QUICKSTART = Path(__file__).parents[2] / "notebooks" / "quickstart.ipynb"
SHOW = "from heygen_widget import Avatar\navatar = Avatar()\navatar"
WATCH_FROM_THE_BEGINNING = f"""() => {{
    const waiting = setInterval(() => {{
        if (!probe.find('{VIDEO}')) return;
        clearInterval(waiting);
        probe.watch('{VIDEO}');
    }}, 1);
}}"""


def _code_cells(notebook: Path) -> list[str]:
    cells = json.loads(notebook.read_text())["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def _type(notebook: Notebook, text: str) -> float:
    box = notebook.page.get_by_role("textbox", name="Text for the avatar to speak")
    box.fill(text)
    sent = time.time()
    box.press("Enter")
    return sent


def test_the_quickstart_speaks_from_its_cells_and_from_its_text_box(notebook: Notebook) -> None:
    show, hello, busy, wait, look_back, goodbye = _code_cells(QUICKSTART)

    notebook.run(show)
    notebook.page.get_by_text("Rehearsal", exact=True).wait_for()
    begun = time.time()
    notebook.run(hello)
    notebook.watch()
    notebook.wait_for_sound(begun)
    notebook.wait_for_lips(moving=True)
    frames = notebook.page.evaluate(f"probe.frames('{VIDEO}')")
    notebook.page.wait_for_function(f"n => probe.frames('{VIDEO}') > n + 25", arg=frames)
    notebook.wait_for_silence(1.0, playing=True)
    notebook.wait_for_lips(moving=False)

    notebook.wait_for_sound(_type(notebook, "And this I typed myself."))
    notebook.run(busy)
    assert "Lift-off!" in notebook.run(wait)
    said = notebook.run(look_back)
    for words in ("I am your avatar", "And this I typed myself", "Three. Two. One"):
        assert words in said
    assert "≈ $" in said
    assert "completed" in notebook.run(goodbye)
    notebook.wait_for_status("completed")


@pytest.mark.shares_a_page
def test_a_busy_kernel_does_not_stop_the_avatar(notebook: Notebook, tmp_path: Path) -> None:
    notebook.run(SHOW)
    begun = time.time()
    enough = tmp_path / "enough"
    cell = notebook.begin(
        "import os, time\n"
        "for n in range(6):\n"
        "    avatar.speak(f'This is sentence number {n}, and the kernel is still busy.')\n"
        f"while not os.path.exists({str(enough)!r}):\n"
        "    time.sleep(0.1)"
    )
    notebook.watch()
    heard = notebook.wait_for_sound(begun)
    notebook.wait_for_sound(heard + 5)
    enough.touch()
    notebook.finished(cell)


@pytest.mark.shares_a_page
def test_stop_ends_the_session_from_the_widget(notebook: Notebook) -> None:
    notebook.run(SHOW)
    begun = time.time()
    notebook.run("avatar.speak('I could go on and on and on about this. ' * 20)")
    notebook.watch()
    notebook.wait_for_sound(begun)
    notebook.page.get_by_role("button", name="Stop").click()
    notebook.wait_for_status("cancelled")
    notebook.wait_for_silence()
    assert "cancelled" in notebook.run("avatar.wait('cancelled', timeout=60)")
    notebook.wait_for_sound(_type(notebook, "But I can begin again."))
    notebook.wait_for_status("streaming")


@pytest.mark.shares_a_page
def test_an_awaiting_cell_learns_that_the_picture_plays(notebook: Notebook) -> None:
    notebook.run(SHOW)
    said = notebook.run(
        "speech = avatar.speak('Do you see me?')\n"
        "print(await avatar.until('playing'))\n"
        "print((await speech).status)"
    )
    assert "streaming" in said
    assert "spoken" in said


@pytest.mark.shares_a_page
def test_a_wrong_key_is_explained_in_the_widget_and_in_python(
    notebook: Notebook, local_server: LocalServer
) -> None:
    notebook.run(
        "from heygen_widget import Avatar, HeyGen\n"
        f"avatar = Avatar(client=HeyGen('wrong', {local_server.base_url!r}))\navatar"
    )
    _type(notebook, "Hello?")
    notebook.wait_for_status("error")
    notebook.page.get_by_role("alert").get_by_text("Check the key").wait_for()
    said = notebook.run(
        "from heygen_widget import HeyGenError\n"
        "try:\n    avatar.speak('Hello?').result(timeout=60)\n"
        "except HeyGenError as error:\n    print(type(error).__name__, error)"
    )
    assert "AuthenticationFailed" in said
    assert "wrong" not in said


@pytest.mark.shares_a_page
def test_text_is_shown_as_text(notebook: Notebook) -> None:
    notebook.run(SHOW)
    notebook.run("""avatar.speak("I say <img src=x onerror='window.hacked=1'> <b>bold</b>.")""")
    notebook.watch()
    notebook.page.wait_for_function(
        "document.querySelector('.heygen-widget .hw-captions').textContent.includes('bold')"
    )
    assert notebook.page.locator(".heygen-widget .hw-captions b").count() == 0
    assert notebook.page.evaluate("window.hacked") is None


def test_the_first_word_is_not_cut(notebook: Notebook) -> None:
    notebook.run(SHOW)
    notebook.page.evaluate(WATCH_FROM_THE_BEGINNING)
    begun = time.time()
    notebook.run("speech = avatar.speak('Peter Piper picked a peck of pickled peppers.')")
    notebook.page.wait_for_function(f"probe.find('{VIDEO}')?.probe")
    notebook.wait_for_sound(begun)
    heard = notebook.page.evaluate(f"probe.firstSound('{VIDEO}')")
    first = float(notebook.run("speech.result(timeout=60).words[0].start"))
    assert heard < first + 0.25
