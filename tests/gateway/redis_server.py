"""A real redis-server: found, or installed as root; run it to print its path."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

NAMES = ("redis-server", "valkey-server")
PATIENCE = 60.0


def installed() -> str | None:
    """Return the path of an installed server; ``REDIS_PATH`` goes first."""
    places = [os.environ.get("REDIS_PATH"), *map(shutil.which, NAMES)]
    return next((place for place in places if place and Path(place).is_file()), None)


def install() -> None:
    """Install Debian's package, as root; stop with a clear message otherwise."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        raise SystemExit(
            "The tests of workshops need redis-server or valkey-server. Install one (Debian, "
            "Ubuntu: sudo apt-get install redis-server), or name one in REDIS_PATH."
        )
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([apt, "update", "-qq"], env=environment, stdout=sys.stderr, check=True)
    command = [apt, "install", "-y", "-qq", "--no-install-recommends", "redis-server"]
    subprocess.run(command, env=environment, stdout=sys.stderr, check=True)


def find() -> str:
    """Return the path of a server, installing one if need be."""
    if (found := installed()) is None:
        install()
        found = installed()
    if found is None:
        raise SystemExit("redis-server was installed, but is not where it is expected.")
    return found


class RedisServer:
    """A server of our own that forgets nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port: int = free.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"valkey://127.0.0.1:{self._port}"

    def start(self) -> Self:
        """Start it, with all that it knew."""
        self._process = subprocess.Popen(
            [
                *(find(), "--port", str(self._port), "--bind", "127.0.0.1", "--save", ""),
                *("--dir", str(self._folder), "--appendonly", "yes", "--appendfsync", "always"),
            ],
            stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + PATIENCE
        while not self.ask(b"PING").startswith(b"+PONG"):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        return self

    @property
    def memory(self) -> str:
        """All that was ever written to it."""
        files = [file for file in self._folder.rglob("*") if file.is_file()]
        return "".join(file.read_text(errors="replace") for file in files)

    def kill(self) -> None:
        """Kill it in the middle of whatever it does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """Let it answer nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def ask(self, command: bytes) -> bytes:
        """Return the raw answer to a command without arguments; nothing if there is none."""
        try:
            with socket.create_connection(("127.0.0.1", self._port), PATIENCE) as connection:
                connection.sendall(command + b"\r\n")
                return connection.recv(65536)
        except OSError:
            return b""


if __name__ == "__main__":
    print(find())  # noqa: T201 (for the Makefile)
