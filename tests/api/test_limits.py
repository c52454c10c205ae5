"""Whatever a server sends, a client takes a little of it and says what is wrong."""

from __future__ import annotations

import gzip
import json
import tracemalloc
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from heygen_widget.api import (
    APIConnectionError,
    APITimeoutError,
    HeyGenError,
    RateLimited,
    ServerError,
    UnexpectedResponse,
)
from heygen_widget.api.plain import LONGEST
from tests.api.conftest import events_head

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

    from tests.api.conftest import Face, MakeFace, Server

MEGABYTE = 1024 * 1024
MOST = 32 * MEGABYTE
"""Bytes of memory that an answer may cost while it is read."""
STATE = {"data": {"stream_id": "s1", "status": "pending"}}


@contextmanager
def _little_memory() -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < MOST
    finally:
        tracemalloc.stop()


def _endless(server: Server, head: bytes, piece: bytes) -> None:
    def send(connection: socket.socket) -> None:
        connection.sendall(head)
        for _ in range(2_500 * MEGABYTE // len(piece)):
            connection.sendall(piece)

    server._plays.append(send)


def _packed(compress: Callable[[bytes], bytes], times: int = 1) -> bytes:
    body = bytes(2 * MOST)
    for _ in range(times):
        body = compress(body)
    return body


def _raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


BOMBS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "gzip": ("gzip", lambda: _packed(gzip.compress)),
    "gzip, by its other name": ("X-GZip", lambda: _packed(gzip.compress)),
    "deflate": ("deflate", lambda: _packed(zlib.compress)),
    "deflate without a wrapping": ("deflate", lambda: _packed(_raw_deflate)),
    "gzip twice": ("gzip, gzip", lambda: _packed(gzip.compress, 2)),
    "gzip 3 times": ("gzip,gzip,gzip", lambda: _packed(gzip.compress, 3)),
    "deflate in gzip": ("deflate, gzip", lambda: gzip.compress(_packed(zlib.compress))),
    # What these hold does not matter, as it is not unpacked.
    "brotli": ("br", lambda: b"\x5b\xff\xff\x6f" + bytes(1000)),
    "zstandard": ("zstd", lambda: b"\x28\xb5\x2f\xfd" + bytes(1000)),
    "what nobody knows": ("x-future", lambda: bytes(1000)),
}


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize("status", [200, 500])
def test_a_bomb_does_not_go_off(
    make_face: MakeFace, server: Server, bomb: str, status: int
) -> None:
    encoding, pack = BOMBS[bomb]
    server.answers(status, pack(), Content_Encoding=encoding)
    expected = ServerError if status == 500 else (UnexpectedResponse, APIConnectionError)

    with _little_memory(), pytest.raises(expected):
        make_face(max_retries=0).get()


@pytest.mark.parametrize("status", [200, 401, 500])
@pytest.mark.parametrize("length", [b"Content-Length: 2621440000", b"Transfer-Encoding: chunked"])
def test_a_body_without_an_end_is_not_read_to_it(
    make_face: MakeFace, server: Server, status: int, length: bytes
) -> None:
    head = b"HTTP/1.1 %d Anything\r\n%s\r\n\r\n" % (status, length)
    piece = b"x" * 65536
    _endless(server, head, b"10000\r\n%s\r\n" % piece if b"chunked" in length else piece)

    with _little_memory(), pytest.raises(HeyGenError) as caught:
        make_face(max_retries=0).get()

    assert caught.value.status == status
    assert server.hung_up.wait(30)


@pytest.mark.parametrize(
    ("first", "more"),
    [
        (b"data: ", b"x" * 65536),
        (b"", b"x" * 65536),
        (b": ", b"x" * 65536),
        (b"event: ", b"x" * 65536),
        (b"", b"data: x\n" * 8192),
        (b"", b"data:\n" * 8192),
        (b"", b"data: {}\n\n" * 6000),
        (b"", b": ping\n\n" * 8000),
        (b"", b"\n" * 65536),
        (b"", b'data: {"words": [{"word": "x", "start": 0, "end": 1}]}\n\n' * 1000),
        (b'data: {"words": [', b'{"word":"","start":0,"end":0},' * 2000),
    ],
    ids=[
        "data",
        "name",
        "comment",
        "event",
        "lines",
        "empty-lines",
        "events",
        "pings",
        "ends",
        "words",
        "one-batch",
    ],
)
def test_a_stream_of_words_that_goes_on_and_on_is_given_up(
    face: Face, server: Server, monkeypatch: pytest.MonkeyPatch, *, first: bytes, more: bytes
) -> None:
    monkeypatch.setattr("heygen_widget.api.words.MAX_WORDS", MEGABYTE)
    _endless(server, events_head() + first, more)

    with pytest.raises(UnexpectedResponse, match="larger than"):
        face.words()

    assert server.hung_up.wait(30)


@pytest.mark.parametrize("line", ["<title", "<html <title>", "<", "<head>" * 2, "&lt;", "\\", "%"])
def test_a_long_error_page_is_told_in_a_line(
    make_face: MakeFace, server: Server, line: str
) -> None:
    server.answers(502, (f"<html>{line * (400_000 // len(line))}").encode(), "text/html")

    with pytest.raises(ServerError) as caught:
        make_face(max_retries=0).get()

    assert len(caught.value.message) < 2 * LONGEST


@pytest.mark.parametrize("charset", ["punycode", "idna", "utf-7", "zip", "rot13", "x" * 1000])
def test_no_server_chooses_how_its_text_is_decoded(
    make_face: MakeFace, server: Server, charset: str
) -> None:
    server.answers(500, b"Sorry-" + b"a" * 60_000, f"text/plain; charset={charset}")

    with pytest.raises(ServerError, match="Sorry-a"):
        make_face(max_retries=0).get()


JSON_BODIES = {
    "nested": b"[" * 500_000,
    "nested, and closed": b"[" * 100_000 + b"]" * 100_000,
    "objects": b'{"a":' * 100_000,
    "many lists": b'{"data":[' + b"[]," * 300_000 + b"[]]}",
    "a long number": b'{"data":' + b"9" * 900_000 + b"}",
    "a number without an end": b'{"data":{"stream_id":1e' + b"9" * 9999 + b"}}",
    "half a character": b'{"data":{"stream_id":"s1","status":"\\ud800"}}',
}


@pytest.mark.parametrize("body", JSON_BODIES)
@pytest.mark.parametrize("status", [200, 400])
def test_no_json_is_too_strange(
    make_face: MakeFace, server: Server, body: str, status: int
) -> None:
    server.answers(status, JSON_BODIES[body])

    with pytest.raises(HeyGenError):
        make_face(max_retries=0).get()


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("deflate", _raw_deflate)],
)
def test_an_answer_that_is_packed_as_was_asked_is_read(
    face: Face, server: Server, encoding: str, pack: Callable[[bytes], bytes]
) -> None:
    server.answers(200, pack(json.dumps(STATE).encode()), Content_Encoding=encoding)

    assert face.get().status == "pending"
    accepted = server.requests[0].headers["accept-encoding"]
    assert accepted == "gzip, deflate"


@pytest.mark.parametrize(
    ("head", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b" "),
        (b"HTTP/1.1 200 OK\r\nX-Long: ", b"x"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["body", "head", "continue"],
)
@pytest.mark.parametrize("call", ["get", "words", "open_session"])
def test_an_answer_that_comes_by_drops_is_given_up(
    make_face: MakeFace,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    *,
    head: bytes,
    drop: bytes,
    call: str,
) -> None:
    """Each drop comes in time, and all of it never would."""
    monkeypatch.setattr("heygen_widget.api._settings._QUIET_STREAM_TIMEOUT", 0.3)
    monkeypatch.setattr("heygen_widget.api._operations._OPENING", 0.3)

    def drip(connection: socket.socket) -> None:
        connection.sendall(head)
        while not server._closing.wait(0.02):
            connection.sendall(drop)

    server._plays.append(drip)
    expected = UnexpectedResponse if call == "words" and b"Length" in head else APITimeoutError
    face = make_face(max_retries=0, timeout=0.3)
    with pytest.raises(expected):
        getattr(face, call)()
    face.close()
    assert server.hung_up.wait(30)


@pytest.mark.parametrize("size", [300_000])
def test_any_amount_of_escapes_and_overrides_becomes_a_plain_line(
    make_face: MakeFace, server: Server, size: int
) -> None:
    nasty = "\x1b[2J\x1b]0;owned\x07\u202egnirts\u2066\x9b31m\r\n\x00" * (size // 40)
    face = make_face(max_retries=0)
    told = {"stream_id": "s1", "status": "error", "error_message": nasty, "end_reason": nasty}
    server.answers(200, {"data": told})
    state = face.get()
    server.answers(
        400, {"error": {"message": nasty[:60_000], "code": nasty[:60]}}, X_Request_Id="a\x1bb"
    )
    with pytest.raises(HeyGenError) as caught:
        face.get()

    for said in (state.error_message, state.end_reason, str(caught.value)):
        assert said
        assert len(said) < 3 * LONGEST
        assert said.isprintable()
        assert "owned" in said


@pytest.mark.parametrize(
    "url", [f"http://a.b/{'x' * 10_000}", "http://a.b/\x1b[2J", "http://a\n.b"]
)
def test_an_address_that_is_none_is_not_handed_on(face: Face, server: Server, url: str) -> None:
    server.answers(200, {"data": {"stream_id": "s1", "status": "streaming", "hls_url": url}})

    assert face.get().hls_url is None


@pytest.mark.parametrize("value", [b"\xd9\xa3", b"\xff\xfe", b"\x1b[2J", b"caf\xc3\xa9", b"2"])
@pytest.mark.parametrize("whole", [True, False])
def test_no_header_is_too_strange(
    make_face: MakeFace, server: Server, value: bytes, *, whole: bool
) -> None:
    head = b"HTTP/1.1 429 %s\r\nRetry-After: %s\r\nX-Request-Id: %s\r\nX: %s\r\n"
    server.plays(head % ((value,) * 4) + b"Content-Length: %d\r\n\r\n" % (not whole))

    with pytest.raises(RateLimited) as caught:
        make_face(max_retries=0).get()

    assert str(caught.value).isprintable()


def test_an_identifier_of_a_megabyte_is_refused(face: Face, server: Server) -> None:
    server.answers(200, {"data": {"stream_id": "s" * 500_000, "status": "pending"}})

    with pytest.raises(UnexpectedResponse) as caught:
        face.get()

    assert len(str(caught.value)) < 3 * LONGEST
