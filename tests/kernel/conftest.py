"""A real kernel, driven as a notebook drives it."""

import os
import queue
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import KernelManager

from heygen_widget import HeyGen, LocalServer

PATIENCE = 60.0


@dataclass
class Cell:
    """What a cell printed, and the name of the error it ended with."""

    printed: str = ""
    error: str = ""
    traceback: list[str] = field(default_factory=list)
    ended: bool = False


class Kernel:
    """Runs cells. Whatever is printed belongs to some cell, as in a notebook."""

    def __init__(self, folder: Path) -> None:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("HEYGEN_")}
        self._manager = KernelManager()
        environment |= {
            "IPYTHONDIR": str(folder / "ipython"),
            "XDG_STATE_HOME": str(folder / "state"),
        }
        self._manager.start_kernel(cwd=str(folder), env=environment)
        self._client = self._manager.client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=PATIENCE)
        self._cells: dict[str, Cell] = {}

    def begin(self, source: str) -> Cell:
        """Run a cell without waiting for it."""
        cell = Cell()
        self._cells[self._client.execute(source)] = cell
        return cell

    def until(self, condition: Callable[[], object]) -> None:
        """Listen to the kernel until `condition`."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline
            try:
                self._take(self._client.get_iopub_msg(timeout=0.1))
            except queue.Empty:
                continue

    def run(self, source: str) -> str:
        """Run a cell to its end and return what it printed."""
        cell = self.begin(source)
        self.until(lambda: cell.ended)
        assert not cell.error, "\n".join(cell.traceback)
        return cell.printed.strip()

    def interrupt(self) -> None:
        self._manager.interrupt_kernel()

    def restart(self) -> None:
        """Restart as a notebook does: the kernel is asked to end, and given time."""
        self._manager.restart_kernel(now=False)
        self._client.wait_for_ready(timeout=PATIENCE)

    def shut_down(self) -> None:
        """Shut down as a notebook does."""
        self._manager.shutdown_kernel(now=False)

    def close(self) -> None:
        self._client.stop_channels()
        if self._manager.has_kernel:
            self._manager.shutdown_kernel(now=True)
        self._manager.cleanup_resources()
        self._manager.context.destroy(linger=0)

    def _take(self, message: dict[str, Any]) -> None:
        cell = self._cells.get(message["parent_header"].get("msg_id", ""))
        if cell is None:
            return
        content = message["content"]
        match message["msg_type"]:
            case "stream":
                cell.printed += content["text"]
            case "error":
                cell.error = content["ename"]
                cell.traceback = [re.sub(r"\x1b\[[0-9;]*m", "", t) for t in content["traceback"]]
            case "status":
                cell.ended = content["execution_state"] == "idle"


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[Kernel]:
    kernel = Kernel(tmp_path)
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
