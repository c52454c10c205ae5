"""The streaming client: what it sends, what it makes of answers and refusals."""

import traceback
from typing import TYPE_CHECKING, Any

import pytest

from heygen_widget.api import (
    APIError,
    AuthenticationFailed,
    BadRequest,
    Conflict,
    EndpointSunset,
    Gone,
    InsufficientCredit,
    InvalidRequest,
    NotFound,
    PermissionDenied,
    RateLimited,
    ServerError,
    UnexpectedResponse,
)
from heygen_widget.legacy import (
    IceCandidate,
    IceServer,
    SessionDescription,
    operations,
)

if TYPE_CHECKING:
    from tests.legacy.conftest import Ask
    from tests.planned_server import Server

OK = {"code": 100, "message": "success"}
ANSWER = SessionDescription(type="answer", sdp="v=0")
CANDIDATE = IceCandidate(candidate="candidate:1 1 udp 1 10.0.0.1 9 typ host", sdpMid="0")
ROOM = {"session_id": "s1", "url": "wss://room", "access_token": "jwt", "ice_servers": None}


@pytest.mark.parametrize(
    ("call", "path", "body"),
    [
        (("start", "s1"), "start", {"session_id": "s1"}),
        (
            ("start", "s1", ANSWER),
            "start",
            {"session_id": "s1", "sdp": {"type": "answer", "sdp": "v=0"}},
        ),
        (
            ("ice", "s1", CANDIDATE),
            "ice",
            {
                "session_id": "s1",
                "candidate": {"candidate": CANDIDATE.candidate, "sdpMid": "0"},
            },
        ),
        (
            ("task", "s1", "Hello"),
            "task",
            {"session_id": "s1", "text": "Hello", "task_type": "repeat", "task_mode": "sync"},
        ),
        (("interrupt", "s1"), "interrupt", {"session_id": "s1"}),
        (("stop", "s1"), "stop", {"session_id": "s1"}),
        (("keep_alive", "s1"), "keep_alive", {"session_id": "s1"}),
    ],
)
def test_what_goes_over_the_wire(
    ask: "Ask", planned: "Server", call: tuple[Any, ...], path: str, body: dict[str, Any]
) -> None:
    planned.answers(200, {**OK, "data": {"token": "t"}})
    ask(*call)
    (request,) = planned.requests
    assert (request.method, request.target) == ("POST", f"/v1/streaming.{path}")
    assert request.json == body
    assert request.headers["content-type"] == "application/json"
    assert request.headers["x-api-key"]


def test_a_session_is_asked_for_as_heygens_service_takes_it(ask: "Ask", planned: "Server") -> None:
    planned.answers(200, {**OK, "data": ROOM})
    ask("new", avatar_id="josh", voice_id="1bd0", quality="high", activity_idle_timeout=60)
    assert planned.requests[0].json == {
        "avatar_id": "josh",
        "voice": {"voice_id": "1bd0"},
        "quality": "high",
        "version": "v2",
        "activity_idle_timeout": 60,
    }


@pytest.mark.parametrize("envelope", [OK, {"error": None}], ids=["code", "error"])
def test_both_envelopes_are_opened(ask: "Ask", planned: "Server", envelope: dict[str, Any]) -> None:
    planned.answers(200, {**envelope, "data": {"task_id": "t1", "duration_ms": 812.0}})
    spoken = ask("task", "s1", "Hello")
    assert (spoken.task_id, spoken.duration_ms) == ("t1", 812)


@pytest.mark.parametrize(
    "body", [OK, {**OK, "data": None}, {"error": None, "data": {"status": "success"}}, {}]
)
def test_a_yes_may_hold_nothing_else(ask: "Ask", planned: "Server", body: object) -> None:
    planned.answers(200, body)
    ask("interrupt", "s1")


def test_a_room_and_an_offer_are_told_apart_by_what_is_there(ask: "Ask", planned: "Server") -> None:
    planned.answers(200, {**OK, "data": {**ROOM, "sdp": None, "session_duration_limit": 600}})
    offer = {"type": "offer", "sdp": "v=0"}
    helper = {"urls": ["turn:a"], "username": "u", "credential": "c", "credentialType": "password"}
    data = {"session_id": "s2", "sdp": offer, "ice_servers": ["stun:a"], "ice_servers2": [helper]}
    planned.answers(200, {**OK, "data": data})
    room = ask("new", avatar_id="a", voice_id="v")
    raw = ask("new", avatar_id="a", voice_id="v", version="v1")
    assert (room.url, room.access_token, room.sdp) == ("wss://room", "jwt", None)
    assert room.session_duration_limit == 600
    assert raw.sdp == SessionDescription(type="offer", sdp="v=0")
    assert raw.ice_servers == (IceServer(urls=("turn:a",), username="u", credential="c"),)


@pytest.mark.parametrize(
    ("listed", "ids"),
    [
        ([{"session_id": "s1", "status": "connected", "created_at": 1.5}], ["s1"]),
        (["s1", "s2"], ["s1", "s2"]),
        (None, []),
    ],
)
def test_open_sessions_are_listed_in_either_shape(
    ask: "Ask", planned: "Server", listed: object, ids: list[str]
) -> None:
    planned.answers(200, {**OK, "data": {"sessions": listed}})
    assert [session.session_id for session in ask("list").sessions] == ids
    assert (planned.requests[0].method, planned.requests[0].target) == ("GET", "/v1/streaming.list")


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"code": 10006, "message": "not here"}, NotFound),
        (400, {"code": 10005, "message": "session not found"}, NotFound),
        (400, {"code": 10005, "message": ""}, Gone),
        (400, {"code": 10004, "message": "busy"}, Gone),
        (400, {"code": 10004, "message": "Concurrent limit reached"}, RateLimited),
        (500, {"code": 10007, "message": "Concurrent limit reached"}, RateLimited),
        (200, {"code": 10007, "message": ""}, RateLimited),
        (400, {"code": 400006, "message": "Session is not in correct state"}, Conflict),
        (400, {"code": 10001, "message": "session state wrong: new"}, Conflict),
        (400, {"code": 10012, "message": ""}, NotFound),
        (400, {"code": 10013, "message": "avatar not allowed"}, PermissionDenied),
        (400, {"code": 10015, "message": "trial API limit"}, InsufficientCredit),
        (
            400,
            {"code": 10003, "message": "avatar version is deprecated, please update to v3+"},
            BadRequest,
        ),
        (400, {"code": 400112, "message": "Unauthorized"}, AuthenticationFailed),
        (400, {"code": 40009, "message": ""}, AuthenticationFailed),
        (400, {"code": 400123, "message": ""}, RateLimited),
        (400, {"code": 400599, "message": ""}, PermissionDenied),
        (401, {"message": "no"}, AuthenticationFailed),
        (503, {"message": "later"}, ServerError),
        (400, {"code": 99, "message": "what?"}, BadRequest),
        (200, {"error": "no such voice", "data": None}, BadRequest),
        (200, {"error": "Concurrent limit reached"}, RateLimited),
        (410, {"error": {"code": "endpoint_sunset", "message": "Use v3."}}, EndpointSunset),
        (410, {"code": "endpoint_sunset"}, EndpointSunset),
        (410, {"message": "This endpoint was sunset."}, EndpointSunset),
        (410, {"message": "over"}, Gone),
    ],
)
def test_a_refusal_is_told_by_its_message_then_its_number_then_its_status(
    ask: "Ask", planned: "Server", status: int, body: dict[str, Any], kind: type[APIError]
) -> None:
    planned.answers(status, body, X_Request_Id="req-7")
    with pytest.raises(APIError) as caught:
        ask("task", "s1", "Hello")
    assert type(caught.value) is kind
    assert (caught.value.status, caught.value.request_id) == (status, "req-7")
    inner = body["error"] if isinstance(body.get("error"), dict) else body
    assert str(inner.get("message") or "").rstrip(".") in str(caught.value)


def test_what_heygen_has_ended_points_to_what_took_its_place(ask: "Ask", planned: "Server") -> None:
    planned.answers(410, {"error": {"code": "endpoint_sunset", "message": "Sunset."}})
    with pytest.raises(EndpointSunset, match=r"Avatar Realtime.*heygen_widget\.Avatar"):
        ask("list")


@pytest.mark.parametrize(
    ("data", "missing"),
    [
        ({"session_id": "s1"}, "neither a room"),
        ({"url": "wss://a", "access_token": "t"}, "session"),
    ],
)
def test_a_session_that_cannot_be_joined_is_an_answer_nobody_can_read(
    ask: "Ask", planned: "Server", data: object, missing: str
) -> None:
    planned.answers(200, {**OK, "data": data})
    with pytest.raises(UnexpectedResponse, match=missing):
        ask("new", avatar_id="a", voice_id="v")


@pytest.mark.parametrize(
    ("verb", "arguments", "param"),
    [
        ("task", {"session_id": "s1", "text": ""}, "text"),
        ("task", {"session_id": "s1", "text": "Hi", "task_type": "sing"}, "task_type"),
        ("task", {"session_id": "", "text": "Hi"}, "session_id"),
        ("new", {"avatar_id": "a", "voice_id": ""}, "voice_id"),
        ("new", {"avatar_id": "a", "voice_id": "v", "quality": "4k"}, "quality"),
        (
            "new",
            {"avatar_id": "a", "voice_id": "v", "activity_idle_timeout": 5},
            "activity_idle_timeout",
        ),
        ("keep_alive", {"session_id": ""}, "session_id"),
    ],
)
def test_what_the_api_does_not_take_is_not_sent(
    ask: "Ask", planned: "Server", verb: str, arguments: dict[str, Any], param: str
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        ask(verb, **arguments)
    assert caught.value.param == param
    assert not planned.requests


def test_a_task_may_take_as_long_as_its_text() -> None:
    sync = operations.task("s1", "x" * 8000, task_mode="sync")
    at_once = operations.task("s1", "x" * 8000, task_mode="async")
    assert sync.patience > 1000
    assert at_once.patience == 0


def test_secrets_are_in_no_repr_and_no_error(ask: "Ask", planned: "Server", key: str) -> None:
    planned.answers(200, {**OK, "data": {**ROOM, "access_token": "s3cret-jwt"}})
    planned.answers(401, {"message": f"{key} is not known"})
    room = ask("new", avatar_id="a", voice_id="v")
    assert room.access_token == "s3cret-jwt"
    assert "s3cret" not in repr(room)
    with pytest.raises(AuthenticationFailed) as caught:
        ask("list")
    assert key not in "".join(traceback.format_exception(caught.value))
