"""Every way in which sessions are ended with their process, or with their cell.

Each uses a real kernel or interpreter, whose sessions are at a server that outlives it.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from pathlib import Path
from typing import Final, Self

import psutil
from jupyter_core.utils import ensure_event_loop

from tests.faults.places import Place
from tests.faults.ways import LONG, Way
from tests.kernel.notebook import PATIENCE, TAKE_YOUR_TIME, Kernel

MAKE: Final = "avatar = Avatar(client=heygen)\n"
OPEN: Final = MAKE + "avatar.speak(LONG)\navatar.wait('streaming', timeout=60)\n"

# Three sessions, the last of which is being created when the interpreter ends.
SCRIPT: Final = f"""
{TAKE_YOUR_TIME}
import sys
from heygen_widget import Avatar, HeyGen
heygen = HeyGen(*sys.argv[1:3])
avatars = [Avatar(client=heygen) for _ in range(3)]
for avatar, state in zip(avatars, ("streaming", "pending", "creating")):
    avatar.speak(sys.argv[3])
    avatar.wait(state, timeout=60)
"""


async def ended_with_the_interpreter(place: Place) -> None:
    script = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-c", SCRIPT),
        *(place.server.api_key, place.proxy.base_url, LONG),
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, complaints = await script.communicate()
    finally:
        if script.returncode is None:
            script.kill()
            await script.wait()
    assert (script.returncode, complaints) == (0, b"")


class Kernels:
    """One kernel at a time, and the next one when it has gone.

    Parameters
    ----------
    folder
        Where all of them keep their state, as those of one user do.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kernel: Kernel | None = None
        self._thread = ThreadPoolExecutor(1)  # a kernel is driven by blocking calls, one by one

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._end)
        self._thread.shutdown()

    @property
    def ways(self) -> list[Way]:
        """The ways that need a kernel."""
        acts = (
            self.ended_by_its_cell_run_again,
            self.interrupted_within_start,
            self.interrupted_while_it_is_waited_for,
            self.ended_with_a_restart,
            self.killed_and_found_by_the_next_kernel,
            self.ended_with_its_kernel,
        )
        return list(map(self._one_by_one, acts))

    @property
    def killed(self) -> Way:
        """Leave a session to the server's idle timeout; no kernel comes after."""
        return self._one_by_one(self._kill_with_a_session)

    @property
    def killed_and_found(self) -> Way:
        """Leave a session to the next kernel that makes an avatar."""
        return self._one_by_one(self.killed_and_found_by_the_next_kernel)

    def ended_by_its_cell_run_again(self, place: Place) -> None:
        kernel = self._kernel_at(place)
        kernel.run(OPEN, cellId=place.proxy.base_url)
        kernel.run(OPEN, cellId=place.proxy.base_url)
        kernel.run(MAKE, cellId=place.proxy.base_url)

    def interrupted_within_start(self, place: Place) -> None:
        """The private loop is busy, so that `start` has to wait for it."""
        kernel = self._kernel_at(place)
        kernel.run(
            "import threading\n"
            "from heygen_widget.bridge import bridge\n"
            f"{MAKE}"
            "busy = threading.Event()\n"
            "bridge.call(busy.wait, 60)"
        )
        self._interrupt(kernel, "print('now')\navatar.start(LONG)")
        kernel.run("busy.set()")

    def interrupted_while_it_is_waited_for(self, place: Place) -> None:
        kernel = self._kernel_at(place)
        kernel.run("avatar = Avatar(client=heygen, interrupt='stop')")
        self._interrupt(kernel, "speech = avatar.speak(LONG)\nprint('now')\nspeech.result()")

    def ended_with_a_restart(self, place: Place) -> None:
        kernel = self._kernel_at(place)
        kernel.run(OPEN)
        kernel.restart()

    def killed_and_found_by_the_next_kernel(self, place: Place) -> None:
        self._kill_with_a_session(place)
        self._kernel_at(place).run(MAKE)

    def ended_with_its_kernel(self, place: Place) -> None:
        kernel = self._kernel_at(place)
        kernel.run(OPEN)
        kernel.shut_down()
        self._drop()

    def _kernel_at(self, place: Place) -> Kernel:
        """Return the kernel, which knows the place's line as `heygen`."""
        if self._kernel is None:
            self._kernel = Kernel(self._folder)
        self._kernel.run(
            f"{TAKE_YOUR_TIME}from heygen_widget import Avatar, HeyGen\n"
            f"heygen = HeyGen({place.server.api_key!r}, {place.proxy.base_url!r})\n"
            f"LONG = {LONG!r}"
        )
        return self._kernel

    def _kill_with_a_session(self, place: Place) -> None:
        kernel = self._kernel_at(place)
        kernel.run(MAKE + "avatar.speak('Hi.')\navatar.wait('streaming', timeout=60)")
        pid = int(kernel.run("import os\nprint(os.getpid())"))
        os.kill(pid, signal.SIGKILL)
        psutil.wait_procs([psutil.Process(pid)], timeout=PATIENCE)
        self._drop()

    def _interrupt(self, kernel: Kernel, source: str) -> None:
        """Run a cell, and interrupt it when it has printed something."""
        cell = kernel.begin(source)
        kernel.until(lambda: cell.printed)
        kernel.interrupt()
        kernel.until(lambda: cell.ended)
        assert cell.error == "KeyboardInterrupt"

    def _drop(self) -> None:
        if self._kernel is not None:
            self._kernel.close()
            self._kernel = None

    def _end(self) -> None:
        self._drop()
        ensure_event_loop().close()  # jupyter_client made one for this thread

    def _one_by_one(self, act: Callable[[Place], None]) -> Way:
        @wraps(act)
        async def way(place: Place) -> None:
            await asyncio.get_running_loop().run_in_executor(self._thread, act, place)

        return way
