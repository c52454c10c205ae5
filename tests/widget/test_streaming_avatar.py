"""`StreamingAvatar` at the embedded server, shown by a real peer connection."""

import json
import time
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from heygen_widget import LocalServer, diagnose
from heygen_widget.api import AsyncHeyGen, EndpointSunset, HeyGen
from heygen_widget.api._wire import Wire
from heygen_widget.bridge import bridge
from heygen_widget.controller.room.backend import STREAMING
from heygen_widget.legacy import (
    AvatarStartTalking,
    AvatarStopTalking,
    AvatarTalkingMessage,
    ConnectionQualityChanged,
    NobodyJoined,
    operations,
)
from heygen_widget.reports.ledger import sessions
from heygen_widget.session import SessionStatus, SpeechStatus, StatusChanged
from heygen_widget.widget.streaming_avatar import StreamingAvatar
from tests.garbage import collect_until
from tests.legacy.viewer import Viewer
from tests.page import PATIENCE, Page, until
from tests.planned_server import Server

pytestmark = pytest.mark.usefixtures("no_settings_from_outside")

LONG = "One two three four five six seven eight nine ten. " * 10

Make = Callable[..., StreamingAvatar]


@pytest.fixture
def make(local_server: LocalServer, page: Page) -> Iterator[Make]:
    """Make avatars at the embedded server; what they open is ended after the test."""
    avatars: list[StreamingAvatar] = []

    def made(**options: Any) -> StreamingAvatar:
        assert page is not None
        if "client" not in options:
            options.setdefault("local", local_server)
        avatars.append(StreamingAvatar(**{"version": "v1", "quality": "low"} | options))
        return avatars[-1]

    yield made
    for avatar in avatars:
        _end(avatar)
        avatar.close()


@pytest.fixture
def avatar(make: Make) -> StreamingAvatar:
    return make()


@pytest.fixture
def viewer(avatar: StreamingAvatar, page: Page) -> Iterator[Viewer]:
    with Viewer(avatar, page) as viewer:
        yield viewer


@pytest.fixture
def streaming(local_server: LocalServer) -> Iterator[Wire]:
    with HeyGen(local_server.api_key, local_server.base_url) as heygen:
        yield heygen.wire


def _end(avatar: StreamingAvatar) -> None:
    avatar.stop()
    if not bridge.ask(lambda: avatar._controller.queue.idle):
        avatar.wait("error", PATIENCE)


def _of(avatar: StreamingAvatar, kind: type) -> list[Any]:
    return [event for event in avatar.events if isinstance(event, kind)]


def _until_speaking(avatar: StreamingAvatar, page: Page) -> None:
    page.until(lambda: _of(avatar, AvatarTalkingMessage))
    assert avatar.speaking


# Speaking.


@pytest.mark.usefixtures("viewer")
def test_the_interactive_training_of_heygens_guide_is_a_cell_of_six_lines(
    avatar: StreamingAvatar,
) -> None:
    script = ["Welcome.", "Press start.", "Well done!"]
    for segment in script:
        avatar.speak(segment, wait=True)
        time.sleep(0.01)  # the pause between two segments
    assert avatar.transcript == "Welcome. Press start. Well done!"
    assert avatar.status is SessionStatus.STREAMING


def test_what_is_said_is_told_as_it_is_spoken(
    avatar: StreamingAvatar, viewer: Viewer, page: Page
) -> None:
    speech = avatar.speak("Hello, you two.", wait=PATIENCE)
    assert speech.status is SpeechStatus.SPOKEN
    # The words come from the page, and that it was spoken from the server.
    until(lambda: "".join(word.word for word in speech.words) == "Hello, you two.")
    assert avatar.words == speech.words
    assert avatar.transcript == "Hello, you two."
    told = [word for message in page.messages("words") for word in message["words"]]
    assert "".join(word["text"] for word in told) == "Hello, you two."
    assert {word["place"][0] for word in told} == {speech.id}
    assert told[-1]["place"][2] == len("Hello, you two.")
    (start,), (stop,) = _of(avatar, AvatarStartTalking), _of(avatar, AvatarStopTalking)
    assert start.task_id == stop.task_id
    assert stop.duration_ms > 200
    assert not avatar.speaking
    assert {told["type"] for told in viewer.heard} >= {"avatar_start_talking"}
    statuses = [event.status for event in _of(avatar, StatusChanged)]
    assert statuses == ["creating", "pending", "streaming"]
    assert avatar.elapsed > 0
    assert avatar.cost > 0


def test_a_page_that_tells_nothing_leaves_out_the_words_alone(
    avatar: StreamingAvatar, page: Page
) -> None:
    with Viewer(avatar, page, relays=False):
        speech = avatar.speak("Nobody relays this.", wait=PATIENCE)
    assert speech.status is SpeechStatus.SPOKEN
    assert (speech.words, avatar.transcript) == ((), "Nobody relays this.")
    assert [event.duration_ms > 200 for event in _of(avatar, AvatarStopTalking)] == [True]


@pytest.mark.usefixtures("viewer")
def test_a_stream_is_said_a_sentence_at_a_time(avatar: StreamingAvatar) -> None:
    speech = avatar.speak(iter(["First of", " all. Se", "cond. And", " more"]))
    assert speech.result(PATIENCE).status is SpeechStatus.SPOKEN
    assert len(_of(avatar, AvatarStopTalking)) == 3
    assert avatar.transcript == "First of all. Second. And more"


@pytest.mark.usefixtures("viewer")
def test_talking_to_it_gets_an_answer(avatar: StreamingAvatar) -> None:
    avatar.speak("Echo?", task_type="talk", wait=PATIENCE)
    assert avatar.transcript == "Echo?"  # at once, whether or not the page has told of it


@pytest.mark.usefixtures("viewer")
def test_an_interrupt_silences_it_and_what_comes_next_is_said(
    avatar: StreamingAvatar, page: Page
) -> None:
    long, never = avatar.speak(LONG), avatar.speak("Never.")
    _until_speaking(avatar, page)
    avatar.interrupt()
    after = avatar.speak("Now.", wait=PATIENCE)
    assert [s.status for s in (long, never, after)] == ["interrupted", "interrupted", "spoken"]
    assert avatar.transcript.endswith("Now.")
    assert "Never" not in avatar.transcript
    assert avatar.status is SessionStatus.STREAMING


def test_a_page_is_told_the_limits_of_this_service(make: Make, page: Page) -> None:
    avatar = make(idle_timeout=45)
    avatar.start()
    page.until(lambda: page.messages("offer"))
    assert avatar.session["idle_timeout"] == 45
    assert avatar.session["idle_at"] is None  # it is kept alive


@pytest.mark.parametrize("task_type", ["chat", "sing"])
def test_an_unknown_type_of_task_is_refused(avatar: StreamingAvatar, task_type: Any) -> None:
    with pytest.raises(ValueError, match="'repeat' or 'talk'"):
        avatar.speak("Hello.", task_type=task_type)


def test_an_avatar_that_nobody_sees_says_what_to_do(
    avatar: StreamingAvatar, streaming: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heygen_widget.legacy.joining.JOINING", 0.5)
    with pytest.raises(NobodyJoined, match="end a cell with the avatar"):
        avatar.speak("Hello?", wait=PATIENCE)
    assert avatar.wait("error", PATIENCE) is SessionStatus.ERROR
    assert avatar.session["error"]["hint"].startswith("Show it")
    assert avatar.session_id not in _ids(streaming)


def test_an_avatar_may_speak_in_the_cell_that_makes_and_shows_it(
    avatar: StreamingAvatar, page: Page
) -> None:
    speech = avatar.speak("Hi.")
    avatar.wait("pending", PATIENCE)
    with Viewer(avatar, page):
        assert speech.result(PATIENCE).status is SpeechStatus.SPOKEN


# Its pages.


def test_the_token_of_a_room_is_told_to_pages_and_kept_in_no_trait(make: Make, page: Page) -> None:
    avatar = make(version="v2")
    avatar.start()
    page.until(lambda: page.messages("room"))
    (room,) = page.messages("room")
    assert room["url"].startswith("ws://127.0.0.1")
    token = room["token"]
    assert len(token) > 20
    assert token not in json.dumps(avatar.get_state(), default=str)
    assert token not in repr(avatar.events)
    assert token not in repr(avatar.session)
    assert (avatar.session["player"], avatar.session["quality"]) == ("room", "low")


def test_a_page_that_comes_late_is_invited(make: Make, page: Page) -> None:
    avatar = make(version="v2")
    avatar.start()
    page.until(lambda: page.messages("room"))
    viewer = Viewer(avatar, page)
    viewer.say({"kind": "hello", "player": True})
    assert len(page.messages("room")) == 2


def test_a_bare_connection_serves_one_page_and_the_next_is_told(
    avatar: StreamingAvatar, viewer: Viewer, page: Page
) -> None:
    avatar.speak("Hello.", wait=PATIENCE)
    viewer.say({"kind": "hello", "player": True})  # it was loaded anew
    viewer.say({"kind": "answer", "epoch": avatar.session["epoch"], "sdp": "v=0"})
    assert [offer["answered"] for offer in page.messages("offer")][-1] is True
    (problem,) = [ack["problem"] for ack in page.messages("ack") if ack["problem"]]
    assert "serves only one page" in problem["hint"]
    assert "switch()" in problem["hint"]
    avatar.speak("It speaks on.", wait=PATIENCE)
    assert avatar.transcript == "Hello. It speaks on."


def test_what_two_pages_hear_counts_once(avatar: StreamingAvatar, viewer: Viewer) -> None:
    avatar.speak("Once only.", wait=PATIENCE)
    epoch = avatar.session["epoch"]
    told: dict[str, int] = {}
    for event in list(viewer.heard):
        index = told.get(event["type"], 0)
        told[event["type"]] = index + 1
        viewer.say({"kind": "talking", "epoch": epoch, **event} | {"index": index})
    assert avatar.transcript == "Once only."
    assert len(_of(avatar, AvatarStopTalking)) == 1


def test_the_quality_of_the_connection_is_an_event(avatar: StreamingAvatar, viewer: Viewer) -> None:
    avatar.speak("Hello.", wait=PATIENCE)
    viewer.say({"kind": "quality", "epoch": avatar.session["epoch"], "quality": "poor"})
    viewer.say({"kind": "quality", "epoch": 99, "quality": "lost"})
    assert [event.quality for event in _of(avatar, ConnectionQualityChanged)] == ["poor"]


def test_a_page_may_speak_interrupt_and_stop(
    avatar: StreamingAvatar, viewer: Viewer, page: Page
) -> None:
    viewer.say({"kind": "speak", "text": LONG})
    _until_speaking(avatar, page)
    viewer.say({"kind": "interrupt"})
    viewer.say({"kind": "stop"})
    assert avatar.wait(timeout=PATIENCE) is SessionStatus.CANCELLED


# Its ends.


@pytest.mark.parametrize("when", ["creating", "pending", "streaming", "speaking"])
def test_stop_ends_a_session_in_every_state(
    avatar: StreamingAvatar, page: Page, streaming: Wire, when: str
) -> None:
    with Viewer(avatar, page):
        speech = avatar.speak(LONG)
        if when == "speaking":
            _until_speaking(avatar, page)
        else:
            avatar.wait(when, PATIENCE)
        avatar.stop()
        assert avatar.wait(timeout=PATIENCE) is SessionStatus.CANCELLED
        assert speech.status is SpeechStatus.INTERRUPTED
        assert _ids(streaming) & {avatar.session_id} == set()


def _ids(streaming: Wire) -> set[str | None]:
    return {session.session_id for session in streaming.run(operations.sessions()).sessions}


@pytest.mark.usefixtures("viewer")
def test_finish_lets_it_say_what_it_has(avatar: StreamingAvatar, streaming: Wire) -> None:
    speech = avatar.speak("The end.")
    avatar.finish()
    assert avatar.wait(timeout=PATIENCE) is SessionStatus.COMPLETED
    assert speech.status is SpeechStatus.SPOKEN
    assert avatar.session_id not in _ids(streaming)


def test_a_with_block_ends_the_session(make: Make, page: Page, streaming: Wire) -> None:
    with make() as avatar, Viewer(avatar, page):
        avatar.speak("Inside.", wait=PATIENCE)
        avatar.finish()
        avatar.wait(timeout=PATIENCE)
    assert avatar.session_id not in _ids(streaming)


@pytest.mark.usefixtures("viewer")
def test_a_session_that_the_server_ends_has_ended(avatar: StreamingAvatar, streaming: Wire) -> None:
    speech = avatar.speak(LONG)
    avatar.wait("streaming", PATIENCE)
    assert avatar.session_id in {session.session_id for session in avatar.list()}
    streaming.run(operations.stop(avatar.session_id or ""))
    assert avatar.wait(timeout=PATIENCE) is SessionStatus.COMPLETED
    assert avatar.end_reason == "closed by the server"
    assert speech.status.ended


@pytest.mark.usefixtures("viewer")
def test_another_quality_is_another_session(
    avatar: StreamingAvatar, page: Page, streaming: Wire
) -> None:
    avatar.speak("Low.", wait=PATIENCE)
    first = avatar.session_id
    avatar.switch("medium")
    avatar.speak("Better.", wait=PATIENCE)
    assert avatar.session_id != first
    assert _ids(streaming) & {first, avatar.session_id} == {avatar.session_id}
    page.until(lambda: avatar.session["quality"] == "medium")


def test_an_avatar_that_nobody_holds_ends_its_session(
    streaming: Wire, local_server: LocalServer
) -> None:
    avatar = StreamingAvatar(local=local_server, version="v1")
    avatar.start()
    avatar.wait("pending", PATIENCE)
    session_id, gone = avatar.session_id, weakref.ref(avatar)
    assert session_id in _ids(streaming)
    del avatar
    collect_until(lambda: gone() is None)  # a callback may still hold it
    until(lambda: session_id not in _ids(streaming))


def test_a_closed_avatar_speaks_no_more(avatar: StreamingAvatar) -> None:
    avatar.close()
    for act in (lambda: avatar.speak("Hello."), avatar.start):
        with pytest.raises(RuntimeError, match=r"StreamingAvatar\(\)"):
            act()


def test_twenty_sessions_leave_nothing_behind(make: Make, streaming: Wire) -> None:
    avatar = make()
    opened = set()
    for _ in range(20):
        avatar.start()
        avatar.wait("pending", PATIENCE)
        opened.add(avatar.session_id)
        avatar.stop()
        avatar.wait(timeout=PATIENCE)
    assert len(opened) == 20
    assert not _ids(streaming) & opened
    rows = [row for row in sessions() if row.stream_id in opened]
    assert {row.status for row in rows} == {SessionStatus.CANCELLED}


# Against a server with a key.


def test_what_a_dead_process_left_is_ended_by_the_next(
    make: Make, local_server: LocalServer, streaming: Wire
) -> None:
    left = streaming.run(operations.new(avatar_id="a", voice_id="v")).session_id
    client = AsyncHeyGen(local_server.api_key, local_server.base_url)
    folder = STREAMING.leases._folder()
    assert str(folder).endswith("streaming")
    STREAMING.leases.add(client, left)
    (file,) = folder.glob("*.lease")
    line = file.read_bytes()
    STREAMING.leases.remove(left)
    (folder / "dead.lease").write_bytes(line)
    avatar = make(client=client)
    assert avatar.list() is not None
    until(lambda: left not in _ids(streaming))


def test_heygens_end_of_the_service_points_to_what_took_its_place(make: Make) -> None:
    planned = Server()
    try:
        planned.answers(410, {"error": {"code": "endpoint_sunset", "message": "Sunset."}})
        avatar = make(client=HeyGen("key", planned.base_url))
        with pytest.raises(EndpointSunset, match="Avatar Realtime"):
            avatar.speak("Hello?", wait=PATIENCE)
        assert avatar.status is SessionStatus.ERROR
        assert avatar.session["error"]["title"].startswith("Opening a streaming session failed")
        assert "heygen_widget.Avatar" in avatar.session["error"]["hint"]
    finally:
        planned.close()


def test_making_one_asks_nothing_of_the_server(make: Make, streaming: Wire) -> None:
    before = _ids(streaming)
    avatar = make()
    avatar._repr_mimebundle_()
    avatar.interrupt()
    avatar.stop()
    avatar.finish()
    bridge.ask(lambda: None)
    assert _ids(streaming) == before
    assert (avatar.status, len(avatar.events), avatar.transcript) == (SessionStatus.IDLE, 0, "")
    assert repr(avatar) == "<StreamingAvatar rehearsal, idle, 0 s, ≈ $0.00>"


# What it shares with the other widget.


def test_the_model_says_from_the_beginning_that_it_needs_a_room(make: Make, page: Page) -> None:
    avatar = make(version="v2")
    (opened,) = [data for data, _ in page.sent if "state" in data and "_esm" in data["state"]]
    assert opened["state"]["session"] == avatar.session
    assert avatar.session["player"] == "room"


def test_a_saved_notebook_keeps_what_was_said(avatar: StreamingAvatar, viewer: Viewer) -> None:
    avatar.speak("To be remembered.", wait=PATIENCE)
    _end(avatar)
    viewer.say({"kind": "yield", "epoch": avatar.session["epoch"]})
    until(lambda: "To be remembered." in avatar._repr_mimebundle_()[0]["text/plain"])


@pytest.mark.usefixtures("page")
def test_a_diagnosis_says_how_its_picture_comes(make: Make) -> None:
    make(version="v2")
    assert diagnose().findings["transport"] == "WebRTC: a LiveKit room"
