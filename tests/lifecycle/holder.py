"""A process that has sessions open, and what it leaves when it is killed."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from heygen_widget.lifecycle.leases import Orphan

KEY = "sk-1234567890-abcdefghij"
URL = "http://127.0.0.1:9"

HOLDER = """
import os, signal, sys, time
from pathlib import Path
from heygen_widget import HeyGen
from heygen_widget.lifecycle.leases import Leases
folder, key, url, *stream_ids = sys.argv[1:]
leases, client = Leases(Path(folder)), HeyGen(key, url)
for stream_id in stream_ids:
    leases.add(client, stream_id)
if "child" in stream_ids:
    if os.fork() == 0:
        sys.stdout.close()
        time.sleep(1000)
print("ready", flush=True)
for line in sys.stdin:
    leases.remove(line.strip())
    print("removed", flush=True)
"""


class Holder:
    """A process that has sessions open, until it is killed."""

    def __init__(self, folder: Path, *stream_ids: str, key: str = KEY, url: str = URL) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", HOLDER, str(folder), key, url, *stream_ids],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._hear()

    def remove(self, stream_id: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(f"{stream_id}\n")
        self._process.stdin.flush()
        self._hear()

    def freeze(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def kill(self) -> None:
        """Kill it, and it alone."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Kill it and its children."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.stdout.close()

    def _hear(self) -> None:
        assert self._process.stdout
        assert self._process.stdout.readline()


Hold = Callable[..., Holder]


def ids(orphans: list[Orphan]) -> list[str]:
    return sorted(orphan.stream_id for orphan in orphans)


def files(folder: Path) -> list[Path]:
    return list(folder.iterdir())
