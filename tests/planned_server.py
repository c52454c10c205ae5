"""A small real HTTP server that does what a test tells it to."""

from __future__ import annotations

import contextlib
import json
import socket
import socketserver
import struct
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


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
        self._open: set[socket.socket] = set()
        handler = self._handle

        opened = self._open

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                opened.add(self.request)
                try:
                    handler(self.request)
                except OSError:
                    pass  # closed by us
                finally:
                    opened.discard(self.request)

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
        for connection in tuple(self._open):  # one whose client was interrupted may say nothing
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
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
