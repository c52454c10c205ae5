"""The embedded server's process: its socket, its ready line, and its end.

It ends with its parent, or when told to by a signal. Standard output carries the ready line and
nothing else; the log goes to standard error.
"""

import asyncio
import contextlib
import importlib.util
import json
import logging
import os
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from typing import Final, NoReturn

import uvicorn

from heygen_widget.local.access import Key
from heygen_widget.local.app import make_app
from heygen_widget.local.assets import MAX_FILES
from heygen_widget.local.connections import ConnectionLimiter
from heygen_widget.local.hls import frames_per_segment
from heygen_widget.local.intake import MAX_JSON
from heygen_widget.local.listener import base_url, listen, open_files
from heygen_widget.local.log import open_log
from heygen_widget.local.memory import use_one_arena
from heygen_widget.local.registry import Registry
from heygen_widget.local.settings import KEY_VARIABLE, PARENT_VARIABLE, Settings
from heygen_widget.local.studio import Studio
from heygen_widget.local.v1 import Streaming, open_streaming

CANNOT_SERVE: Final = 2
"""Exit code when the settings are not possible: a port that is taken, a segment length."""

_SHUTDOWN_TIMEOUT: Final = 4
_KEEP_ALIVE: Final = 75
_BACKLOG: Final = 1024  # connections that the system holds until they are taken
_RESERVED_FILES: Final = 40  # that are open beside connections: pipes, libraries, sockets of rooms
_MIN_CONNECTIONS: Final = 16  # connections, however few files may be open
_UPLOAD_SHARE: Final = 4  # one of so many is for uploaded files


def _end_process() -> NoReturn:
    """End this process, whatever its threads are doing.

    Sessions are closed and connections are served. A thread may still load a model, or speak. As
    the interpreter ends, it stops the threads that come back to it; one that comes from native
    code with C++ destructors takes the process down with SIGABRT. So the interpreter is left out.
    """
    logging.shutdown()
    sys.stdout.flush()
    os._exit(0)


def serve(settings: Settings) -> int:
    """Serve until a signal comes or the parent process ends, then end this process.

    When ready, one line is printed: ``{"base_url": ..., "api_key": ...}``. Returns only if the
    settings are not possible: the exit code.
    """
    parent = int(os.environ.pop(PARENT_VARIABLE, os.getppid()))
    fixed_key = os.environ.pop(KEY_VARIABLE, None)
    api_key = settings.api_key or fixed_key or secrets.token_urlsafe(24)
    open_log()
    use_one_arena()
    studio = Studio(settings)
    try:
        key = Key(api_key)
        frames_per_segment(settings.segment)
        registry = Registry(settings, studio)
        streaming = open_streaming(settings, studio, key)
        listener = listen(settings.host, settings.port)
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return CANNOT_SERVE
    ready_line = json.dumps({"base_url": base_url(listener), "api_key": api_key})
    connections, files = share_files(open_files())
    config = uvicorn.Config(
        make_app(
            registry,
            key=key,
            host=settings.host,
            studio=studio,
            streaming=streaming,
            max_files=files,
        ),
        access_log=False,
        # asyncio accepts so many connections at once; see `_Server.startup`.
        backlog=max(1, min(64, connections // 8)),
        # Uvicorn asks for a class and only calls it.
        http=ConnectionLimiter(connections).protocol,  # type: ignore[arg-type]
        lifespan="off",
        log_config=None,
        loop="asyncio",
        # A player's pause between two segments must not cost it the connection.
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_SHUTDOWN_TIMEOUT,
        # Older releases of uvicorn choose what websockets has deprecated.
        ws="websockets-sansio" if importlib.util.find_spec("websockets") else "none",
        ws_max_size=MAX_JSON,
        # Its buffers are larger than what is sent here.
        ws_per_message_deflate=False,
    )
    server = _Server(
        config,
        registry=registry,
        streaming=streaming,
        studio=studio,
        parent=parent,
        ready_line=ready_line,
    )
    asyncio.run(server.serve([listener]))
    _end_process()


class _Server(uvicorn.Server):
    """Uvicorn, with a ready line, a parent, and streams to stop before connections can end."""

    def __init__(
        self,
        config: uvicorn.Config,
        *,
        registry: Registry,
        streaming: Streaming,
        studio: Studio,
        parent: int,
        ready_line: str,
    ) -> None:
        super().__init__(config)
        self._registry = registry
        self._streaming = streaming
        self._studio = studio
        self._parent = parent
        self._ready_line = ready_line

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listener in sockets or []:
            listener.listen(_BACKLOG)
        sys.stdout.write(self._ready_line + "\n")
        sys.stdout.flush()
        # A daemon: an early end of the server must not wait for a drawing or a model.
        threading.Thread(target=self._studio.warm_up, name="warm-up", daemon=True).start()

    async def on_tick(self, counter: int) -> bool:
        return await super().on_tick(counter) or os.getppid() != self._parent

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._registry.close()
        await self._streaming.close()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # Uvicorn would raise the signal again at the end; here it is the ordinary way to end.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.handle_exit)
        yield


def share_files(open_files: int) -> tuple[int, int]:
    """Return how many open files are for connections, and how many for uploads."""
    free = max(_MIN_CONNECTIONS, open_files - _RESERVED_FILES)
    files = max(1, min(MAX_FILES, free // _UPLOAD_SHARE))
    return max(_MIN_CONNECTIONS, free - files), files
