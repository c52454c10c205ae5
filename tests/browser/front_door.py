"""A way in under https, as hosted notebooks have one: what TLS held goes on to a server here.

Like every such proxy it goes by the name it is asked for, and lets WebSockets through.
"""

import asyncio
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

import trustme
from anyio.from_thread import start_blocking_portal


class FrontDoor:
    """Servers of this machine, each under a name of its own at the one port of the door.

    Attributes
    ----------
    port
        Where it is open, once it is.
    """

    def __init__(self) -> None:
        self.port = 0
        self._behind: dict[str, int] = {}

    def admit(self, name: str, url: str) -> str:
        """Lead to the server at `url` whoever asks for `name`, which ends in ``.test``.

        Returns
        -------
        str
            Address of the server from outside.
        """
        self._behind[name] = urlsplit(url).port or 80
        return f"https://{name}:{self.port}"

    async def open(self) -> asyncio.Server:
        """Listen, with a certificate that nobody knows."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trustme.CA().issue_cert("*.test").configure_cert(context)
        server = await asyncio.start_server(self._enter, "127.0.0.1", 0, ssl=context)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):  # whoever came has gone
            head = await reader.readuntil(b"\r\n\r\n")
            (name,) = re.findall(rb"(?i)\r\nhost: *([^:\s]+)", head)
            inside = await asyncio.open_connection("127.0.0.1", self._behind[name.decode()])
            inside[1].write(head)
            await asyncio.gather(_pass_on(reader, inside[1]), _pass_on(inside[0], writer))


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()


@contextmanager
def front_door() -> Iterator[FrontDoor]:
    """Open a front door; servers may move in behind it later."""
    door = FrontDoor()
    with start_blocking_portal() as portal:
        server = portal.call(door.open)
        yield door
        portal.call(server.close)
