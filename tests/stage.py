"""A kernel that has a key, and every place that people can look at from outside of it."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import psutil

from heygen_widget import LocalServer
from tests.echo import Echo
from tests.faults.proxy import Proxy
from tests.kernel.notebook import Cell, Kernel
from tests.kernel.saved import save
from tests.search import find

# As long as HeyGen's own. No cell names it: it is in the kernel's environment.
KEY: Final = "NmFhZWI0ODc3/MTE0ZGZj+NDc2OGI5ZTQ2YzEtMTcwOTU2Nzg5MA=="
WRONG_KEY: Final = KEY[::-1]

PREPARE: Final = '''
import asyncio, contextlib, gc, logging, os, subprocess, sys, time, traceback
from heygen_widget import AsyncHeyGen, Avatar, HeyGen, LocalServer, diagnose, sessions
from heygen_widget.lifecycle.avatars import find_avatars
from heygen_widget.bridge import bridge
%load_ext heygen_widget
%colors nocolor
logging.basicConfig(
    level=logging.DEBUG,
    handlers=[logging.FileHandler("debug.log"), logging.StreamHandler()],
    force=True,
)
# Of this loop alone: that of ipykernel's output would wait for itself to print what it logs.
bridge.ask(lambda: asyncio.get_running_loop().set_debug(True))

process = None
HELLO = {"type": "text_stream", "avatar_id": "a", "voice_id": "v", "text": "Hello."}

def secret(form="{}"):
    return form.format(os.environ["HEYGEN_API_KEY"])

def show(*things):
    """Print and display all that a person can of things."""
    for thing in things:
        print(str(thing), getattr(thing, "__dict__", ""))
        for name in dir(thing):
            if not name.startswith("_"):
                with contextlib.suppress(Exception):
                    print(name, getattr(thing, name))
        display(thing)  # also its repr

def show_objects(*packages):
    """Print what every object of these packages says of itself, once no request is on its way."""
    while not bridge.ask(lambda: all(each.queue.idle for each in find_avatars())):
        time.sleep(0.01)
    gc.collect()
    for thing in gc.get_objects():
        if str(type(thing).__module__).split(".")[0] in packages:
            print(repr(thing), getattr(thing, "__dict__", ""))

def show_error(error):
    """Print, log and publish all that a person can see of an error."""
    logging.exception("It failed.")
    for mode in ("Plain", "Verbose"):
        get_ipython().run_line_magic("xmode", mode)
        get_ipython().showtraceback()
    get_ipython().run_line_magic("xmode", "Context")  # for the end of the cell
    pending, shown = [error], []
    while pending:
        error = pending.pop()
        if error is None or error in shown:
            continue
        shown.append(error)
        pending += [error.__cause__, error.__context__, *getattr(error, "exceptions", ())]
        print(str(error), repr(error), error.args, vars(error))
        report = traceback.TracebackException.from_exception(error, capture_locals=True)
        print(*report.format(), sep="")

def converse(client, timeout=30):
    """Let an avatar say something; show all there is of it, and raise what went wrong."""
    avatar = Avatar(client=client)
    try:
        speech = avatar.speak("Hello.", final=True)
        avatar.wait(timeout=timeout)
        speech.result(timeout=timeout)
    finally:
        show_avatar(avatar)

def show_avatar(avatar):
    session = avatar._controller.queue.current
    show(avatar, avatar.session, avatar.get_state(), sessions())
    show(avatar.events, *avatar.events, session, *(session.speeches if session else ()))
    show(avatar._controller.connection, avatar._controller.connection._client, diagnose())
    get_ipython().run_line_magic("avatar", "status")
'''


class Stage:
    """Runs cells, and looks for keys wherever the kernel has left something since `clear`.

    Parameters
    ----------
    kernel
        Which has the keys in its environment.
    folder
        Where it works; its home, its state and its temporary files are in there.
    server
        Which takes `KEY`.
    proxy
        The kernel's line to it.
    echo
        The server that says the key it is sent.
    """

    def __init__(
        self, kernel: Kernel, folder: Path, server: LocalServer, proxy: Proxy, echo: Echo
    ) -> None:
        self.kernel = kernel
        self.proxy = proxy
        self.echo = echo
        self._log = folder / "debug.log"
        self._folder = folder
        self._server = server
        self._sources: list[str] = []
        self._heard = 0
        self._logged = 0
        self._known: dict[Path, int] = {}
        self.run(PREPARE)
        self._pid = int(kernel.run("print(os.getpid())"))

    def clear(self) -> None:
        """Pass over what was heard and logged until now."""
        self._sources.clear()
        self._heard = len(self.kernel.heard)
        self._logged = self._log.stat().st_size
        self._known = self._files()

    @property
    def logged(self) -> str:
        """What was logged since `clear`."""
        return self._log.read_bytes()[self._logged :].decode(errors="replace")

    def run(self, source: str) -> str:
        """Run a cell and return what it printed."""
        self._sources.append(source)
        return self.kernel.run(source)

    def begin(self, source: str) -> Cell:
        """Run a cell without waiting for it."""
        self._sources.append(source)
        return self.kernel.begin(source)

    def fail(self, source: str) -> str:
        """Run lines that must fail, and show how; return the name of the error."""
        cell = self.begin(failing(source))
        self.kernel.until(lambda: cell.ended)
        assert cell.error, cell.printed
        return cell.error

    def plant(self, name: str) -> str:
        """Make a key that `planted()` returns in the kernel, and that no cell names; return it."""
        key = hashlib.sha256(name.encode()).hexdigest()
        self.run(f"def planted():\n    return {key[::-1]!r}[::-1]")
        return key

    def places(self) -> Iterator[tuple[str, object]]:
        """Give all there is to be searched, by the name of its place."""
        self.kernel.run("")  # until its end, all that was published before is heard
        heard = self.kernel.heard[self._heard :]
        yield "messages", heard
        yield "log", self.logged
        yield "notebook", self._notebook(heard)
        for path, version in self._files().items():
            if self._known.get(path) != version:
                with suppress(FileNotFoundError):  # it came and went
                    yield "files", (path.name, path.read_bytes())
        yield "processes", list(self._processes())

    def leaks(self, *keys: str) -> dict[str, list[str]]:
        """Return what was found of keys, by place; of `KEY`, if none is given."""
        found: dict[str, list[str]] = {}
        for place, content in self.places():
            if lines := find(keys or [KEY], content):
                found[place] = found.get(place, []) + lines
        return found

    def _files(self) -> dict[Path, int]:
        """Return all files but the log, and when they were last changed."""
        found = {}
        for path in self._folder.rglob("*"):
            if path != self._log and path.is_file():
                with suppress(FileNotFoundError):
                    found[path] = path.stat().st_mtime_ns
        return found

    def _notebook(self, heard: list[dict[str, Any]]) -> bytes:
        path = self._folder / "notebook.ipynb"
        save(path, self._sources, heard)
        try:
            return path.read_bytes()
        finally:
            path.unlink()

    def _processes(self) -> Iterator[object]:
        """Give what a process listing shows of the kernel, the server and all that they started.

        And the environment that the kernel has handed down.
        """
        kernel, server = psutil.Process(self._pid), psutil.Process(self._server.pid)
        started = kernel.children(recursive=True)
        for process in (psutil.Process(), kernel, server, *server.children(recursive=True)):
            yield process.name(), process.cmdline()
        for process in started:
            with suppress(psutil.NoSuchProcess):  # it came and went
                yield process.name(), process.cmdline(), process.environ()


def failing(source: str) -> str:
    """Wrap lines into a cell that shows how they fail."""
    lines = "\n    ".join(source.splitlines())
    return f"try:\n    {lines}\nexcept BaseException as error:\n    show_error(error)\n    raise"
