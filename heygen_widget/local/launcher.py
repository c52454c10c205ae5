"""Starts and ends the embedded avatar server in its own process.

Waits for its ready line, and keeps the address and the key from it.
"""

import importlib.util
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import weakref
from typing import IO, Any, Final, Self

from heygen_widget.local.settings import KEY_VARIABLE, PARENT_VARIABLE, Settings

START_TIMEOUT: Final = 30.0
"""Seconds until the server must be ready."""

END_TIMEOUT: Final = 5.0
"""Seconds a server has to end by itself."""

_TAIL: Final = 2000  # characters of the log that an error quotes
_NEEDED: Final = {
    "local": ("av", "espeakng_loader", "numpy", "PIL", "python_multipart", "starlette", "uvicorn"),
    "webrtc": ("aiortc", "websockets"),
}
"""The modules that each extra installs."""


class LocalServerError(RuntimeError):
    """The embedded server cannot run; the message says what to do."""


class LocalServer:
    """The embedded avatar server, in its own process.

    It ends with `close`, with the ``with`` block, with this process, or when nothing refers to
    it any more, whichever comes first.

    Parameters
    ----------
    **settings
        The fields of `heygen_widget.local.Settings`.

    Attributes
    ----------
    settings : Settings
        The server's settings.

    Examples
    --------
    >>> with LocalServer() as server:
    ...     client = HeyGen(server.api_key, base_url=server.base_url)
    """

    def __init__(self, **settings: Any) -> None:
        self.settings: Final = Settings(**settings)
        self._process: subprocess.Popen[str] | None = None
        self._end: weakref.finalize[..., LocalServer] | None = None
        self._ready: dict[str, str] = {}
        self._changing = threading.RLock()  # held while the process is started or ended

    def __repr__(self) -> str:
        return f"LocalServer({self._ready.get('base_url', 'not running')!r})"

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def base_url(self) -> str:
        """Address of the API, such as ``http://127.0.0.1:40123``."""
        return self._answer("base_url")

    @property
    def api_key(self) -> str:
        """The key the server accepts."""
        return self._answer("api_key")

    @property
    def pid(self) -> int:
        """Process id of the server."""
        return self.process.pid

    @property
    def process(self) -> subprocess.Popen[str]:
        """The server's process, for code that watches it."""
        if self._process is None:
            raise LocalServerError("The local server is not running; call start() first.")
        return self._process

    @property
    def running(self) -> bool:
        """Whether the server's process is running."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> Self:
        """Start the server and wait until it is ready; do nothing if it is running.

        Raises
        ------
        LocalServerError
            If it does not start.
        """
        with self._changing:
            if not self.running:
                check_extras("local")
                self.close()
                self._launch()
        return self

    def close(self) -> None:
        """End the server and all its streams. Closing it again is harmless."""
        with self._changing:
            if self._end is not None:
                self._end()
            self._process, self._end, self._ready = None, None, {}

    def _launch(self) -> None:
        with tempfile.TemporaryFile("w+", errors="replace") as log:
            process = _spawn(self.settings, log)
            self._end = weakref.finalize(self, _end, process, os.getpid())
            try:
                self._ready = _ready_line(process, log)
            except BaseException:  # an interrupt must not leave a process either
                self._end()
                raise
        self._process = process

    def _answer(self, name: str) -> str:
        try:
            return self._ready[name]
        except KeyError:
            raise LocalServerError("The local server is not running; call start() first.") from None


def check_extras(*extras: str) -> None:
    """Raise unless the server's dependencies are installed.

    Parameters
    ----------
    extras
        What is needed: ``"local"``, and ``"webrtc"`` for rooms.

    Raises
    ------
    LocalServerError
        The message contains the command that installs them.
    """
    needed = [name for extra in extras for name in _NEEDED[extra]]
    missing = [name for name in needed if importlib.util.find_spec(name) is None]
    if missing:
        raise LocalServerError(
            f"The local server needs {', '.join(missing)}. "
            f"Install them with: pip install 'heygen-widget[{','.join(extras)}]'"
        )


def _spawn(settings: Settings, log: IO[str]) -> subprocess.Popen[str]:
    try:
        return subprocess.Popen(  # noqa: S603 - our own interpreter, our own module
            [sys.executable, "-m", "heygen_widget", "serve", *settings.flags()],
            env=_environment(settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            # Interrupting a cell signals the kernel's whole process group; the avatar plays on.
            start_new_session=True,
        )
    except OSError as error:
        reason = str(error)
    # Outside the handler: the frames of that error hold the whole environment, including keys.
    raise LocalServerError(f"The local server's process cannot be started: {reason}.")


def _environment(settings: Settings) -> dict[str, str]:
    environment = dict(os.environ)
    # The real key does not belong in that process.
    environment.pop("HEYGEN_API_KEY", None)
    if settings.api_key is not None:
        environment[KEY_VARIABLE] = settings.api_key
    if os.name == "posix":
        environment[PARENT_VARIABLE] = str(os.getpid())
    return environment


def _ready_line(process: subprocess.Popen[str], log: IO[str]) -> dict[str, str]:
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    # Not every platform can read a pipe with a timeout; a thread can be waited for.
    reading = threading.Thread(target=_read_line, args=(process, lines), daemon=True)
    reading.start()
    try:
        line = lines.get(timeout=START_TIMEOUT)
    except queue.Empty:
        raise LocalServerError(
            f"The local server was not ready after {START_TIMEOUT:.0f} seconds. {_tail(log)}"
        ) from None
    if not line:
        code = process.wait()
        raise LocalServerError(f"The local server exited with code {code}. {_tail(log)}")
    ready: dict[str, str] = json.loads(line)
    return ready


def _read_line(process: subprocess.Popen[str], lines: "queue.SimpleQueue[str]") -> None:
    if process.stdout is not None:
        lines.put(process.stdout.readline())


def _tail(log: IO[str]) -> str:
    log.seek(0)
    return log.read()[-_TAIL:].strip()


def _end(process: subprocess.Popen[str], owner: int) -> None:
    if os.getpid() != owner:
        return  # a fork of the owner must not end the server
    process.terminate()
    try:
        process.wait(END_TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
