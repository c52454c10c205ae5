import http.client
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from heygen_widget.local import LocalServer
from tests.local.conftest import SESSIONS, TEXT_STREAM, Caller

ROUTES = [
    ("POST", SESSIONS),
    ("GET", f"{SESSIONS}/x"),
    ("POST", f"{SESSIONS}/x/text"),
    ("GET", f"{SESSIONS}/x/words"),
    ("POST", f"{SESSIONS}/x/cancel"),
    ("POST", "/rehearsal/measure"),
    ("POST", "/rehearsal/throttle"),
    ("GET", "/nowhere"),
]


def assert_envelope(answer: httpx.Response) -> dict[str, Any]:
    """Check the shape that every refusal has; return what is in it."""
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-request-id"]
    body = answer.json()
    assert set(body) == {"error"}
    error: dict[str, Any] = body["error"]
    assert set(error) == {"code", "message", "param", "doc_url"}
    return error


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-api-key": ""},
        {"x-api-key": "wrong"},
        {"x-api-key": b"k\xe9y"},
        {"authorization": "Bearer wrong"},
        {"authorization": "Bearer"},
        {"authorization": "Basic KEY"},
        {"authorization": "KEY"},
    ],
)
def test_nobody_gets_in_without_the_key(
    local_server: LocalServer, method: str, path: str, headers: dict[str, Any]
) -> None:
    known = {
        name: value.replace("KEY", local_server.api_key) if isinstance(value, str) else value
        for name, value in headers.items()
    }
    answer = httpx.request(method, local_server.base_url + path, headers=known)
    assert answer.status_code == 401
    assert assert_envelope(answer) == {
        "code": "authentication_failed",
        "message": "Invalid or expired API key. Verify your x-api-key header.",
        "param": None,
        "doc_url": None,
    }


@pytest.mark.parametrize(
    "header", ["X-Api-Key: {}", "Authorization: Bearer {}", "authorization: bearer {}"]
)
def test_the_key_is_taken_from_either_header(local_server: LocalServer, header: str) -> None:
    name, _, value = header.format(local_server.api_key).partition(": ")
    answer = httpx.get(f"{local_server.base_url}{SESSIONS}/x", headers={name: value})
    assert answer.status_code == 404


@pytest.mark.parametrize("path", [f"{SESSIONS}/x", "/hls/x/stream.m3u8"])
@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost:80@evil.example",
        "10.0.0.1",
        "",
        "[::1",
        "::1",
    ],
)
def test_a_page_that_re_bound_its_name_is_turned_away(caller: Caller, path: str, host: str) -> None:
    answer = caller.http.get(path, headers={"Host": host})
    assert answer.status_code in {400, 421}


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:80"])
def test_every_loopback_name_is_welcome(caller: Caller, host: str) -> None:
    answer = caller.http.get(f"{SESSIONS}/x", headers={"Host": host})
    assert answer.status_code == 404
    assert assert_envelope(answer)["code"] == "not_found"


def test_the_playback_url_has_the_name_the_caller_used(caller: Caller) -> None:
    stream_id = caller.text_stream()
    caller.playing(stream_id)
    answer = caller.http.get(f"{SESSIONS}/{stream_id}", headers={"Host": "localhost:4711"})
    assert answer.json()["data"]["hls_url"].startswith("http://localhost:4711/hls/")


def test_no_page_may_read_the_api(caller: Caller) -> None:
    for method, path in ROUTES:
        for asked in (method, "OPTIONS"):
            answer = caller.http.request(asked, path, headers={"Origin": "https://evil.example"})
            assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", SESSIONS, 405, "method_not_allowed"),
        ("DELETE", f"{SESSIONS}/x", 405, "method_not_allowed"),
        ("GET", f"{SESSIONS}/x/text", 405, "method_not_allowed"),
        ("POST", f"{SESSIONS}/x/words", 405, "method_not_allowed"),
        ("GET", "/", 404, "not_found"),
        ("POST", f"{SESSIONS}/", 404, "not_found"),
        ("GET", f"{SESSIONS}/a%2Fb", 404, "not_found"),
        ("GET", f"{SESSIONS}/..%2F..%2Fetc%2Fpasswd", 404, "not_found"),
        ("GET", f"{SESSIONS}/%00", 404, "not_found"),
        ("GET", f"{SESSIONS}/%FF", 404, "not_found"),
        ("POST", "/v2/streaming.new", 404, "not_found"),
    ],
)
def test_wrong_ways_are_refused_in_the_envelope(
    caller: Caller, method: str, path: str, status: int, code: str
) -> None:
    answer = caller.http.request(method, path)
    assert answer.status_code == status
    assert assert_envelope(answer)["code"] == code


def test_every_answer_has_a_request_id_of_its_own(caller: Caller) -> None:
    stream_id = caller.text_stream()
    url = caller.playing(stream_id)
    answers = [caller.http.get(path) for path in (f"{SESSIONS}/{stream_id}", url, "/", "/")]
    assert len({answer.headers["x-request-id"] for answer in answers}) == 4


def test_throttling_can_be_rehearsed(caller: Caller) -> None:
    stream_id = caller.text_stream()
    order = {"requests": 2, "retry_after": 7}
    assert caller.http.post("/rehearsal/throttle", json=order).status_code == 200
    for answer in (caller.append(stream_id, "lost"), caller.http.get(f"{SESSIONS}/x")):
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == "7"
        assert assert_envelope(answer)["code"] == "rate_limit_exceeded"
    assert caller.append(stream_id, " heard").json()["data"]["buffered_bytes"] == len(
        "Hello. heard"
    )


@pytest.mark.parametrize(
    "order", [{}, {"requests": -1}, {"requests": "2"}, {"requests": 1, "x": 1}]
)
def test_a_throttling_order_that_makes_no_sense_is_refused(
    caller: Caller, order: dict[str, Any]
) -> None:
    answer = caller.http.post("/rehearsal/throttle", json=order)
    assert answer.status_code == 400
    assert assert_envelope(answer)["code"] == "invalid_parameter"


def test_a_server_for_the_network_is_called_by_address_only(
    server_with: Callable[..., LocalServer], caller_at: Callable[[LocalServer], Caller]
) -> None:
    caller = caller_at(server_with(host="0.0.0.0"))
    assert caller.server.base_url.startswith("http://127.0.0.1:")
    statuses = {
        host: caller.http.get(f"{SESSIONS}/x", headers={"Host": host}).status_code
        for host in ("192.0.2.7:80", "evil.example", "localhost")
    }
    assert statuses == {"192.0.2.7:80": 404, "evil.example": 421, "localhost": 404}


def test_a_request_of_the_old_kind_without_a_name_is_refused(local_server: LocalServer) -> None:
    address = httpx.URL(local_server.base_url)
    connection = http.client.HTTPConnection(address.host, address.port or 0)
    connection.putrequest("GET", f"{SESSIONS}/x", skip_host=True)
    connection.putheader("x-api-key", local_server.api_key)
    connection.endheaders()
    assert connection.getresponse().status in {400, 421}
    connection.close()


def test_the_seed_is_checked_before_anything_is_opened(caller: Caller) -> None:
    answer = caller.http.post(SESSIONS, json={**TEXT_STREAM, "text": ""})
    assert answer.status_code == 400
    assert assert_envelope(answer)["param"] == "text"
