"""The gateway's process: its socket, its ready line, and its end.

Standard output carries the ready line and nothing else; the log goes to standard error.
"""

import asyncio
import contextlib
import json
import signal
import socket
import sys
from collections.abc import Iterator
from typing import Final

import uvicorn

from heygen_widget.gateway.app import make_app
from heygen_widget.gateway.codes import Codes
from heygen_widget.gateway.log import note, open_log
from heygen_widget.gateway.memory import Memory
from heygen_widget.gateway.metrics import Metrics
from heygen_widget.gateway.sessions import Sessions
from heygen_widget.gateway.settings import Settings
from heygen_widget.gateway.store import Backend, Store
from heygen_widget.gateway.upstream import Upstreams
from heygen_widget.local.connections import ConnectionLimiter
from heygen_widget.local.listener import base_url, listen, open_files

CANNOT_SERVE: Final = 2
"""Exit code when the settings are not possible: a port that is taken, an address of no store."""

_SHUTDOWN_TIMEOUT: Final = 3
_KEEP_ALIVE: Final = 75
_BACKLOG: Final = 1024
_RESERVED_FILES: Final = 600  # that are open beside connections of learners


def serve(settings: Settings, *, show_token: bool = False) -> int:
    """Serve until a signal comes; return the exit code.

    When ready, one line is printed: ``{"base_url": ...}``, with the teacher's token if it is new.
    """
    try:
        backend = _backend(settings)
        listener = listen(settings.host, settings.port)
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return CANNOT_SERVE
    open_log()
    if settings.store is None:
        note("in memory: run one process only; it forgets everything when it ends")
    ready = {"base_url": base_url(listener)} | ({"token": settings.token} if show_token else {})
    asyncio.run(_serve(settings, backend, listener, json.dumps(ready)))
    return 0


def _backend(settings: Settings) -> Backend:
    if settings.store is None:
        return Memory()
    from heygen_widget.gateway.redis_store import RedisBackend  # noqa: PLC0415 (only if chosen)

    return RedisBackend(settings.store, settings.workshop)


async def _serve(
    settings: Settings, backend: Backend, listener: socket.socket, ready_line: str
) -> None:
    store = Store(backend, settings.terms)
    upstreams = Upstreams(settings.upstream, settings.key, slots=settings.slots, pace=settings.pace)
    metrics = Metrics()
    sessions = Sessions(store, upstreams, settings, metrics)
    app = make_app(store, sessions, Codes(store, settings.token), settings, metrics)
    config = uvicorn.Config(
        app,
        access_log=False,
        backlog=_BACKLOG,
        # Uvicorn asks for a class and only calls it.
        http=ConnectionLimiter(open_files() - _RESERVED_FILES).protocol,  # type: ignore[arg-type]
        lifespan="off",
        log_config=None,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_SHUTDOWN_TIMEOUT,
        ws="none",
    )
    caring = asyncio.create_task(sessions.look_after())
    await backend.warn()
    try:
        await _Server(config, ready_line).serve([listener])
    finally:
        caring.cancel()
        if settings.store is None:  # nobody else will end what is open
            await store.stop()
            await sessions.look_now()
        await sessions.close()
        await upstreams.close()
        await store.close()


class _Server(uvicorn.Server):
    """Uvicorn with a ready line."""

    def __init__(self, config: uvicorn.Config, ready_line: str) -> None:
        super().__init__(config)
        self._ready_line = ready_line

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        sys.stdout.write(self._ready_line + "\n")
        sys.stdout.flush()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # Uvicorn would raise the signal again at the end; here it is the ordinary way to end.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.handle_exit)
        yield
