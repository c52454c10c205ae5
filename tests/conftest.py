from collections.abc import Iterator

import pytest

from heygen_widget.local import LocalServer


@pytest.fixture(scope="session")
def local_server() -> Iterator[LocalServer]:
    """The embedded avatar server with its defaults, one for the whole test run."""
    with LocalServer() as server:
        yield server
