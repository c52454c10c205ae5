"""Both faces of the streaming client, before a server that does what a test tells it to."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from heygen_widget.api import AsyncHeyGen, HeyGen
from heygen_widget.legacy import AsyncStreaming, Streaming
from tests.planned_server import Server

KEY = "sk_V2_hgu_kTESTONLYs3cr3t"


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HEYGEN_API_KEY", "HEYGEN_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def key() -> str:
    return KEY


@pytest.fixture
def planned() -> Iterator[Server]:
    """A server that answers as planned."""
    server = Server()
    yield server
    server.close()


Ask = Callable[..., Any]


@pytest.fixture(params=["blocking", "awaiting"])
def ask(request: pytest.FixtureRequest, planned: Server) -> Iterator[Ask]:
    """Call a method of the streaming client, of whichever face, and return what it returns."""
    with ExitStack() as stack:
        if request.param == "blocking":
            heygen = stack.enter_context(HeyGen(KEY, planned.base_url, max_retries=0))
            streaming = Streaming(heygen)
            yield lambda verb, *args, **named: getattr(streaming, verb)(*args, **named)
        else:
            runner = stack.enter_context(asyncio.Runner())
            client = AsyncHeyGen(KEY, planned.base_url, max_retries=0)
            stack.callback(lambda: runner.run(client.aclose()))
            awaiting = AsyncStreaming(client)
            yield lambda verb, *args, **named: runner.run(getattr(awaiting, verb)(*args, **named))
