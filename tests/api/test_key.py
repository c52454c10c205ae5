"""The key is on the wire and nowhere else."""

from __future__ import annotations

import asyncio
import copy
import logging
import pickle
import traceback
from typing import TYPE_CHECKING, Any

import pytest

from heygen_widget.api import AsyncHeyGen, ConfigurationError, HeyGen, HeyGenError, MissingKey

if TYPE_CHECKING:
    from collections.abc import Callable

    from heygen_widget.api import WordBatch
    from tests.api.conftest import Face, MakeFace, Server

CLIENTS = pytest.mark.parametrize("client", [HeyGen, AsyncHeyGen])
AnyClient = type[HeyGen] | type[AsyncHeyGen]


def everything_said_about(error: BaseException) -> str:
    """Return what any traceback printer could show: messages, chains, variables, attributes."""
    shown: list[str] = []
    seen: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        problem = pending.pop()
        if problem is None or id(problem) in seen:
            continue
        seen.add(id(problem))
        pending += [problem.__cause__, problem.__context__]
        report = traceback.TracebackException.from_exception(problem, capture_locals=True)
        for frame in report.stack:
            # The test's own variables hold the key; those of the package must not.
            if "/tests/" not in frame.filename:
                shown += [frame.line or "", *(frame.locals or {}).values()]
        shown += [str(problem), repr(problem), repr(vars(problem)), repr(problem.args)]
    return "\n".join(shown)


def test_the_key_comes_from_the_environment(
    server: Server, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEYGEN_API_KEY", key)
    monkeypatch.setenv("HEYGEN_BASE_URL", f"{server.base_url}/")
    server.answers(200, {"data": {"stream_id": "s1", "status": "pending"}})

    with HeyGen() as client:
        client.avatar_realtime.get("s1")

    assert client.base_url == server.base_url
    assert server.requests[0].headers["x-api-key"] == key


@CLIENTS
@pytest.mark.parametrize("given", [None, ""])
def test_without_a_key_one_is_told_what_to_do(client: AnyClient, given: str | None) -> None:
    with pytest.raises(MissingKey, match=r"Set HEYGEN_API_KEY .*LocalServer"):
        client(given)


@CLIENTS
@pytest.mark.parametrize("spoil", ["{}\n", " {}", "{} {}", "“{}”", "{}\x00", "clé{}"])
def test_a_spoilt_key_is_refused_and_not_shown(client: AnyClient, key: str, spoil: str) -> None:
    with pytest.raises(ConfigurationError, match="Copy it again") as caught:
        client(spoil.format(key, key))

    assert key not in everything_said_about(caught.value)


@CLIENTS
@pytest.mark.parametrize("wrap", [str.encode, lambda key: [key]], ids=["bytes", "list"])
def test_what_is_no_text_is_refused_as_a_key(
    client: Any, key: str, wrap: Callable[[str], object]
) -> None:
    with pytest.raises(ConfigurationError, match=r"The API key must be a str\."):
        client(wrap(key))


@CLIENTS
def test_a_wrong_address_does_not_show_the_key(client: AnyClient, key: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        client(key, "ftp://example.com")

    assert key not in everything_said_about(caught.value)


def test_the_client_shows_a_mask(face: Face, server: Server, key: str) -> None:
    client = face.client

    assert repr(client) == f"{type(client).__name__}(base_url={server.base_url!r}, api_key='***')"
    for thing in (client, client._wire, client._settings, client._settings.key, client._wire._auth):
        assert key not in f"{thing!r} {thing!s} {getattr(thing, '__dict__', '')}"


def test_a_client_like_another_has_its_key_and_address(
    face: Face, server: Server, key: str
) -> None:
    server.answers(200, {"data": {"stream_id": "s1", "status": "pending"}})

    with HeyGen.like(face.client) as twin:
        twin.avatar_realtime.get("s1")

    assert (twin.base_url, server.requests[0].headers["x-api-key"]) == (server.base_url, key)
    assert isinstance(AsyncHeyGen.like(twin), AsyncHeyGen)


def test_the_client_is_neither_pickled_nor_copied(face: Face) -> None:
    for way in (pickle.dumps, copy.copy, copy.deepcopy):
        for thing in (face.client, face.client._settings.key):
            with pytest.raises(TypeError, match=r"pickled or copied"):
                way(thing)


FAULTS: list[Callable[[Server], None]] = [
    lambda server: server.answers(401, {"error": {"code": "unauthorized", "message": "No."}}),
    lambda server: server.answers(500, b"<html>oops"),
    lambda server: server.answers(201, b"not json"),
    lambda server: server.resets(),
    lambda server: server.plays(b"HTTP/1.1 202 OK\r\nContent-Length: 9\r\n\r\n{"),
    lambda server: server.plays(b"not http at all\r\n\r\n"),
    lambda server: server.answers(302, Location="https://example.com/"),
]
CALLS: list[Callable[[Face], Any]] = [
    lambda face: face.open_session(),
    lambda face: face.get(),
    lambda face: face.words(),
]


@pytest.mark.parametrize("call", CALLS, ids=["create", "get", "words"])
@pytest.mark.parametrize("plan", FAULTS)
def test_no_failure_shows_the_key(
    make_face: MakeFace,
    server: Server,
    caplog: pytest.LogCaptureFixture,
    *,
    key: str,
    plan: Callable[[Server], None],
    call: Callable[[Face], Any],
) -> None:
    plan(server)

    assert_failing_shows_no_key(make_face(max_retries=0), server, call, key, caplog)


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize("call", CALLS, ids=["create", "get", "words"])
def test_no_time_out_shows_the_key(
    make_face: MakeFace,
    server: Server,
    caplog: pytest.LogCaptureFixture,
    *,
    key: str,
    call: Callable[[Face], Any],
) -> None:
    server.falls_silent()

    face = make_face(max_retries=0, timeout=2.0)
    assert_failing_shows_no_key(face, server, call, key, caplog)


def assert_failing_shows_no_key(
    face: Face,
    server: Server,
    call: Callable[[Face], Any],
    key: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)

    with pytest.raises(HeyGenError) as caught:
        call(face)

    assert server.requests[0].headers["x-api-key"] == key
    assert key not in everything_said_about(caught.value)
    assert key.encode() not in pickle.dumps(caught.value)
    assert caplog.records, "the HTTP library logs at this level, so this looked at something"
    assert key not in caplog.text
    assert not any(key in repr(vars(record)) for record in caplog.records)


def test_a_refused_connection_does_not_show_the_key(
    make_face: MakeFace, server: Server, key: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    face = make_face()
    server.close()

    with pytest.raises(HeyGenError) as caught:
        face.open_session()

    assert key not in everything_said_about(caught.value)
    assert key not in caplog.text


def test_success_does_not_log_the_key(
    face: Face, server: Server, key: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.answers(201, {"data": {"stream_id": "s1"}})

    face.open_session()

    assert caplog.records
    assert key not in caplog.text


def test_a_server_that_echoes_the_key_does_not_get_it_into_an_error(
    face: Face, server: Server, key: str
) -> None:
    error = {"code": f"bad:{key}", "message": f"unknown key {key}", "param": key, "doc_url": key}
    server.answers(401, {"error": error}, X_Request_Id=f"for-{key}")

    with pytest.raises(HeyGenError, match=r"unknown key \*\*\*") as caught:
        face.open_session()

    assert key not in everything_said_about(caught.value)


@pytest.mark.parametrize("before", [0, 480, 499, 980])
def test_a_message_that_is_cut_short_holds_no_piece_of_the_key(
    face: Face, server: Server, key: str, before: int
) -> None:
    server.answers(403, {"error": {"message": " " * before + "x" * 480 + key}})

    with pytest.raises(HeyGenError) as caught:
        face.open_session()

    assert key[:8] not in everything_said_about(caught.value)


def test_a_key_that_is_echoed_as_in_a_url_does_not_get_into_an_error(
    make_face: MakeFace, server: Server
) -> None:
    server.answers(500, b"at /login?key=%41bc%2fdefgh%2Bijklmnop%3D%3D", "text/plain")
    face = make_face(api_key="Abc/defgh+ijklmnop==", max_retries=0)

    with pytest.raises(HeyGenError, match=r"at /login\?key=\*\*\*\."):
        face.get()


def test_an_answer_holds_no_key_either(face: Face, server: Server, key: str) -> None:
    told = {"status": "error", "error_message": f"not {key}", "hls_url": f"http://a.b/{key}?{key}"}
    server.answers(200, {"data": {"stream_id": f"s-{key}", **told}})
    server.streams(b'data: {"words": [{"word": "%s", "start": 0, "end": 1}]}\n\n' % key.encode())
    batches: list[WordBatch] = []

    state = face.get()
    with pytest.raises(HeyGenError):
        face.words(seen=batches)

    assert (state.stream_id, state.error_message) == ("s-***", "not ***")
    assert state.hls_url == "http://a.b/***?***"
    assert [word.word for batch in batches for word in batch.words] == ["***"]


def test_a_key_that_is_a_word_blots_out_no_other(make_face: MakeFace, server: Server) -> None:
    server.answers(200, {"data": {"stream_id": "turnkey", "status": "pending"}})

    assert make_face(api_key="key").get().stream_id == "turnkey"


def test_a_finished_request_holds_no_key(server: Server, key: str) -> None:
    server.streams(b"event: end\n\n")

    async def look() -> list[str]:
        shown = []
        async with AsyncHeyGen(key, server.base_url) as client:
            client._wire._lines.http.event_hooks["response"].append(note := Note())
            async for _ in client.avatar_realtime.words("s1"):
                raise AssertionError
            shown += [str(list(request.headers.raw)) for request in note.requests]
        return shown

    (headers,) = asyncio.run(look())
    assert key not in headers


class Note:
    """Keeps the requests whose answers pass by."""

    def __init__(self) -> None:
        self.requests: list[Any] = []

    async def __call__(self, response: Any) -> None:
        self.requests.append(response.request)
