"""A small real HTTP server that does what a test tells it to, and both faces of the client."""

from __future__ import annotations

import asyncio
import json
import socket
import socketserver
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from heygen_widget.api import AsyncHeyGen, HeyGen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from heygen_widget.api import WordBatch

KEY = "sk_V2_hgu_kTESTONLYs3cr3t"


@dataclass(frozen=True)
class Request:
    method: str
    target: str  # as sent, still encoded
    headers: Mapping[str, str]  # names in lower case
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Play = Callable[[socket.socket], None]


class Server:
    """Answers the requests it gets with what was planned, in order."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.hung_up = threading.Event()  # the client left a connection that was held open
        self._plays: deque[Play] = deque()
        self._closing = threading.Event()
        handler = self._handle

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                handler(self.request)

        class Listener(socketserver.ThreadingTCPServer):
            daemon_threads = False  # joined on close, so nothing outlives a test

        self._listener = Listener(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._listener.server_address[1]}"

    def close(self) -> None:
        self._closing.set()
        self._listener.shutdown()
        self._thread.join()
        self._listener.server_close()

    def answers(
        self,
        status: int,
        body: object = b"",
        content_type: str = "application/json",
        **headers: str,
    ) -> None:
        """Plan a whole answer; a dict becomes JSON, header names are written with underscores."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.plays(_head(status, content_type, len(content), headers) + content)

    def plays(self, answer: bytes) -> None:
        """Plan these bytes exactly, and the end of the connection."""
        self._plays.append(lambda connection: connection.sendall(answer))

    def resets(self, after: bytes = b"") -> None:
        """Plan these bytes and a hard reset."""

        def reset(connection: socket.socket) -> None:
            connection.sendall(after)
            linger = struct.pack("ii", 1, 0)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

        self._plays.append(reset)

    def falls_silent(self, after: bytes = b"") -> None:
        """Plan these bytes and then nothing, until the client hangs up."""

        def hold(connection: socket.socket) -> None:
            connection.sendall(after)
            connection.settimeout(0.02)
            while not self._closing.is_set():
                try:
                    if connection.recv(1) == b"":
                        break
                except TimeoutError:
                    continue
                except OSError:
                    break
            self.hung_up.set()

        self._plays.append(hold)

    def streams(self, *chunks: bytes, status: int = 200) -> None:
        """Plan server-sent events, then the end of the connection."""
        self.plays(events_head(status) + b"".join(chunks))

    def _handle(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as lines:
            start = lines.readline().decode().split()
            if not start:
                return
            headers = {}
            while line := lines.readline().decode("latin-1").strip():
                name, _, value = line.partition(":")
                headers[name.lower()] = value.strip()
            body = lines.read(int(headers.get("content-length", "0")))
            self.requests.append(Request(start[0], start[1], headers, body))
            play = self._plays.popleft()
            try:
                play(connection)
            except OSError:
                self.hung_up.set()


def events_head(status: int = 200) -> bytes:
    return _head(status, "text/event-stream", None, {})


def _head(status: int, content_type: str, length: int | None, headers: dict[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Anything", "Connection: close"]
    if content_type:
        lines.append(f"Content-Type: {content_type}")
    if length is not None:
        lines.append(f"Content-Length: {length}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


class Face:
    """One client as a blocking caller sees it, whichever face it has.

    `pauses` holds the seconds that it would have waited between attempts.
    """

    def __init__(self, client: HeyGen | AsyncHeyGen, run: Callable[[Any], Any]) -> None:
        self.client = client
        self.pauses: list[float] = []
        self._run = run
        if isinstance(client, HeyGen):
            client._wire.sleep = self.pauses.append
        else:
            client._wire.sleep = self._note

    async def _note(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def create(self, **fields: Any) -> Any:
        return self._run(self.client.avatar_realtime.create(**fields))

    def open_session(self) -> Any:
        return self.create(type="tts", avatar_id="a", voice_id="v", text="Hello")

    def get(self, stream_id: str = "s1") -> Any:
        return self._run(self.client.avatar_realtime.get(stream_id))

    def append(self, delta: str = "Hi", *, final: bool = False, stream_id: str = "s1") -> Any:
        return self._run(self.client.avatar_realtime.append_text(stream_id, delta, final=final))

    def cancel(self, stream_id: str = "s1") -> Any:
        return self._run(self.client.avatar_realtime.cancel(stream_id))

    def upload(self, data: Any = b"RIFF", **described: Any) -> Any:
        return self._run(self.client.assets.upload(data, **described))

    def words(self, stream_id: str = "s1", seen: list[WordBatch] | None = None) -> list[WordBatch]:
        """Collect all batches, also into `seen` for when it ends with an error."""
        batches: list[WordBatch] = [] if seen is None else seen
        if isinstance(self.client, HeyGen):
            batches.extend(self.client.avatar_realtime.words(stream_id))
        else:
            stream = self.client.avatar_realtime.words(stream_id)

            async def collect() -> None:
                async for batch in stream:
                    batches.append(batch)  # noqa: PERF401 - a comprehension loses them on an error

            self._run(collect())
        return batches

    def first_words(self, stream_id: str = "s1") -> WordBatch:
        """Take one batch and leave."""
        if isinstance(self.client, HeyGen):
            with self.client.avatar_realtime.words(stream_id) as stream:
                return next(stream)
        words = self.client.avatar_realtime.words(stream_id)

        async def take() -> WordBatch:
            async with words:
                return await anext(words)

        batch: WordBatch = self._run(take())
        return batch


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a stream of words give up on silence soon."""
    monkeypatch.setattr("heygen_widget.api._settings._QUIET_STREAM_TIMEOUT", 0.5)


MakeFace = Callable[..., Face]


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HEYGEN_API_KEY", "HEYGEN_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def key() -> str:
    return KEY


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture(params=[HeyGen, AsyncHeyGen], ids=["blocking", "awaiting"])
def make_face(
    request: pytest.FixtureRequest, server: Server, key: str
) -> Iterator[Callable[..., Face]]:
    """Make a face with other settings than usual."""
    with ExitStack() as stack:

        def make(**settings: Any) -> Face:
            settings = {"api_key": key, "base_url": server.base_url, **settings}
            client = request.param(**settings)
            if isinstance(client, HeyGen):
                stack.callback(client.close)
                return Face(client, lambda result: result)
            runner = stack.enter_context(asyncio.Runner())
            stack.callback(lambda: runner.run(client.aclose()))
            return Face(client, runner.run)

        yield make


@pytest.fixture
def face(make_face: MakeFace) -> Face:
    return make_face()
