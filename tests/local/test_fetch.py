import asyncio
import ipaddress
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from heygen_widget.local import LocalServer, fetch
from heygen_widget.local.fetch import ANYWHERE, PUBLIC, FetchError, Policy, is_public
from tests.local.conftest import Caller

FIRST_ONLY = Policy(frozenset({"http"}), lambda address: str(address) == "127.0.0.1")


class Files(ThreadingHTTPServer):
    """A web server on all loopback addresses, which remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.files: dict[str, bytes] = {}
        self.redirects: dict[str, str] = {}
        self.asked: list[tuple[str, str | None]] = []

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.server_port}{path}"


class Answers(BaseHTTPRequestHandler):
    server: Files

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers["Host"]))
        if self.path in self.server.redirects:
            self.send_response(302)
            self.send_header("Location", self.server.redirects[self.path])
            self.end_headers()
        elif self.path in self.server.files:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(self.server.files[self.path])
        else:
            self.send_error(404)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def fetched(url: str, policy: Policy) -> bytes:
    return b"".join(asyncio.run(fetch.fetch(url, policy)).pieces())


@pytest.fixture
def files() -> Iterator[Files]:
    with Files() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "2001:db8::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::7f00:1",
        "2002:7f00:1::",
        "2002:a00:1::1",
    ],
)
def test_addresses_inside_are_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.215.14", "2606:4700:4700::1111", "::ffff:1.1.1.1"]
)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/a.wav",
        "https://localhost/a.wav",
        "https://2130706433/a.wav",
        "https://0x7f.1/a.wav",
        "https://[::1]/a.wav",
        "https://[::ffff:127.0.0.1]/a.wav",
        "https://169.254.169.254/latest/meta-data",
        "https://user:secret@127.0.0.1/a.wav",
        "http://1.1.1.1/a.wav",
        "file:///etc/passwd",
        "ftp://1.1.1.1/a.wav",
        "//1.1.1.1/a.wav",
        "https://",
        "https://[",
        "https://1.1.1.1:99999/",
        "a.wav",
        "",
        "\x00",
        "https://exa\nmple.com/",
        "https://" + "a" * 70_000,
        "https://" + "a" * 300 + ".example/",
        "https://xn--\udcff.example/",
    ],
)
def test_an_address_that_is_not_public_and_https_is_refused(url: str) -> None:
    with pytest.raises(FetchError):
        asyncio.run(fetch.fetch(url, PUBLIC))


def test_a_session_cannot_be_sent_to_this_machine(caller: Caller, files: Files) -> None:
    files.files["/secret"] = b"secret"
    for url in (files.url("/secret"), files.url("/secret").replace("http", "https")):
        audio = {"type": "url", "url": url}
        stream_id = caller.create(type="audio", avatar_id="anna", audio=audio)
        assert "audio URL" in caller.until(stream_id, "error")["error_message"]
    assert files.asked == []


def test_a_redirect_to_a_refused_address_is_not_followed(files: Files) -> None:
    files.redirects["/start"] = files.url("/secret", host="127.0.0.2")
    files.files["/secret"] = b"secret"
    with pytest.raises(FetchError, match="private"):
        asyncio.run(fetch.fetch(files.url("/start"), FIRST_ONLY))
    assert [path for path, _ in files.asked] == ["/start"]


def test_a_redirect_to_an_allowed_address_is_followed(files: Files) -> None:
    files.redirects["/start"] = "/sound"
    files.files["/sound"] = b"sound"
    assert fetched(files.url("/start"), FIRST_ONLY) == b"sound"


def test_endless_redirects_are_given_up(files: Files) -> None:
    files.redirects["/a"] = "/a"
    with pytest.raises(FetchError, match="redirects"):
        asyncio.run(fetch.fetch(files.url("/a"), ANYWHERE))


def test_a_name_that_moves_after_the_check_leads_nowhere_else(files: Files) -> None:
    files.files["/sound"] = b"sound"
    names: list[str] = []

    class Loop(asyncio.SelectorEventLoop):
        async def getaddrinfo(self, host: Any, port: Any, **more: Any) -> Any:
            names.append(host)
            address = "127.0.0.1" if len(names) == 1 else "127.0.0.2"
            return await super().getaddrinfo(address, port, **more)

    with asyncio.Runner(loop_factory=Loop) as runner:
        url = files.url("/sound", host="sounds.example")
        file = runner.run(fetch.fetch(url, FIRST_ONLY))
    assert b"".join(file.pieces()) == b"sound"
    assert names[0] == "sounds.example"
    assert files.asked == [("/sound", f"sounds.example:{files.server_port}")]


def test_what_is_too_large_is_refused(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "MAX_BYTES", 1000)
    files.files |= {"/fits": bytes(1000), "/large": bytes(1001)}
    assert len(fetched(files.url("/fits"), ANYWHERE)) == 1000
    with pytest.raises(FetchError, match="larger"):
        asyncio.run(fetch.fetch(files.url("/large"), ANYWHERE))


def test_what_does_not_come_is_given_up(monkeypatch: pytest.MonkeyPatch, files: Files) -> None:
    monkeypatch.setattr(fetch, "TIMEOUT", 0.05)
    answer = threading.Event()
    monkeypatch.setattr(Answers, "do_GET", lambda _: answer.wait())
    with pytest.raises(FetchError, match="did not answer"):
        asyncio.run(fetch.fetch(files.url("/slow"), ANYWHERE))
    answer.set()


def test_proxies_of_the_environment_are_not_asked(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    files.files["/sound"] = b"sound"
    assert fetched(files.url("/sound"), ANYWHERE) == b"sound"


def test_private_addresses_play_when_they_are_allowed(
    server_with: Callable[..., LocalServer],
    caller_at: Callable[[LocalServer], Caller],
    files: Files,
    tone: bytes,
) -> None:
    caller = caller_at(server_with(allow_private_urls=True))
    files.files["/tone.wav"] = tone
    audio = {"type": "url", "url": files.url("/tone.wav")}
    stream_id = caller.create(type="audio", avatar_id="anna", audio=audio)
    caller.until(stream_id, "completed")


def test_a_missing_file_ends_the_session_with_the_reason(
    server_with: Callable[..., LocalServer],
    caller_at: Callable[[LocalServer], Caller],
    files: Files,
) -> None:
    caller = caller_at(server_with(allow_private_urls=True))
    audio = {"type": "url", "url": files.url("/none.wav")}
    stream_id = caller.create(type="audio", avatar_id="anna", audio=audio)
    assert "HTTP 404" in caller.until(stream_id, "error")["error_message"]
