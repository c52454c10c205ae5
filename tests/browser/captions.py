"""How far the captions under the picture are from the sound, by eye and ear."""

from typing import Final

from tests.browser.lab import Notebook

NUMBERS: Final = "One. Two. Three. Four. Five. Ten. Nine. Eight. " * 2
"""Words with a silence between any two, so that each can be told from the next by ear."""

QUIET: Final = 0.12  # seconds without sound that tell one word of a count from the next
LOUD: Final = 0.02
NOTE_CAPTIONS: Final = """() => {
    const again = "shown" in window;
    window.shown = [];
    if (again) return;
    const captions = document.querySelector(".heygen-widget .hw-captions");
    new MutationObserver(() => {
        const word = captions.querySelector(".hw-now")?.textContent.replace(/\\W/g, "");
        // What was said before may come only now: pages are a moment behind.
        if (!word || word === "Ready" || word === shown.at(-1)?.word) return;
        shown.push({ word, at: Date.now() / 1000 });
    }).observe(captions, { childList: true, subtree: true, characterData: true });
}"""


def caption_delays(notebook: Notebook) -> list[float] | None:
    """Let the notebook's `avatar` count, and compare.

    Returns
    -------
    list of float or None
        For each word, seconds from when it was heard until it was shown; negative when it was
        shown too early. None when not every word was shown, as on a page that stood still.
    """
    notebook.run("avatar.speak('Ready.').result(timeout=60)")
    notebook.watch()
    notebook.wait_for_silence()
    page = notebook.page
    page.evaluate(NOTE_CAPTIONS)
    begun: float = page.evaluate("Date.now() / 1000")
    notebook.run(f"avatar.speak({NUMBERS!r}).result(timeout=60)")
    notebook.wait_for_silence(1.5)
    samples = page.evaluate(f"document.querySelector('{notebook.video}').probe.samples")
    heard = onsets([sample for sample in samples if sample["at"] >= begun])
    shown: list[float] = page.evaluate("shown.map(({ at }) => at)")
    if len(shown) != len(NUMBERS.split()):
        return None
    return [min((word - sound for sound in heard), key=abs) for word in shown]


def onsets(samples: list[dict[str, float]]) -> list[float]:
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
