"""A saved talk, opened from its file without a network, and in what notebooks are exported to."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
import uv
from playwright.sync_api import Browser, Frame, Page

from heygen_widget import Avatar
from heygen_widget.frontend.cues import CuesMessage
from heygen_widget.frontend.protocol import WordsMessage
from heygen_widget.present import highlight, row
from heygen_widget.present.objects import figure_of
from heygen_widget.present.talk import LIBRARY, Talk
from heygen_widget.take import Recording
from tests.browser.lab import Lab, wait_for

AXE = Path(__file__).parents[2] / "js/node_modules/axe-core/axe.min.js"
ATTACK = (
    "</script><script>window.pwned = 1</script>"
    "<img src=data:image/png;base64,AA onerror='window.pwned = 1'>"
)


class Drawing:
    """Represents itself as SVG, with a text that no page may run."""

    def _repr_svg_(self) -> str:
        return (
            '<svg viewBox="0 0 100 50"><rect id="line-1" width="40" height="40"/>'
            f'<rect id="line-2" x="50" width="40" height="40"/>{ATTACK}</svg>'
        )


@pytest.fixture(scope="module")
def recording() -> Iterator[Recording]:
    """A talk of two chapters: a drawing with two cues, then a table with one."""
    import pandas as pd

    table = pd.DataFrame({"total": [1, 2]}, index=["Ada", ATTACK])
    cues = {"one": highlight("line-1"), "two": highlight("line-2")}
    with Avatar(local=True) as avatar:
        text = "This is how it began. [[one]]March was flat. Then came [[two]]summer, and a rise. "
        text += ATTACK
        avatar.present(Drawing(), text, cues=cues, title=f"Sales {ATTACK}", raw=True)
        avatar.present(table, "[[ada]]Ada leads.", cues={"ada": row("Ada")}, final=True)
        avatar.wait("completed", timeout=120)
        yield avatar.recording


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page without a network, in which nothing may fail."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    context.set_offline(offline=True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    failed: list[str] = []
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.on("console", lambda line: failed.append(line.text) if line.type == "error" else None)
    page.asked = asked  # type: ignore[attr-defined]
    yield page
    # Of what the attacks in it would do, the browser says that it has prevented it.
    refused = "Content Security Policy"
    assert [line for line in failed if refused not in line] == []
    context.close()


@pytest.fixture
def talk(page: Page, recording: Recording, tmp_path: Path) -> Page:
    path = tmp_path / "talk.html"
    path.write_text(recording.page, encoding="utf-8")
    page.goto(path.as_uri())
    _until(page, "document.querySelector('video').readyState >= 2")
    return page


def _until(place: Page | Frame, function: str, argument: object = None) -> None:
    # Playwright's own way to wait needs `eval`, which the page forbids.
    wait_for(lambda: place.evaluate(function, argument), 40, f"not so: {function}")


def _figure(page: Page | Frame) -> Frame:
    frame = page.locator("iframe.hw-figure-frame:not(.hw-away)").element_handle().content_frame()
    assert frame is not None
    return frame


def _highlighted(frame: Frame, selector: str) -> None:
    _until(
        frame,
        "selector => [...document.querySelectorAll('.cue-highlight')].map((each) =>"
        " each.matches(selector)).join() === 'true'",
        selector,
    )


def _seek(page: Page | Frame, seconds: float) -> None:
    page.evaluate("at => { document.querySelector('video').currentTime = at }", seconds)


def _start(page: Page, word: str) -> float:
    """Return when a word of the transcript is heard."""
    return float(
        page.locator("#transcript span", has_text=word).first.get_attribute("data-start") or -1
    )


def test_it_plays_from_its_file_and_asks_nobody(talk: Page) -> None:
    talk.evaluate("document.querySelector('video').play()")
    _until(talk, "document.querySelector('video').currentTime > 1")
    talk.locator("#transcript .now").wait_for()
    _until(talk, "document.querySelector('video').textTracks[0].activeCues?.length === 1")
    outside = [url for url in talk.asked if not url.startswith(("file:", "blob:", "data:"))]  # type: ignore[attr-defined]
    assert outside == []
    assert talk.evaluate("globalThis.pwned") is None


def test_its_figures_follow_seeks_in_both_directions(talk: Page) -> None:
    for word, selector in (("March", "#line-1"), ("summer", "#line-2"), ("March", "#line-1")):
        _seek(talk, _start(talk, word) + 0.05)
        _highlighted(_figure(talk), selector)
    _seek(talk, _start(talk, "Ada") + 0.05)
    _highlighted(_figure(talk), 'tr[data-row="0"]')
    _seek(talk, 0)
    _until(_figure(talk), "document.querySelector('.cue-highlight') === null")


def test_cues_come_with_their_words_at_another_speed(talk: Page) -> None:
    _seek(talk, _start(talk, "March") - 0.5)
    started = _start(talk, "March"), _start(talk, "summer")
    seen: list[Any] = talk.evaluate(
        """() => new Promise((resolve) => {
            const figures = document.getElementById("figures");
            const video = document.querySelector("video");
            const seen = [];
            video.addEventListener("seeked", () => {
                new MutationObserver(() => {
                    seen.push([figures.dataset.cue, video.currentTime]);
                    if (seen.length === 2) resolve(seen);
                }).observe(figures, { attributeFilter: ["data-cue"] });
                video.playbackRate = 1.5;
                video.play();
            }, { once: true });
            if (!video.seeking) video.dispatchEvent(new Event("seeked"));
        })"""
    )
    assert [cue[-2:] for cue, _ in seen] == [":0", ":1"]
    assert all(at >= start - 0.01 for (_, at), start in zip(seen, started, strict=True))


def test_the_transcript_and_the_chapters_seek(talk: Page) -> None:
    talk.locator("#transcript span", has_text="rise").click()
    _until(
        talk,
        "at => Math.abs(document.querySelector('video').currentTime - at) < 1",
        _start(talk, "rise"),
    )
    chapters = talk.locator("nav button")
    assert chapters.count() == 2
    assert "Sales </script>" in chapters.nth(0).inner_text()  # as text
    chapters.nth(1).focus()
    talk.keyboard.press("Enter")
    talk.locator("nav button[aria-current=true]", has_text="Table").wait_for()
    _highlighted(_figure(talk), 'tr[data-row="0"]')


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(talk: Page, scheme: Any) -> None:
    talk.emulate_media(color_scheme=scheme)
    _seek(talk, _start(talk, "March") + 0.05)
    _highlighted(_figure(talk), "#line-1")
    talk.evaluate(AXE.read_text(encoding="utf-8"))
    found = talk.evaluate("axe.run(document, { iframes: false })")
    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []


def test_a_title_cannot_take_the_place_of_a_plotting_package(
    page: Page, recording: Recording, tmp_path: Path
) -> None:
    import plotly.graph_objects as go

    plot = go.Figure()
    plot.add_scatter(name=LIBRARY, y=[1, 2])
    figure = figure_of(plot, f"A title {LIBRARY}")
    talk = Talk(
        film=recording.film,
        poster=recording.poster,
        captions=recording.captions,
        seconds=recording.seconds,
        shift=0.0,
        words=WordsMessage(epoch=1, first=0, words=[]),
        speeches=[],
        cues=[CuesMessage(speech=1, figure=figure.id, first=0, cues=[], places=[])],
        figures=[figure],
    )
    path = tmp_path / "talk.html"
    path.write_text(talk.page, encoding="utf-8")
    page.goto(path.as_uri())
    _until(_figure(page), "document.querySelector('#figure').data?.length === 1")


def test_a_notebook_that_is_not_trusted_shows_what_was_said(
    browser: Browser, lab: Lab, recording: Recording, tmp_path: Path
) -> None:
    _notebook(recording, tmp_path / "talk.ipynb")
    notebook = lab.open(browser, source=tmp_path / "talk.ipynb")
    output = notebook.page.locator(".jp-OutputArea-output")
    output.get_by_text("To play it, trust this notebook.").wait_for()
    assert "Then came summer" in output.inner_text()
    assert output.locator("iframe").count() == 0
    notebook.page.context.close()


def _notebook(recording: Recording, path: Path) -> None:
    output = nbformat.v4.new_output(
        "display_data", {"text/html": recording._repr_html_(), "text/plain": repr(recording)}
    )
    cell = nbformat.v4.new_code_cell("avatar.recording", outputs=[output], execution_count=1)
    title = nbformat.v4.new_markdown_cell("# A talk")
    nbformat.write(nbformat.v4.new_notebook(cells=[title, cell]), path)


def _plays(page: Page, path: Path) -> None:
    page.goto(path.as_uri(), wait_until="domcontentloaded")
    frame = page.locator("iframe[srcdoc]").element_handle().content_frame()
    assert frame is not None
    _until(frame, "document.querySelector('video').readyState >= 2")
    frame.evaluate("document.querySelector('video').play()")
    _until(frame, "document.querySelector('video').currentTime > 1")
    start = frame.locator("#transcript span", has_text="March").get_attribute("data-start")
    _seek(frame, float(start or -1) + 0.05)
    _highlighted(_figure(frame), "#line-1")


@pytest.mark.parametrize("form", ["html", "slides"])
def test_it_plays_in_what_nbconvert_makes(
    browser: Browser, recording: Recording, form: str, tmp_path: Path
) -> None:
    _notebook(recording, tmp_path / "talk.ipynb")
    convert = [sys.executable, "-m", "nbconvert", f"--to={form}", str(tmp_path / "talk.ipynb")]
    subprocess.run(convert, check=True, capture_output=True)
    suffix = "html" if form == "html" else "slides.html"
    _plays_without_network(browser, tmp_path / f"talk.{suffix}")


def test_it_plays_in_a_jupyter_book(browser: Browser, recording: Recording, tmp_path: Path) -> None:
    book = tmp_path / "book"
    book.mkdir()
    _notebook(recording, book / "talk.ipynb")
    (book / "_toc.yml").write_text("format: jb-book\nroot: talk\n")
    (book / "_config.yml").write_text("title: Talks\nexecute:\n  execute_notebooks: 'off'\n")
    build = [
        uv.find_uv_bin(),
        "run",
        "--no-project",
        "--with",
        "jupyter-book<2",
        "jupyter-book",
        "build",
    ]
    run = subprocess.run([*build, str(book)], check=False, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-2000:]
    _plays_without_network(browser, book / "_build/html/talk.html")


def _plays_without_network(browser: Browser, path: Path) -> None:
    """Play it where the exporter's own scripts, which it fetches, do not come."""
    page = browser.new_page()
    asked: list[str] = []

    def block(route: Any) -> None:
        asked.append(route.request.url)
        route.abort()

    page.route("http*://**", block)
    _plays(page, path)
    text = json.dumps(asked)
    page.close()
    assert "heygen" not in text
