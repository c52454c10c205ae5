"""What the kernel makes of what the page's player says."""

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from heygen_widget import Avatar, LocalServer
from heygen_widget.api.models import AvatarRealtimeStatusResponse
from heygen_widget.bridge import bridge
from heygen_widget.frontend.events import PlaybackRecovered
from heygen_widget.session import session as session_module


def _say(avatar: Avatar, **content: object) -> None:
    """Send a message of the browser, and wait until the kernel has taken it."""
    data = {"method": "custom", "content": {"id": "of a page", **content}}
    avatar._handle_msg({"content": {"data": data}, "buffers": []})
    bridge.ask(lambda: None)


def _play(avatar: Avatar, state: str) -> None:
    _say(avatar, kind="playback", epoch=0, state=state, position=0.0)


def test_a_recovery_is_an_event(swift_server: LocalServer) -> None:
    avatar = Avatar(local=swift_server)
    _say(avatar, kind="recovered", epoch=1, fault="network", seconds=5.2, position=31.0)
    (event,) = avatar.events
    assert isinstance(event, PlaybackRecovered)
    assert (event.fault, event.seconds, event.position) == ("network", 5.2, 31.0)
    avatar.close()


def test_a_page_that_cannot_decode_is_told_where_one_can(swift_server: LocalServer) -> None:
    avatar = Avatar(local=swift_server)
    _play(avatar, "playing")
    assert avatar.session["page_url"] is None
    _play(avatar, "unsupported")
    assert httpx.get(str(avatar.session["page_url"])).is_success
    avatar.close()


def test_an_address_that_no_longer_works_has_the_server_asked_at_once(
    swift_server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_module, "FIRST_PAUSE", 600.0)  # by itself it would not ask again
    monkeypatch.setattr(session_module, "LONGEST_PAUSE", 600.0)
    avatar = Avatar(local=swift_server)
    avatar.speak("Hello! " * 50)
    _until(lambda: avatar.stream_id)
    _until(lambda: avatar.session["hls_url"], lambda: _say(avatar, kind="refresh", epoch=1))
    session: Any = avatar._controller.queue.current
    realtime = session._server.avatar_realtime
    ask = realtime.get

    async def ask_later(stream_id: str) -> AvatarRealtimeStatusResponse:
        answer: AvatarRealtimeStatusResponse = await ask(stream_id)
        return answer.model_copy(update={"hls_url": f"{answer.hls_url}?signed=again"})

    monkeypatch.setattr(realtime, "get", ask_later)
    _say(avatar, kind="refresh", epoch=0)  # of a session that is over
    _say(avatar, kind="refresh", epoch=1)
    _until(lambda: avatar.session["hls_url"].endswith("?signed=again"))
    avatar.close()


def _until(condition: Callable[[], object], meanwhile: Callable[[], object] = lambda: None) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        meanwhile()
        time.sleep(0.05)
