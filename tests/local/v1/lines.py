"""A line to a room that is lost in the ways in which networks and servers lose lines.

It stands between a page and a server and knows TCP alone, so that the page's own sockets meet the
faults. Pictures and sound do not pass here.
"""

import asyncio
import contextlib
import socket
import struct
import threading
from types import TracebackType
from typing import Final, Literal, Self
from urllib.parse import urlsplit

Cut = Literal["farewell", "end", "reset"]
"""How a line goes: by the server's frame of closing, or by TCP's end or reset."""

Meets = Literal["refusal", "503", "silence"]
"""What a new line meets until the fault is mended."""

_GOING_AWAY: Final = b"\x88\x02\x03\xe9"  # a web socket's frame of closing: 1001
_UNAVAILABLE: Final = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
_NOT_TO_LINGER: Final = struct.pack("ii", 1, 0)


class FaultyLine:
    """AccessTokens on what comes to an address of its own while its ``with`` block lasts.

    Parameters
    ----------
    url
        Of the server; any scheme.

    Attributes
    ----------
    asked
        The first line of each request that came, also of those that met a fault.
    """

    def __init__(self, url: str) -> None:
        self._server = urlsplit(url)
        self.asked: list[str] = []
        self._meets: Meets | None = None
        self._pages: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._flows = asyncio.Event()
        self._flows.set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def __enter__(self) -> Self:
        self._thread.start()
        start = asyncio.start_server(self._accept, "127.0.0.1", 0)
        self._listener = asyncio.run_coroutine_threadsafe(start, self._loop).result()
        self._port: int = self._listener.sockets[0].getsockname()[1]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def url(self) -> str:
        """The server's URL, by this line."""
        return self._server._replace(netloc=f"127.0.0.1:{self._port}").geturl()

    def lose(self, cut: Cut, meets: Meets) -> None:
        """Cut what is open, and let nothing new pass."""
        self._meets = meets
        self._loop.call_soon_threadsafe(self._cut, cut)

    def mend(self) -> None:
        """Let everything pass, also what waits."""
        self._meets = None
        self._loop.call_soon_threadsafe(self._flows.set)

    def _cut(self, cut: Cut) -> None:
        if self._meets == "silence":
            self._flows.clear()
        for page in self._pages:
            if cut == "farewell":
                page.write(_GOING_AWAY)
            elif cut == "end":
                page.close()
            else:
                line = page.get_extra_info("socket")
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NOT_TO_LINGER)
                page.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, page: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._pages.add(page)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await self._serve(reader, page)
        finally:
            self._pages.discard(page)
            self._tasks.discard(task)
            page.close()

    async def _serve(self, reader: asyncio.StreamReader, page: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n")
        self.asked.append(asked.decode().strip())
        if self._meets == "503":
            page.write(_UNAVAILABLE)
            await page.drain()
        if self._meets in {"refusal", "503"}:
            return
        await self._flows.wait()
        answers, server = await asyncio.open_connection(self._server.hostname, self._server.port)
        try:
            server.write(asked)
            back = asyncio.create_task(self._pass_on(answers, page))
            await self._pass_on(reader, server)
        finally:
            server.close()
        await back

    async def _pass_on(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(2**16):
                await self._flows.wait()
                sink.write(data)
                await sink.drain()
        sink.close()

    async def _end(self) -> None:
        self._listener.close()
        self._flows.set()
        for page in self._pages:
            page.transport.abort()
        await asyncio.gather(*self._tasks)
