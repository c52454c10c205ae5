"""Requests as no HTTP client would send them: byte by byte, half, or without an end."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from heygen_widget.local import LocalServer

PATIENCE = 60.0


@contextmanager
def connected(server: LocalServer) -> Iterator[socket.socket]:
    """Connect to a server."""
    address = httpx.URL(server.base_url)
    with socket.create_connection((address.host, address.port or 0), PATIENCE) as connection:
        yield connection


def head(method: str, path: str, **headers: object) -> bytes:
    """Write the head of a request; an underscore in a name stands for a hyphen."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def frame(opcode: int, data: bytes = b"", *, last: bool = True) -> bytes:
    """Write a frame of a web socket as clients do, masked with zeros."""
    size = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + len(data).to_bytes(2)
    return bytes([last << 7 | opcode]) + size + bytes(4) + data


def answer(connection: socket.socket) -> tuple[int, bytes]:
    """Read until the server hangs up; return the status and the rest, 0 without an answer."""
    said = bytearray()
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            piece = connection.recv(65536)
        except ConnectionError:
            break
        if not piece:
            break
        said += piece
    else:
        raise AssertionError("The server does not hang up.")
    line, _, rest = bytes(said).partition(b"\r\n")
    return (int(line.split()[1]) if line else 0), rest
