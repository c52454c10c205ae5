"""Figures and cues in real JupyterLab, while the avatar is heard."""

from pathlib import Path

import pytest
from playwright.sync_api import Frame

from tests.browser.frames import wait_in
from tests.browser.lab import VIDEO, Notebook, wait_for

pytestmark = pytest.mark.shares_a_page

SHOW = """
from heygen_widget import Avatar
from heygen_widget.present import cell, column, highlight, row, show
from matplotlib.figure import Figure
avatar = Avatar(local=True)
avatar
"""
PLOT = """
plot = Figure(figsize=(5, 3))
axes = plot.add_subplot()
axes.plot([1, 2, 3], gid="line-1")
axes.plot([3, 2, 1], gid="line-2")
axes.set_title("Sales")
"""
TEXT = "Sales were flat for a while. [[spike]]March was better. Then [[fall]]came the fall. "
PRESENT = f"""{PLOT}
cues = {{"spike": highlight("line-1"), "fall": highlight("line-2")}}
speech = avatar.present(plot, {TEXT!r} + "And that is all for now, thank you. " * 20, cues=cues)
"""
FIGURES = ".heygen-widget .hw-figures"
FOLLOW = f"""() => {{
    const figures = document.querySelector("{FIGURES}");
    globalThis.seen = [];
    const now = () => document.querySelector("{VIDEO}").currentTime;
    const note = () => seen.push([figures.dataset.cue, now()]);
    new MutationObserver(note).observe(figures, {{ attributeFilter: ["data-cue"] }});
}}"""


def _figure(notebook: Notebook) -> Frame:
    """Return the frame of the figure that is seen."""
    shown = notebook.page.locator(f"{FIGURES} iframe:not(.hw-away)")
    frame = shown.element_handle().content_frame()
    assert frame is not None
    return frame


def _until_cue(notebook: Notebook, number: int | None) -> None:
    """Wait until a cue of the latest text has come due; None for before the first."""
    ending = "" if number is None else f":{number}"
    notebook.page.wait_for_function(
        f"""ending => {{
            const {{ cue }} = document.querySelector("{FIGURES}")?.dataset ?? {{}};
            return ending ? cue?.endsWith(ending) : cue === "";
        }}""",
        arg=ending,
    )


def _highlighted(frame: Frame, gid: str) -> None:
    wait_in(
        frame,
        "gid => [...document.querySelectorAll('.cue-highlight')].map(({id}) => id).join() === gid",
        arg=gid,
    )


def test_a_figure_is_shown_and_pointed_at_with_the_words_while_a_cell_blocks(
    notebook: Notebook, tmp_path: Path
) -> None:
    enough = tmp_path / "enough"
    notebook.run(SHOW)
    notebook.page.evaluate(FOLLOW)
    block = f"import os, time\nwhile not os.path.exists({str(enough)!r}): time.sleep(0.05)"
    cell = notebook.begin(PRESENT + block)
    try:
        _until_cue(notebook, 0)
        figure = _figure(notebook)
        _highlighted(figure, "line-1")
        _until_cue(notebook, 1)
        _highlighted(figure, "line-2")
        seen = notebook.page.evaluate("seen")
    finally:
        enough.touch()
    notebook.finished(cell)
    times = notebook.run(
        "print([word.start for word in avatar.words if word.word.strip() in ('March', 'came')])"
    )
    starts = [float(number) for number in times.strip("[]\n").split(",")]
    assert [cue[-2:] for cue, _ in seen] == [":0", ":1"]
    # Not before its word; how soon after it, the benchmark measures.
    assert all(at >= start - 0.1 for (_, at), start in zip(seen, starts, strict=True))


def test_cues_follow_pauses_and_seeks(notebook: Notebook) -> None:
    notebook.run(SHOW)
    notebook.run(PRESENT)
    _until_cue(notebook, 1)
    figure = _figure(notebook)
    notebook.page.evaluate(f"document.querySelector('{VIDEO}').pause()")
    before = notebook.page.evaluate(f"document.querySelector('{VIDEO}').currentTime")
    notebook.page.evaluate(f"document.querySelector('{VIDEO}').currentTime = 0.05")
    _until_cue(notebook, None)
    _highlighted(figure, "")
    notebook.page.evaluate(
        f"before => {{ document.querySelector('{VIDEO}').currentTime = before }}", before
    )
    _until_cue(notebook, 1)
    _highlighted(figure, "line-2")


def test_a_page_that_is_loaded_again_shows_the_figure(notebook: Notebook) -> None:
    notebook.run(SHOW)
    notebook.run(PRESENT)
    _until_cue(notebook, 0)
    notebook.save()
    notebook.page.reload()
    _until_cue(notebook, 1)
    _highlighted(_figure(notebook), "line-2")


def test_a_function_is_called_once_in_the_kernel_and_its_error_is_shown(
    notebook: Notebook,
) -> None:
    notebook.run(SHOW)
    notebook.run(
        "called = []\n"
        "def fail(): raise RuntimeError('the plot is gone')\n"
        "cues = {'go': lambda: called.append(1), 'bad': fail}\n"
        "speech = avatar.speak('Now watch. [[go]]Go! [[bad]]And this.', cues=cues)"
    )
    notebook.page.locator(".hw-problem", has_text="the plot is gone").wait_for()
    assert notebook.run("print(called)") == "[1]\n"


def test_rows_are_pointed_at_and_what_is_shown_later_is_hidden_first(notebook: Notebook) -> None:
    notebook.run(SHOW)
    notebook.run(
        "import pandas as pd\n"
        "df = pd.DataFrame({'total': [1, 2]}, index=['Ada', 'Bob'])\n"
        "cues = {'ada': row('Ada'), 'total': [column('total'), show(row('Bob'))]}\n"
        "text = 'Here they are. [[ada]]Ada leads, and [[total]]the total is up.'\n"
        "speech = avatar.present(df, text, cues=cues)"
    )
    _until_cue(notebook, 0)
    figure = _figure(notebook)
    wait_in(
        figure,
        "document.querySelector('[data-row=\"0\"]').className === 'cue-highlight'"
        " && document.querySelector('[data-row=\"1\"]').className === 'cue-hide'",
    )
    _until_cue(notebook, 1)
    wait_in(
        figure,
        "document.querySelectorAll('[data-column=\"0\"].cue-highlight').length === 3"
        " && document.querySelectorAll('.cue-hide').length === 0",
    )


def test_a_stream_of_tokens_and_a_magic_have_cues_too(notebook: Notebook) -> None:
    notebook.run(SHOW)
    notebook.run(PLOT)
    notebook.run(
        "def tokens():\n"
        "    for token in ['Flat un', 'til [', '[spi', 'ke]', ']Mar', 'ch. [[other]]Odd.']:\n"
        "        yield token\n"
        "speech = avatar.present(plot, tokens(), cues={'spike': 'line-1'})"
    )
    _until_cue(notebook, 0)
    _highlighted(_figure(notebook), "line-1")
    wait_for(lambda: "March" in notebook.run("print(speech.text)"), 20, "not written")
    assert notebook.run("print(speech.text)") == "Flat until March. [[other]]Odd.\n"
    notebook.run("%load_ext heygen_widget\nfall = {'fall': 'line-2'}")
    notebook.run("%%speak --cues fall\nAnd [[fall]]now this.")
    _highlighted(_figure(notebook), "line-2")
