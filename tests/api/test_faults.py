"""Broken connections: what is known about the request that was under way."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from heygen_widget.api import APIConnectionError, APITimeoutError, Gone, HeyGen

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

    with pytest.raises(APIConnectionError, match="not known whether") as caught:
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
    assert server.hung_up.wait(10)


@pytest.mark.parametrize(
    ("end", "timeout"), [("resets", 30.0), ("plays", 30.0), ("falls_silent", 1.0)]
)
def test_when_only_the_answer_is_lost_the_request_certainly_arrived(
    make_face: MakeFace, server: Server, end: str, timeout: float
) -> None:
    getattr(server, end)(HALF)

    with pytest.raises(APIConnectionError, match="has taken the request") as caught:
        make_face(timeout=timeout).append()

    assert (caught.value.sent, caught.value.status) == (True, 202)


def test_a_refusal_that_breaks_off_is_still_a_refusal(face: Face, server: Server) -> None:
    head = "HTTP/1.1 410 Gone\r\nX-Request-Id: req-7\r\nContent-Encoding: gzip\r\n"
    server.plays(f"{head}Content-Length: 50\r\n\r\n".encode())

    with pytest.raises(Gone) as caught:
        face.append()

    assert caught.value.request_id == "req-7"


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
