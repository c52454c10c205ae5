import asyncio
import base64
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from heygen_widget.local import LocalServer
from heygen_widget.local.account.wallet import Wallet
from heygen_widget.local.bodies import Script
from heygen_widget.local.clock import REAL_TIME
from heygen_widget.local.sessions import Session
from heygen_widget.local.settings import Settings
from heygen_widget.local.storage import StoredFile
from heygen_widget.local.studio import Studio
from tests.garbage import collect_until
from tests.local.conftest import SESSIONS, TEXT_STREAM, TTS, Caller

Servers = Callable[..., LocalServer]
Callers = Callable[[LocalServer], Caller]


def test_a_tts_session_speaks_its_script_and_completes(caller: Caller) -> None:
    stream_id = caller.create(**TTS)
    assert caller.words(stream_id) == ["Hello", "."]
    assert caller.until(stream_id, "completed") == {
        "stream_id": stream_id,
        "status": "completed",
        "hls_url": None,
        "url": None,
        "error_message": None,
        "end_reason": None,
    }


def test_an_audio_session_plays_its_file_and_completes(caller: Caller, tone: bytes) -> None:
    data = base64.b64encode(tone).decode()
    audio = {"type": "base64", "media_type": "audio/wav", "data": data}
    stream_id = caller.create(type="audio", avatar_id="anna", audio=audio)
    url = caller.playing(stream_id)
    assert caller.until(stream_id, "completed")["end_reason"] is None
    assert "#EXT-X-ENDLIST" in caller.http.get(url).text


def test_a_text_stream_speaks_its_seed_and_every_delta_in_order(caller: Caller) -> None:
    stream_id = caller.text_stream("One two")
    caller.append(stream_id, " three fo")
    caller.append(stream_id, "ur five.", final=True)
    assert caller.words(stream_id) == ["One", "two", "three", "four", "five", "."]
    status = caller.until(stream_id, "completed")
    assert status["end_reason"] == "final_marker"


def test_buffered_bytes_count_all_text_with_the_seed_in_utf8(caller: Caller) -> None:
    stream_id = caller.text_stream("Grüße")
    answers = [caller.append(stream_id, delta) for delta in (" ", "🎉", "ok")]
    assert [answer.status_code for answer in answers] == [202] * 3
    assert [answer.json()["data"] for answer in answers] == [
        {"ok": True, "buffered_bytes": size} for size in (8, 12, 14)
    ]


def test_playback_urls_are_given_only_while_streaming(
    server_with: Servers, caller_at: Callers
) -> None:
    later, caller = caller_at(server_with(warm_up=60.0)), caller_at(server_with())
    pending = later.status(later.text_stream())
    assert (pending["status"], pending["hls_url"], pending["url"]) == ("pending", None, None)
    stream_id = caller.text_stream()
    streaming = caller.until(stream_id, "streaming")
    assert streaming["hls_url"] == streaming["url"]
    assert streaming["hls_url"].startswith(caller.server.base_url + "/hls/")
    caller.cancel(stream_id)
    assert caller.status(stream_id)["hls_url"] is None


def test_text_of_a_pending_session_is_spoken_when_it_is_on_air(
    server_with: Servers, caller_at: Callers
) -> None:
    caller = caller_at(server_with(warm_up=0.5))
    stream_id = caller.text_stream("First")
    assert caller.append(stream_id, " second.", final=True).status_code == 202
    assert caller.words(stream_id) == ["First", "second", "."]
    assert caller.until(stream_id, "completed")["end_reason"] == "final_marker"


def test_a_session_without_new_text_speaks_what_it_has_and_ends(
    server_with: Servers, caller_at: Callers
) -> None:
    caller = caller_at(server_with(idle_timeout=0.3))
    stream_id = caller.text_stream("This sentence takes longer than the session waits for text.")
    status = caller.until(stream_id, "completed")
    assert status["end_reason"] == "idle_timeout"
    assert caller.words(stream_id)[-2:] == ["text", "."]


def test_blank_text_does_not_keep_a_session_open(server_with: Servers, caller_at: Callers) -> None:
    caller = caller_at(server_with(idle_timeout=0.8))
    stream_id = caller.text_stream()
    while caller.append(stream_id, " ").status_code == 202:
        pass
    assert caller.until(stream_id, "completed")["end_reason"] == "idle_timeout"


def test_a_session_is_cut_at_its_maximum_length(server_with: Servers, caller_at: Callers) -> None:
    caller = caller_at(server_with(max_length=6.0))
    caller.until(caller.create(**TTS), "completed")  # a warm server is on air at once
    stream_id = caller.text_stream("A very long story. " * 100)
    assert caller.append(stream_id, "More.").status_code == 202
    url = caller.playing(stream_id)
    assert caller.until(stream_id, "completed")["end_reason"] is None
    assert len(caller.words(stream_id)) < 40
    assert "#EXT-X-ENDLIST" in caller.http.get(url).text
    assert caller.append(stream_id, "Too late.").status_code == 410


@pytest.mark.parametrize("delta", ["The end.", ""])
def test_after_final_the_stream_is_gone_for_text(caller: Caller, delta: str) -> None:
    stream_id = caller.text_stream()
    assert caller.append(stream_id, delta, final=True).status_code == 202
    for more in ({}, {"final": True}):
        answer = caller.append(stream_id, "More.", **more)
        assert answer.status_code == 410
        assert answer.json()["error"]["code"] == "stream_closed"


def test_an_empty_delta_must_be_final(caller: Caller) -> None:
    stream_id = caller.text_stream()
    answer = caller.append(stream_id, "")
    assert answer.status_code == 400
    assert answer.json()["error"] == {
        "code": "invalid_parameter",
        "message": "'delta' must be non-empty unless final=true.",
        "param": "delta",
        "doc_url": None,
    }


def test_a_session_takes_only_so_much_text_and_can_still_be_ended(caller: Caller) -> None:
    stream_id = caller.text_stream("x")
    statuses = [caller.append(stream_id, "A word. " * 12_500).status_code for _ in range(9)]
    refused = caller.append(stream_id, "A word. " * 12_500)
    assert statuses == [202] * 9
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, "delta")
    assert caller.append(stream_id, "Bye.", final=True).status_code == 202


def test_only_a_text_stream_takes_text(caller: Caller) -> None:
    answer = caller.append(caller.create(**TTS), "More.")
    assert answer.status_code == 400
    assert "text_stream" in answer.json()["error"]["message"]


def test_cancel_while_streaming_cuts_at_once_and_again_changes_nothing(caller: Caller) -> None:
    stream_id = caller.text_stream("A very long story. " * 100)
    url = caller.playing(stream_id)
    assert caller.cancel(stream_id)
    status = caller.status(stream_id)
    assert (status["status"], status["end_reason"]) == ("completed", None)
    assert caller.cancel(stream_id)
    assert len(caller.words(stream_id)) < 20
    assert "#EXT-X-ENDLIST" in caller.http.get(url).text
    assert caller.append(stream_id, "More.").status_code == 410


def test_cancel_while_pending_ends_a_session_that_never_played(
    server_with: Servers, caller_at: Callers
) -> None:
    caller = caller_at(server_with(warm_up=60.0))
    stream_id = caller.text_stream()
    assert caller.cancel(stream_id)
    assert caller.status(stream_id)["status"] == "completed"
    assert caller.events(stream_id) == [("end", {})]


def test_cancel_after_the_end_cancels_nothing(caller: Caller) -> None:
    stream_id = caller.create(**TTS)
    caller.until(stream_id, "completed")
    assert not caller.cancel(stream_id)
    assert not caller.cancel(stream_id)


def test_one_session_too_many_waits_its_turn(caller: Caller) -> None:
    opened = [caller.text_stream() for _ in range(3)]
    answer = caller.http.post(SESSIONS, json=TEXT_STREAM)
    assert answer.status_code == 429
    assert answer.json()["error"]["code"] == "rate_limit_exceeded"
    assert int(answer.headers["retry-after"]) >= 1
    caller.cancel(opened[0])
    caller.text_stream()


def test_concurrent_creates_never_exceed_the_limit(caller: Caller) -> None:
    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(lambda _: caller.http.post(SESSIONS, json=TEXT_STREAM), range(8)))
    for answer in answers:
        if answer.status_code == 201:
            caller.cancel(answer.json()["data"]["stream_id"])
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [429] * 5


def test_an_asset_that_is_not_there_ends_the_session_with_a_message(caller: Caller) -> None:
    audio = {"type": "asset_id", "asset_id": "a1b2"}
    stream_id = caller.create(type="audio", avatar_id="anna", audio=audio)
    status = caller.until(stream_id, "error")
    assert "asset" in status["error_message"]
    assert status["end_reason"] is None
    assert caller.events(stream_id) == [("end", {})]


def test_a_file_that_is_no_audio_ends_the_session_with_a_message(caller: Caller) -> None:
    data = base64.b64encode(b"This is not audio.").decode()
    audio = {"type": "base64", "media_type": "audio/mpeg", "data": data}
    stream_id = caller.create(type="audio", avatar_id="anna", audio=audio)
    assert caller.until(stream_id, "error")["error_message"]
    assert not caller.cancel(stream_id)


def test_a_session_cut_while_it_opens_lets_go_of_its_file(tone: bytes) -> None:
    """It is remembered for an hour, and the file may be an open one on the disk."""

    async def cut() -> None:
        script = Script("audio", "anna", audio=StoredFile.of(tone))
        file = weakref.ref(script.audio)
        settings = Settings(warm_up=60)
        session = Session(
            script, settings, Studio(settings), REAL_TIME, lambda _: None, wallet=Wallet()
        )
        del script
        await asyncio.sleep(0)  # it begins to open
        session.cancel()
        assert session._opening is not None
        await asyncio.wait([session._opening])  # takes no result, which would clear the task
        collect_until(lambda: file() is None)
        assert session.cancel()

    asyncio.run(cut())


@pytest.mark.parametrize(
    "text", ["🎉🎉", "مرحبا بالعالم", "你好世界", "\x00\x07\x1b[0m", "<speak>&amp;</speak>", " "]
)
def test_any_text_can_be_spoken(caller: Caller, text: str) -> None:
    stream_id = caller.text_stream(text)
    assert caller.append(stream_id, text).status_code == 202
    assert caller.append(stream_id, " Done.", final=True).status_code == 202
    caller.until(stream_id, "completed")


@pytest.mark.parametrize("avatar_id", ["", "../../etc/passwd", "x" * 10_000, "😀\x00"])
def test_any_avatar_and_voice_id_is_someone(caller: Caller, avatar_id: str) -> None:
    stream_id = caller.create(**{**TTS, "avatar_id": avatar_id, "voice_id": avatar_id})
    caller.until(stream_id, "completed")
