"""A real gateway process, and learners who ask it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import httpx

from heygen_widget import Workshop
from heygen_widget.gateway.settings import TOKEN_VARIABLE

PATIENCE = 60.0
SESSIONS = "/v3/avatar-realtime"
TTS = {"type": "tts", "avatar_id": "anna", "voice_id": "en", "text": "Hello."}
TEXT_STREAM = {**TTS, "type": "text_stream"}
OURS = {"user-agent": "heygen-widget/test"}
TOKEN = "the-token-of-the-teacher"
KEY = "sk_V2_the_real_key_of_the_teacher_0123456789"


def until(what: Callable[[], object]) -> None:
    """Wait until something is true."""
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)


class Replica:
    """One gateway process. It can be killed, and started again at the same address."""

    def __init__(
        self, folder: Path, *, upstream: str, key: str = KEY, store: str | None = None, **flags: Any
    ) -> None:
        given = {"upstream": upstream, "store": store, **flags}
        self._flags = [
            f"--{name.replace('_', '-')}={value}"
            for name, value in given.items()
            if value is not None
        ]
        self._log = folder / f"gateway-{id(self)}.log"
        self._environment = os.environ | {TOKEN_VARIABLE: TOKEN, "HEYGEN_API_KEY": key}
        self._process: subprocess.Popen[str] | None = None
        self._workshop: Workshop | None = None
        self.base_url = ""

    def start(self) -> Self:
        port = httpx.URL(self.base_url).port if self.base_url else 0
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "heygen_widget", "gateway", f"--port={port}", *self._flags],
                env=self._environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, self.log
        self.base_url = json.loads(line)["base_url"]
        return self

    def kill(self) -> None:
        """Kill it in the middle of whatever it does."""
        if self._process is not None:
            self._process.kill()
            self._leave()

    def close(self) -> None:
        """End it in an orderly way."""
        if self._process is not None:
            self._process.terminate()
            self._leave()
        if self._workshop is not None:
            self._workshop.close()

    def _leave(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        self._process.wait(PATIENCE)
        self._process.stdout.close()
        self._process = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        return self._log.read_text()

    @property
    def workshop(self) -> Workshop:
        """The teacher."""
        if self._workshop is None:
            self._workshop = Workshop(self.base_url, TOKEN)
        return self._workshop

    def metric(self, name: str) -> float:
        answer = httpx.get(f"{self.base_url}/metrics", headers={"x-api-key": TOKEN})
        lines = answer.text.splitlines()
        (value,) = (line.split()[1] for line in lines if line.startswith(f"heygen_gateway_{name} "))
        return float(value)


class Learner:
    """Someone with a code and any client of HeyGen's API."""

    def __init__(self, base_url: str, code: str, **headers: str) -> None:
        self.http = httpx.Client(
            base_url=base_url, headers={"x-api-key": code, **headers}, timeout=PATIENCE
        )

    def ask(self, **body: Any) -> httpx.Response:
        return self.http.post(SESSIONS, json={**TEXT_STREAM, **body})

    def open(self, **body: Any) -> str:
        answer = self.ask(**body)
        assert answer.status_code == 201, answer.text
        stream_id: str = answer.json()["data"]["stream_id"]
        return stream_id

    def position(self) -> int:
        answer = self.ask()
        assert answer.status_code == 429, answer.text
        assert int(answer.headers["retry-after"]) >= 1
        return int(answer.headers["x-queue-position"])

    def status(self, stream_id: str) -> Any:
        answer = self.http.get(f"{SESSIONS}/{stream_id}")
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def append(self, stream_id: str, delta: str, **more: Any) -> httpx.Response:
        return self.http.post(f"{SESSIONS}/{stream_id}/text", json={"delta": delta, **more})

    def cancel(self, stream_id: str) -> httpx.Response:
        return self.http.post(f"{SESSIONS}/{stream_id}/cancel")

    def close(self) -> None:
        self.http.close()
