"""An HTTP proxy on loopback that loses, delays, breaks and refuses what passes, by a plan.

Each exchange has a connection of its own. The proxy knows which operation a request is, and keeps
a record of what it did; it never keeps headers, so it never holds a key.
"""

import asyncio
import json
import random
import socket
import struct
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

from tests.faults.plans import AFTERWARDS, BEFORE, HELD_UP, Fault, Operation, Plan, calm

LATENESS: Final = 0.3
"""Seconds that a `LATE` request is held back; a client's patience must be longer."""

HOLD: Final = 1.0
"""Seconds that everything takes that is to take too long; a client's patience must be shorter."""

_STEP: Final = (10, 150)
"""Bytes a stream of words gets further than before, until it is cut or falls silent."""


@dataclass(slots=True)
class Exchange:
    """One request and what became of it; times by the monotonic clock.

    Attributes
    ----------
    operation, body
        What was asked.
    fault
        What it met.
    came
        When the whole request was here.
    reached
        When it was handed to the server; None if never.
    status
        What the server said; None if it was not asked.
    created
        The session that the server has begun, whether or not the client heard of it.
    answered
        Whether the client got the server's whole answer.
    """

    operation: Operation
    body: bytes
    fault: Fault | None
    came: float
    reached: float | None = None
    status: int | None = None
    created: str | None = None
    answered: bool = False


class Proxy:
    """Stands between a client and a server while its ``async with`` block lasts.

    Parameters
    ----------
    upstream
        The server's base URL.
    plan
        Which request meets which fault. May be replaced at any time.
    round_trip
        Seconds added to each exchange, half on the way there and half on the way back.
    retry_after
        Seconds that a 429 asks for.
    hold
        Seconds that `HELD_UP` requests are held back, and that a dripped answer takes.

    Attributes
    ----------
    exchanges
        All that passed or did not, in the order in which it came.
    """

    def __init__(
        self,
        upstream: str,
        plan: Plan = calm,
        *,
        round_trip: float = 0.0,
        retry_after: float = 0,
        hold: float = HOLD,
    ) -> None:
        address = urlsplit(upstream)
        self._upstream = (address.hostname, address.port)
        self.plan = plan
        self.exchanges: list[Exchange] = []
        self._round_trip = round_trip
        self._retry_after = retry_after
        self._hold = hold
        self._told = 0  # bytes of words that the longest-lived stream of them got to
        self._steps = random.Random(0)
        self._connections: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        # Not by `asyncio.start_server`, which forgets what it is about to accept when it is closed.
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0)
        asyncio.get_running_loop().add_reader(self._listener, self._accept)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        asyncio.get_running_loop().remove_reader(self._listener)
        self._listener.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await asyncio.sleep(0)  # an aborted connection is gone a moment later

    @property
    def base_url(self) -> str:
        """Where clients find it."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    @property
    def faults(self) -> Counter[Fault]:
        """How often each fault was met."""
        return Counter(each.fault for each in self.exchanges if each.fault)

    def of(self, operation: Operation) -> list[Exchange]:
        """Return the exchanges of one operation."""
        return [each for each in self.exchanges if each.operation is operation]

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return  # who called has left already
        serving = asyncio.create_task(self._serve(connection))
        self._connections.add(serving)
        serving.add_done_callback(self._connections.discard)
        # One that is cancelled before it has begun closes nothing itself.
        serving.add_done_callback(lambda _: connection.close())

    async def _serve(self, connection: socket.socket) -> None:
        reader, writer = await asyncio.open_connection(sock=connection)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            method, path, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
            body = await reader.readexactly(_length(head))
            operation = Operation.of(method, path)
            exchange = Exchange(operation, body, self.plan(operation), time.monotonic())
            self.exchanges.append(exchange)
            await self._carry(exchange, _alone(head) + body, reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # one of the two sides has left
        finally:
            await _close(writer)

    async def _carry(
        self,
        exchange: Exchange,
        request: bytes,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        fault = exchange.fault
        if fault is Fault.LATE and await _left(reader, LATENESS):
            return
        await asyncio.sleep(self._round_trip / 2)
        if fault in BEFORE:
            self._refuse(fault, writer)
            return
        if fault in AFTERWARDS:
            self._give_up(fault, writer)
        if fault in HELD_UP - {Fault.CRAWLED}:
            await asyncio.sleep(self._hold)
        from_server, to_server = await asyncio.open_connection(*self._upstream)
        try:
            if fault is Fault.CRAWLED:
                await self._crawl(request, to_server)
            exchange.reached = time.monotonic()
            if fault is not Fault.CRAWLED:
                to_server.write(request)
            head = await from_server.readuntil(b"\r\n\r\n")
            exchange.status = int(head.split(b" ", 2)[1])
            if exchange.operation is Operation.WORDS:
                await self._tell(exchange, head, from_server, reader, writer)
            else:
                answer = await from_server.read()
                if exchange.operation is Operation.CREATE and exchange.status == HTTPStatus.CREATED:
                    exchange.created = json.loads(answer)["data"]["stream_id"]
                await asyncio.sleep(self._round_trip / 2)
                await self._answer(exchange, head, answer, reader, writer)
        finally:
            await _close(to_server)

    def _give_up(self, fault: Fault | None, writer: asyncio.StreamWriter) -> None:
        """Be done with the client, whose request is passed on later."""
        if fault is Fault.HALF_CLOSED:
            writer.write_eof()
        elif fault is Fault.ABANDONED:
            _reset(writer)
        elif fault is Fault.GATEWAY:
            writer.write(_refusal("504 Gateway Timeout"))

    async def _crawl(self, request: bytes, to_server: asyncio.StreamWriter) -> None:
        """Pass a request on byte by byte, after a long halt within its headers."""
        to_server.write(request[:20])
        await asyncio.sleep(self._hold)
        for at in range(20, len(request)):
            to_server.write(request[at : at + 1])
            await to_server.drain()

    async def _drip(
        self, answer: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Hand on an answer byte by byte; return whether the client waited for the end of it."""
        leaving = asyncio.create_task(_left(reader))
        try:
            for at in range(len(answer)):
                await asyncio.wait({leaving}, timeout=self._hold / len(answer))
                if leaving.done():
                    return False
                writer.write(answer[at : at + 1])
        finally:
            leaving.cancel()
        return True

    def _refuse(self, fault: Fault | None, writer: asyncio.StreamWriter) -> None:
        if fault is Fault.RESET:
            _reset(writer)
        elif fault is Fault.REFUSED:
            writer.write(_refusal("429 Too Many Requests", f"Retry-After: {self._retry_after}\r\n"))
        elif fault is Fault.BROKEN:
            writer.write(_refusal("502 Bad Gateway"))

    async def _answer(
        self,
        exchange: Exchange,
        head: bytes,
        body: bytes,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        """Hand on a whole answer, or what the fault leaves of it."""
        fault = exchange.fault
        if await self._spoils(fault, reader, writer):
            return
        if fault is Fault.STALLED:
            writer.write(head[: len(head) // 2])
            await _left(reader)
            return
        if fault is Fault.DRIPPED:
            exchange.answered = await self._drip(head + body, reader, writer)
            return
        writer.write(head + (body[: len(body) // 2] if fault is Fault.CUT else body))
        await writer.drain()
        exchange.answered = fault is not Fault.CUT

    async def _tell(
        self,
        exchange: Exchange,
        head: bytes,
        from_server: asyncio.StreamReader,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        """Hand on a stream of words as it comes, up to where the fault stops it."""
        fault = exchange.fault
        stops = fault in {Fault.CUT, Fault.SILENT}
        if not stops and await self._spoils(fault, reader, writer):
            return
        limit = self._told + self._steps.randint(*_STEP) if stops else None
        writer.write(head)
        leaving = asyncio.create_task(_left(reader))
        told = 0
        try:
            while limit is None or told < limit:
                size = 2**16 if limit is None else limit - told
                coming = asyncio.create_task(from_server.read(size))
                await asyncio.wait({coming, leaving}, return_when=asyncio.FIRST_COMPLETED)
                if not coming.done():
                    coming.cancel()
                    return
                if not (chunk := await coming):
                    exchange.answered = True
                    return
                told += len(chunk)
                self._told = max(self._told, told)
                writer.write(chunk)
                await writer.drain()
            if fault is Fault.SILENT:
                await leaving
        finally:
            leaving.cancel()

    async def _spoils(
        self, fault: Fault | None, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Do what the fault does in place of an answer; False if there is to be one."""
        if fault is Fault.RESET_AFTER:
            _reset(writer)
        elif fault is Fault.FAILED:
            writer.write(_refusal("500 Internal Server Error"))
        elif fault is Fault.SILENT:
            await _left(reader)
        done = {Fault.RESET_AFTER, Fault.FAILED, Fault.SILENT, Fault.UNANSWERED}
        return fault in done | AFTERWARDS


async def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until something is so; for what no event tells."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def run(work: Callable[[], Awaitable[None]], seconds: float = 120) -> None:
    """Run a coroutine function on a loop of its own, bounded."""

    async def bounded() -> None:
        async with asyncio.timeout(seconds):
            await work()

    asyncio.run(bounded())


async def _close(writer: asyncio.StreamWriter) -> None:
    """Close a connection, whether or not the other side still reads."""
    try:
        async with asyncio.timeout(1):
            writer.close()
            await writer.wait_closed()
    except (OSError, TimeoutError, asyncio.CancelledError):
        writer.transport.abort()


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.split(b":", 1)[1])
    return 0


def _alone(head: bytes) -> bytes:
    """Make a request the only one of its connection, so that its answer ends with it."""
    first, *lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    kept = [line for line in lines if not line.lower().startswith(b"connection:")]
    return b"\r\n".join([first, *kept, b"Connection: close", b"", b""])


def _refusal(status: str, headers: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\n{headers}Content-Length: 0\r\nConnection: close\r\n\r\n".encode()


def _reset(writer: asyncio.StreamWriter) -> None:
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _left(reader: asyncio.StreamReader, seconds: float | None = None) -> bool:
    """Wait until the client hangs up, for so many seconds; return whether it has."""
    try:
        async with asyncio.timeout(seconds):
            return await reader.read(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True
