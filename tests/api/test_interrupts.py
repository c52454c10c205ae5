"""An interrupt or a cancellation, at any moment of a request: no key is shown, and life goes on.

Python raises `KeyboardInterrupt` between any two steps of whatever code runs. So the steps are
counted, and it is raised at each of many; which is deterministic, unlike a signal.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import traceback
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h11
import httpcore
import httpx
import pytest

import heygen_widget.api
from heygen_widget.api import AsyncHeyGen, HeyGen, HeyGenError
from tests.api.conftest import KEY, events_head

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from types import FrameType

    from tests.api.conftest import Server

# A socket that was made a step before, and that nobody has taken yet, is closed as garbage.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

INSIDE = tuple(
    str(Path(str(package.__file__)).parent) for package in (httpx, httpcore, h11, heygen_widget.api)
)
"""Folders whose code runs while a request is under way."""
MOMENTS = 60
"""How many moments of a request are tried, spread evenly over all its steps."""

STATE = {"data": {"stream_id": "s1", "status": "pending"}}
WORDS = b'data: {"words": [{"word": "Hi", "start": 0, "end": 1}]}\n\nevent: end\n\n'


@pytest.fixture(autouse=True)
def _collected(server: Server) -> Iterator[None]:
    """Collect what interrupts left behind while its sockets may be closed without being told."""
    yield
    del server  # closed after this, when no client holds a connection to it any more
    gc.collect()


class _Steps:
    """Counts lines that run within `INSIDE`, and raises at one of them, and at some after it.

    On an event loop, those of the task that began to count. In others, httpx closes what it left
    open, when it is garbage; an interrupt there passes through no code of this project.
    """

    def __init__(self, raised: type[BaseException], *moments: int) -> None:
        self.count = 0
        self._raised = raised
        self._moments = set(moments)
        self._task: asyncio.Task[Any] | None = None

    def __call__(self, frame: FrameType, kind: str, _: object) -> Any:
        if not frame.f_code.co_filename.startswith(INSIDE):
            return None
        if kind == "line" and _task() is self._task:
            self.count += 1
            if self.count in self._moments:
                raise self._raised
        return self

    @contextmanager
    def counted(self) -> Generator[None]:
        before, self._task = sys.gettrace(), _task()
        sys.settrace(self)
        try:
            yield
        finally:
            sys.settrace(before)


def _task() -> asyncio.Task[Any] | None:
    try:
        return asyncio.current_task()
    except RuntimeError:  # no loop runs
        return None


def _shown(error: BaseException) -> str:
    """Return what a traceback with variables shows of an error and of all it came of."""
    report = traceback.TracebackException.from_exception(error, capture_locals=True)
    shown: list[str] = []
    pending = [report]
    while pending:
        part = pending.pop()
        shown += part.format_exception_only()
        for frame in part.stack:
            if "/tests/" not in frame.filename:
                shown += [f"{frame.filename} {frame.name}", *(frame.locals or {}).values()]
        pending += [each for each in (part.__cause__, part.__context__) if each is not None]
        pending += part.exceptions or []
    return "\n".join(shown)


def _blocking(client: HeyGen, call: str) -> None:
    if call == "words":
        list(client.avatar_realtime.words("s1"))
    else:
        client.avatar_realtime.get("s1")


async def _awaiting(client: AsyncHeyGen, call: str) -> None:
    if call == "words":
        async for _ in client.avatar_realtime.words("s1"):
            pass
    else:
        await client.avatar_realtime.get("s1")


def _plan(server: Server, call: str) -> None:
    server._plays.clear()  # the one before may have ended before the server was asked
    for _ in range(2):
        if call == "words":
            server.plays(events_head() + WORDS)
        else:
            server.answers(200, STATE)


def _steps_of(run: Callable[[], None]) -> int:
    steps = _Steps(KeyboardInterrupt)
    with steps.counted():
        run()
    assert steps.count > 500, "there was something to be interrupted"
    return steps.count


def _check(error: BaseException) -> None:
    shown = _shown(error)
    assert KEY not in shown
    assert "httpcore" not in shown
    assert "h11" not in shown


@pytest.mark.parametrize("raised", [KeyboardInterrupt, SystemExit, MemoryError])
@pytest.mark.parametrize("call", ["get", "words"])
def test_wherever_a_blocking_request_is_interrupted_no_key_is_shown_and_the_next_one_works(
    server: Server, call: str, raised: type[BaseException]
) -> None:
    client = HeyGen(KEY, server.base_url, max_retries=0)
    _plan(server, call)
    total = _steps_of(lambda: _blocking(client, call))
    moments = MOMENTS if raised is KeyboardInterrupt else 8
    ended = 0
    for moment in range(1, total, max(1, total // moments)):
        _plan(server, call)
        try:
            with _Steps(raised, moment).counted():
                _blocking(client, call)
        except (raised, HeyGenError) as error:
            _check(error)
            ended += 1
        _plan(server, call)
        _blocking(client, call)
    assert ended > moments // 2
    client.close()


@pytest.mark.parametrize("later", [1, 7, 40])
def test_a_second_interrupt_while_the_first_is_dealt_with_shows_no_key(
    server: Server, later: int
) -> None:
    client = HeyGen(KEY, server.base_url, max_retries=0)
    _plan(server, "get")
    total = _steps_of(lambda: _blocking(client, "get"))
    for moment in range(1, total, total // 30):
        _plan(server, "get")
        try:
            with _Steps(KeyboardInterrupt, moment).counted():
                _blocking(client, "get")
        except KeyboardInterrupt as error:
            _check(error)
        again = _Steps(KeyboardInterrupt, moment, moment + later)
        _plan(server, "get")
        try:
            with again.counted():
                _blocking(client, "get")
        except KeyboardInterrupt as error:
            _check(error)
        _plan(server, "get")
        _blocking(client, "get")
    client.close()


async def _run(work: Any) -> None:
    await work


class _Cancelled:
    """Awaits something, and cancels the task where it waits for the nth time."""

    def __init__(self, work: Any, at: int) -> None:
        self._work = work
        self._at = at
        self.waits = 0

    def __await__(self) -> Generator[Any, Any, Any]:
        inner = self._work.__await__()
        task = asyncio.current_task()
        assert task
        raised = None
        try:
            while True:
                waiting = inner.throw(raised) if raised else inner.send(None)
                if self.waits == self._at:
                    task.cancel()
                self.waits += 1
                raised = None
                try:
                    yield waiting
                except asyncio.CancelledError as error:
                    raised = error
        except StopIteration as done:
            return done.value


@pytest.mark.parametrize("call", ["get", "words"])
def test_wherever_an_awaiting_request_is_cancelled_no_key_is_shown_and_the_next_one_works(
    server: Server, call: str
) -> None:
    async def cancel_everywhere() -> int:
        cancelled = 0
        # The server may hang up on the connection that was left in the middle of an answer.
        async with AsyncHeyGen(KEY, server.base_url) as client:
            for at in range(100):
                _plan(server, call)
                work = _Cancelled(_awaiting(client, call), at)
                try:
                    await asyncio.create_task(_run(work))
                except asyncio.CancelledError as error:
                    _check(error)
                    cancelled += 1
                _plan(server, call)
                await _awaiting(client, call)
                if work.waits <= at:
                    return cancelled
        raise AssertionError

    assert asyncio.run(cancel_everywhere()) > 2


@pytest.mark.parametrize("call", ["get", "words"])
def test_wherever_an_awaiting_request_is_interrupted_no_key_is_shown_and_the_next_one_works(
    server: Server, call: str
) -> None:
    with asyncio.Runner() as runner:
        client = AsyncHeyGen(KEY, server.base_url, max_retries=0)
        _plan(server, call)
        steps = _Steps(KeyboardInterrupt)

        async def counted() -> None:
            with steps.counted():
                await _awaiting(client, call)

        runner.run(counted())
        assert steps.count > 500, "there was something to be interrupted"

        async def interrupted(moment: int) -> None:
            try:
                with _Steps(KeyboardInterrupt, moment).counted():
                    await _awaiting(client, call)
            except (KeyboardInterrupt, HeyGenError) as error:
                _check(error)

        for moment in range(1, steps.count, steps.count // MOMENTS):
            _plan(server, call)
            runner.run(interrupted(moment))
            _plan(server, call)
            runner.run(_awaiting(client, call))
        runner.run(client.aclose())


def test_what_was_handled_before_keeps_its_frames(server: Server) -> None:
    client = HeyGen(KEY, server.base_url, max_retries=0)
    server.answers(500)
    with pytest.raises(HeyGenError) as caught:
        _get_in_a_handler(client)
    before = caught.value.__context__
    assert isinstance(before, ValueError)
    assert before.__traceback__ is not None
    client.close()


def _get_in_a_handler(client: HeyGen) -> None:
    try:
        int("of the user's own")
    except ValueError:
        client.avatar_realtime.get("s1")


def test_an_interrupted_request_breaks_no_other_one(server: Server) -> None:
    with HeyGen(KEY, server.base_url, max_retries=0) as client:
        server.plays(events_head() + WORDS.replace(b"event: end\n\n", b""))
        with client.avatar_realtime.words("s1") as stream:
            assert next(stream).words[0].word == "Hi"
            line = client._wire._lines._current
            server.answers(200, STATE)
            with pytest.raises(KeyboardInterrupt), _Steps(KeyboardInterrupt, 400).counted():
                client.avatar_realtime.get("s1")
            assert client._wire._lines._current is not line, "other requests get a fresh one"
            assert not line.http.is_closed, "the stream still reads from it"
        assert line.http.is_closed
