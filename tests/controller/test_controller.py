"""An avatar without its widget: speaks, tells its port, and outlives whoever fails to follow."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator

import pytest

from heygen_widget import LocalServer, sessions
from heygen_widget.bridge import bridge
from heygen_widget.controller.controller import AvatarController
from heygen_widget.controller.hls.backend import HlsBackend
from heygen_widget.session import SessionEvent, SessionStatus, SpeechStatus, WordsSpoken
from tests.controller.alone import Port, make
from tests.page import PATIENCE

pytestmark = [pytest.mark.media, pytest.mark.usefixtures("no_settings_from_outside")]


@pytest.fixture
def made(local_server: LocalServer) -> Iterator[tuple[AvatarController, HlsBackend]]:
    avatar, backend = make(local_server)
    yield avatar, backend
    avatar.close()
    bridge.submit(avatar.queue.rest()).result(PATIENCE)


@pytest.fixture
def avatar(made: tuple[AvatarController, HlsBackend]) -> AvatarController:
    return made[0]


@pytest.fixture
def backend(made: tuple[AvatarController, HlsBackend]) -> HlsBackend:
    return made[1]


def _say(backend: HlsBackend, text: str) -> None:
    speech = backend.speak(text, final=True, raw=False, reopen=False)
    assert speech.result(PATIENCE).status is SpeechStatus.SPOKEN


ALONE = """
import sys
from heygen_widget import LocalServer
from tests.controller.alone import Port, make

with LocalServer() as server:
    avatar, backend = make(server)
    port = Port()
    avatar.attach(port)
    avatar.hear({"id": "1", "kind": "hello", "player": True})
    avatar.hear({"id": "2", "kind": "speak", "text": "Nobody shows me."})
    avatar.hear({"id": "3", "kind": "finish"})
    while not port.events:
        avatar.loop.ask(lambda: None)
    print(avatar.wait("completed", 60), avatar.queue.current.transcript)
    print([view["status"] for view in port.views][-1], bool(port.of_kind("words")))
    avatar.close()
    print(port.closed, {"anywidget", "ipywidgets", "traitlets", "IPython"} & {*sys.modules})
"""


def test_an_avatar_speaks_where_there_is_no_notebook() -> None:
    program = subprocess.run(
        [sys.executable, "-c", ALONE], capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    assert program.stderr == ""
    assert program.stdout == "completed Nobody shows me.\ncompleted True\nTrue set()\n"


def test_an_avatar_speaks_without_a_port_and_a_later_one_sees_how_it_stands(
    avatar: AvatarController, backend: HlsBackend
) -> None:
    _say(backend, "Nobody is here yet.")
    avatar.wait("completed", PATIENCE)
    port = Port()
    avatar.attach(port)
    avatar.hear({"id": "1", "kind": "hello", "player": True})
    bridge.ask(lambda: None)
    assert port.views[-1]["status"] == "completed"
    (words,) = port.of_kind("words")
    assert "".join(word["text"] for word in words["words"]) == "Nobody is here yet."


def test_who_fails_to_follow_is_shown_and_ends_no_session_that_is_paid_for(
    avatar: AvatarController, backend: HlsBackend
) -> None:
    port = Port()
    heard: list[tuple[int, SessionEvent]] = []

    def fail(_: int, __: SessionEvent) -> None:
        raise ZeroDivisionError("mine")

    avatar.attach(port)
    avatar.queue.subscribe(fail)
    avatar.queue.subscribe(lambda epoch, event: heard.append((epoch, event)))
    _say(backend, "I go on.")
    assert avatar.wait("completed", PATIENCE) is SessionStatus.COMPLETED
    problem = port.of_kind("problem")[0]["problem"]
    assert problem["title"] == "Handling a session event failed."
    assert problem["hint"] == "ZeroDivisionError('mine')"
    assert {epoch for epoch, _ in heard} == {1}
    assert [event for _, event in heard] == [*avatar.events.history()] == port.events


def test_a_port_that_fails_ends_no_session(avatar: AvatarController, backend: HlsBackend) -> None:
    class Broken(Port):
        def send(self, *_: object, **__: object) -> None:
            raise OSError("The comm is gone.")

        def set_session(self, *_: object) -> None:
            raise OSError("The comm is gone.")

        def notify(self, *_: object) -> None:
            raise OSError("The comm is gone.")

    avatar.attach(Broken())
    _say(backend, "I go on, too.")
    assert avatar.wait("completed", PATIENCE) is SessionStatus.COMPLETED
    assert any(isinstance(event, WordsSpoken) for event in avatar.events.history())
    assert [row.status for row in sessions() if row.stream_id == avatar.queue.snapshot.stream_id]


def test_everyone_is_told_the_epoch_of_the_session_that_an_event_is_of(
    avatar: AvatarController, backend: HlsBackend
) -> None:
    heard: list[tuple[int, str]] = []
    avatar.queue.subscribe(lambda epoch, event: heard.append((epoch, event.event)))
    first = backend.speak("First of all.", final=True, raw=False, reopen=False)
    second = backend.speak("Second.", final=True, raw=False, reopen=False)
    for speech in (first, second):
        speech.result(PATIENCE)
    assert asyncio.run(avatar.until("completed")) is SessionStatus.COMPLETED
    for epoch in (1, 2):
        assert {"StatusChanged", "PlaybackReady", "WordsSpoken"} <= {
            event for number, event in heard if number == epoch
        }
