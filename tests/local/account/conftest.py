from collections.abc import Callable, Iterator

import pytest

from heygen_widget.api import HeyGen
from heygen_widget.local import LocalServer


@pytest.fixture
def heygen(local_server: LocalServer) -> Iterator[HeyGen]:
    """A client of the server with its defaults."""
    with HeyGen(local_server.api_key, local_server.base_url) as client:
        yield client


@pytest.fixture(scope="session")
def long_server(server_with: Callable[..., LocalServer]) -> LocalServer:
    """A server whose lists have several pages, and with a voice of its user's own."""
    return server_with(avatar_count=53, voice_count=70, voices={"mine": "en_US-joe-medium"})
