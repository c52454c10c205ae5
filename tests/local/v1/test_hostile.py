"""What a caller of the first API must never get: a status of 500, or a place lost for good."""

import base64
import contextlib
import string
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from heygen_widget.local import LocalServer
from heygen_widget.local.v1.bodies import MAX_TEXT
from heygen_widget.local.v1.livekit import wire
from heygen_widget.local.v1.livekit.connection import MAX_CANDIDATES, MAX_MEDIA
from heygen_widget.local.v1.routes import _FRAME
from heygen_widget.local.v1.tasks import MOST, MOST_TEXT
from tests.local.v1.conftest import NEW, Streamer

CANDIDATE = "candidate:1 1 udp 2122260223 127.0.0.1 50000 typ host"
BAD_CANDIDATES: list[Any] = [
    7,
    True,
    ["candidate"],
    {"candidate": CANDIDATE},
    "candidate",
    "candidate:1 1 udp",
    "candidate:1 one udp 2122260223 127.0.0.1 50000 typ host",
    CANDIDATE.replace("50000", "70000"),
    CANDIDATE.replace("50000", "-1"),
    CANDIDATE.replace("127.0.0.1", "999.0.0.1"),
    CANDIDATE.replace("127.0.0.1", "evil.example"),
    CANDIDATE.replace("2122260223", "9" * 40),
    CANDIDATE + " raddr 0.0.0.0 rport x",
    "x" * 100_000,
]
FIELDS = [
    *("session_id", "avatar_id", "avatar_name", "voice", "voice_id", "quality", "version"),
    *("video_encoding", "activity_idle_timeout", "text", "task_type", "task_mode"),
    *("sdp", "candidate"),
]
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=30)
    | st.sampled_from(["v1", "v2", "H264", "low", "answer", "talk", CANDIDATE])
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*FIELDS, "type", "sdpMid", "sdpMLineIndex"]), inner)
    ),
    max_leaves=8,
)


@pytest.fixture
def raw(streamer: Streamer) -> str:
    """A session of raw WebRTC."""
    session_id: str = streamer.open(version="v1")["session_id"]
    return session_id


@pytest.mark.parametrize("candidate", BAD_CANDIDATES)
def test_a_malformed_candidate_is_refused(streamer: Streamer, raw: str, candidate: object) -> None:
    answer = streamer.call("ice", session_id=raw, candidate={"candidate": candidate, "sdpMid": "0"})
    assert (answer.status_code, answer.json()["code"]) == (400, 400)
    assert len(answer.text) < 1000


@pytest.mark.parametrize(
    "candidate",
    [
        {"candidate": CANDIDATE, "sdpMid": "0", "sdpMLineIndex": 0},
        {"candidate": CANDIDATE.replace("127.0.0.1", "::1"), "sdpMLineIndex": 0},
        {"candidate": CANDIDATE.replace("127.0.0.1", "3F9A.local"), "sdpMid": "0"},
        {"candidate": CANDIDATE.replace("udp", "tcp") + " tcptype active", "sdpMid": "0"},
        {"candidate": "", "sdpMid": "0"},
        {"candidate": None},
        {},
    ],
)
def test_what_browsers_send_as_candidates_is_taken(
    streamer: Streamer, raw: str, candidate: dict[str, Any]
) -> None:
    assert streamer.data("ice", session_id=raw, candidate=candidate) == {"status": "success"}


def test_candidates_without_end_are_refused(streamer: Streamer, raw: str) -> None:
    statuses = [
        streamer.call(
            "ice", session_id=raw, candidate={"candidate": f"{CANDIDATE[:-20]}{port} typ host"}
        ).status_code
        for port in range(MAX_CANDIDATES + 1)
    ]
    assert statuses[-1] == 400


@pytest.mark.parametrize(
    "sdp",
    [
        "x",
        "v=0\r\nm=",
        "v=0\r\n" + "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n" * (MAX_MEDIA + 1),
        "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\n" + f"a={CANDIDATE}\r\n" * (MAX_CANDIDATES + 1),
        "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=candidate:x\r\n",
    ],
)
def test_a_description_that_cannot_be_used_is_refused(
    streamer: Streamer, raw: str, sdp: str
) -> None:
    answer = streamer.call("start", session_id=raw, sdp={"type": "answer", "sdp": sdp})
    assert (answer.status_code, answer.json()["code"]) == (400, 400)
    assert len(answer.text) < 1000


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize("scheme", ["ws", "wss"])
def test_a_scheme_that_is_not_http_takes_no_place(
    streamer: Streamer, scheme: str, version: str
) -> None:
    before = streamer.sessions()
    for _ in range(4):
        answer = streamer.http.post(
            "/v1/streaming.new",
            json={**NEW, "version": version},
            headers={"X-Forwarded-Proto": scheme},
        )
        assert answer.status_code == 400
    assert streamer.sessions() == before
    streamer.open()


@pytest.mark.parametrize("scheme", ["https", "http", "ftp", "", "https, http", "w" * 5000])
def test_a_proxy_may_say_https_and_the_rest_is_left(streamer: Streamer, scheme: str) -> None:
    answer = streamer.http.post(
        "/v1/streaming.new", json=NEW, headers={"X-Forwarded-Proto": scheme}
    )
    opened = answer.json()["data"]
    streamer.data("stop", session_id=opened["session_id"])
    assert opened["url"].startswith("wss://" if scheme == "https" else "ws://")


@settings(max_examples=40)
@given(
    name=st.sampled_from(["new", "start", "ice", "task", "interrupt", "keep_alive", "stop"]),
    body=st.dictionaries(st.sampled_from(FIELDS), VALUES) | VALUES,
)
def test_no_body_makes_the_server_fail(local_server: LocalServer, name: str, body: object) -> None:
    with httpx.Client(
        base_url=local_server.base_url, headers={"x-api-key": local_server.api_key}, timeout=30
    ) as http:
        answer = http.post(f"/v1/streaming.{name}", json=body)
        assert answer.status_code in {200, 400}
        if name == "new" and answer.is_success:
            session_id = answer.json()["data"]["session_id"]
            http.post("/v1/streaming.stop", json={"session_id": session_id})


@settings(max_examples=10)
@given(
    lines=st.lists(st.text(st.sampled_from(string.ascii_lowercase + " :.-0123456789")), min_size=5)
)
def test_no_candidate_makes_the_server_fail(local_server: LocalServer, lines: list[str]) -> None:
    with httpx.Client(
        base_url=local_server.base_url, headers={"x-api-key": local_server.api_key}, timeout=30
    ) as http:
        opened = http.post("/v1/streaming.new", json={**NEW, "version": "v1"}).json()["data"]
        session_id = opened["session_id"]
        for line in lines:
            for written in (line, f"candidate:{line}", f"{CANDIDATE} {line}"):
                candidate = {"candidate": written, "sdpMid": "0"}
                body = {"session_id": session_id, "candidate": candidate}
                assert http.post("/v1/streaming.ice", json=body).status_code in {200, 400}
        http.post("/v1/streaming.stop", json={"session_id": session_id})


# Chat.


@contextmanager
def chatting(streamer: Streamer) -> Iterator[tuple[str, ClientConnection]]:
    """Open a session with a token, and talk to it over the socket of HeyGen's SDK."""
    token = streamer.data("create_token")["token"]
    headers = {"Authorization": f"Bearer {token}"}
    url = f"{streamer.server.base_url}/v1/streaming.new"
    session_id = httpx.post(url, headers=headers, json=NEW).json()["data"]["session_id"]
    address = streamer.server.base_url.replace("http", "ws", 1)
    query = f"session_id={session_id}&session_token={token}"
    with connect(f"{address}/v1/ws/streaming.chat?{query}", max_size=None) as socket:
        yield session_id, socket
    streamer.data("stop", session_id=session_id)


def say(socket: ClientConnection, *messages: bytes | str, until_closed: bool = False) -> int | None:
    """Send messages as long as that goes; return the code with which the server hung up."""
    with contextlib.suppress(ConnectionClosed):
        for message in messages:
            socket.send(message)
        if until_closed:
            socket.recv(30)
    return socket.protocol.close_code


def test_a_flood_of_chat_starts_no_threads_and_is_cut_off(streamer: Streamer) -> None:
    server = psutil.Process(streamer.server.pid)
    before = server.num_threads()
    with chatting(streamer) as (session_id, socket):
        frame = _FRAME.encode({"text": {"text": "Hello there."}})
        assert say(socket, *[frame] * 12_000, until_closed=True) == 1008
        assert server.num_threads() < before + 20
        assert session_id in streamer.sessions()


def test_more_text_than_may_wait_is_cut_off_however_few_tasks_it_is(streamer: Streamer) -> None:
    with chatting(streamer) as (session_id, socket):
        text = ("Hello there. " * MAX_TEXT)[:MAX_TEXT]
        frame = _FRAME.encode({"text": {"text": text}})
        count = MOST_TEXT // MAX_TEXT
        assert count < MOST
        assert say(socket, *[frame] * (count + 1), until_closed=True) == 1008
        streamer.data("interrupt", session_id=session_id)


# While the rest of a large message is still being sent, a reset may overtake the reason (1006).
@pytest.mark.parametrize(
    ("size", "codes"), [(MAX_TEXT + 1, {1008}), (2 * 1024 * 1024, {1009, 1006})]
)
def test_a_text_that_is_too_long_ends_the_chat(
    streamer: Streamer, size: int, codes: set[int]
) -> None:
    with chatting(streamer) as (_, socket):
        frame = _FRAME.encode({"text": {"text": "x" * size}})
        assert say(socket, frame, until_closed=True) in codes


@settings(max_examples=25)
@given(messages=st.lists(st.binary(max_size=60) | st.text(max_size=20), max_size=5))
def test_no_chat_makes_the_server_fail(local_server: LocalServer, messages: list[Any]) -> None:
    with contextlib.closing(Streamer(local_server)) as streamer, chatting(streamer) as (_, socket):
        say(socket, *messages)


# The signalling of rooms.

SIGNALS = st.recursive(
    st.binary(max_size=12) | st.integers(0, 2**70) | st.sampled_from([b"v=0\r\n", b"{}", b"[1]"]),
    lambda inner: st.dictionaries(st.integers(1, 20), inner, max_size=3),
    max_leaves=6,
)


def _packed(value: Any) -> bytes:
    """Write a value as a protobuf message whose fields may be of any kind."""
    if isinstance(value, bytes):
        return value
    written = b""
    for number, each in value.items() if isinstance(value, dict) else [(14, value)]:
        if isinstance(each, int):
            written += wire._varint(number << 3) + wire._varint(each)
        else:
            inner = _packed(each)
            written += wire._varint(number << 3 | 2) + wire._varint(len(inner)) + inner
    return written


@settings(max_examples=40)
@given(signals=st.lists(SIGNALS, max_size=4), request=SIGNALS, version=st.sampled_from(["", "/v1"]))
def test_no_signal_makes_a_room_fail(
    local_server: LocalServer, signals: list[Any], request: object, version: str
) -> None:
    with contextlib.closing(Streamer(local_server)) as streamer:
        opened = streamer.open()
        join = base64.urlsafe_b64encode(_packed(request)).decode().rstrip("=")
        query = f"access_token={opened['access_token']}&join_request={join}"
        status = 101
        try:
            with connect(f"{opened['url']}/rtc{version}?{query}") as socket:
                say(socket, *map(_packed, signals))
        except InvalidStatus as refused:
            status = refused.response.status_code
        assert status in {101, 403}
        assert streamer.sessions()[opened["session_id"]] in {"new", "connecting", "connected"}
