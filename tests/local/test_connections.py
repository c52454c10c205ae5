"""Connections: strangers make room, silence has its deadlines, and whoever has the key gets in."""

import asyncio
import contextlib
import logging
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import psutil
import pytest
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from heygen_widget.local import LocalServer, connections, log
from heygen_widget.local.connections import MAX_UNTRUSTED, ConnectionLimiter, admit
from heygen_widget.local.log import MAX_MESSAGE, MAX_MESSAGES, RateLimit
from tests.local.conftest import PATIENCE, SESSIONS, Caller
from tests.local.wire import answer, connected, frame, head


class Wire(asyncio.Transport):
    """A connection of which nothing is known but whether it is closing, and whether it was cut."""

    def __init__(self) -> None:
        super().__init__()
        self.cut = False
        self.closing = False

    def is_closing(self) -> bool:
        return self.cut or self.closing

    def abort(self) -> None:
        self.cut = True


def _come(crowd: ConnectionLimiter, count: int) -> list[Wire]:
    wires = [Wire() for _ in range(count)]
    for wire in wires:
        crowd.enter(wire)
    return wires


def test_the_stranger_who_waited_longest_makes_room() -> None:
    wires = _come(ConnectionLimiter(1000), MAX_UNTRUSTED + 3)
    assert [wire.cut for wire in wires] == [True] * 3 + [False] * MAX_UNTRUSTED


def test_strangers_never_push_out_who_was_admitted() -> None:
    crowd = ConnectionLimiter(20)
    admitted = _come(crowd, 5)
    for wire in admitted:
        crowd.admit(wire)
    strangers = _come(crowd, 100)
    assert not any(wire.cut for wire in admitted)
    assert sum(not wire.cut for wire in strangers) == 10


def test_a_full_house_lets_nobody_in_until_someone_leaves() -> None:
    crowd = ConnectionLimiter(3)
    inside = []
    for _ in range(3):
        inside += _come(crowd, 1)
        crowd.admit(inside[-1])
    assert [wire.cut for wire in _come(crowd, 2)] == [True, True]
    crowd.leave(inside[1])
    assert [wire.cut for wire in _come(crowd, 1)] == [False]


def test_a_connection_that_cannot_close_is_cut_when_its_place_is_needed() -> None:
    crowd = ConnectionLimiter(3)
    inside = _come(crowd, 1)
    crowd.admit(inside[0])
    inside += _come(crowd, 1)
    crowd.admit(inside[1])
    inside[1].closing = True  # its peer does not read the rest
    first = _come(crowd, 1)
    assert not any(wire.cut for wire in inside)
    crowd.admit(first[0])
    assert not _come(crowd, 1)[0].cut
    assert [wire.cut for wire in inside] == [False, True]


async def _app(scope: Scope, _: Receive, send: Send) -> None:
    """Admit who asks for it, and answer without reading a body."""
    if scope["path"] == "/admitted":
        admit(scope)
    headers = [(b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"OK"})


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # the process belongs to the tests


Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@contextlib.asynccontextmanager
async def _serving(app: ASGIApp, crowd: ConnectionLimiter) -> AsyncIterator[Streams]:
    """Serve `app` in this loop, and connect to it."""
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        http=crowd.protocol,  # type: ignore[arg-type]
        ws="websockets-sansio",
    )
    server = _Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = asyncio.create_task(server.serve([listener]))
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        async with asyncio.timeout(PATIENCE):
            yield reader, writer
        writer.close()
        server.should_exit = True
        await serving


def _cut_after(*sent: bytes) -> bytes:
    """Send the pieces, each after an answer; return what comes until the server hangs up."""

    async def talk() -> bytes:
        said = b""
        async with _serving(_app, ConnectionLimiter(100)) as (reader, writer):
            for piece in sent:
                writer.write(piece)
                if piece is not sent[-1]:
                    said += await reader.readuntil(b"OK")
            with contextlib.suppress(ConnectionError):
                said += await reader.read()
        return said

    return asyncio.run(talk())


GET = head("GET", "/admitted")


@pytest.mark.parametrize(
    "sent",
    [
        [b""],
        [b"GE"],
        [b"GET / HTTP/1.1\r\nHost: localhost\r\nA: "],
        [GET, b"G"],
        [head("POST", "/", Content_Length=1000) + b"half"],
        [head("POST", "/", Transfer_Encoding="chunked") + b"4\r\nhalf"],
        [head("GET", "/")],
    ],
)
def test_silence_halfway_ends_a_connection(
    monkeypatch: pytest.MonkeyPatch, sent: list[bytes]
) -> None:
    for name in ("HEAD_TIMEOUT", "DRAIN_TIMEOUT", "_PAUSE"):
        monkeypatch.setattr(connections, name, 0.1)
    said = _cut_after(*sent)
    assert said.count(b"200 OK") == sum(piece.endswith((b"\r\n\r\n", b"half")) for piece in sent)


def test_an_admitted_caller_may_pause_between_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HEAD_TIMEOUT", "DRAIN_TIMEOUT", "_PAUSE"):
        monkeypatch.setattr(connections, name, 0.1)
    body = head("POST", "/admitted", Content_Length=4)
    # The rest of a body that nobody reads is no silence, and the next request is answered.
    assert _cut_after(body + b"body", GET, b"G").count(b"200 OK") == 2


class Deaf(Wire):
    """A connection whose peer reads nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.aborted = asyncio.Event()

    def get_extra_info(self, _: str, default: object = None) -> object:
        return default

    def abort(self) -> None:
        self.aborted.set()


def _request(wire: Deaf) -> asyncio.Protocol:
    config = uvicorn.Config(_app, lifespan="off", log_config=None, ws="none")
    state = uvicorn.server.ServerState()
    protocol = ConnectionLimiter(10).protocol(config=config, server_state=state, app_state={})
    protocol.connection_made(wire)
    return protocol


def _web_socket(wire: Deaf) -> asyncio.Protocol:
    return connections._WebSocket(ConnectionLimiter(10), asyncio.Protocol(), wire)


@pytest.mark.parametrize("take", [_request, _web_socket])
def test_an_answer_that_nobody_reads_ends_a_connection(
    monkeypatch: pytest.MonkeyPatch, take: Callable[[Deaf], asyncio.Protocol]
) -> None:
    monkeypatch.setattr(connections, "STALL_TIMEOUT", 0.1)

    async def stall() -> None:
        wire = Deaf()
        protocol = take(wire)
        protocol.pause_writing()
        protocol.resume_writing()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(wire.aborted.wait(), 0.2)
        protocol.pause_writing()
        await asyncio.wait_for(wire.aborted.wait(), PATIENCE)

    asyncio.run(stall())


# Web sockets.

UPGRADE = head(
    "GET",
    "/",
    Upgrade="websocket",
    Connection="Upgrade",
    Sec_WebSocket_Key="dGhlIHNhbXBsZSBub25jZQ==",
    Sec_WebSocket_Version=13,
)


async def _echo(scope: Scope, receive: Receive, send: Send) -> None:
    socket = WebSocket(scope, receive, send)
    await socket.accept()
    async for said in socket.iter_bytes():
        await socket.send_bytes(said)


def _answered(sent: bytes, crowd: ConnectionLimiter) -> bytes:
    """Send over a web socket, then a last message; return all that comes back until its echo."""

    async def talk() -> bytes:
        async with _serving(_echo, crowd) as (reader, writer):
            writer.write(UPGRADE)
            await reader.readuntil(b"\r\n\r\n")
            writer.write(sent + frame(2, b"last"))
            try:
                await writer.drain()
                return await reader.readuntil(b"last")
            except asyncio.IncompleteReadError as cut:
                return cut.partial
            except ConnectionError:
                return b""

    return asyncio.run(talk())


@pytest.mark.parametrize(
    "flood",
    [
        frame(9, b"x" * 125) * 100_000,
        frame(9) * 100_000,
        frame(10) * 100_000,
        frame(2, last=False) + frame(0, last=False) * 100_000 + frame(0),
        frame(2, b"x", last=False) + frame(0, b"x", last=False) * 100_000 + frame(0),
    ],
)
def test_a_flood_of_frames_that_are_no_message_ends_a_web_socket(flood: bytes) -> None:
    said = _answered(flood, ConnectionLimiter(10))
    assert b"last" not in said
    assert len(said) <= 100 * 127


def test_a_web_socket_that_pings_and_cuts_its_messages_is_answered() -> None:
    cut = frame(2, b"a", last=False) + frame(9, b"ping") + frame(0, b"b", last=False) + frame(0)
    said = _answered(cut * 20, ConnectionLimiter(10))
    assert said.count(b"\x8a\x04ping") == said.count(b"\x82\x02ab") == 20


def test_a_web_socket_leaves_its_place_when_it_ends() -> None:
    crowd = ConnectionLimiter(1)
    for _ in range(3):
        assert _answered(b"", crowd) == b"\x82\x04last"
        assert not crowd.size


@pytest.mark.parametrize(
    "sent", [b"", b"GET / HTTP/1.1\r\nA: ", b"\0\r\n\r\n", head("POST", "/v1/", Content_Length=9)]
)
def test_callers_without_the_key_do_not_keep_out_who_has_it(sent: bytes) -> None:
    command = f"ulimit -n 64; exec {sys.executable} -m heygen_widget serve"
    with (
        subprocess.Popen(
            ["bash", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process,
        contextlib.ExitStack() as crowd,
    ):
        assert process.stdout is not None
        crowd.callback(process.kill)
        ready = httpx.Response(200, text=process.stdout.readline()).json()
        address = httpx.URL(ready["base_url"])
        for _ in range(300):
            stranger = crowd.enter_context(socket.socket())
            stranger.settimeout(0)
            with contextlib.suppress(BlockingIOError):
                stranger.connect((address.host, address.port))
            with contextlib.suppress(OSError):
                stranger.send(sent)
        headers = {"x-api-key": ready["api_key"]}
        asked = httpx.get(f"{ready['base_url']}{SESSIONS}/x", headers=headers, timeout=PATIENCE)
        assert asked.status_code == 404
        assert psutil.Process(process.pid).num_fds() < 64
        process.terminate()
        _, logged = process.communicate(timeout=PATIENCE)
        assert len(logged) < MAX_MESSAGES * 200
        assert "Traceback" not in logged


@pytest.mark.alone
def test_a_hundred_learners_share_one_server(caller: Caller) -> None:
    playlist = caller.playing(caller.text_stream("One, two, three, four. " * 20))

    def learn(_: int) -> int:
        with httpx.Client(timeout=PATIENCE) as player:
            for _ in range(2):
                text = player.get(playlist).text
                number = int(text.split("MEDIA-SEQUENCE:")[1].split()[0]) + text.count("#EXTINF")
                answered = player.get(playlist, params={"_HLS_msn": number}).status_code
        return answered

    with ThreadPoolExecutor(100) as threads:
        assert set(threads.map(learn, range(100))) == {200}


def test_the_rest_of_a_refused_body_is_heard_so_that_the_refusal_arrives(
    local_server: LocalServer,
) -> None:
    size = 8 * 1024 * 1024
    with connected(local_server) as connection:
        connection.sendall(head("POST", SESSIONS, Content_Length=size) + b"x" * size)
        assert connection.recv(100).split()[1] == b"401"
        connection.sendall(head("GET", SESSIONS, Connection="close"))
        assert b" 401 " in answer(connection)[1]


# The log.


def test_a_flood_of_messages_is_cut_off_and_says_so() -> None:
    quota = RateLimit()
    records = [
        logging.LogRecord("a", logging.WARNING, "f", 1, "Message %d", (n,), None)
        for n in range(MAX_MESSAGES * 3)
    ]
    passed = [record.getMessage() for record in records if quota.filter(record)]
    assert len(passed) == MAX_MESSAGES
    assert passed[0] == "Message 0"
    assert passed[-1] == "Further messages are suppressed for this minute."


def test_a_long_message_is_cut() -> None:
    record = logging.LogRecord("a", logging.WARNING, "f", 1, "x" * 2 * MAX_MESSAGE, (), None)
    assert len(log._Truncated("%(message)s").format(record)) < MAX_MESSAGE + 10
