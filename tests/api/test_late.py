"""A session that is opened when nobody waits for it any more is ended, so that it costs nothing."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from heygen_widget.api import APITimeoutError, AsyncHeyGen, HeyGen
from heygen_widget.legacy import operations
from tests.api.conftest import KEY

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from tests.api.conftest import MakeFace, Server

CREATED = {"data": {"stream_id": "s1"}}
TTS: dict[str, Any] = {"type": "tts", "avatar_id": "a", "voice_id": "v", "text": "Hello"}
PATIENCE = 60


def _answer(server: Server, status: int, body: object, after: threading.Event) -> None:
    """Plan an answer that comes when `after` is set."""
    content = json.dumps(body).encode()
    head = f"HTTP/1.1 {status} Late\r\nConnection: close\r\nContent-Length: {len(content)}\r\n\r\n"

    def play(connection: socket.socket) -> None:
        after.wait(PATIENCE)
        connection.sendall(head.encode() + content)

    server._plays.append(play)


def _until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _targets(server: Server) -> list[str]:
    return [request.target.rsplit("/", 1)[1] for request in server.requests]


@pytest.mark.parametrize("refused", [False, True], ids=["cancel", "no-cancel"])
def test_opening_takes_no_longer_than_the_user_says_and_what_opens_late_is_ended(
    make_face: MakeFace, server: Server, *, refused: bool
) -> None:
    given_up = threading.Event()
    _answer(server, 201, CREATED, given_up)
    if refused:  # a server that knows no `cancel`
        server.answers(404, {"error": {"code": "not_found", "message": "No such route."}})
    server.answers(202, {"data": {"stream_id": "s1", "cancelled": True, "buffered_bytes": 5}})
    face = make_face(timeout=0.3)

    with pytest.raises(APITimeoutError, match="did not answer in time") as caught:
        face.open_session()

    assert caught.value.sent is None
    assert "it is ended once the server reports it" in caught.value.hint
    given_up.set()
    face.close()
    ways = ["cancel", "text"] if refused else ["cancel"]
    assert _targets(server) == ["avatar-realtime", *ways]
    if refused:
        assert server.requests[-1].json == {"delta": "", "final": True}


def test_a_late_refusal_is_no_session_to_end(make_face: MakeFace, server: Server) -> None:
    given_up = threading.Event()
    _answer(server, 402, {"error": {"code": "no_credit", "message": "No credit."}}, given_up)
    face = make_face(timeout=0.3)
    with pytest.raises(APITimeoutError):
        face.open_session()
    given_up.set()
    face.close()
    assert len(server.requests) == 1


def test_ending_what_opened_late_is_tried_again(make_face: MakeFace, server: Server) -> None:
    given_up = threading.Event()
    _answer(server, 201, CREATED, given_up)
    server.answers(502)
    server.resets()
    server.answers(202, {"data": {"stream_id": "s1", "cancelled": True}})
    face = make_face(timeout=0.3)
    with pytest.raises(APITimeoutError):
        face.open_session()
    given_up.set()
    face.close()
    assert _targets(server) == ["avatar-realtime", *["cancel"] * 3]
    assert len(face.pauses) == 2


def test_a_session_whose_opening_is_cancelled_is_ended(server: Server) -> None:
    given_up = threading.Event()
    _answer(server, 201, CREATED, given_up)
    server.answers(202, {"data": {"stream_id": "s1", "cancelled": True}})

    async def work() -> None:
        async with AsyncHeyGen(KEY, server.base_url) as client:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(client.avatar_realtime.create(**TTS), 0.3)
            given_up.set()

    asyncio.run(work())
    assert _targets(server) == ["avatar-realtime", "cancel"]


SCRIPT = """
import signal, sys
from heygen_widget.api import HeyGen
heygen = HeyGen(*sys.argv[1:3])
print("ready", flush=True)
heygen.avatar_realtime.create(type="tts", avatar_id="a", voice_id="v", text="Hello")
"""


def test_a_session_whose_opening_is_interrupted_is_ended_although_the_script_ends(
    server: Server,
) -> None:
    given_up = threading.Event()
    _answer(server, 201, CREATED, given_up)
    server.answers(202, {"data": {"stream_id": "s1", "cancelled": True}})
    script = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, KEY, server.base_url], stderr=subprocess.PIPE, text=True
    )
    with script:
        _until(lambda: server.requests)
        script.send_signal(2)
        given_up.set()
        complaints = script.communicate(timeout=PATIENCE)[1]
    assert complaints.rstrip().endswith("KeyboardInterrupt")
    assert _targets(server) == ["avatar-realtime", "cancel"]


def test_a_room_that_opens_late_is_ended(server: Server) -> None:
    given_up = threading.Event()
    room = {"session_id": "s1", "url": "wss://a.example", "access_token": "t"}
    _answer(server, 200, {"code": 100, "data": room, "message": "success"}, given_up)
    server.answers(200, {"code": 100, "data": None, "message": "success"})
    with HeyGen(KEY, server.base_url, timeout=0.3) as client:
        with pytest.raises(APITimeoutError):
            client.wire.run(operations.new(avatar_id="a", voice_id="v"))
        given_up.set()
    assert [request.target for request in server.requests] == [
        "/v1/streaming.new",
        "/v1/streaming.stop",
    ]
    assert server.requests[1].json == {"session_id": "s1"}
