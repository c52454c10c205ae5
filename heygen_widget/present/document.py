"""A figure as the whole document of a sandboxed frame, which is of another origin than its page.

It fetches nothing. In most figures no script runs but our own, which does what cues say.
"""

import base64
import hashlib
import html
import re
from functools import cache
from typing import Final

from heygen_widget.frontend.bundles import STATIC
from heygen_widget.present.figure import Figure

_META: Final = re.compile(r"<(?=meta[\s/>])", re.IGNORECASE)
"""Begins an element that can send its document elsewhere, which no policy forbids."""

_OPEN: Final = "'unsafe-inline' 'unsafe-eval'"
"""What scripts of figures may do in their frame; Vega compiles its expressions."""


def document(figure: Figure, library: str | None = None) -> str:
    """Return the document of a figure, with its `library` or with what will stand for it."""
    scripts = figure.library if library is None else library
    body = figure.body if figure.runs_scripts else _META.sub("<x-", figure.body)
    if figure.kind == "svg":
        # One picture, for those who do not see it.
        body = f'<div role="img" aria-label="{html.escape(figure.title, quote=True)}">{body}</div>'
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(figure)}">'
        f"<title>{html.escape(figure.title)}</title>"
        f"<style>{_file('frame.css')}</style>"
        f'<body data-kind="{figure.kind}"><main id="root">{body}</main>'
        + (f"<script>{inline(scripts)}</script>" if scripts else "")
        + f"<script>{frame_script()}</script>"
    )


def frame_script() -> str:
    """Return our own script of a figure's frame."""
    return inline(_file("frame.js"))


def script_hash(script: str) -> str:
    """Return what a content security policy knows a script by."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def _policy(figure: Figure) -> str:
    scripts = _OPEN if figure.runs_scripts else script_hash(frame_script())
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; "
        "img-src data: blob:; font-src data:; media-src data: blob:; form-action 'none'"
    )


def inline(script: str) -> str:
    """Return a script that cannot end the element it stands in."""
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--")


@cache
def _file(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")
