"""The process of an embedded avatar server, as its users see it.

Knows neither how it starts nor what requests it gets.
"""

import asyncio
import signal
import subprocess
from typing import Final

import httpx

from heygen_widget.session.lifeline import ServerEnded

ANSWERS_WITHIN: Final = 5.0
"""Seconds within which a healthy server responds."""


class OwnServer:
    """A `Host` of sessions: tells when its process has ended, and can end it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._gave_up = False

    @property
    def ending(self) -> ServerEnded | None:
        """How it ended; None while it is running."""
        code = self._process.poll()
        if code is None:
            return None
        return ServerEnded(
            f"The embedded avatar server {self._how(code)}, and its sessions ended with it.",
            hint="Speak again to start a new one.",
        )

    def kill(self) -> None:
        """Kill it, even when it is frozen."""
        self._gave_up = True
        self._process.kill()
        self._process.wait()

    def _how(self, code: int) -> str:
        if self._gave_up:
            return "did not respond and was killed"
        if code in {0, -signal.SIGTERM}:
            return "was closed"
        if code < 0:
            return f"was killed by {_signal_name(-code)}"
        return f"exited with code {code}"


async def answers(base_url: str) -> bool:
    """Whether a server responds at all."""
    url = httpx.URL(base_url)
    try:
        async with asyncio.timeout(ANSWERS_WITHIN):
            reader, writer = await asyncio.open_connection(url.host, url.port)
            try:
                host = url.netloc.decode()
                writer.write(f"HEAD / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
                return bool(await reader.read(1))
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
