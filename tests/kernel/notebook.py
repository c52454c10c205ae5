"""A real kernel, driven as a notebook drives it."""

import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import zmq
from jupyter_client.manager import KernelManager

from tests.kernel.versions import NEWEST, path_of

PATIENCE = 60.0

TAKE_YOUR_TIME = "from heygen_widget.lifecycle import at_exit\nat_exit.AT_EXIT = 30\n"
"""Lets a process end its sessions when it ends, however slow the machine is."""


@dataclass
class Cell:
    """What a cell printed, and the name of the error it ended with."""

    printed: str = ""
    error: str = ""
    traceback: list[str] = field(default_factory=list)
    reply: dict[str, Any] | None = None
    idle: bool = False

    @property
    def ended(self) -> bool:
        # ipykernel 7.0 to 7.3 may lose a request that comes while it replies to the one before
        # (https://github.com/ipython/ipykernel/issues/1554); so the reply is waited for.
        return self.idle and self.reply is not None


class Kernel:
    """Runs cells. Whatever is printed belongs to some cell, as in a notebook.

    Parameters
    ----------
    folder
        Where it works, and keeps what it keeps.
    version
        Of ipykernel.
    environment
        Variables that it has besides those of the tests, of which HeyGen's are left out.

    Attributes
    ----------
    heard
        All messages that the kernel has published or replied, oldest first.
    """

    def __init__(self, folder: Path, version: str = NEWEST, **environment: str) -> None:
        given = {k: v for k, v in os.environ.items() if not k.startswith("HEYGEN_")}
        own = {
            "IPYTHONDIR": str(folder / "ipython"),
            "PYTHONPATH": path_of(version),
            "XDG_STATE_HOME": str(folder / "state"),
        }
        self.heard: list[dict[str, Any]] = []
        self._manager = KernelManager(shutdown_wait_time=PATIENCE)
        self._manager.start_kernel(cwd=str(folder), env=given | own | environment)
        self._client = self._manager.client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=PATIENCE)
        self._channels = (self._client.shell_channel, self._client.iopub_channel)
        self._poller = zmq.Poller()
        for channel in self._channels:
            self._poller.register(channel.socket, zmq.POLLIN)
        self._cells: dict[str, Cell] = {}

    def begin(self, source: str, **metadata: object) -> Cell:
        """Run a cell without waiting for it; `metadata` is what a front end says of it."""
        # After an error, a kernel passes over what it was sent meanwhile, unless told otherwise.
        request = {"code": source, "silent": False, "allow_stdin": False, "stop_on_error": False}
        cell = self._cells[self.send("execute_request", request, metadata)] = Cell()
        return cell

    def until(self, condition: Callable[[], object]) -> None:
        """Listen to the kernel until `condition`."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline
            ready = dict(self._poller.poll(timeout=100))
            for channel in self._channels:
                if channel.socket in ready:
                    self._take(channel.get_msg(timeout=0))

    def run(self, source: str, **metadata: object) -> str:
        """Run a cell to its end and return what it printed."""
        cell = self.begin(source, **metadata)
        self.until(lambda: cell.ended)
        assert not cell.error, "\n".join(cell.traceback)
        return cell.printed.strip()

    def fail(self, source: str) -> Cell:
        """Run a cell that ends with an error."""
        cell = self.begin(source)
        self.until(lambda: cell.ended)
        assert cell.error, cell.printed
        return cell

    def send(
        self, kind: str, content: dict[str, Any], metadata: dict[str, Any] | None = None
    ) -> str:
        """Send a message on the shell channel, and return its id."""
        message = self._client.session.msg(kind, content, metadata=metadata)
        self._client.shell_channel.send(message)
        identifier: str = message["header"]["msg_id"]
        return identifier

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
        self.heard.append(message)
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
                cell.idle = content["execution_state"] == "idle"
            case "execute_reply":
                cell.reply = content
