"""Closes streams of text that nobody listens to any more: a model that goes on is paid for.

Knows nothing of scripts; whoever reads a stream says when.
"""

import contextlib
import inspect
import io
import logging
import socket
from collections.abc import Awaitable, Callable, Generator, Iterator
from typing import Final

from heygen_widget.session.text import INNER_STREAMS

_log = logging.getLogger(__name__)

_MOST_LAYERS: Final = 6  # some objects have whatever attribute they are asked for
_NO_CLOSE: Final = "A stream of text that nobody listens to could not be closed: %r"


def close(source: object) -> None:
    """Close a stream that nobody is reading at this moment. Raises nothing."""
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
    """Close an asynchronous stream that nobody is reading at this moment. Raises nothing."""
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

    A generator cannot be closed while it runs, and closing a file waits for its read: they end
    with what they yield next.
    """
    if any(_hang_up(stream) for stream in _layers(source)):
        return  # the read ends, and its thread closes the stream
    if not isinstance(source, Generator | io.IOBase):
        close(source)


def _hang_up(response: object) -> bool:
    """Shut the connection of an httpx response down; closing it does not end a read."""
    extensions = getattr(response, "extensions", None)
    # Other requests share a connection of HTTP/2.
    if not isinstance(extensions, dict) or extensions.get("http_version") == b"HTTP/2":
        return False
    look = getattr(extensions.get("network_stream"), "get_extra_info", None)
    connection = look("socket") if callable(look) else None
    if not isinstance(connection, socket.socket):
        return False
    with contextlib.suppress(OSError):  # it has ended by itself
        # Not the method of an SSLSocket, which would pass on to unencrypted reading.
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
    return True


def _layers(source: object) -> Iterator[object]:
    """Iterate over a stream and what it wraps, from outside to inside."""
    layers = [source]
    for layer in layers:
        yield layer
        for name in ("response", *INNER_STREAMS):
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
