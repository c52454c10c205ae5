"""What a person sees and presses, in real JupyterLab: captions, keys, accessibility."""

import statistics
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.lab import VIDEO, Notebook

AXE = Path(__file__).parents[2] / "js" / "node_modules" / "axe-core" / "axe.min.js"
SHOW = "from heygen_widget import Avatar\navatar = Avatar()\navatar"
NUMBERS = "One. Two. Three. Four. Five. Ten. Nine. Eight. " * 2
QUIET = 0.12  # seconds without sound that tell one word of a count from the next
LOUD = 0.02
CAPTIONS_LATE = 0.150  # seconds between sound and caption, at the 95th percentile

NOTE_CAPTIONS = """() => {
    window.shown = [];
    const captions = document.querySelector(".heygen-widget .hw-captions");
    new MutationObserver(() => {
        const word = captions.querySelector(".hw-now")?.textContent.replace(/\\W/g, "");
        if (word && word !== shown.at(-1)?.word) shown.push({ word, at: Date.now() / 1000 });
    }).observe(captions, { childList: true, subtree: true, characterData: true });
}"""


def _onsets(samples: list[dict[str, float]]) -> list[float]:
    """Return when sound began after a silence (seconds since the epoch)."""
    onsets = []
    last = 0.0
    for sample in samples:
        if sample["peak"] < LOUD:
            continue
        if sample["at"] - last > QUIET:
            onsets.append(sample["at"])
        last = sample["at"]
    return onsets


def test_captions_come_with_the_sound(notebook: Notebook) -> None:
    notebook.run(SHOW)
    notebook.run("avatar.speak('Ready.').result(timeout=30)")
    notebook.watch()
    notebook.wait_for_silence()
    notebook.page.evaluate(NOTE_CAPTIONS)
    begun: float = notebook.page.evaluate("Date.now() / 1000")
    notebook.run(f"avatar.speak({NUMBERS!r}).result(timeout=60)")
    notebook.wait_for_silence(1.5)
    page = notebook.page
    samples = page.evaluate(f"document.querySelector('{VIDEO}').probe.samples")
    heard = _onsets([sample for sample in samples if sample["at"] >= begun])
    shown: list[float] = page.evaluate("shown.map(({ at }) => at)")
    assert len(shown) == len(NUMBERS.split())
    lateness = [min((word - sound for sound in heard), key=abs) for word in shown]
    late = statistics.quantiles(map(abs, lateness), n=20)[-1]
    assert late <= CAPTIONS_LATE, [round(1000 * seconds) for seconds in lateness]


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
    page.add_script_tag(path=AXE)
    assert _findings(notebook) == []
    begun = page.evaluate("Date.now() / 1000")
    page.get_by_role("button", name="Transcript").click()
    notebook.run("avatar.speak('Do you read what I say? ' * 8)")
    notebook.watch()
    notebook.wait_for_sound(begun)
    assert _findings(notebook) == []
    page.get_by_role("button", name="Stop").click()
    notebook.wait_for_status("cancelled")
    assert _findings(notebook) == []


def _findings(notebook: Notebook) -> list[str]:
    found: list[str] = notebook.page.evaluate(
        """async () => {
            const { violations } = await axe.run(document.querySelector(".heygen-widget"), {
                rules: { region: { enabled: false } },
            });
            return violations.flatMap(({ id, nodes }) =>
                nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
        }"""
    )
    return found
