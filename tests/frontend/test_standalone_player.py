"""The page for browsers that can decode what the notebook cannot."""

import http.client
import socket
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from heygen_widget.frontend.bundles import STATIC
from heygen_widget.frontend.standalone_player import MOST_CONNECTIONS, PlayerPages
from tests.garbage import collect_until


class _Avatar:
    """What the page knows of an avatar."""

    def __init__(self, session: dict[str, Any]) -> None:
        self.session = session


@pytest.fixture
def pages() -> PlayerPages:
    return PlayerPages()


def test_the_page_has_all_it_needs_from_one_place(pages: PlayerPages) -> None:
    avatar = _Avatar({"epoch": 1, "status": "streaming"})
    address = pages.address(avatar)
    page = httpx.get(address)
    assert 'src="page.js"' in page.text
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    for script in ("page.js", "player.js"):
        assert httpx.get(address + script).content == (STATIC / script).read_bytes()


def test_the_page_follows_the_session(pages: PlayerPages) -> None:
    avatar = _Avatar({"epoch": 1, "status": "pending"})
    address = pages.address(avatar)
    assert httpx.get(address + "session.json").json()["status"] == "pending"
    avatar.session = {"epoch": 1, "status": "streaming"}
    assert httpx.get(address + "session.json").json()["status"] == "streaming"


def test_an_avatar_has_one_address_that_nobody_else_has(pages: PlayerPages) -> None:
    first, second = _Avatar({}), _Avatar({})
    assert pages.address(first) == pages.address(first) != pages.address(second)


def test_the_page_is_for_this_machine_and_for_those_who_know_its_address(
    pages: PlayerPages,
) -> None:
    avatar = _Avatar({})
    address = urlsplit(pages.address(avatar))
    assert address.hostname == "127.0.0.1"
    assert len(address.path.strip("/")) >= 20
    guess = f"http://{address.netloc}/avatar/session.json"
    assert httpx.get(guess).status_code == http.client.NOT_FOUND
    outside = f"{address.geturl()}../../__init__.py"
    assert httpx.get(outside).status_code == http.client.NOT_FOUND


def test_the_page_does_not_keep_an_avatar_alive(pages: PlayerPages) -> None:
    avatar = _Avatar({})
    address = pages.address(avatar)
    del avatar
    collect_until(lambda: httpx.get(address).status_code == http.client.NOT_FOUND)


@pytest.mark.parametrize(
    ("host", "answered"),
    [
        ("127.0.0.1", True),
        ("127.0.0.1:{port}", True),
        ("LocalHost:8888", True),  # an editor forwards the port under another number
        ("[::1]:{port}", True),
        ("attacker.example", False),
        ("attacker.example:{port}", False),
        ("127.0.0.1.attacker.example", False),
        ("localhost.attacker.example:{port}", False),
        ("127.0.0.1@attacker.example", False),
        ("127.0.0.1:{port}:80", False),
        ("127.0.0.1:8\u0668", False),
        ("192.168.0.7:{port}", False),
        ("", False),
        (None, False),
    ],
)
def test_the_page_is_served_under_the_names_of_this_machine_only(
    pages: PlayerPages, host: str | None, *, answered: bool
) -> None:
    avatar = _Avatar({"secret": "view"})
    address = urlsplit(pages.address(avatar))
    named = "" if host is None else f"Host: {host.format(port=address.port)}\r\n"
    answer = _ask(address.port, f"GET {address.path}session.json HTTP/1.1\r\n{named}\r\n")
    assert answer.startswith(b"HTTP/1.1 200" if answered else b"HTTP/1.1 421")
    assert (b"secret" in answer) is answered


def test_a_request_with_two_names_is_refused(pages: PlayerPages) -> None:
    avatar = _Avatar({})
    address = urlsplit(pages.address(avatar))
    names = "Host: 127.0.0.1\r\nHost: attacker.example\r\n"
    answer = _ask(address.port, f"GET {address.path} HTTP/1.1\r\n{names}\r\n")
    assert answer.startswith(b"HTTP/1.1 421")


def test_those_who_connect_and_say_nothing_do_not_keep_the_page_from_others(
    pages: PlayerPages,
) -> None:
    avatar = _Avatar({})
    address = pages.address(avatar)
    port = urlsplit(address).port
    silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(3 * MOST_CONNECTIONS)]
    try:
        assert httpx.get(address).status_code == http.client.OK
        gone = silent[0]
        gone.settimeout(60)
        assert gone.recv(1) == b"", "the oldest makes room"
    finally:
        for connection in silent:
            connection.close()


def _ask(port: int | None, request: str) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(request.encode())
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))
