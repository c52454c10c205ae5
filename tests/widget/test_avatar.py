"""`Avatar` without a kernel: its verbs."""

import asyncio
import base64
import io
import logging
import socket
import subprocess
import sys
import wave
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from heygen_widget import Avatar, HeyGen, LocalServer, SessionStatus, SpeechStatus, speak
from heygen_widget.api import (
    APIConnectionError,
    AssetBase64,
    AsyncHeyGen,
    AuthenticationFailed,
)
from heygen_widget.bridge import bridge
from heygen_widget.controller.callbacks import wait_for_callbacks
from heygen_widget.session import PlaybackReady, StatusChanged
from tests.page import PATIENCE, MakeAvatar, Page, playback

LONG = "One two three four five six seven eight nine ten. " * 20

pytestmark = pytest.mark.usefixtures("page", "no_settings_from_outside")


@pytest.fixture
def heygen(swift_server: LocalServer) -> Iterator[HeyGen]:
    with HeyGen(swift_server.api_key, swift_server.base_url) as heygen:
        yield heygen


def _statuses(avatar: Avatar) -> list[SessionStatus]:
    return [event.status for event in avatar.events if isinstance(event, StatusChanged)]


def _tone() -> AssetBase64:
    seconds = np.arange(4 * 16_000) / 16_000
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setparams((1, 2, 16_000, 0, "NONE", ""))
        wav.writeframes((9000 * np.sin(2 * np.pi * 220 * seconds)).astype("<i2").tobytes())
    return AssetBase64(media_type="audio/wav", data=base64.b64encode(file.getvalue()).decode())


# Making one.


def test_making_and_showing_one_asks_nothing_of_the_server(make_avatar: MakeAvatar) -> None:
    with socket.create_server(("127.0.0.1", 0)) as heygen:
        heygen.settimeout(0)
        avatar = make_avatar(client=HeyGen("key", f"http://127.0.0.1:{heygen.getsockname()[1]}"))
        avatar._repr_mimebundle_()
        Page().say(avatar, {"kind": "hello", "player": True})
        avatar.finish()
        avatar.stop()
        bridge.ask(lambda: None)
        with pytest.raises(BlockingIOError):
            heygen.accept()
    assert avatar.status is SessionStatus.IDLE
    assert (avatar.stream_id, avatar.elapsed, avatar.cost) == (None, 0, 0)
    assert not avatar.events


def test_an_unknown_keyword_is_refused() -> None:
    with pytest.raises(TypeError, match="avatr_id"):
        Avatar(avatr_id="Daisy")  # type: ignore[call-arg]


@pytest.mark.parametrize("wrong", [{"transport": "carrier pigeon"}, {"interrupt": "never"}])
def test_a_choice_that_does_not_exist_is_refused_with_those_that_do(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"'kernel'|'stop'"):
        Avatar(local=True, **wrong)


def test_what_cannot_be_made_leaves_nothing_behind() -> None:
    program = (
        "from heygen_widget import Avatar, HeyGenError\n"
        "try:\n    Avatar(local=False)\n"
        "except HeyGenError as error:\n    print(error)"
    )
    process = subprocess.run(  # finalizers complain on the standard error stream
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "HEYGEN_API_KEY" in process.stdout
    assert process.stderr == ""


def test_a_client_and_a_rehearsal_exclude_each_other() -> None:
    with pytest.raises(ValueError, match="not both"):
        Avatar(client=HeyGen("key"), local=True)


def test_a_key_in_the_environment_means_heygen_unless_one_rehearses(
    make_avatar: MakeAvatar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEYGEN_API_KEY", "key")
    assert not make_avatar(local=None).session["rehearsal"]
    assert make_avatar(local=True).session["rehearsal"]


def test_one_can_rehearse_at_a_server_that_somebody_else_runs(
    make_avatar: MakeAvatar, swift_server: LocalServer
) -> None:
    with HeyGen(swift_server.api_key, swift_server.base_url) as teacher:
        avatar = make_avatar(local=teacher)
        avatar.speak("Good morning.", final=True)
        assert avatar.wait(timeout=PATIENCE) == "completed"
        assert avatar.session["rehearsal"]
        assert avatar.stream_id is not None
        assert teacher.avatar_realtime.get(avatar.stream_id).status == "completed"


@pytest.mark.parametrize("face", [HeyGen, AsyncHeyGen])
def test_of_a_client_only_its_key_and_address_are_used(
    make_avatar: MakeAvatar, swift_server: LocalServer, face: type[HeyGen | AsyncHeyGen]
) -> None:
    client = face(swift_server.api_key, swift_server.base_url)
    if isinstance(client, HeyGen):
        client.close()
    else:
        asyncio.run(client.aclose())
    avatar = make_avatar(client=client)
    assert avatar.speak("Hi.", final=True).result(PATIENCE).status is SpeechStatus.SPOKEN
    assert not avatar.session["rehearsal"]


# start().


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"type": "tts"},
        {"type": "audio"},
        {"text": ""},
        {"text": "Hello", "audio": _tone()},
        {"text": "Hello", "type": "audio"},
        {"audio": _tone(), "type": "tts"},
        {"text": "Hello", "type": "song"},
    ],
)
def test_start_needs_one_thing_to_say(avatar: Avatar, arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"start\('Hello'\)|must not be empty|type must be"):
        avatar.start(**arguments)
    assert bridge.ask(lambda: avatar.status) is SessionStatus.IDLE


def test_start_opens_one_session_at_a_time(avatar: Avatar) -> None:
    first = avatar.start("Hello, hello, hello.")
    with pytest.raises(RuntimeError, match=r"speak\(\) adds to it, stop\(\) ends it"):
        avatar.start("Me too!")
    avatar.stop()
    second = avatar.start("Now me.")
    assert first is not None
    assert second is not None
    avatar.finish()
    assert second.result(PATIENCE).status is SpeechStatus.SPOKEN
    assert first.status is SpeechStatus.INTERRUPTED


def test_a_tts_session_ends_by_itself(avatar: Avatar) -> None:
    speech = avatar.start("Good bye.", type="tts")
    assert avatar.wait(timeout=PATIENCE) is SessionStatus.COMPLETED
    assert speech is not None
    assert speech.status is SpeechStatus.SPOKEN
    assert avatar.transcript == "Good bye."


def test_ready_made_sound_makes_a_session_without_a_speech(avatar: Avatar) -> None:
    assert avatar.start(audio=_tone()) is None
    assert avatar.wait(timeout=PATIENCE) is SessionStatus.COMPLETED
    assert avatar.end_reason is None
    assert avatar.elapsed > 0


# speak().


def test_speaking_opens_a_session_and_is_seen_in_the_trait(avatar: Avatar, page: Page) -> None:
    shown: list[str] = []
    avatar.observe(lambda change: shown.append(change["new"]["status"]), "session")
    speech = avatar.speak("Hello there.")
    avatar.wait("streaming", PATIENCE)
    avatar.finish()
    assert avatar.wait(timeout=PATIENCE) is SessionStatus.COMPLETED
    wait_for_callbacks(PATIENCE)
    assert _statuses(avatar) == ["creating", "pending", "streaming", "draining", "completed"]
    assert list(dict.fromkeys(shown)) == _statuses(avatar)
    view = avatar.session
    assert (view["epoch"], view["rehearsal"], view["running"]) == (1, True, False)
    assert view["stream_id"] == avatar.stream_id
    assert view["hls_url"].startswith("http://127.0.0.1:")
    assert view["end_reason"] == avatar.end_reason == "final_marker"
    assert view["elapsed"] > 0
    assert avatar.cost == pytest.approx(avatar.elapsed * view["price_per_second"])
    states = [m["status"] for m in page.messages("speech") if m["id"] == speech.id]
    assert states == ["sending", "sent", "speaking", "spoken"]
    words = [word["word"] for m in page.messages("words") for word in m["words"]]
    assert words == [word.word for word in avatar.words] == ["Hello", "there", "."]


def test_two_speeches_in_one_go_share_a_session(avatar: Avatar) -> None:
    speeches = [avatar.speak("First."), avatar.speak("Second.")]
    avatar.finish()
    avatar.wait(timeout=PATIENCE)
    assert _statuses(avatar).count(SessionStatus.CREATING) == 1
    assert [speech.status for speech in speeches] == [SpeechStatus.SPOKEN] * 2
    assert avatar.transcript == "First. Second."


def test_what_is_said_after_the_end_opens_the_next_session_in_its_turn(avatar: Avatar) -> None:
    said = "First of all, and long enough to be seen. " * 2, "Second.", "Third. " * 8
    first = avatar.speak(said[0], final=True)
    second = avatar.speak(said[1])
    third = avatar.speak(said[2], final=True)
    assert avatar.wait(timeout=PATIENCE) is SessionStatus.COMPLETED
    assert first.status is second.status is third.status is SpeechStatus.SPOKEN
    assert avatar.transcript == f"Second. {said[2].strip()}"
    assert _statuses(avatar).count(SessionStatus.CREATING) == 2
    urls = {event.hls_url for event in avatar.events if isinstance(event, PlaybackReady)}
    assert len(urls) == 2
    assert avatar.session["epoch"] == 2


def test_what_waited_for_its_turn_when_all_was_stopped_is_interrupted(avatar: Avatar) -> None:
    avatar.speak(LONG, final=True)
    waited = avatar.speak("I waited.")
    avatar.stop()
    after = avatar.speak("I came after.", final=True)
    assert waited.result(PATIENCE).status is SpeechStatus.INTERRUPTED
    assert avatar.wait(timeout=PATIENCE) is SessionStatus.COMPLETED
    assert after.status is SpeechStatus.SPOKEN
    assert avatar.transcript == "I came after."


def test_a_session_with_all_its_text_at_once_is_metered_too(avatar: Avatar) -> None:
    avatar.speak("All I have to say, and nothing more.", final=True)
    avatar.wait(timeout=PATIENCE)
    assert avatar.elapsed > 1
    assert avatar.cost > 0.05


@pytest.mark.parametrize("text", ["", " \n", "x" * 1_000_000])
def test_what_cannot_be_said_is_refused_before_a_session_opens(avatar: Avatar, text: str) -> None:
    with pytest.raises(ValueError, match=r"must not be empty|characters take longer"):
        avatar.speak(text)
    assert bridge.ask(lambda: avatar.status) is SessionStatus.IDLE


def test_a_text_too_large_for_one_request_is_refused_before_a_session_opens(
    avatar: Avatar,
) -> None:
    with pytest.raises(ValueError, match=r"120,000 bytes .* type='text_stream'"):
        avatar.start("字" * 40_000, type="tts")
    assert avatar.status == "idle"


def test_speaking_at_large_uses_the_newest_avatar_that_is_open(make_avatar: MakeAvatar) -> None:
    older, newer, closed = make_avatar(), make_avatar(), make_avatar()
    closed.close()
    speech = speak("Hello.", final=True)
    assert newer.wait(timeout=PATIENCE) is SessionStatus.COMPLETED
    assert speech.status is SpeechStatus.SPOKEN
    assert older.status is SessionStatus.IDLE


def test_speaking_at_large_without_an_avatar_says_what_to_do() -> None:
    with pytest.raises(RuntimeError, match=r"avatar = Avatar\(\)"):
        speak("Hello?")


# wait() and until().


def test_waiting_gives_the_state_that_was_reached(avatar: Avatar) -> None:
    avatar.speak(LONG)
    assert avatar.wait("streaming", PATIENCE) is SessionStatus.STREAMING
    assert avatar.wait("pending", timeout=0) is SessionStatus.STREAMING
    with pytest.raises(TimeoutError):
        avatar.wait("completed", timeout=0.01)
    avatar.stop()
    assert avatar.wait("completed", PATIENCE) is SessionStatus.CANCELLED
    assert avatar.wait("streaming", PATIENCE) is SessionStatus.CANCELLED


def test_awaiting_gives_the_state_that_was_reached(avatar: Avatar) -> None:
    async def cell() -> list[SessionStatus]:
        async with asyncio.timeout(PATIENCE):
            speech = avatar.speak("Hello.")
            streaming = await avatar.until("streaming")
            avatar.finish()
            assert (await speech).status is SpeechStatus.SPOKEN
            return [streaming, await avatar.until()]

    assert asyncio.run(cell()) == [SessionStatus.STREAMING, SessionStatus.COMPLETED]


def test_a_state_that_does_not_exist_is_not_waited_for(avatar: Avatar) -> None:
    with pytest.raises(ValueError, match="'finished' is not a state to wait for"):
        avatar.wait("finished")
    with pytest.raises(ValueError, match=r"await avatar.until\('playing'\)"):
        avatar.wait("playing")


def test_playing_is_the_browsers_word_on_this_session(avatar: Avatar, page: Page) -> None:
    page.say(avatar, playback(0))
    avatar.speak(LONG)
    playing = avatar._controller.waiter.until("playing")
    page.say(avatar, playback(0))
    page.say(avatar, playback(1, "loading"))
    avatar.wait("streaming", PATIENCE)
    assert not playing.done()
    page.say(avatar, playback(1))
    assert playing.result(PATIENCE) is SessionStatus.STREAMING
    assert asyncio.run(avatar.until("playing")) is SessionStatus.STREAMING


def test_an_error_is_raised_where_it_is_waited_for(make_avatar: MakeAvatar) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        nowhere = f"http://127.0.0.1:{closed.getsockname()[1]}"
    avatar = make_avatar(client=HeyGen("key", nowhere, max_retries=0))
    speech = avatar.speak("Hello?")
    for wait in (avatar.wait, lambda: avatar.wait("streaming"), speech.result):
        with pytest.raises(APIConnectionError, match="could not be reached"):
            wait()
    with pytest.raises(APIConnectionError):
        asyncio.run(avatar.until())
    assert avatar.wait("error") is SessionStatus.ERROR
    assert isinstance(avatar.error, APIConnectionError)
    assert "could not be reached" in avatar.session["error"]["title"]
    assert "check the network" in avatar.session["error"]["hint"]


# finish(), stop(), close().


@pytest.mark.parametrize("verb", ["finish", "stop", "close"])
@pytest.mark.parametrize("state", ["idle", "creating", "streaming", "draining", "cancelled"])
def test_every_way_to_end_works_in_every_state_and_may_be_repeated(
    avatar: Avatar, heygen: HeyGen, state: str, verb: str
) -> None:
    if state != "idle":
        avatar.speak("Hello." if verb == "finish" else LONG, final=state == "draining")
        if state == "cancelled":
            avatar.stop()
        avatar.wait(state, PATIENCE)
    getattr(avatar, verb)()
    getattr(avatar, verb)()
    if state != "idle":
        expected = SessionStatus.COMPLETED if verb == "finish" else SessionStatus.CANCELLED
        ended = avatar.wait(timeout=PATIENCE)
        assert ended is (SessionStatus.CANCELLED if state == "cancelled" else expected)
    if avatar.stream_id is not None:
        assert avatar.session["running"] is False
        assert heygen.avatar_realtime.get(avatar.stream_id).status == "completed"


def test_a_closed_avatar_opens_no_session(avatar: Avatar) -> None:
    avatar.close()
    for verb in (avatar.speak, avatar.start):
        with pytest.raises(RuntimeError, match=r"closed\. Create another one"):
            verb("Hello?")
    assert bridge.ask(lambda: avatar.status) is SessionStatus.IDLE


def test_an_observer_that_fails_ends_no_session(avatar: Avatar, page: Page) -> None:
    def observer(_: object) -> None:
        raise ZeroDivisionError("mine")

    avatar.observe(observer, "session")
    avatar.speak("I go on.", final=True)
    assert avatar.wait(timeout=PATIENCE) is SessionStatus.COMPLETED
    assert avatar.transcript == "I go on."
    wait_for_callbacks(PATIENCE)
    assert "ZeroDivisionError('mine')" in page.messages("problem")[0]["problem"]["hint"]


# Secrets.


def test_the_key_is_nowhere_to_be_seen(
    make_avatar: MakeAvatar, page: Page, swift_server: LocalServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    right = make_avatar(client=HeyGen(swift_server.api_key, swift_server.base_url))
    wrong = make_avatar(client=HeyGen("sk_V2_wr0ng_k3y", swift_server.base_url))
    rehearsing = make_avatar()
    for avatar in (right, rehearsing):
        avatar.speak("Nothing to hide.", final=True)
        page.say(avatar, {"kind": "hello", "player": True})
        avatar.wait(timeout=PATIENCE)
    wrong.speak("Let me in!")
    with pytest.raises(AuthenticationFailed) as refused:
        wrong.wait(timeout=PATIENCE)
    seen = [repr(page.sent), repr(refused.value), caplog.text]
    for avatar in (right, wrong, rehearsing):
        state = avatar.get_state()
        seen += [repr(avatar), repr(avatar._repr_mimebundle_()), repr(avatar.events), repr(state)]
        seen += [repr(vars(avatar._controller.connection)), repr(avatar.session)]
    assert "Nothing" in "".join(seen)
    for key in (swift_server.api_key, "sk_V2_wr0ng_k3y"):
        assert key not in "".join(seen)


def test_it_shows_itself_in_one_line(avatar: Avatar) -> None:
    assert repr(avatar) == "<Avatar rehearsal, idle, 0 s, ≈ $0.00>"
