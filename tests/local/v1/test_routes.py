"""The routes of the first API: who may, what they answer, and how they refuse."""

import base64
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from heygen_widget.local import LocalServer, LocalServerError
from tests.local.v1.conftest import NEW, Live, Streamer

POSTS = [
    *("new", "start", "ice", "task", "interrupt", "keep_alive", "stop"),
    *("start_listening", "stop_listening"),
]


def refusal(answer: httpx.Response) -> tuple[int, int, str]:
    """Check both envelopes of a refusal; return its status, its number and its message."""
    said = answer.json()
    assert said["data"] is None
    assert said["error"] == said["message"]
    assert answer.headers["x-request-id"]
    return answer.status_code, said["code"], said["message"]


def with_token(streamer: Streamer, token: str, name: str, **body: Any) -> httpx.Response:
    return httpx.post(
        f"{streamer.server.base_url}/v1/streaming.{name}",
        headers={"Authorization": f"Bearer {token}"},
        json=body,
        timeout=30,
    )


# Opening.


def test_a_session_is_opened_into_a_room(streamer: Streamer) -> None:
    opened = streamer.open(quality="high")
    assert opened["url"].startswith("ws://127.0.0.1:")
    assert opened["ice_servers"] == []
    assert opened["session_duration_limit"] == 3600
    claims = opened["access_token"].split(".")[1]
    assert json.loads(base64.urlsafe_b64decode(claims + "=="))["video"] == {
        "room": opened["session_id"],
        "roomJoin": True,
        "canSubscribe": True,
        "canPublish": True,
        "canPublishData": True,
    }
    assert streamer.sessions()[opened["session_id"]] == "new"


@pytest.mark.parametrize(
    "body",
    [
        {"avatar_name": "anna"},
        {"avatar_name": "anna", "voice": {"voice_id": "fr", "rate": 1.2, "emotion": "serious"}},
        {"avatar_id": "anna", "voice": {"elevenlabs_settings": {}}, "version": "v2"},
        {"avatar_id": "anna", "voice_id": None, "quality": None, "language": "en"},
    ],
)
def test_the_bodies_of_all_documents_and_sdks_open_a_session(
    streamer: Streamer, body: dict[str, Any]
) -> None:
    session_id = streamer.data("new", **body)["session_id"]
    assert streamer.data("stop", session_id=session_id) == {"status": "success"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("avatar_id", ""),
        ("avatar_id", 7),
        ("quality", "ultra"),
        ("video_encoding", "AV1"),
        ("version", "v3"),
        ("activity_idle_timeout", 29),
        ("activity_idle_timeout", 3601),
    ],
)
def test_what_cannot_be_had_is_refused_by_its_name(
    streamer: Streamer, field: str, value: object
) -> None:
    status, code, message = refusal(streamer.call("new", **{**NEW, field: value}))
    assert (status, code) == (400, 400)
    assert f"'{field}'" in message


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b"\xff"])
def test_a_body_that_is_no_object_is_refused(streamer: Streamer, body: bytes) -> None:
    answer = streamer.http.post("/v1/streaming.new", content=body)
    assert refusal(answer)[:2] == (400, 400)


def test_an_endless_body_is_refused(streamer: Streamer) -> None:
    answer = streamer.http.post("/v1/streaming.task", content=b" " * (1024 * 1024 + 1))
    assert refusal(answer)[:2] == (413, 413)


def test_no_more_sessions_are_open_than_may_be(
    server_with: Callable[..., LocalServer], streamer_at: Callable[[LocalServer], Streamer]
) -> None:
    streamer = streamer_at(server_with(concurrency=1))
    first = streamer.open()["session_id"]
    assert refusal(streamer.call("new", **NEW)) == (400, 10007, "Concurrent limit reached")
    streamer.data("stop", session_id=first)
    assert streamer.open()["session_id"] != first


# Who may.


@pytest.mark.parametrize("name", [*POSTS, "create_token"])
@pytest.mark.parametrize("headers", [{}, {"x-api-key": "wrong"}, {"authorization": "Bearer wrong"}])
def test_nothing_is_done_without_key_or_token(
    streamer: Streamer, name: str, headers: dict[str, str]
) -> None:
    url = f"{streamer.server.base_url}/v1/streaming.{name}"
    body = {**NEW, "session_id": "x", "text": "x", "candidate": {}}
    answer = httpx.post(url, headers=headers, json=body)
    assert refusal(answer) == (401, 400112, "Unauthorized")


def test_a_token_opens_one_session_and_serves_that_one_alone(streamer: Streamer) -> None:
    other = streamer.open()["session_id"]
    token = streamer.data("create_token")["token"]
    own = with_token(streamer, token, "new", **NEW).json()["data"]["session_id"]
    assert refusal(with_token(streamer, token, "new", **NEW))[0] == 401
    assert refusal(with_token(streamer, token, "stop", session_id=other))[0] == 401
    assert refusal(with_token(streamer, token, "create_token"))[0] == 401
    listed = httpx.get(
        f"{streamer.server.base_url}/v1/streaming.list",
        headers={"Authorization": f"Bearer {token}"},
    ).json()["data"]["sessions"]
    assert [session["session_id"] for session in listed] == [own]
    assert {own, other} <= set(streamer.sessions())
    assert with_token(streamer, token, "stop", session_id=own).status_code == 200


def test_of_two_calls_at_once_with_one_token_one_opens_a_session(streamer: Streamer) -> None:
    token = streamer.data("create_token")["token"]
    with ThreadPoolExecutor() as threads:
        answers = list(threads.map(lambda _: with_token(streamer, token, "new", **NEW), range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401]
    (opened,) = [answer for answer in answers if answer.status_code == httpx.codes.OK]
    streamer.call("stop", session_id=opened.json()["data"]["session_id"])


def test_a_token_that_has_opened_nothing_can_still_open_a_session(streamer: Streamer) -> None:
    token = streamer.data("create_token")["token"]
    assert refusal(with_token(streamer, token, "new", quality="4k"))[0] == 400
    others = [streamer.open()["session_id"] for _ in range(3)]
    assert refusal(with_token(streamer, token, "new", **NEW))[1] == 10007
    for session_id in others:
        streamer.call("stop", session_id=session_id)
    own = with_token(streamer, token, "new", **NEW).json()["data"]["session_id"]
    assert with_token(streamer, token, "stop", session_id=own).status_code == 200


def test_the_key_may_come_as_a_bearer_token(streamer: Streamer) -> None:
    answer = with_token(streamer, streamer.server.api_key, "create_token")
    assert answer.json()["data"]["token"]


def test_pages_may_call_from_anywhere_with_a_token(streamer: Streamer) -> None:
    asked = streamer.http.request(
        "OPTIONS",
        "/v1/streaming.new",
        headers={
            "Origin": "https://page.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type",
        },
    )
    assert asked.status_code == 204
    assert asked.headers["access-control-allow-origin"] == "*"
    assert "POST" in asked.headers["access-control-allow-methods"]
    # The wildcard does not cover the header that counts.
    assert "Authorization" in asked.headers["access-control-allow-headers"]


# States.


def test_a_task_waits_for_someone_to_hear_it(streamer: Streamer) -> None:
    session_id = streamer.open()["session_id"]

    def assert_refused() -> None:
        task = {"session_id": session_id, "text": "Hello.", "task_type": "talk"}
        status, code, message = refusal(streamer.call("task", **task))
        assert (status, code) == (400, 400006)
        assert message.startswith("Session is not in correct state: no viewer has joined yet")
        assert all(needed in message for needed in ("'url'", "'access_token'", "streaming.start"))

    assert_refused()
    assert streamer.data("start", session_id=session_id) == {"status": "success"}
    assert streamer.sessions()[session_id] == "connecting"
    assert_refused()


def test_who_enters_the_room_starts_the_session(live: Live) -> None:
    assert live.streamer.sessions()[live.id] == "connected"


@pytest.mark.parametrize("name", [name for name in POSTS if name != "new"])
def test_after_its_end_a_session_says_that_it_is_closed(streamer: Streamer, name: str) -> None:
    session_id = streamer.open()["session_id"]
    streamer.data("stop", session_id=session_id)
    body = {"session_id": session_id, "text": "x", "candidate": {}}
    assert refusal(streamer.call(name, **body)) == (400, 10005, "session state wrong: closed")
    assert session_id not in streamer.sessions()


@pytest.mark.parametrize("name", [name for name in POSTS if name != "new"])
def test_an_unknown_session_is_told_from_a_closed_one(streamer: Streamer, name: str) -> None:
    body = {"session_id": "nobody", "text": "x", "candidate": {}}
    assert refusal(streamer.call(name, **body)) == (400, 10006, "session not found")


@pytest.mark.parametrize(
    ("field", "value"), [("text", ""), ("task_type", "sing"), ("task_mode", "later")]
)
def test_a_task_that_cannot_be_is_refused(live: Live, field: str, value: str) -> None:
    body = {"session_id": live.id, "text": "Hello.", field: value}
    status, _, message = refusal(live.streamer.call("task", **body))
    assert status == 400
    assert f"'{field}'" in message


@pytest.mark.parametrize("name", ["start_listening", "stop_listening", "keep_alive"])
def test_what_needs_no_doing_is_done(streamer: Streamer, name: str) -> None:
    session_id = streamer.open()["session_id"]
    assert streamer.data(name, session_id=session_id) == {"status": "success"}


def test_an_interrupt_of_silence_does_nothing(live: Live) -> None:
    assert live.call("interrupt") == {"status": "success"}
    assert live.say("Hello.", task_mode="sync")["duration_ms"] > 200


# Settings.


def test_an_unknown_responder_ends_the_server_with_a_clear_message() -> None:
    with pytest.raises(LocalServerError, match="Cannot load the responder 'nowhere:answer'"):
        LocalServer(responder="nowhere:answer").start()
