import base64
import json
from typing import Any

import httpx
import pytest

from tests.local.conftest import SESSIONS, TEXT_STREAM, TTS, Caller

AUDIO = {"type": "audio", "avatar_id": "anna"}
ASSET = {"type": "asset_id", "asset_id": "a"}
WAV = {"type": "base64", "media_type": "audio/wav"}


def refusal(answer: httpx.Response, status: int = 400) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    error: dict[str, Any] = answer.json()["error"]
    return error


@pytest.mark.parametrize(
    ("body", "param", "message"),
    [
        ({}, "type", "Invalid 'type'. Must be one of: tts, audio, text_stream."),
        ({**TTS, "type": "x"}, "type", "Invalid 'type'. Must be one of: tts, audio, text_stream."),
        ({**TTS, "type": 1}, "type", "Invalid 'type'. Must be one of: tts, audio, text_stream."),
        ({"type": "tts", "avatar_id": "a", "voice_id": "v"}, "text", "'text' is required."),
        ({**TTS, "text": ""}, "text", "'text' must be non-empty."),
        ({**TTS, "text": 5}, "text", "Invalid 'text'. Input should be a valid string."),
        ({**TTS, "quality": "720"}, "quality", "Unknown parameter 'quality'."),
        ({**AUDIO, "voice_id": "en", "audio": ASSET}, "voice_id", "Unknown parameter 'voice_id'."),
        (AUDIO, "audio", "'audio' is required."),
        ({**AUDIO, "audio": "x"}, "audio", None),
        (
            {**AUDIO, "audio": {"type": "file"}},
            "audio.type",
            "Invalid 'audio.type'. Must be one of: url, asset_id, base64.",
        ),
        ({**AUDIO, "audio": {"type": "url"}}, "audio.url", "'audio.url' is required."),
        ({**AUDIO, "audio": {**WAV, "data": "?"}}, "audio.data", "'audio.data' must be base64."),
        ({**AUDIO, "audio": {**WAV, "data": "YQ"}}, "audio.data", "'audio.data' must be base64."),
    ],
)
def test_a_wrong_create_names_the_field(
    caller: Caller, body: dict[str, Any], param: str, message: str | None
) -> None:
    error = refusal(caller.http.post(SESSIONS, json=body))
    assert error["code"] == "invalid_parameter"
    assert error["param"] == param
    assert message is None or error["message"] == message


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "delta"),
        ({"delta": 1}, "delta"),
        ({"delta": "a", "final": "yes"}, "final"),
        ({"delta": "a", "final": 1}, "final"),
        ({"delta": "a", "text": "a"}, "text"),
        ({"text": ""}, "delta"),
        ({"text": "a", "voice_id": "v"}, "voice_id"),
        ({"delta": "a", "x" * 5000: 1}, "x" * 100),
    ],
)
def test_a_wrong_append_names_the_field(caller: Caller, body: dict[str, Any], param: str) -> None:
    stream_id = caller.text_stream()
    error = refusal(caller.http.post(f"{SESSIONS}/{stream_id}/text", json=body))
    assert (error["code"], error["param"]) == ("invalid_parameter", param)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"\xff\xfe",
        b'{"delta": "\xff"}',
        b'{"delta": "\\ud800"}',
        b'{"delta": NaN}',
        b'{"delta": "a"} x',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"--boundary\r\n",
    ],
)
@pytest.mark.parametrize("create", [True, False])
def test_a_body_that_is_no_json_object_is_refused(
    caller: Caller, body: bytes, *, create: bool
) -> None:
    path = SESSIONS if create else f"{SESSIONS}/{caller.text_stream()}/text"
    answer = caller.http.post(path, content=body, headers={"Content-Type": "application/json"})
    assert refusal(answer)["code"] == "invalid_parameter"


def test_a_body_of_more_than_a_megabyte_is_too_large(caller: Caller) -> None:
    stream_id = caller.text_stream()
    big = json.dumps({**TTS, "text": "a" * 1_100_000})
    for path in (SESSIONS, f"{SESSIONS}/{stream_id}/text"):
        assert refusal(caller.http.post(path, content=big), 413)["code"] == "payload_too_large"
    assert caller.append(stream_id, "still here").status_code == 202


def test_a_body_of_unknown_length_is_measured_as_it_comes(caller: Caller) -> None:
    def endless() -> Any:
        for _ in range(60):
            yield b" " * 1024 * 1024

    assert refusal(caller.http.post(SESSIONS, content=endless()), 413)
    assert refusal(
        caller.http.post(f"{SESSIONS}/{caller.text_stream()}/text", content=endless()), 413
    )


@pytest.mark.parametrize(("text", "fits"), [("a" * 100_000, True), ("ä" * 50_001, False)])
def test_a_text_is_at_most_a_hundred_thousand_bytes(
    caller: Caller, text: str, *, fits: bool
) -> None:
    stream_id = caller.text_stream()
    answer = caller.append(stream_id, text)
    created = caller.http.post(SESSIONS, json={**TEXT_STREAM, "text": text})
    if fits:
        assert (answer.status_code, created.status_code) == (202, 201)
        caller.cancel(created.json()["data"]["stream_id"])
    else:
        assert refusal(answer)["param"] == "delta"
        assert refusal(created)["param"] == "text"


def test_audio_may_be_many_megabytes(caller: Caller, tone: bytes) -> None:
    # What follows the sound in a WAV file is no sound, but it has to travel.
    data = base64.b64encode(tone + bytes(20 * 1024 * 1024)).decode()
    stream_id = caller.create(**AUDIO, audio={**WAV, "data": data})
    caller.until(stream_id, "completed")


def test_audio_over_the_limit_is_too_large(caller: Caller) -> None:
    body = json.dumps({**AUDIO, "audio": {**WAV, "data": "A" * (46 * 1024 * 1024)}})
    assert refusal(caller.http.post(SESSIONS, content=body), 413)["code"] == "payload_too_large"


def test_base64_may_have_line_breaks(caller: Caller, tone: bytes) -> None:
    data = base64.encodebytes(tone).decode()
    stream_id = caller.create(**AUDIO, audio={**WAV, "data": data})
    caller.until(stream_id, "completed")


def test_cancel_reads_no_body(caller: Caller) -> None:
    for body in (b"", b"{}", b"not json"):
        stream_id = caller.text_stream()
        answer = caller.http.post(f"{SESSIONS}/{stream_id}/cancel", content=body)
        assert answer.json()["data"] == {"stream_id": stream_id, "cancelled": True}
