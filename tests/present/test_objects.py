"""What can be presented, and how its parts are found."""

import math
import re
from collections.abc import Callable, Hashable
from typing import Any

import numpy as np
import pytest

from heygen_widget.present import cell, column, row
from heygen_widget.present.document import document
from heygen_widget.present.figure import Figure
from heygen_widget.present.objects import figure_of

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
SALES = {"name": ["Ada", "Bob", EVIL], "total": [1.5, 2.25, 3.0]}


def _pandas(**index: object) -> object:
    import pandas as pd

    return pd.DataFrame(SALES, **index)


def _labelled() -> object:
    import pandas as pd

    return pd.DataFrame({"total": SALES["total"]}, index=SALES["name"])


def _polars() -> object:
    import polars as pl

    return pl.DataFrame(SALES)


def _selector(figure: Figure, target: object) -> str:
    return figure.selector(target.target)  # type: ignore[attr-defined]


def test_artists_of_matplotlib_are_known_by_their_gid() -> None:
    from matplotlib.figure import Figure as Plot

    plot = Plot()
    axes = plot.add_subplot()
    axes.plot([1, 2], gid="line-2")
    axes.set_title("Sales & more")
    for thing in (plot, axes):
        figure = figure_of(thing)
        assert figure.kind == "svg"
        assert figure.body.startswith("<svg")
        assert 'id="line-2"' in figure.body
        assert figure.title == "Sales & more"


def test_a_plot_of_plotly_brings_its_own_scripts_and_fetches_nothing() -> None:
    import plotly.graph_objects as go

    plot = go.Figure(layout={"title": {"text": EVIL}})
    plot.add_scatter(name="Sales", y=[1, 2])
    figure = figure_of(plot)
    assert (figure.kind, figure.runs_scripts) == ("plotly", True)
    assert len(figure.library) > 1_000_000
    assert "</script><script>alert" not in document(figure)
    assert "<script src" not in document(figure)


def test_a_chart_of_altair_is_drawn_without_a_network() -> None:
    import altair as alt

    chart = alt.Chart(_pandas(), title="Totals").mark_bar().encode(x="name", y="total")
    figure = figure_of(chart)
    assert (figure.kind, figure.title) == ("vega", "Totals")
    assert "vegaEmbed" in figure.library
    assert "onerror" in figure.body
    assert "<img" not in figure.body


@pytest.mark.parametrize("make", [_pandas, _polars])
def test_rows_columns_and_cells_of_a_frame_can_be_pointed_at(make: Callable[[], object]) -> None:
    figure = figure_of(make())
    assert _selector(figure, row("Bob")) == 'tr[data-row="1"]'
    assert _selector(figure, row(2)) == 'tr[data-row="2"]'
    assert _selector(figure, column("total")) == '[data-column="1"]'
    assert _selector(figure, cell("Ada", "total")) == 'tr[data-row="0"] > [data-column="1"]'
    with pytest.raises(ValueError, match="no row 'Eve'"):
        _selector(figure, row("Eve"))
    with pytest.raises(ValueError, match="no column 'sum'"):
        _selector(figure, column("sum"))


def test_rows_are_known_by_their_labels_where_there_are_any() -> None:
    import pandas as pd

    figure = figure_of(_labelled())
    assert _selector(figure, cell("Bob", "total")) == 'tr[data-row="1"] > [data-column="0"]'
    dated = pd.to_datetime(["2026-01-01", "2026-01-02", "2026-01-03"])
    assert (
        _selector(figure_of(_pandas(index=dated)), row("2026-01-02 00:00:00")) == 'tr[data-row="1"]'
    )


@pytest.mark.parametrize(
    ("index", "label", "number"),
    [
        ([False, True], True, 1),
        ([None, "Ada"], "Ada", 1),
        ([(1, "a"), (2, "b")], (2, "b"), 1),
        ([1.0, 0.0], 0, 1),
    ],
)
def test_labels_of_every_kind_are_shown_and_found(
    index: list[Any], label: Hashable, number: int
) -> None:
    import pandas as pd

    figure = figure_of(pd.DataFrame({"total": [5, 6]}, index=index))
    assert figure.body.count('scope="row"') == 2
    assert _selector(figure, row(label)) == f'tr[data-row="{number}"]'


def test_groups_are_shown_by_their_numbers() -> None:
    figure = figure_of(_pandas().groupby([0, 1, 1])[["total"]].sum().rename_axis("group"))  # type: ignore[attr-defined]
    assert figure.body.count('scope="row"') == 2


@pytest.mark.parametrize("strange", [np.array([1, 2]), [1, 2], math.nan, None])
def test_a_cell_that_equals_nothing_is_passed_over(strange: object) -> None:
    import pandas as pd

    for missing in (strange, pd.NA):
        figure = figure_of(pd.DataFrame({"name": [missing, "Ada"], "n": [1, 2]}))
        assert _selector(figure, row("Ada")) == 'tr[data-row="1"]'


def test_half_a_character_is_replaced() -> None:
    import pandas as pd

    figure = figure_of(pd.DataFrame({"a": ["\ud800"]}), "\udc00")
    assert document(figure).encode()


@pytest.mark.parametrize("make", [_pandas, _polars, _labelled])
def test_what_stands_in_a_frame_is_text(make: Callable[[], object]) -> None:
    body = figure_of(make()).body
    assert "alert(1)" in body
    assert not re.search("<script|<img", body)


def test_a_long_frame_says_what_is_left_out() -> None:
    import pandas as pd

    figure = figure_of(pd.DataFrame({"n": range(2_000)}))
    assert "Shown are the first 500 of 2,000 rows." in figure.body
    with pytest.raises(ValueError, match=r"no row 1999.*first 500"):
        _selector(figure, row(1999))


class Rich:
    """Represents itself in one way."""

    def __init__(self, name: str, shown: object) -> None:
        setattr(self, name, lambda: shown)


@pytest.mark.parametrize(
    ("name", "shown", "kind", "body"),
    [
        ("_repr_html_", "<b>bold</b>", "html", "<b>bold</b>"),
        ("_repr_svg_", "<svg></svg>", "svg", "<svg></svg>"),
        ("_repr_png_", b"\x89PNG", "image", "data:image/png;base64,iVBORw=="),
        ("_repr_png_", (b"\x89PNG", {}), "image", "data:image/png;base64,iVBORw=="),
        ("_repr_jpeg_", b"\xff\xd8\xff\xe0", "image", "data:image/jpeg;base64,/9j/4A=="),
    ],
)
def test_what_represents_itself_is_presented(
    name: str, shown: object, kind: str, body: str
) -> None:
    figure = figure_of(Rich(name, shown), "A thing")
    assert (figure.kind, figure.title) == (kind, "A thing")
    assert body in figure.body


@pytest.mark.parametrize("thing", [3, "text", Rich, None, Rich("_repr_html_", None)])
def test_what_does_not_is_refused(thing: object) -> None:
    with pytest.raises(TypeError, match="cannot be presented"):
        figure_of(thing)


def test_what_is_too_large_is_refused() -> None:
    with pytest.raises(ValueError, match="17 MB as HTML"):
        figure_of(Rich("_repr_html_", "x" * 17_000_000))


def test_a_title_cannot_leave_its_place() -> None:
    page = document(figure_of(Rich("_repr_svg_", "<svg></svg>"), f'"{EVIL}'))
    assert "<script>alert" not in page
    assert "onerror=alert(2)>" not in page.replace("&gt;", "")


def test_only_figures_that_bring_scripts_run_any_but_ours() -> None:
    still = document(figure_of(_polars()))
    assert "script-src 'sha256-" in still
    assert "unsafe-inline'; style" not in still
    lively = document(figure_of(Rich("_repr_html_", "<script>1</script>")))
    assert "script-src 'unsafe-inline' 'unsafe-eval';" in lively
    for page in (still, lively):
        assert "default-src 'none'" in page
