from collections.abc import Iterator
from pathlib import Path

import pytest

from heygen_widget import HeyGen, LocalServer
from tests.kernel.notebook import Kernel
from tests.kernel.versions import NEWEST


@pytest.fixture
def version() -> str:
    """The version of ipykernel, where a test does not ask for each."""
    return NEWEST


@pytest.fixture
def kernel(tmp_path: Path, version: str) -> Iterator[Kernel]:
    kernel = Kernel(tmp_path, version)
    yield kernel
    kernel.close()


@pytest.fixture
def heygen(local_server: LocalServer) -> Iterator[HeyGen]:
    with HeyGen(local_server.api_key, local_server.base_url) as heygen:
        yield heygen


@pytest.fixture
def avatar(kernel: Kernel, local_server: LocalServer) -> Kernel:
    """A kernel with an `avatar` at a server that is not its own."""
    kernel.run(
        "from heygen_widget import Avatar, HeyGen\n"
        f"avatar = Avatar(client=HeyGen({local_server.api_key!r}, {local_server.base_url!r}))\n"
        "LONG = 'One two three four five six seven eight nine ten. ' * 20"
    )
    return kernel
