from collections.abc import Iterator

import pytest

from heygen_widget.local import LocalServer


@pytest.fixture(scope="session", autouse=True)
def state_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Leases of the tests stay out of the folder of whoever runs them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session")
def local_server() -> Iterator[LocalServer]:
    """The embedded avatar server with its defaults, one for the whole test run."""
    with LocalServer() as server:
        yield server
