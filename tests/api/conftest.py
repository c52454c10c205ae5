"""A server that does what a test tells it to, and both faces of the client."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Self

import pytest

from heygen_widget.api import AsyncHeyGen, HeyGen
from tests.planned_server import Server, events_head

__all__ = ["Face", "Server", "events_head"]

if TYPE_CHECKING:
    from heygen_widget.api import WordBatch

KEY = "sk_V2_hgu_kTESTONLYs3cr3t"


class Face:
    """One client as a blocking caller sees it, whichever face it has.

    `pauses` holds the seconds that it would have waited between attempts.
    """

    def __init__(self, client: HeyGen | AsyncHeyGen, run: Callable[[Any], Any]) -> None:
        self.client = client
        self.pauses: list[float] = []
        self._run = run
        if isinstance(client, HeyGen):
            client._wire.sleep = self.pauses.append
        else:
            client._wire.sleep = self._note

    async def _note(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def create(self, **fields: Any) -> Any:
        return self._run(self.client.avatar_realtime.create(**fields))

    def ask(self, resource: str, method: str, *args: Any, **fields: Any) -> Any:
        """Call a method of a resource, such as ``ask("voices", "get", "v1")``."""
        return self._run(getattr(getattr(self.client, resource), method)(*args, **fields))

    def balance(self) -> Any:
        return self._run(self.client.balance())

    def pages(self, resource: str, method: str, *args: Any, **fields: Any) -> Iterator[Any]:
        """Read a list, one step after another."""
        listed = getattr(getattr(self.client, resource), method)(*args, **fields)
        return listed if isinstance(self.client, HeyGen) else _Stepping(listed, self._run)

    def open_session(self) -> Any:
        return self.create(type="tts", avatar_id="a", voice_id="v", text="Hello")

    def close(self) -> None:
        if isinstance(self.client, HeyGen):
            self.client.close()
        else:
            self._run(self.client.aclose())

    def get(self, stream_id: str = "s1") -> Any:
        return self._run(self.client.avatar_realtime.get(stream_id))

    def append(
        self, delta: str = "Hi", *, final: bool = False, once: bool = False, stream_id: str = "s1"
    ) -> Any:
        return self._run(
            self.client.avatar_realtime.append_text(stream_id, delta, final=final, once=once)
        )

    def cancel(self, stream_id: str = "s1") -> Any:
        return self._run(self.client.avatar_realtime.cancel(stream_id))

    def upload(self, data: Any = b"RIFF", **described: Any) -> Any:
        return self._run(self.client.assets.upload(data, **described))

    def words(self, stream_id: str = "s1", seen: list[WordBatch] | None = None) -> list[WordBatch]:
        """Collect all batches, also into `seen` for when it ends with an error."""
        batches: list[WordBatch] = [] if seen is None else seen
        if isinstance(self.client, HeyGen):
            batches.extend(self.client.avatar_realtime.words(stream_id))
        else:
            stream = self.client.avatar_realtime.words(stream_id)

            async def collect() -> None:
                async for batch in stream:
                    batches.append(batch)  # noqa: PERF401 - a comprehension loses them on an error

            self._run(collect())
        return batches

    def first_words(self, stream_id: str = "s1") -> WordBatch:
        """Take one batch and leave."""
        if isinstance(self.client, HeyGen):
            with self.client.avatar_realtime.words(stream_id) as stream:
                return next(stream)
        words = self.client.avatar_realtime.words(stream_id)

        async def take() -> WordBatch:
            async with words:
                return await anext(words)

        batch: WordBatch = self._run(take())
        return batch


class _Stepping:
    """An asynchronous iterator, one step after another."""

    def __init__(self, listed: Any, run: Callable[[Any], Any]) -> None:
        self._listed = listed
        self._run = run

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        async def step() -> Any:
            return await anext(self._listed, END)

        if (item := self._run(step())) is END:
            raise StopIteration
        return item


END = object()


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a stream of words, and the opening of a session, give up on silence soon."""
    monkeypatch.setattr("heygen_widget.api._settings._QUIET_STREAM_TIMEOUT", 2.0)
    monkeypatch.setattr("heygen_widget.api._operations._OPENING", 0.0)


MakeFace = Callable[..., Face]


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HEYGEN_API_KEY", "HEYGEN_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def key() -> str:
    return KEY


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture(params=[HeyGen, AsyncHeyGen], ids=["blocking", "awaiting"])
def make_face(
    request: pytest.FixtureRequest, server: Server, key: str
) -> Iterator[Callable[..., Face]]:
    """Make a face with other settings than usual."""
    with ExitStack() as stack:

        def make(**settings: Any) -> Face:
            settings = {"api_key": key, "base_url": server.base_url, **settings}
            client = request.param(**settings)
            if isinstance(client, HeyGen):
                stack.callback(client.close)
                return Face(client, lambda result: result)
            runner = stack.enter_context(asyncio.Runner())
            stack.callback(lambda: runner.run(client.aclose()))
            return Face(client, runner.run)

        yield make


@pytest.fixture
def face(make_face: MakeFace) -> Face:
    return make_face()
