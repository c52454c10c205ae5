"""Where a key may go, and where it may not."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import httpx
import pytest

from heygen_widget.api import AsyncHeyGen, ConfigurationError, HeyGen
from heygen_widget.api._address import same_place

if TYPE_CHECKING:
    from tests.api.conftest import MakeFace, Server

CLIENTS = pytest.mark.parametrize("client", [HeyGen, AsyncHeyGen])
AnyClient = type[HeyGen] | type[AsyncHeyGen]


@CLIENTS
def test_heygen_is_the_default(client: AnyClient, key: str) -> None:
    assert client(key).base_url == "https://api.heygen.com"


@CLIENTS
@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("https://api.example.com/", "https://api.example.com"),
        ("https://example.com/behind/a/path/", "https://example.com/behind/a/path"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("http://192.168.1.7:8000", "http://192.168.1.7:8000"),
        ("http://rehearsal:8000", "http://rehearsal:8000"),
    ],
)
def test_https_goes_anywhere_and_http_stays_at_home(
    client: AnyClient, key: str, given: str, used: str
) -> None:
    assert client(key, given).base_url == used


@CLIENTS
@pytest.mark.parametrize(
    "given", ["http://api.heygen.com", "http://93.184.215.14", "http://[2606:4700::1]:8000"]
)
def test_a_key_never_travels_unencrypted_over_the_internet(
    client: AnyClient, key: str, given: str
) -> None:
    with pytest.raises(ConfigurationError, match="unencrypted"):
        client(key, given)


@CLIENTS
def test_a_key_given_as_the_address_is_not_repeated(client: AnyClient, key: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        client("https://api.heygen.com", key)
    assert key not in f"{caught.value!r} {caught.value}"


@CLIENTS
@pytest.mark.parametrize(
    "given",
    [
        "api.heygen.com",
        "ftp://example.com",
        "file:///etc/passwd",
        "https://",
        "https://exa mple.com:port",
        "//example.com",
        "https://user:pass@example.com",
        "https://example.com?x=1",
        "https://example.com#x",
    ],
)
def test_what_is_no_address_is_refused_with_advice(client: AnyClient, key: str, given: str) -> None:
    with pytest.raises(ConfigurationError, match="HEYGEN_BASE_URL") as caught:
        client(key, given)

    assert "pass@" not in str(caught.value)


def test_a_proxy_is_not_asked_for_this_very_machine(
    make_face: MakeFace, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://proxy.invalid:3128")
    server.answers(200, {"data": {"stream_id": "s1", "status": "pending"}})

    assert make_face(max_retries=0).get().status == "pending"


def test_a_client_of_ones_own_is_used_and_left_open(server: Server, key: str) -> None:
    server.answers(200, {"data": {"stream_id": "s1", "status": "pending"}})

    with httpx.Client(headers={"x-trace": "t1"}) as http:
        with HeyGen(key, server.base_url, http_client=http) as client:
            client.avatar_realtime.get("s1")
        assert not http.is_closed

    assert server.requests[0].headers["x-trace"] == "t1"


def test_a_base_url_with_a_path_keeps_it(make_face: MakeFace, server: Server) -> None:
    server.answers(200, {"data": {"stream_id": "s1", "status": "pending"}})

    make_face(base_url=f"{server.base_url}/proxy/heygen/").get()

    assert server.requests[0].target == "/proxy/heygen/v3/avatar-realtime/s1"


SAME = [
    "http://127.0.0.1:9",
    "http://localhost:9/",
    "http://LOCALHOST:9",
    "HTTP://localhost.:9",
    "http://[::1]:9",
    "http://[0:0:0:0:0:0:0:1]:9/",
    "http://127.0.0.2:9",
    "http://[::ffff:127.0.0.1]:9",
    "http://app.localhost:9",
]
OTHERS = [
    "http://127.0.0.1:10",
    "https://127.0.0.1:9",
    "http://127.0.0.1:9/v2",
    "http://10.0.0.1:9",
    "http://localhost",
]


@pytest.mark.parametrize(("one", "other"), list(product(SAME, SAME)))
def test_a_server_is_known_however_its_address_is_written(one: str, other: str) -> None:
    assert same_place(one, other)


@pytest.mark.parametrize(("one", "other"), list(product(SAME, OTHERS)))
def test_other_servers_are_others(one: str, other: str) -> None:
    assert not same_place(one, other)


def test_default_ports_and_capitals_make_no_other_server() -> None:
    assert same_place("https://api.heygen.com", "https://API.HeyGen.com.:443/")
    assert same_place("http://10.0.0.1", "http://10.0.0.1:80")
    assert not same_place("https://api.heygen.com", "http://api.heygen.com:443")
    assert not same_place("https://api.heygen.com", "https://api.heygen.com.evil.org")
