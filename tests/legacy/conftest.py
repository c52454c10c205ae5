"""The streaming client before a server that does what a test tells it to."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from heygen_widget.api import AsyncHeyGen
from heygen_widget.legacy import AsyncStreaming
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


@pytest.fixture
def ask(planned: Server) -> Iterator[Ask]:
    """Call a method of the streaming client, and return what it returns."""
    with asyncio.Runner() as runner:
        client = AsyncHeyGen(KEY, planned.base_url, max_retries=0)
        streaming = AsyncStreaming(client)
        yield lambda verb, *args, **named: runner.run(getattr(streaming, verb)(*args, **named))
        runner.run(client.aclose())
