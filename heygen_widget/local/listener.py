"""Where a server listens: its socket, its address, and how many connections it may have."""

import contextlib
import os
import socket
from typing import Final

_MAX_OPEN_FILES: Final = 4096


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens there.

    Raises
    ------
    ValueError
        When that is not possible; the message says what to do.
    """
    if port not in range(2**16):  # some resolvers take it modulo 65,536
        raise ValueError(f"{port} is not a valid port: choose one from 0 to 65535.")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise ValueError(f"{host}:{port} is not a valid address: {error}.") from None
    try:
        if os.name == "posix":
            # Without it a port stays taken for a minute after a server that used it has ended.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError as error:
        listener.close()
        raise ValueError(
            f"Cannot listen on {host}:{port}: {error.strerror}. "
            "Choose another port with --port, or 0 for any free one."
        ) from None
    return listener


def open_files() -> int:
    """Return how many files this process may open, after raising that limit."""
    try:
        import resource  # noqa: PLC0415 (not on Windows, where sockets are no files)
    except ImportError:
        return _MAX_OPEN_FILES
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MAX_OPEN_FILES if most == resource.RLIM_INFINITY else min(most, _MAX_OPEN_FILES)
    if allowed != resource.RLIM_INFINITY and allowed < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
            allowed = wanted
    return _MAX_OPEN_FILES if allowed == resource.RLIM_INFINITY else min(allowed, _MAX_OPEN_FILES)


def base_url(listener: socket.socket) -> str:
    """Return the address by which this machine reaches a listening socket."""
    host, port = listener.getsockname()[:2]
    # A server that listens on all interfaces is reached from here by the loopback address.
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
