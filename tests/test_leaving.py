"""How an avatar's session ends when nobody says `stop`: blocks, limits, and avatars left behind."""

import asyncio
import gc
import subprocess
import sys
import time
import weakref
from pathlib import Path

import pytest

from heygen_widget import Avatar, HeyGen, LocalServer, SessionStatus, SpeechStatus
from heygen_widget.bridge import bridge
from heygen_widget.session import Limit, LimitNear
from tests.page import PATIENCE, MakeAvatar, Page

LONG = "One two three four five six seven eight nine ten. " * 20

pytestmark = pytest.mark.usefixtures("page", "no_settings_from_outside")


def _status(server: LocalServer, stream_id: str | None) -> str:
    assert stream_id is not None
    with HeyGen(server.api_key, server.base_url) as heygen:
        return heygen.avatar_realtime.get(stream_id).status


# Blocks.


def test_a_block_ends_once_all_is_said(make_avatar: MakeAvatar) -> None:
    with make_avatar() as avatar:
        speech = avatar.speak("Hello from the block.")
        assert not speech.status.ended
    assert (speech.status, avatar.status) == (SpeechStatus.SPOKEN, SessionStatus.COMPLETED)
    assert avatar.comm is not None  # what was said can still be read


def test_an_asynchronous_block_ends_once_all_is_said(make_avatar: MakeAvatar) -> None:
    async def work() -> None:
        async with make_avatar() as avatar:
            speech = avatar.speak("Hello from the block.")
        assert speech.status is SpeechStatus.SPOKEN
        assert avatar.status is SessionStatus.COMPLETED

    asyncio.run(work())


def test_a_block_in_which_nothing_is_said_opens_no_session(make_avatar: MakeAvatar) -> None:
    with make_avatar() as avatar:
        pass
    assert avatar.status is SessionStatus.IDLE


def test_an_error_in_a_block_ends_the_session_at_once(make_avatar: MakeAvatar) -> None:
    with pytest.raises(ZeroDivisionError), make_avatar() as avatar:  # noqa: PT012
        speech = avatar.speak(LONG)
        avatar.wait("streaming", PATIENCE)
        raise ZeroDivisionError
    assert avatar.wait(timeout=PATIENCE) is SessionStatus.CANCELLED
    assert speech.status is SpeechStatus.INTERRUPTED


# Limits.


def test_a_limit_is_announced_in_the_page_and_as_an_event(
    make_avatar: MakeAvatar, page: Page
) -> None:
    avatar = make_avatar(max_seconds=2)
    assert avatar.time_left is None
    avatar.speak(LONG)
    assert avatar.wait(timeout=PATIENCE) is SessionStatus.CANCELLED
    (near,) = [event for event in avatar.events if isinstance(event, LimitNear)]
    assert near.limit is Limit.MAX_SECONDS
    views = [
        data["state"]["session"] for data, _ in page.sent if "session" in data.get("state", {})
    ]
    told = [view for view in views if view.get("status") == "streaming"]
    assert all(view["limit"] == "max_seconds" for view in told)
    assert all(view["limit_at"] == pytest.approx(2, abs=1) for view in told)
    assert (avatar.end_reason, avatar.time_left) == ("limit", None)


def test_the_time_that_is_left_until_a_limit_is_known(make_avatar: MakeAvatar) -> None:
    avatar = make_avatar(max_seconds=200)
    avatar.speak(LONG)
    avatar.wait("streaming", PATIENCE)
    early, left, late = avatar.elapsed, avatar.time_left, avatar.elapsed
    assert left is not None
    assert 200 - late <= left <= 200 - early


def test_the_page_knows_when_text_must_have_come(make_avatar: MakeAvatar) -> None:
    avatar = make_avatar()
    avatar.speak("Hello.").result(PATIENCE)
    avatar.wait("streaming", PATIENCE)
    view = avatar.session
    assert view["idle_timeout"] == 30
    early, left, late = avatar.elapsed, avatar.idle_time_left, avatar.elapsed
    assert left is not None
    assert view["idle_at"] - late - 1 <= left <= view["idle_at"] - early + 1


# Avatars that nobody holds.


def test_an_avatar_that_nobody_holds_says_what_it_was_told_and_ends(
    local_server: LocalServer,
) -> None:
    avatar = Avatar(local=local_server)
    speech = avatar.speak("Nobody holds me.")
    left = weakref.ref(avatar)
    sessions = avatar._sessions
    del avatar
    deadline = time.monotonic() + PATIENCE
    while left() is not None:  # the private loop may hold it for a moment
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert speech.result(PATIENCE).status is SpeechStatus.SPOKEN
    while not bridge.ask(lambda: sessions.at_rest):
        pass
    assert sessions.current is not None
    assert _status(local_server, sessions.current.stream_id) == "completed"


def test_a_page_holds_the_avatar_it_shows(local_server: LocalServer) -> None:
    avatar = Avatar(local=local_server)
    avatar._repr_mimebundle_()
    shown = weakref.ref(avatar)
    del avatar
    gc.collect()
    avatar_again = shown()
    assert avatar_again is not None
    avatar_again.close()


def test_a_program_ends_although_its_avatar_speaks(tmp_path: Path) -> None:
    program = (
        "from heygen_widget import Avatar\n"
        "avatar = Avatar(local=True)\n"
        f"avatar.speak({LONG!r})\n"
        "avatar.wait('streaming')\n"
        "print('said')"
    )
    process = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
        cwd=tmp_path,
    )
    assert (process.stdout, process.stderr) == ("said\n", "")
