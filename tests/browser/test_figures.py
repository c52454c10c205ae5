"""The frame of a figure, in a real browser: what actions do to it, and what it cannot do."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Frame, Page, Route

from heygen_widget.present.document import document
from heygen_widget.present.objects import figure_of
from tests.browser.frames import wait_in

ATTACK = (
    "<script>parent.postMessage('pwned', '*'); window.pwned = true</script>"
    "<img src=x onerror='window.pwned = true'><a href='javascript:window.pwned=true'>x</a>"
    "<META http-equiv=refresh content='0;url=https://example.com/'>"
)
SALES = {"month": [1, 2, 1, 2], "sales": [3, 4, 5, 6], "region": [*"NNSS"]}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    page.route("**/*", lambda route: route.abort())  # nothing is fetched
    yield page
    page.close()


Show = Callable[[object], Frame]


@pytest.fixture
def show(page: Page) -> Show:
    """Show an object in its frame, as a panel does."""

    def show_(thing: object) -> Frame:
        page.set_content("<!doctype html><body></body>")
        page.evaluate(
            """source => {
                globalThis.reports = [];
                addEventListener("message", ({ data }) => reports.push(data));
                const frame = document.createElement("iframe");
                frame.sandbox = "allow-scripts";
                frame.srcdoc = source;
                frame.width = 800;
                frame.height = 480;
                document.body.append(frame);
            }""",
            document(figure_of(thing)),
        )
        page.wait_for_function("reports.some(({ height }) => height > 0)")
        return page.frames[1]

    return show_


def _look(page: Page, *actions: tuple[str, str], hidden: list[str] | None = None) -> None:
    look = {
        "actions": [{"do": do, "target": target} for do, target in actions],
        "hidden": hidden or [],
        "scheme": "light",
    }
    page.evaluate(
        "look => document.querySelector('iframe').contentWindow.postMessage(look, '*')", look
    )


def _frame(data: dict[str, Any]) -> Any:
    import pandas as pd

    return pd.DataFrame(data)


def _empty_plot(**size: Any) -> Any:
    from matplotlib.figure import Figure as Plot

    return Plot(**size)


def _plot() -> Any:
    plot = _empty_plot(figsize=(4, 3))
    axes = plot.add_subplot()
    axes.plot([1, 2], gid="line-1")
    axes.plot([2, 1], gid="line-2")
    return plot


def _has(frame: Frame, selector: str) -> None:
    wait_in(frame, "selector => document.querySelector(selector) !== null", arg=selector)


def _lacks(frame: Frame, selector: str) -> None:
    wait_in(frame, "selector => document.querySelector(selector) === null", arg=selector)


def test_parts_of_a_matplotlib_figure_are_highlighted_dimmed_shown_and_hidden(
    page: Page, show: Show
) -> None:
    frame = show(_plot())
    _look(page, ("highlight", "line-2"))
    _has(frame, "#line-2.cue-highlight")
    _look(page, ("dim", "line-2"))
    _has(frame, "#line-1.cue-dim")
    _lacks(frame, "#line-2.cue-dim, .cue-highlight, .cue-dim #line-2")
    _look(page, ("hide", "line-1"))
    _has(frame, "#line-1.cue-hide")
    _look(page, hidden=["line-2"])
    _has(frame, "#line-2.cue-hide")
    _lacks(frame, "#line-1.cue-hide")
    _look(page, ("show", "line-2"), hidden=["line-2"])
    _lacks(frame, ".cue-hide")
    _look(page, ("highlight", "no such part"), ("dim", "]]><x"))
    _lacks(frame, "[class*=cue-]")


def test_zooming_in_is_undone(page: Page, show: Show) -> None:
    frame = show(_plot())
    _look(page, ("zoom", "line-2"))
    wait_in(frame, "document.getElementById('root').style.transform.includes('scale')")
    _look(page)
    wait_in(frame, "document.getElementById('root').style.transform === ''")


def test_rows_are_zoomed_in_on_one_after_another_wherever_a_table_is_scrolled(
    page: Page, show: Show
) -> None:
    frame = show(_frame({"n": range(300)}))
    for number in (290, 3, 150):
        target = f'tr[data-row="{number}"]'
        _look(page, ("highlight", f'tr[data-row="{300 - number}"]'))
        _look(page, ("zoom", target))
        wait_in(
            frame,
            """target => {
                const { top, bottom } = document.querySelector(target).getBoundingClientRect();
                return bottom - top > 50 && Math.abs(top + bottom - innerHeight) < 2;
            }""",
            arg=target,
        )
    assert page.evaluate("scrollY") == 0


def test_cells_of_a_table_are_scrolled_into_view(page: Page, show: Show) -> None:
    frame = show(_frame({"n": range(100)}))
    _look(page, ("scroll_to", 'tr[data-row="90"]'))
    wait_in(frame, "scrollY > 500")
    _look(page, ("highlight", 'tr[data-row="2"]'))
    wait_in(frame, "scrollY < 200")
    assert page.evaluate("scrollY") == 0


def test_a_trace_of_plotly_is_pointed_at_by_its_name(page: Page, show: Show) -> None:
    import plotly.graph_objects as go

    plot = go.Figure()
    plot.add_scatter(name="North", y=[1, 2])
    plot.add_scatter(name="South", y=[2, 1])
    frame = show(plot)
    opacity = "document.querySelector('#figure').data?.map(({opacity}) => opacity ?? 1).join()"
    wait_in(frame, "document.querySelector('#figure').data?.length === 2")
    _look(page, ("highlight", "South"))
    wait_in(frame, f"{opacity} === '0.2,1'")
    _look(page, ("hide", "North"))
    wait_in(frame, "document.querySelector('#figure').data[0].visible === false")
    _look(page)
    wait_in(frame, f"{opacity} === '1,1'")
    wait_in(frame, "document.querySelector('#figure').data[0].visible !== false")


def test_marks_of_altair_are_pointed_at_by_their_data(page: Page, show: Show) -> None:
    import altair as alt

    chart = alt.Chart(_frame(SALES)).mark_line().encode(x="month:O", y="sales", color="region")
    frame = show(chart)
    _has(frame, "svg path")
    _look(page, ("highlight", "S"))
    _has(frame, ".mark-line path.cue-highlight")


@pytest.mark.parametrize("name", ["_repr_svg_", "table", "title"])
def test_what_is_no_script_runs_none(page: Page, show: Show, name: str) -> None:
    class Thing:
        def _repr_svg_(self) -> str:
            return f"<svg>{ATTACK if name == '_repr_svg_' else ''}</svg>{ATTACK}"

    thing: object = _frame({ATTACK: [ATTACK]}) if name == "table" else Thing()
    if name == "title":
        plot = _empty_plot()
        plot.suptitle(ATTACK)
        thing = plot
    frame = show(thing)
    _look(page, ("highlight", ATTACK), ("scroll_to", "a"))
    wait_in(frame, "document.documentElement.dataset.scheme === 'light'")
    assert frame.evaluate("globalThis.pwned") is None
    assert "pwned" not in json.dumps(page.evaluate("reports"))
    assert frame.url == "about:srcdoc"


def test_scripts_that_a_figure_brings_reach_neither_the_page_nor_the_network(
    page: Page, show: Show
) -> None:
    sent: list[str] = []

    def note(route: Route) -> None:
        sent.append(route.request.url)
        route.abort()

    page.route("https://example.com/**", note)

    class Lively:
        def _repr_html_(self) -> str:
            return (
                "<p id=p>no</p><script>document.getElementById('p').textContent = 'yes';"
                "try { parent.document.title = 'pwned' } catch (e) {}"
                "fetch('https://example.com/').catch(() => {});"
                "new Image().src = 'https://example.com/x.png'</script>"
            )

    frame = show(Lively())
    wait_in(frame, "document.getElementById('p').textContent === 'yes'")
    _look(page, ("highlight", "p"))
    _has(frame, "#p.cue-highlight")
    assert page.title() != "pwned"
    page.evaluate("fetch('https://example.com/ours').catch(() => {})")
    assert sent == ["https://example.com/ours"]


def test_frames_are_told_to_be_light_or_dark(page: Page, show: Show) -> None:
    frame = show(_frame(SALES))
    look: dict[str, Any] = {"actions": [], "hidden": [], "scheme": "dark"}
    page.evaluate(
        "look => document.querySelector('iframe').contentWindow.postMessage(look, '*')", look
    )
    ink = "getComputedStyle(document.querySelector('td')).color"
    wait_in(frame, f"{ink} === 'rgb(230, 233, 237)'")
