"""What a bug report should contain: where the widget runs, with which versions, and what works.

Only inspects; starts, opens and changes nothing. Reveals no key, user or path.
"""

import os
import platform
import sys
import time
from collections.abc import Mapping
from importlib import metadata
from typing import Any, Final

from heygen_widget._version import __version__
from heygen_widget.frontend.protocol import PageReport, Playback
from heygen_widget.lifecycle.avatars import AnyAvatar, find_avatars
from heygen_widget.reports.table import as_html, as_lines
from heygen_widget.transport.host import remote_browser_reason

NETWORK_PATIENCE: Final = 5.0
"""Seconds a server may take to respond."""

PACKAGES: Final[Mapping[str, str]] = {
    "anywidget": "the widget cannot be shown",
    "ipywidgets": "the widget cannot be shown",
    "httpx": "avatars cannot speak",
    "ipykernel": "no Jupyter kernel in this environment",
    "jupyterlab": "it may be installed in another environment",
    "av": "rehearsals need the extra 'local', films need 'save'",
    "espeakng-loader": "rehearsals need the extra 'local'",
    "aiortc": "rehearsals of a StreamingAvatar need the extra 'webrtc'",
    "websockets": "rehearsals of a StreamingAvatar need the extra 'webrtc'",
}
"""Packages whose versions matter, and the effect if one is missing."""

OTHER_HOSTS: Final = ("notebook", "voila", "marimo")
"""Packages reported only if they are installed."""

_NO_PAGE: Final = "no page has reported yet; run diagnose() again when no other cell is running"

_SOUND: Final[Mapping[str, str]] = {
    "on": "sound is on",
    "muted": "sound is off",
    "blocked": "sound is off until the user acts",
}


class Diagnosis:
    """The findings. Print as lines to paste, and display as a table.

    Attributes
    ----------
    findings
        What was found, by what was looked at.
    """

    def __init__(self, findings: Mapping[str, str]) -> None:
        self.findings = dict(findings)

    def __repr__(self) -> str:
        return as_lines(self.findings.items())

    def _repr_html_(self) -> str:
        return as_html(("", "found"), self.findings.items())


def diagnose(*, network: bool = False) -> Diagnosis:
    """Report what a bug report needs: host, versions, transport, codecs, and whether a key is set.

    What pages can do is known once the newest avatar has been shown and a cell has ended since:
    a kernel does not hear its pages while cells run.

    Parameters
    ----------
    network
        Also check whether HeyGen can be reached. Sends no key.

    Examples
    --------
    >>> diagnose()  # doctest: +SKIP
    """
    avatar = next(iter(find_avatars(lambda avatar: not avatar.closed)), None)
    page, playback = (avatar.page, avatar.playback) if avatar else (None, None)
    return Diagnosis(
        {
            "heygen-widget": __version__,
            "host": _host(page),
            "kernel": _kernel(),
            "python": f"{platform.python_version()} ({platform.python_implementation()})",
            "system": platform.platform(),
            **_packages(),
            "page": _page(page),
            "codecs": _codecs(page),
            "autoplay": _autoplay(page, playback),
            "transport": avatar.transport_summary if avatar else "undecided: no avatar yet",
            "playback": _playback(playback),
            "session": _session(avatar),
            "key": _key(avatar),
            "rehearsal": _rehearsal(avatar),
            "voices": _voices(),
            "network": _network() if network else "not checked (use network=True or --network)",
        }
    )


def _host(page: PageReport | None) -> str:
    host = page.host if page and page.host else f"{_guessed_host()} (guessed: no page has reported)"
    elsewhere = remote_browser_reason()
    return f"{host}; {elsewhere}" if elsewhere else host


def _guessed_host() -> str:
    shell = _shell()
    signs = {
        "Colab": "google.colab" in sys.modules,
        "marimo": _runs_in_marimo(),
        "Voilà": os.environ.get("SERVER_SOFTWARE", "").startswith("voila"),
        "VS Code": "VSCODE_PID" in os.environ
        or "__vsc_ipynb_file__" in getattr(shell, "user_ns", ()),
        "Jupyter": hasattr(shell, "kernel"),
        "IPython in a terminal": shell is not None,
    }
    return next((host for host, there in signs.items() if there), "none")


def _kernel() -> str:
    if _runs_in_marimo():
        return "marimo's own"
    shell = _shell()
    if shell is None:
        return "none: plain Python"
    kernel = getattr(shell, "kernel", None)
    return type(kernel).__module__.partition(".")[0] if kernel else "none: IPython in a terminal"


def _shell() -> Any:
    find = getattr(sys.modules.get("IPython"), "get_ipython", None)
    return find() if find else None


def _runs_in_marimo() -> bool:
    find = getattr(sys.modules.get("marimo"), "running_in_notebook", None)
    return bool(find and find())


def _packages() -> dict[str, str]:
    needed = {name: _version(name) or f"missing: {else_}" for name, else_ in PACKAGES.items()}
    others = {name: version for name in OTHER_HOSTS if (version := _version(name))}
    return needed | others


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _page(page: PageReport | None) -> str:
    if page is None:
        return _NO_PAGE
    notes = [
        "" if page.secure else "not secure (http)",
        "in another page's frame" if page.framed else "",
    ]
    return "; ".join(filter(None, [page.browser, *notes]))


def _codecs(page: PageReport | None) -> str:
    if page is None:
        return "unknown: no page has reported"
    return f"cannot decode {page.lacks}" if page.lacks else "decodes H.264 and AAC"


def _autoplay(page: PageReport | None, playback: Playback | None) -> str:
    policy = page.autoplay if page else ""
    sound = _SOUND[playback.sound] if playback else ""
    return "; ".join(filter(None, [policy, sound])) or "unknown: nothing has been played"


def _playback(playback: Playback | None) -> str:
    if playback is None:
        return "nothing has been played"
    latency = "" if playback.latency is None else f", {playback.latency:.1f} s behind the live edge"
    return (
        f"{playback.state}{latency}; stalls: {playback.stalls}, recoveries: {playback.recoveries}"
    )


def _session(avatar: AnyAvatar | None) -> str:
    if avatar is None:
        return "no avatar yet"
    now = avatar.queue.snapshot
    reason = type(now.error).__name__ if now.error else now.end_reason
    request_id = getattr(now.error, "request_id", None)
    request = f"request {request_id}" if request_id else ""
    return "; ".join(filter(None, [now.state, reason, request]))


def _key(avatar: AnyAvatar | None) -> str:
    if os.environ.get("HEYGEN_API_KEY"):
        return "HEYGEN_API_KEY is set"
    given = avatar is not None and not avatar.connection.rehearsal
    return "given to the client" if given else "HEYGEN_API_KEY is not set"


def _rehearsal(avatar: AnyAvatar | None) -> str:
    rehearses = avatar.connection.rehearsal if avatar else not os.environ.get("HEYGEN_API_KEY")
    if not rehearses:
        return "no"
    from heygen_widget.local.launcher import LocalServerError, check_extras  # noqa: PLC0415

    try:
        check_extras("local")
    except LocalServerError as error:
        return f"not possible: {error}"
    return "yes, with the embedded avatar server"


def _voices() -> str:
    from heygen_widget.local.natural import natural_voice  # noqa: PLC0415 (only this question)
    from heygen_widget.local.settings import VOICE_VARIABLE  # noqa: PLC0415 (likewise)

    chosen = os.environ.get(VOICE_VARIABLE)
    known = f"in rehearsals {natural_voice()}"
    return f"{known}, but {VOICE_VARIABLE} chooses {chosen}" if chosen else known


def _network() -> str:
    import httpx  # noqa: PLC0415 (only this question needs it)

    from heygen_widget.api import ConfigurationError, HeyGen  # noqa: PLC0415 (likewise)
    from heygen_widget.api._address import is_loopback  # noqa: PLC0415 (likewise)

    own = "HEYGEN_BASE_URL" in os.environ
    server = "the server in HEYGEN_BASE_URL" if own else "HeyGen"
    begun = time.monotonic()
    try:
        with HeyGen("none") as client:  # knows the address; sends nothing
            url = client.base_url
        answer = httpx.get(url, timeout=NETWORK_PATIENCE, trust_env=not is_loopback(url))
    except ConfigurationError as error:
        return f"HEYGEN_BASE_URL is not valid. {error.hint}"
    except httpx.HTTPError as error:
        return f"{server} cannot be reached ({type(error).__name__})"
    return f"{server} responds (HTTP {answer.status_code} in {time.monotonic() - begun:.1f} s)"
