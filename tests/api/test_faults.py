"""Broken connections: what is known about the request that was under way."""

from __future__ import annotations

import socket
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpcore
import httpx
import pytest

from heygen_widget.api import (
    APIConnectionError,
    APITimeoutError,
    Gone,
    HeyGen,
    RateLimited,
)
from heygen_widget.api import _operations as operations

if TYPE_CHECKING:
    from tests.api.conftest import Face, MakeFace, Server

HALF = b'HTTP/1.1 202 Accepted\r\nContent-Length: 50\r\n\r\n{"data": {"buff'


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def test_a_server_that_is_not_there_certainly_got_nothing(
    make_face: MakeFace, closed_port: int
) -> None:
    face = make_face(base_url=f"http://127.0.0.1:{closed_port}")

    with pytest.raises(APIConnectionError, match=f"127.0.0.1:{closed_port} could not be") as caught:
        face.append()

    assert caught.value.sent is False
    assert "Nothing was sent" in caught.value.hint


def test_a_host_without_an_address_certainly_got_nothing(make_face: MakeFace) -> None:
    face = make_face(base_url="https://nowhere.invalid", max_retries=0)

    with pytest.raises(APIConnectionError) as caught:
        face.append()

    assert caught.value.sent is False


def test_after_a_reset_nobody_knows(face: Face, server: Server) -> None:
    server.resets()

    with pytest.raises(APIConnectionError, match="may have received") as caught:
        face.append()

    assert caught.value.sent is None
    assert not isinstance(caught.value, APITimeoutError)


def test_after_a_silent_hang_up_nobody_knows(face: Face, server: Server) -> None:
    server.plays(b"")

    with pytest.raises(APIConnectionError) as caught:
        face.append()

    assert caught.value.sent is None


def test_after_a_time_out_nobody_knows(make_face: MakeFace, server: Server) -> None:
    server.falls_silent()

    with pytest.raises(APITimeoutError, match="did not answer in time") as caught:
        make_face(timeout=0.5).append()

    assert caught.value.sent is None
    assert server.hung_up.wait(60)


@pytest.mark.parametrize(
    ("end", "timeout"), [("resets", 30.0), ("plays", 30.0), ("falls_silent", 1.0)]
)
def test_when_only_the_answer_is_lost_the_request_certainly_arrived(
    make_face: MakeFace, server: Server, end: str, timeout: float
) -> None:
    getattr(server, end)(HALF)

    with pytest.raises(APIConnectionError, match="received the request") as caught:
        make_face(timeout=timeout).append()

    assert (caught.value.sent, caught.value.status) == (True, 202)


def test_a_refusal_that_breaks_off_is_still_a_refusal(face: Face, server: Server) -> None:
    head = "HTTP/1.1 410 Gone\r\nX-Request-Id: req-7\r\nContent-Encoding: gzip\r\n"
    server.plays(f"{head}Content-Length: 50\r\n\r\n".encode())

    with pytest.raises(Gone) as caught:
        face.append()

    assert caught.value.request_id == "req-7"


@pytest.mark.parametrize("part", ["headers", "body"])
def test_what_broke_off_while_it_was_written_certainly_did_not_arrive_whole(
    face: Face, server: Server, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The writing on a broken connection cannot be provoked at will on loopback."""

    def broken(*_: object, **__: object) -> Any:
        raise httpcore.WriteError("broken pipe")

    async def async_broken(*_: object, **__: object) -> Any:
        broken()

    name = f"_send_request_{part}"
    monkeypatch.setattr(httpcore.HTTP11Connection, name, broken)
    monkeypatch.setattr(httpcore.AsyncHTTP11Connection, name, async_broken)
    server.plays(b"")
    monkeypatch.setattr(face.client._wire, "settings", replace(face.client._settings, timeout=0.5))

    with pytest.raises(APIConnectionError, match="could not be reached") as caught:
        face.append()

    assert caught.value.sent is False


def test_once_means_once_and_without_a_time_out(face: Face, server: Server) -> None:
    operation = operations.append_text("s1", "Hi", final=False, once=True)
    assert face.client._settings.timeouts(patience=operation.patience).read is None
    server.answers(429, {"error": {"code": "x", "message": "Too many."}}, Retry_After="1")

    with pytest.raises(RateLimited, match="asks you to wait 1 s"):
        face.append(once=True)

    assert (len(server.requests), face.pauses) == (1, [])


def test_a_server_that_does_not_speak_http_is_a_connection_error(
    face: Face, server: Server
) -> None:
    server.plays(b"SSH-2.0-OpenSSH_9.6\r\n")

    with pytest.raises(APIConnectionError) as caught:
        face.append()

    assert caught.value.sent is None


def test_a_body_that_cannot_be_unpacked_is_a_connection_error(face: Face, server: Server) -> None:
    server.answers(202, b"not gzip", Content_Encoding="gzip")

    with pytest.raises(APIConnectionError) as caught:
        face.append()

    assert caught.value.sent is True


def test_one_broken_session_leaves_the_others_alone(face: Face, server: Server) -> None:
    server.resets()
    server.answers(202, {"data": {"buffered_bytes": 2}})

    with pytest.raises(APIConnectionError):
        face.append(stream_id="broken")

    assert face.append(stream_id="sound").buffered_bytes == 2


# A full pool, a lost write and a proxy's refusal cannot be provoked at will on loopback.
@pytest.mark.parametrize(
    ("fault", "sent"),
    [
        (httpx.PoolTimeout, False),
        (httpx.ConnectTimeout, False),
        (httpx.ProxyError, False),
        (httpx.WriteError, None),
        (httpx.WriteTimeout, None),
        (httpx.ReadError, None),
    ],
)
def test_only_faults_before_the_first_byte_count_as_never_sent(
    fault: type[httpx.TransportError], *, key: str, sent: bool | None
) -> None:
    def fail(_: httpx.Request) -> Any:
        raise fault("at that point")

    with httpx.Client(transport=httpx.MockTransport(fail)) as http:
        client = HeyGen(key, http_client=http)
        with pytest.raises(APIConnectionError) as caught:
            client.avatar_realtime.append_text("s1", "Hi")

    assert caught.value.sent is sent
    assert isinstance(caught.value, APITimeoutError) == issubclass(fault, httpx.TimeoutException)
