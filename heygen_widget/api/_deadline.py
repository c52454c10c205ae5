"""Limits the time until a response begins, however slowly its headers arrive.

httpcore (1.0) gives every read its own timeout. So a server that sends a byte now and then, or one
"100 Continue" after another, could keep a client waiting for weeks. On an event loop a timeout
around all reads is enough; a blocking thread needs one within each.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

import httpcore
import httpx

_due: ContextVar[float | None] = ContextVar("heygen_widget_due", default=None)
"""The deadline of the response this thread waits for, in monotonic seconds."""

TAKES_TOO_LONG: Final = "the response takes too long"


@contextmanager
def answer_due() -> Iterator[None]:
    """Start without a deadline, and remove it afterwards."""
    _due.set(None)
    try:
        yield
    finally:
        _due.set(None)


def set_due(seconds: float | None) -> None:
    """Set the seconds within which the response must begin; None for no limit."""
    _due.set(None if seconds is None else time.monotonic() + seconds)


def keep_deadlines(http: httpx.Client) -> httpx.Client:
    """Make the connections of our own client obey `set_due`."""
    for transport in (http._transport, *http._mounts.values()):  # noqa: SLF001 (httpx 0.28 has no other way)
        pool = getattr(transport, "_pool", None)
        if isinstance(pool, httpcore.ConnectionPool):
            pool._network_backend = _Backend(pool._network_backend)  # noqa: SLF001 (nor has httpcore 1.0)
    return http


class _Backend(httpcore.NetworkBackend):
    def __init__(self, backend: httpcore.NetworkBackend) -> None:
        self._backend = backend

    def connect_tcp(self, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:
        return _Stream(self._backend.connect_tcp(*args, **kwargs))

    def connect_unix_socket(self, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:
        return _Stream(self._backend.connect_unix_socket(*args, **kwargs))

    def sleep(self, seconds: float) -> None:
        self._backend.sleep(seconds)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if (due := _due.get()) is not None:
            left = due - time.monotonic()
            if left <= 0:
                raise httpcore.ReadTimeout(TAKES_TOO_LONG)
            timeout = left if timeout is None else min(left, timeout)
        return self._stream.read(max_bytes, timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        self._stream.close()

    def start_tls(self, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:
        return _Stream(self._stream.start_tls(*args, **kwargs))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
