"""What an avatar does when its own server is killed, is frozen, or answers again."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator

import psutil
import pytest

from heygen_widget import (
    Avatar,
    HeyGenError,
    LocalServer,
    SessionStatus,
    SpeechStatus,
    StreamingAvatar,
    sessions,
)
from heygen_widget.session.contact import OUT_OF_CONTACT
from heygen_widget.session.events import StatusChanged
from heygen_widget.session.lifeline import ServerEnded
from tests.page import PATIENCE, Page, until

LONG = "One two three four five six seven eight nine ten. " * 20

pytestmark = [
    pytest.mark.media,
    pytest.mark.usefixtures("page", "no_settings_from_outside"),
]


@pytest.fixture
def server() -> Iterator[LocalServer]:
    """A server of the test's own, which it may kill."""
    with LocalServer() as server:
        yield server
        if server.running:
            os.kill(server.pid, signal.SIGCONT)


@pytest.fixture
def avatar(server: LocalServer) -> Iterator[Avatar]:
    with contextlib.closing(Avatar(local=server)) as avatar:
        yield avatar


def _stands_still(avatar: Avatar) -> None:
    """Check that the meter shows one figure, however late it is read."""
    known = avatar.elapsed
    time.sleep(0.05)
    assert avatar.elapsed == known


def test_a_server_that_is_killed_ends_its_sessions_at_once_and_the_next_text_starts_another(
    server: LocalServer, avatar: Avatar, page: Page
) -> None:
    other = Avatar(local=server)
    speech = avatar.speak(LONG)
    other.speak(LONG)
    for each in (avatar, other):
        each.wait("streaming", PATIENCE)
    dead = server.pid
    os.kill(dead, signal.SIGKILL)
    killed = time.time()
    until(lambda: avatar.status is other.status is SessionStatus.ERROR)
    assert isinstance(avatar.error, ServerEnded)
    assert "killed by SIGKILL" in str(avatar.error)
    assert "Speak again" in str(avatar.error)
    (told,) = (
        event
        for event in avatar.events
        if isinstance(event, StatusChanged) and event.status is SessionStatus.ERROR
    )
    assert told.time - killed < OUT_OF_CONTACT / 2  # by its process, not by its silence
    assert "SIGKILL" in avatar.session["error"]["title"]
    assert speech.status is SpeechStatus.INTERRUPTED
    _stands_still(avatar)
    assert "≈" in repr(avatar)  # a process that is dead bills nothing more
    assert avatar.speak("And on.").result(PATIENCE).status is SpeechStatus.SPOKEN
    assert server.pid != dead
    other.close()
    assert page.sent


def test_a_frozen_server_is_told_of_and_the_session_goes_on_when_it_answers(
    server: LocalServer, avatar: Avatar
) -> None:
    avatar.speak(LONG)
    avatar.wait("streaming", PATIENCE)
    os.kill(server.pid, signal.SIGSTOP)
    assert avatar.wait("unreachable", PATIENCE) is SessionStatus.UNREACHABLE
    assert avatar.status is SessionStatus.UNREACHABLE
    assert (avatar.session["state"], avatar.session["running"]) == ("unreachable", False)
    assert not avatar.session["certain"]
    assert "≥" in repr(avatar)
    assert "unreachable" in repr(sessions())
    _stands_still(avatar)
    known = avatar.elapsed
    os.kill(server.pid, signal.SIGCONT)
    until(lambda: (avatar.session["state"], avatar.session["certain"]) == ("streaming", True))
    until(lambda: avatar.elapsed > known and "≈" in repr(avatar))


def test_a_stop_that_a_frozen_server_does_not_answer_is_told_of_and_then_carried_out(
    server: LocalServer, avatar: Avatar
) -> None:
    avatar.speak(LONG)
    avatar.wait("streaming", PATIENCE)
    frozen = server.pid
    os.kill(frozen, signal.SIGSTOP)
    avatar.stop()
    late = avatar.speak("After the stop.")
    until(lambda: avatar.status is SessionStatus.STOPPING)
    assert avatar.session["state"] == "stopping"
    assert late.result(PATIENCE).status is SpeechStatus.SPOKEN
    assert not psutil.pid_exists(frozen)
    ended, now = (row.status for row in list(sessions())[-2:])
    assert (ended, now) == (SessionStatus.CANCELLED, avatar.status)


def test_a_server_that_froze_or_died_while_nobody_needed_it_is_replaced(
    server: LocalServer, avatar: Avatar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heygen_widget.lifecycle.embedded_server.ANSWERS_WITHIN", 1.0)
    for harm in (signal.SIGSTOP, signal.SIGKILL):
        avatar.speak("Before.").result(PATIENCE)
        avatar.stop()
        avatar.wait(timeout=PATIENCE)
        harmed = server.pid
        os.kill(harmed, harm)
        assert avatar.speak("After.").result(PATIENCE).status is SpeechStatus.SPOKEN
        assert server.pid != harmed


def test_a_room_s_session_ends_with_its_server(server: LocalServer) -> None:
    with contextlib.closing(StreamingAvatar(local=server)) as avatar:
        avatar.start()
        until(lambda: avatar.status is SessionStatus.PENDING)
        os.kill(server.pid, signal.SIGKILL)
        with pytest.raises(HeyGenError, match="SIGKILL"):
            avatar.wait(timeout=PATIENCE)
