"""Makes figures of the objects that people present. Plotting packages are used, never required."""

import base64
import html
import io
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from heygen_widget.api.plain import one_line
from heygen_widget.present.figure import Figure, Kind
from heygen_widget.present.tables import is_frame, table

LONGEST_TITLE: Final = 200
"""Characters."""

LARGEST: Final = 16 * 1024 * 1024
"""Bytes of a figure's HTML, without the scripts of its plotting package."""


def figure_of(thing: object, title: str | None = None) -> Figure:
    """Make a figure of a matplotlib, Altair or Plotly figure, a data frame, or any rich object.

    Raises
    ------
    TypeError
        When the object has no representation that a page can show.
    ValueError
        When it is too large.
    ImportError
        When a package is missing.
    """
    for recognises, make in _MAKERS:
        if recognises(thing):
            made = make(thing, title)
            figure = replace(made, body=_encodable(made.body), title=_encodable(made.title))
            if len(figure.body) > LARGEST:
                raise ValueError(
                    f"The {type(thing).__name__} is {len(figure.body) / 1e6:.0f} MB as HTML; at "
                    f"most {LARGEST / 1e6:.0f} MB can be presented. Present less of it."
                )
            return figure
    raise TypeError(
        f"A {type(thing).__name__} cannot be presented. Pass a matplotlib, Altair or Plotly "
        "figure, a pandas or polars data frame, or an object with _repr_html_ or _repr_svg_."
    )


def _encodable(text: str) -> str:
    """Return a text without halves of characters, which no file and no message can hold."""
    return text.encode("utf-8", "replace").decode()


def named(thing: object, title: str | None, own: object = "") -> str:
    """Return what a figure is called: what the user says, what it says itself, or its kind."""
    known = title or (own if isinstance(own, str) else "") or type(thing).__name__
    return one_line(known, LONGEST_TITLE)


def _is_from(package: str, thing: object) -> bool:
    """Whether the class of an object, or one it derives from, is of an imported package."""
    return package in sys.modules and any(
        base.__module__.partition(".")[0] == package for base in type(thing).__mro__
    )


def _is_matplotlib(thing: object) -> bool:
    return _is_from("matplotlib", thing) and hasattr(thing, "get_figure")


def _matplotlib(thing: Any, title: str | None) -> Figure:
    figure = thing.figure.figure  # of an artist in a part of a figure, the whole
    file = io.StringIO()
    with sys.modules["matplotlib"].rc_context({"svg.fonttype": "path", "svg.hashsalt": "figure"}):
        figure.savefig(file, format="svg", bbox_inches="tight", metadata={"Date": None})
    titles = [
        getattr(figure, "get_suptitle", str)(),
        *(axes.get_title() for axes in figure.get_axes()),
    ]
    own = ", ".join(filter(None, titles))
    svg = file.getvalue()
    return Figure("svg", svg[svg.index("<svg") :], named(thing, title, own or "Figure"))


def _is_plotly(thing: object) -> bool:
    return _is_from("plotly", thing) and hasattr(thing, "to_plotly_json")


def _plotly(thing: Any, title: str | None) -> Figure:
    from plotly.offline import get_plotlyjs  # noqa: PLC0415 (it made the figure)

    own = thing.layout.title.text
    return Figure(
        "plotly",
        _as_data(thing.to_json()),
        named(thing, title, own or "Plot"),
        library=get_plotlyjs(),
        runs_scripts=True,
    )


def _is_altair(thing: object) -> bool:
    return _is_from("altair", thing) and hasattr(thing, "to_dict")


def _altair(thing: Any, title: str | None) -> Figure:
    try:
        from vl_convert import javascript_bundle  # noqa: PLC0415 (an extra of Altair's)
    except ImportError as error:
        raise ImportError(
            "An Altair chart needs vl-convert to be shown without a network: "
            "pip install vl-convert-python"
        ) from error
    specification = thing.to_dict()
    own = specification.get("title")
    return Figure(
        "vega",
        _as_data(json.dumps(specification)),
        named(thing, title, own or "Chart"),
        library=javascript_bundle("window.vegaEmbed = vegaEmbed"),
        runs_scripts=True,
    )


def _as_data(text: str) -> str:
    """Put JSON into HTML, where nothing in it is markup."""
    safe = text.replace("<", "\\u003c")
    return f'<div id="figure"></div><script type="application/json" id="data">{safe}</script>'


def _table(thing: Any, title: str | None) -> Figure:
    body, find = table(thing)
    return Figure("table", body, named(thing, title, "Table"), find_cells=find)


def _rich(name: str, kind: Kind) -> tuple[Callable[[object], bool], Callable[..., Figure]]:
    """Recognise what represents itself by a method `name`, and make a figure of that."""

    def represented(thing: object) -> Any:
        method = getattr(thing, name, None)
        # A class has the methods of its instances, and cannot call them.
        shown = method() if callable(method) and not isinstance(thing, type) else None
        return shown[0] if isinstance(shown, tuple) else shown

    def make(thing: object, title: str | None) -> Figure:
        shown = represented(thing)
        return Figure(
            kind,
            _image(shown, title) if kind == "image" else str(shown),
            named(thing, title),
            runs_scripts=kind == "html",
        )

    return lambda thing: represented(thing) is not None, make


def _image(data: bytes | str, title: str | None) -> str:
    text = data if isinstance(data, str) else base64.b64encode(data).decode()
    media_type = "image/jpeg" if text.startswith("/9j/") else "image/png"
    alt = html.escape(title or "", quote=True)
    return f'<img alt="{alt}" src="data:{media_type};base64,{html.escape(text, quote=True)}">'


_MAKERS: Final[list[tuple[Callable[[object], bool], Callable[..., Figure]]]] = [
    (_is_matplotlib, _matplotlib),
    (_is_plotly, _plotly),
    (_is_altair, _altair),
    (is_frame, _table),
    _rich("_repr_svg_", "svg"),
    _rich("_repr_html_", "html"),
    _rich("_repr_png_", "image"),
    _rich("_repr_jpeg_", "image"),
]
