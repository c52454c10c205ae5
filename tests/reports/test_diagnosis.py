"""The diagnosis: true, fit to be pasted where everybody reads it, and quiet on the network."""

import importlib.util
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import metadata

import pytest

from heygen_widget import (
    Avatar,
    HeyGen,
    LocalServer,
    StreamingAvatar,
    __version__,
    diagnose,
)
from heygen_widget.local import LocalServerError
from heygen_widget.reports.diagnosis import Diagnosis
from heygen_widget.transport.host import SIGNS
from tests.page import MakeAvatar, Page

HELLO = {
    "kind": "hello",
    "player": True,
    "page": {
        "host": "VS Code",
        "browser": "Code/1.132 Chrome/142",
        "secure": True,
        "framed": True,
        "lacks": "sound (AAC)",
        "autoplay": "allowed-muted",
    },
}
PLAYS = {
    "kind": "playback",
    "epoch": 0,
    "state": "playing",
    "position": 3.0,
    "latency": 1.25,
    "sound": "blocked",
    "stalls": 2,
    "transport": "kernel",
    "reason": "it did not respond",
}

pytestmark = pytest.mark.usefixtures("no_settings_from_outside", "no_host")


@pytest.fixture
def no_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the tests are run, this is no notebook."""
    for sign in ("SERVER_SOFTWARE", "VSCODE_PID", *SIGNS):
        monkeypatch.delenv(sign, raising=False)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[BaseHTTPRequestHandler]]:
    """Stand for HeyGen; notes the requests it gets."""
    requests: list[BaseHTTPRequestHandler] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requests.append(self)
            self.send_error(404)

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("HEYGEN_BASE_URL", f"http://127.0.0.1:{server.server_port}")
        yield requests
        server.shutdown()


def test_it_says_what_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = metadata.version

    def version(package: str) -> str:
        if package in {"av", "marimo"}:
            raise metadata.PackageNotFoundError(package)
        return installed(package)

    monkeypatch.setattr(metadata, "version", version)
    found = diagnose().findings
    assert found["heygen-widget"] == __version__
    assert found["anywidget"] == installed("anywidget")
    assert found["av"].startswith("missing: rehearsals need")
    assert "marimo" not in found


def test_it_says_which_voice_the_environment_chooses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEYGEN_WIDGET_VOICE_ENGINE", "espeak")
    assert diagnose().findings["voices"].endswith("HEYGEN_WIDGET_VOICE_ENGINE chooses espeak")
    monkeypatch.delenv("HEYGEN_WIDGET_VOICE_ENGINE")
    assert "HEYGEN_WIDGET_VOICE_ENGINE" not in diagnose().findings["voices"]


def test_without_an_avatar_it_says_what_it_cannot_know() -> None:
    found = diagnose().findings
    assert found["host"] == "none (guessed: no page has reported)"
    assert found["page"].startswith("no page has reported yet; run diagnose() again")
    assert found["codecs"].startswith("unknown")
    assert found["transport"].startswith("undecided")
    assert found["key"] == "HEYGEN_API_KEY is not set"
    assert found["rehearsal"].startswith("yes")


def test_it_says_what_the_page_of_the_newest_avatar_says(
    make_avatar: MakeAvatar, page: Page
) -> None:
    make_avatar()
    avatar = make_avatar()
    page.say(avatar, HELLO)
    page.say(avatar, PLAYS)
    found = diagnose().findings
    assert found["host"] == "VS Code"
    assert found["page"] == "Code/1.132 Chrome/142; in another page's frame"
    assert found["codecs"] == "cannot decode sound (AAC)"
    assert found["autoplay"] == "allowed-muted; sound is off until the user acts"
    assert found["transport"] == "kernel: it did not respond"
    assert found["playback"] == "playing, 1.2 s behind the live edge; stalls: 2, recoveries: 0"


@pytest.mark.usefixtures("page")
def test_it_says_what_the_kernel_knows_before_any_page_is_there(
    make_avatar: MakeAvatar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/ann/")
    make_avatar()
    found = diagnose().findings
    assert found["host"].endswith("the notebook runs on JupyterHub")
    assert found["transport"] == "kernel: the notebook runs on JupyterHub"


def test_a_page_of_an_older_version_says_nothing_and_is_welcome(
    make_avatar: MakeAvatar, page: Page
) -> None:
    page.say(make_avatar(), {"kind": "hello", "player": False})
    assert page.messages("player")
    assert diagnose().findings["page"].startswith("no page has reported")


def test_it_tells_no_key_no_user_and_no_path(
    make_avatar: MakeAvatar,
    page: Page,
    monkeypatch: pytest.MonkeyPatch,
    server: list[BaseHTTPRequestHandler],
) -> None:
    secret = "sk-geheim-4711"
    settings = {
        "HEYGEN_API_KEY": secret,
        "HOME": "/home/annabel",
        "USER": "annabel",
        "JUPYTERHUB_SERVICE_PREFIX": "/user/annabel/",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    page.say(make_avatar(client=HeyGen()), HELLO)
    found = diagnose(network=True)
    for text in (str(found), repr(found), found._repr_html_()):
        assert secret not in text
        assert "annabel" not in text
        assert "/home" not in text
    assert found.findings["key"] == "HEYGEN_API_KEY is set"
    assert found.findings["rehearsal"] == "no"
    assert server


def test_the_network_is_asked_only_on_request_and_gets_no_key(
    server: list[BaseHTTPRequestHandler], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEYGEN_API_KEY", "sk-geheim-4711")
    assert diagnose().findings["network"].startswith("not checked")
    assert server == []
    assert (
        diagnose(network=True)
        .findings["network"]
        .startswith("the server in HEYGEN_BASE_URL responds (HTTP 404 in ")
    )
    (request,) = server
    assert "sk-geheim-4711" not in str(request.headers)


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("http://127.0.0.1:1", "the server in HEYGEN_BASE_URL cannot be reached (ConnectError)"),
        ("http://ann:secret@127.0.0.1:1", "HEYGEN_BASE_URL is not valid. Give only scheme"),
    ],
)
def test_what_is_wrong_with_an_address_is_said_without_the_address(
    address: str, found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEYGEN_BASE_URL", address)
    text = diagnose(network=True).findings["network"]
    assert text.startswith(found)
    assert "secret" not in text


def test_it_reads_as_aligned_lines_and_as_a_table_of_text() -> None:
    diagnosis = Diagnosis({"host": "<b>JupyterLab</b>", "python": "3.11"})
    assert str(diagnosis) == "host    <b>JupyterLab</b>\npython  3.11"
    assert repr(diagnosis) == str(diagnosis)
    assert "<td>&lt;b&gt;JupyterLab&lt;/b&gt;</td>" in diagnosis._repr_html_()


def test_a_rehearsal_that_lacks_its_extra_is_refused_at_once_and_not_promised(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "av" else find(name)
    )
    command = r"pip install 'heygen-widget\[local\]'"
    for local in (None, True, LocalServer()):
        with pytest.raises(LocalServerError, match=command):
            Avatar(local=local)
    assert re.match(f"not possible.*{command}", diagnose().findings["rehearsal"])
    with HeyGen("a-key", "http://127.0.0.1:9") as client:
        Avatar(client=client).close()


@pytest.mark.parametrize("name", ["aiortc", "websockets"])
def test_an_avatar_in_a_room_that_lacks_its_extra_is_refused_at_once(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda asked: None if asked == name else find(asked)
    )
    command = rf"needs {name}.*pip install 'heygen-widget\[local,webrtc\]'"
    with pytest.raises(LocalServerError, match=command):
        StreamingAvatar()
    Avatar().close()
