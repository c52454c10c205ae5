"""A stream of text that nobody listens to any more is read no further, and closed."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import urllib3

from heygen_widget import LocalServer
from heygen_widget.session import Delivery, SpeechStatus
from heygen_widget.session.text import ModelError
from tests.session.test_session import run, stage

THOUGHT = {"choices": [{"delta": {"reasoning_content": "hm"}}]}
FAILURES: list[Any] = [
    {"type": "response.failed", "response": {"error": {"message": "overloaded"}}},
    {"type": "error", "error": {"type": "overloaded_error", "message": "overloaded"}},
    {"choices": [{"delta": {}, "finish_reason": "content_filter"}]},
    {"candidates": [{"finish_reason": "SAFETY", "content": None}]},
]


class Blocked:
    """A stream that is waiting for its model, until it is closed."""

    def __init__(self) -> None:
        self.reading, self.closed = threading.Event(), threading.Event()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self.reading.set()
        if not self.closed.wait(60):
            raise TimeoutError
        raise OSError("it was closed while it was read")

    def close(self) -> None:
        self.closed.set()


class AsyncBlocked:
    """The same, read asynchronously; `closing` is the name of the method that closes it."""

    def __init__(self, closing: str = "aclose", *, broken: bool = False) -> None:
        self.reading, self.closed = threading.Event(), threading.Event()
        self.broken = broken
        holder: Any = self
        if "." in closing:
            self.response = holder = SimpleNamespace()
        setattr(holder, closing.rpartition(".")[2], self._close)

    def __aiter__(self) -> AsyncIterator[str]:
        return self

    async def __anext__(self) -> str:
        self.reading.set()
        await asyncio.sleep(3600)
        raise StopAsyncIteration

    async def _close(self) -> None:
        await asyncio.sleep(0)
        self.closed.set()
        if self.broken:
            raise OSError("it could not be closed")


@contextlib.contextmanager
def complaints() -> Iterator[list[dict[str, Any]]]:
    """Collect what the running loop complains about."""
    told: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: told.append(context))
    yield told
    loop.set_exception_handler(None)


async def _until(event: threading.Event) -> None:
    async with asyncio.timeout(60):
        while not event.is_set():  # noqa: ASYNC110 (it is set by another thread)
            await asyncio.sleep(0.01)


def test_a_stream_that_waits_for_its_model_is_closed_from_outside() -> None:
    source = Blocked()
    speech = Delivery(source)
    assert source.reading.wait(60)
    speech.become(SpeechStatus.INTERRUPTED)
    assert source.closed.wait(60)


def test_a_generator_that_waits_for_its_model_is_left_alone_until_it_goes_on() -> None:
    reading, release, closed = threading.Event(), threading.Event(), threading.Event()
    read = []

    def blocked() -> Iterator[str]:
        try:
            for number in range(3):
                read.append(number)
                reading.set()
                assert release.wait(60)
                yield "word "
        finally:
            closed.set()

    speech = Delivery(blocked())
    assert reading.wait(60)
    speech.become(SpeechStatus.INTERRUPTED)
    release.set()
    assert closed.wait(60)
    assert read == [0]


class Held:
    """A stream that holds a response, under the name that an SDK keeps it by."""

    def __init__(self, name: str, response: Any, pieces: Iterator[Any]) -> None:
        setattr(self, name, response)
        self.reading = threading.Event()
        self._pieces = pieces
        self._close = response.close

    def __iter__(self) -> Iterator[str]:
        for piece in self._pieces:
            self.reading.set()
            yield piece if isinstance(piece, str) else piece.decode()

    def close(self) -> None:
        self._close()


@contextlib.contextmanager
def _of_httpx(address: str) -> Iterator[Held]:
    with httpx.Client(timeout=60) as client, client.stream("GET", address) as response:
        yield Held("_response", response, response.iter_text())


@contextlib.contextmanager
def _of_urllib3(address: str) -> Iterator[Held]:
    with urllib3.PoolManager() as pool:
        response = pool.request("GET", address, preload_content=False)
        yield Held("_raw_stream", response, response.stream(3))


@contextlib.contextmanager
def _of_openai(address: str) -> Iterator[Any]:
    import openai

    client = openai.OpenAI(api_key="k", base_url=address, max_retries=0)
    with client, client.chat.completions.stream(model="m", messages=[]) as events:
        yield events


@contextlib.contextmanager
def _of_anthropic(address: str) -> Iterator[Any]:
    import anthropic

    client = anthropic.Anthropic(api_key="k", base_url=address, max_retries=0)
    with client, client.messages.stream(model="m", max_tokens=9, messages=[]) as events:
        yield events


@contextlib.contextmanager
def _stalling(begin: bytes) -> Iterator[tuple[str, threading.Event, threading.Event]]:
    """Serve the beginning of an answer; tell when it is sent, and when the client hangs up."""
    sent, hung_up = threading.Event(), threading.Event()

    def serve(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n" % (len(begin), begin)
            )
            sent.set()
            while connection.recv(65536):  # the rest of what is asked
                continue
            hung_up.set()

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, args=(server,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", sent, hung_up
        thread.join(60)


OPENAI = b'data: {"choices": [{"index": 0, "delta": {"content": "Hi "}}]}\n\n'
ANTHROPIC = (
    b'event: message_start\ndata: {"type": "message_start", "message": {"content": []}}\n\n'
    b'event: ping\ndata: {"type": "ping"}\n\n'
)


@pytest.mark.parametrize(
    ("opened", "begin"),
    [
        (_of_httpx, b"Hi "),
        (_of_urllib3, b"Hi "),
        (_of_openai, OPENAI),
        (_of_anthropic, ANTHROPIC),
    ],
)
def test_a_stream_over_a_connection_ends_while_it_waits_for_the_next_chunk(
    opened: Callable[[str], contextlib.AbstractContextManager[Any]], begin: bytes
) -> None:
    with _stalling(begin) as (address, sent, hung_up), opened(address) as source:
        speech = Delivery(source)
        assert sent.wait(60)
        assert not isinstance(source, Held) or source.reading.wait(60)
        speech.become(SpeechStatus.INTERRUPTED)
        assert hung_up.wait(60)


@pytest.mark.parametrize("broken", [False, True])
@pytest.mark.parametrize("closing", ["aclose", "close", "response.aclose"])
def test_an_asynchronous_stream_that_waits_for_its_model_is_cancelled_and_closed(
    closing: str, *, broken: bool
) -> None:
    async def work() -> None:
        source = AsyncBlocked(closing, broken=broken)
        with complaints() as told:
            speech = Delivery(source)
            await _until(source.reading)
            await asyncio.to_thread(speech.become, SpeechStatus.INTERRUPTED)
            await _until(source.closed)
            while len(asyncio.all_tasks()) > 1:  # noqa: ASYNC110 (the reading ends)
                await asyncio.sleep(0.01)
        assert told == []

    run(work)


@pytest.mark.parametrize("chunk", ["word ", THOUGHT])
def test_an_asynchronous_generator_is_closed_between_chunks_and_read_no_further(
    chunk: object,
) -> None:
    async def work() -> None:
        read, closed = 0, asyncio.Event()

        async def endless() -> AsyncIterator[object]:
            nonlocal read
            try:
                while True:
                    read += 1
                    yield chunk
                    await asyncio.sleep(0.001)
            finally:
                await asyncio.sleep(0)
                closed.set()

        with complaints() as told:
            speech = Delivery(endless())
            while not read:  # noqa: ASYNC110 (it is read by another task)
                await asyncio.sleep(0)
            speech.become(SpeechStatus.INTERRUPTED)
            so_far = read
            async with asyncio.timeout(60):
                await closed.wait()
            assert read <= so_far + 1
        assert told == []

    run(work)


def test_a_stream_that_nobody_wants_before_it_is_begun_is_only_closed() -> None:
    async def work() -> None:
        source = AsyncBlocked()
        Delivery(source).become(SpeechStatus.INTERRUPTED)
        await _until(source.closed)
        assert not source.reading.is_set()

    run(work)


def test_a_loop_that_ends_before_its_stream_is_begun_ends_the_speech() -> None:
    async def work() -> Delivery:
        return Delivery(AsyncBlocked())

    assert isinstance(asyncio.run(work()).source_error, RuntimeError)


def test_a_stream_that_ends_the_program_ends_its_speech_and_not_the_loop() -> None:
    async def exiting() -> AsyncIterator[str]:
        yield "word "
        raise SystemExit

    async def work() -> None:
        speech = Delivery(exiting())
        while not speech.source_error:  # noqa: ASYNC110 (it is read by another task)
            await asyncio.sleep(0.01)

    run(work)


def _failing(chunk: object, closed: threading.Event) -> Iterator[object]:
    try:
        yield {"choices": [{"delta": {"content": "This much was said. "}}]}
        yield chunk
        yield {"choices": [{"delta": {"content": "Never read."}}]}
    finally:
        closed.set()


async def _failing_later(chunk: object, closed: threading.Event) -> AsyncIterator[object]:
    try:
        yield {"choices": [{"delta": {"content": "This much was said. "}}]}
        yield chunk
        yield {"choices": [{"delta": {"content": "Never read."}}]}
    finally:
        closed.set()


@pytest.mark.parametrize("make", [_failing, _failing_later])
def test_an_answer_that_the_model_did_not_finish_fails_and_is_not_spoken(
    swift_server: LocalServer, make: Callable[[object, threading.Event], Any]
) -> None:
    async def work() -> None:
        async with stage(swift_server) as on:
            closed = [threading.Event() for _ in FAILURES]
            pairs = zip(FAILURES, closed, strict=True)
            speeches = [Delivery(make(chunk, event)) for chunk, event in pairs]
            session = on.session_of(speeches[0])
            for speech in speeches[1:]:
                session.say(speech)
            session.finish()
            await session.run()
            for speech in speeches:
                assert speech.status is SpeechStatus.FAILED
                assert speech.text.strip() == "This much was said."
                with pytest.raises(ModelError, match="did not finish its answer"):
                    speech.speech.result(timeout=0)
            assert all(event.is_set() for event in closed)

    run(work)
