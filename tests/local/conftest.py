import io
import json
import math
import time
import wave
from array import array
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from heygen_widget.local import LocalServer

PATIENCE = 60.0
SESSIONS = "/v3/avatar-realtime"
TTS = {"type": "tts", "avatar_id": "anna", "voice_id": "en", "text": "Hello."}
TEXT_STREAM = {**TTS, "type": "text_stream"}


class Caller:
    """Someone with the key: HeyGen's five operations over real HTTP, and a player's requests."""

    def __init__(self, server: LocalServer) -> None:
        self.server = server
        self.http = httpx.Client(
            base_url=server.base_url, headers={"x-api-key": server.api_key}, timeout=PATIENCE
        )
        self._opened: list[str] = []

    def create(self, **body: Any) -> str:
        answer = self.http.post(SESSIONS, json=body)
        assert answer.status_code == 201, answer.text
        stream_id: str = answer.json()["data"]["stream_id"]
        self._opened.append(stream_id)
        return stream_id

    def text_stream(self, text: str = "Hello.") -> str:
        return self.create(**{**TEXT_STREAM, "text": text})

    def status(self, stream_id: str) -> dict[str, Any]:
        answer = self.http.get(f"{SESSIONS}/{stream_id}")
        assert answer.status_code == 200, answer.text
        status: dict[str, Any] = answer.json()["data"]
        return status

    def until(self, stream_id: str, *wanted: str) -> dict[str, Any]:
        """Poll until the session has one of the statuses `wanted`; return its whole answer."""
        deadline = time.monotonic() + PATIENCE
        while (status := self.status(stream_id))["status"] not in wanted:
            assert status["status"] in {"pending", "streaming"}, status
            assert time.monotonic() < deadline, status
            time.sleep(0.02)
        return status

    def append(self, stream_id: str, delta: str, **more: Any) -> httpx.Response:
        return self.http.post(f"{SESSIONS}/{stream_id}/text", json={"delta": delta, **more})

    def cancel(self, stream_id: str) -> bool:
        answer = self.http.post(f"{SESSIONS}/{stream_id}/cancel")
        assert answer.status_code == 202, answer.text
        assert answer.json()["data"]["stream_id"] == stream_id
        cancelled: bool = answer.json()["data"]["cancelled"]
        return cancelled

    def playing(self, stream_id: str) -> str:
        """Wait until the session is on air; return the address of its playlist."""
        url: str = self.until(stream_id, "streaming")["hls_url"]
        return url

    def events(self, stream_id: str) -> list[tuple[str, dict[str, Any]]]:
        """Listen to the words until the server hangs up; return kind and data of each event."""
        events = []
        with self.http.stream("GET", f"{SESSIONS}/{stream_id}/words") as answer:
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith("text/event-stream")
            kind = "message"
            for line in answer.iter_lines():
                name, _, value = line.partition(": ")
                if name == "event":
                    kind = value
                elif name == "data":
                    events.append((kind, json.loads(value)))
                    kind = "message"
        return events

    def words(self, stream_id: str) -> list[str]:
        """Listen to the end; return the words."""
        batches = [data["words"] for kind, data in self.events(stream_id) if kind == "message"]
        return [event["word"] for batch in batches for event in batch]

    def close(self) -> None:
        for stream_id in self._opened:
            self.cancel(stream_id)
        self.http.close()


@pytest.fixture
def caller_at() -> Iterator[Callable[[LocalServer], Caller]]:
    """Call a server; the sessions opened are cancelled after the test."""
    callers: list[Caller] = []

    def call(server: LocalServer) -> Caller:
        callers.append(Caller(server))
        return callers[-1]

    yield call
    for caller in callers:
        caller.close()


@pytest.fixture
def caller(local_server: LocalServer, caller_at: Callable[[LocalServer], Caller]) -> Caller:
    """Someone who calls the server with its defaults."""
    return caller_at(local_server)


@pytest.fixture(scope="session")
def tone() -> bytes:
    """Three seconds of a 220 Hz tone, as a WAV file."""
    rate = 16_000
    samples = array("h", (int(9000 * math.sin(math.tau * 220 * n / rate)) for n in range(3 * rate)))
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(rate)
        wav.writeframes(samples.tobytes())
    return file.getvalue()
