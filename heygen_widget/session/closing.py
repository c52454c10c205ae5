"""Closes text streams that are no longer read: a model that keeps generating costs money.

Knows nothing of scripts; the stream's reader says when.
"""

import contextlib
import inspect
import io
import logging
import socket
from collections.abc import Awaitable, Callable, Generator, Iterator
from functools import partial
from typing import Final

from heygen_widget.session.text import INNER_STREAMS

_log = logging.getLogger(__name__)

_INSIDE: Final = ("response", "_response", "raw", "_raw_stream", *INNER_STREAMS)
"""Where SDKs keep the response that they read; those of OpenAI's helpers and boto3 are private."""
_MOST_LAYERS: Final = 6  # some objects have whatever attribute they are asked for
_NO_CLOSE: Final = "An unused text stream could not be closed: %r"


def close(source: object) -> None:
    """Close a stream that is not being read right now. Raises nothing."""
    for closing in _ways_to_close(source, "close"):
        try:
            closed = closing()
        except Exception as error:  # noqa: BLE001 (nobody is left to be told)
            _log.debug(_NO_CLOSE, error)
            continue
        if inspect.iscoroutine(closed):
            closed.close()  # there is no loop to await it on
            continue
        return


async def close_async(source: object) -> None:
    """Close an asynchronous stream that is not being read right now. Raises nothing."""
    for closing in _ways_to_close(source, "aclose", "close"):
        try:
            closed = closing()
            if isinstance(closed, Awaitable):
                await closed
        except Exception as error:  # noqa: BLE001 (nobody is left to be told)
            _log.debug(_NO_CLOSE, error)
            continue
        return


def break_off(source: object) -> None:
    """End the read of a stream in which another thread is blocked, where that is safe.

    A generator cannot be closed while it runs, nor does it tell what it reads, and closing a file
    waits for its read: they end with what they yield next.
    """
    if any(_hang_up(stream) for stream in _layers(source)):
        return  # the read ends, and its thread closes the stream
    if not isinstance(source, Generator | io.IOBase):
        close(source)


def _hang_up(response: object) -> bool:
    """Shut the connection of a response down; closing the response does not end a read."""
    with contextlib.suppress(OSError, RuntimeError, ValueError):  # it has ended by itself
        shutdown = _shutdown_of(response)
        if shutdown is not None:
            shutdown()
            return True
    return False


def _shutdown_of(response: object) -> Callable[[], object] | None:
    """Return what shuts down the connection of a response of httpx or urllib3; None for others."""
    if callable(getattr(response, "release_conn", None)):
        shutdown: Callable[[], object] | None = getattr(response, "shutdown", None)
        return shutdown  # since urllib3 2.3
    extensions = getattr(response, "extensions", None)
    # Other requests share a connection of HTTP/2.
    if not isinstance(extensions, dict) or extensions.get("http_version") == b"HTTP/2":
        return None
    look = getattr(extensions.get("network_stream"), "get_extra_info", None)
    connection = look("socket") if callable(look) else None
    if not isinstance(connection, socket.socket):
        return None
    # Not the method of an SSLSocket, which would pass on to unencrypted reading.
    return partial(socket.socket.shutdown, connection, socket.SHUT_RDWR)


def _layers(source: object) -> Iterator[object]:
    """Iterate over a stream and what it wraps, from outside to inside."""
    layers = [source]
    for layer in layers:
        yield layer
        for name in _INSIDE:
            with contextlib.suppress(Exception):  # a property may do anything
                inner = getattr(layer, name, None)
                if inner is not None and len(layers) < _MOST_LAYERS:
                    layers.append(inner)


def _ways_to_close(source: object, *names: str) -> Iterator[Callable[[], object]]:
    """Iterate over the methods that close a stream; the first that works is enough."""
    for layer in _layers(source):
        for name in names:
            if callable(method := getattr(layer, name, None)):
                yield method
