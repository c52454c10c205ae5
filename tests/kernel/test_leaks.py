"""A notebook leaves no session behind, whatever becomes of it; on each ipykernel."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from heygen_widget import HeyGen, LocalServer
from tests.kernel.notebook import PATIENCE, TAKE_YOUR_TIME, Kernel
from tests.kernel.versions import VERSIONS

pytestmark = pytest.mark.parametrize("version", VERSIONS)

OPEN = "avatar.speak(LONG)\navatar.wait('streaming', timeout=60)\nprint(avatar.stream_id)"


def _ready(kernel: Kernel, server: LocalServer) -> str:
    """Prepare a kernel and return the source that makes an avatar."""
    kernel.run(
        f"{TAKE_YOUR_TIME}import os\nfrom heygen_widget import Avatar, HeyGen, sessions\n"
        f"heygen = HeyGen({server.api_key!r}, {server.base_url!r})\n"
        "LONG = 'One two three four five six seven eight nine ten. ' * 20"
    )
    return "avatar = Avatar(client=heygen)\n"


def _until_completed(heygen: HeyGen, stream_id: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while heygen.avatar_realtime.get(stream_id).status != "completed":
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def next_kernel(tmp_path: Path, version: str) -> Iterator[Kernel]:
    """A second kernel of the same user."""
    following = Kernel(tmp_path, version)
    yield following
    following.close()


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    """A server whose idle sessions live long."""
    with LocalServer(idle_timeout=600, concurrency=50) as server:
        yield server


@pytest.mark.parametrize("end", [Kernel.restart, Kernel.shut_down])
@pytest.mark.parametrize("busy", [False, True], ids=["idle", "busy"])
def test_a_kernel_that_ends_leaves_no_session_open(
    kernel: Kernel, server: LocalServer, end: Callable[[Kernel], None], *, busy: bool
) -> None:
    stream_id = kernel.run(_ready(kernel, server) + OPEN)
    if busy:
        cell = kernel.begin("import time\nprint('busy')\ntime.sleep(1000)")
        kernel.until(lambda: cell.printed)
    with HeyGen(server.api_key, server.base_url) as heygen:
        assert heygen.avatar_realtime.get(stream_id).status == "streaming"
        end(kernel)
        assert heygen.avatar_realtime.get(stream_id).status == "completed"


def test_what_a_killed_kernel_left_open_is_ended_by_the_next(
    kernel: Kernel, next_kernel: Kernel, server: LocalServer
) -> None:
    make = _ready(kernel, server)
    stream_id = kernel.run(make + OPEN)
    pid = int(kernel.run("print(os.getpid())"))
    with HeyGen(server.api_key, server.base_url) as heygen:
        make = _ready(next_kernel, server)
        next_kernel.run(make)
        assert heygen.avatar_realtime.get(stream_id).status == "streaming"
        os.kill(pid, signal.SIGKILL)
        psutil.wait_procs([psutil.Process(pid)], timeout=PATIENCE)
        next_kernel.run(make)
        _until_completed(heygen, stream_id)


def test_running_a_cell_again_ends_what_it_opened_before(
    kernel: Kernel, server: LocalServer
) -> None:
    make = _ready(kernel, server)
    with HeyGen(server.api_key, server.base_url) as heygen:
        first = kernel.run(make + OPEN, cellId="a")
        other = kernel.run(make + OPEN, cellId="b")
        second = kernel.run(make + OPEN, cellId="a")
        _until_completed(heygen, first)
        for stream_id in (other, second):
            assert heygen.avatar_realtime.get(stream_id).status == "streaming"
    table = kernel.run("print(sessions())").splitlines()
    assert [line.split()[1] for line in table[1:-1]] == [first, other, second]
    # No variable holds the second one any more: it finishes what it was told.
    assert [line.split()[2] for line in table[1:-1]] == ["cancelled", "draining", "streaming"]
    assert table[-1].split()[1:3] == ["2", "open"]


def test_a_kernel_that_ends_in_order_leaves_no_file(
    kernel: Kernel, server: LocalServer, tmp_path: Path
) -> None:
    kernel.run(_ready(kernel, server) + OPEN)
    assert len(list(tmp_path.rglob("*.lease"))) == 1
    kernel.shut_down()
    assert list(tmp_path.rglob("*.lease")) == []
