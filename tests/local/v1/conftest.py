"""Sessions of the first API, and people who watch them."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from heygen_widget.local import LocalServer
from tests.local.v1.viewer import PATIENCE, Viewer

NEW = {"avatar_id": "josh_lite3_20230714", "voice_id": "en", "video_encoding": "H264"}


class Streamer:
    """Someone with the key, at the first API."""

    def __init__(self, server: LocalServer) -> None:
        self.server = server
        self.http = httpx.Client(
            base_url=server.base_url, headers={"x-api-key": server.api_key}, timeout=PATIENCE
        )
        self._viewers: list[Viewer] = []
        self._opened: list[str] = []

    def call(self, name: str, **body: Any) -> httpx.Response:
        return self.http.post(f"/v1/streaming.{name}", json=body)

    def data(self, name: str, **body: Any) -> dict[str, Any]:
        answer = self.call(name, **body)
        assert answer.status_code == 200, answer.text
        said = answer.json()
        assert (said["code"], said["message"], said["error"]) == (100, "success", None)
        data: dict[str, Any] = said["data"]
        return data

    def open(self, **fields: Any) -> dict[str, Any]:
        opened = self.data("new", **{**NEW, **fields})
        self._opened.append(opened["session_id"])
        return opened

    def sessions(self) -> dict[str, str]:
        """Status by id of all that are listed."""
        listed = self.http.get("/v1/streaming.list").json()["data"]["sessions"]
        return {session["session_id"]: session["status"] for session in listed}

    def viewer(self) -> Viewer:
        self._viewers.append(Viewer())
        return self._viewers[-1]

    def watch(self, opened: dict[str, Any]) -> Viewer:
        """Enter the room of a session and wait until there is something to see."""
        viewer = self.viewer().join(opened["url"], opened["access_token"])
        viewer.wait_for_picture()
        return viewer

    def live(self, **fields: Any) -> "Live":
        """Open a session and watch it."""
        opened = self.open(**fields)
        return Live(self, opened, self.watch(opened))

    def close(self) -> None:
        for session_id in self._opened:
            self.call("stop", session_id=session_id)
        for viewer in self._viewers:
            viewer.close()
        self.http.close()


class Live:
    """A session that is watched."""

    def __init__(self, streamer: Streamer, opened: dict[str, Any], viewer: Viewer) -> None:
        self.streamer = streamer
        self.opened = opened
        self.id: str = opened["session_id"]
        self.viewer = viewer

    def call(self, name: str, **body: Any) -> dict[str, Any]:
        return self.streamer.data(name, session_id=self.id, **body)

    def say(self, text: str, **more: Any) -> dict[str, Any]:
        """Start to say `text`; returns at once unless told otherwise."""
        return self.call("task", **{"text": text, "task_mode": "async", **more})


@pytest.fixture
def streamer_at() -> Iterator[Callable[[LocalServer], Streamer]]:
    """Use a server; what was opened is stopped after the test."""
    streamers: list[Streamer] = []

    def use(server: LocalServer) -> Streamer:
        streamers.append(Streamer(server))
        return streamers[-1]

    yield use
    for streamer in streamers:
        streamer.close()


@pytest.fixture
def streamer(local_server: LocalServer, streamer_at: Callable[[LocalServer], Streamer]) -> Streamer:
    """Someone at the server with its defaults."""
    return streamer_at(local_server)


@pytest.fixture
def live(streamer: Streamer) -> Live:
    """A session in a room, with a viewer."""
    return streamer.live()
