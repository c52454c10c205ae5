"""Films: ordered once, whatever the network does, and followed by their id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from heygen_widget.api import (
    APIConnectionError,
    Background,
    CaptionFormat,
    Conflict,
    InvalidRequest,
    UnexpectedResponse,
)

if TYPE_CHECKING:
    from tests.api.conftest import Face, MakeFace, Server


@pytest.mark.parametrize("name", ["video_id", "id"])
def test_a_film_is_ordered_with_a_key(face: Face, server: Server, name: str) -> None:
    server.answers(200, {"data": {name: "f1"}})

    ordered = face.ask(
        "videos",
        "create",
        "look",
        script="Hello",
        voice_id="v1",
        resolution="720p",
        background=Background(type="color", value="#00ff00"),
        caption=CaptionFormat(),
    )

    assert ordered.video_id == "f1"
    (request,) = server.requests
    assert (request.method, request.target) == ("POST", "/v3/videos")
    assert 1 <= len(request.headers["idempotency-key"]) <= 255
    assert request.json == {
        "type": "avatar",
        "avatar_id": "look",
        "script": "Hello",
        "voice_id": "v1",
        "resolution": "720p",
        "background": {"type": "color", "value": "#00ff00"},
        "caption": {"file_format": "srt"},
    }


def test_an_order_of_unknown_fate_is_repeated_with_the_same_key(face: Face, server: Server) -> None:
    server.resets()
    server.answers(500)
    server.answers(200, {"data": {"video_id": "f1"}})

    assert face.ask("videos", "create", "look", script="Hello").video_id == "f1"

    keys = {request.headers["idempotency-key"] for request in server.requests}
    assert (len(server.requests), len(keys)) == (3, 1)


def test_each_order_has_a_key_of_its_own(face: Face, server: Server) -> None:
    for number in range(2):
        server.answers(200, {"data": {"video_id": f"f{number}"}})
        face.ask("videos", "create", "look", script="Hello")

    first, second = (request.headers["idempotency-key"] for request in server.requests)
    assert first != second


def test_a_failed_order_tells_its_key(make_face: MakeFace, server: Server) -> None:
    face = make_face(max_retries=0)
    server.resets()
    server.answers(409, {"error": {"code": "request_in_progress", "message": "In progress"}})

    for kind in (APIConnectionError, Conflict):
        with pytest.raises(kind, match="idempotency_key='mine-1'"):
            face.ask("videos", "create", "look", script="Hello", idempotency_key="mine-1")


@pytest.mark.parametrize(
    "state",
    [
        {"status": "completed", "video_url": "https://files.heygen.ai/f1.mp4", "duration": 4.5},
        {"status": "failed", "failure_code": "moderated", "failure_message": "Not allowed"},
        {"status": "postponed", "video_url": None, "duration": "long"},
    ],
)
def test_a_film_is_followed_by_its_id(face: Face, server: Server, state: dict[str, Any]) -> None:
    server.answers(200, {"data": {"id": "f1", **state}})

    film = face.ask("videos", "get", "f1")

    assert server.requests[0].target == "/v3/videos/f1"
    assert (film.status, film.video_url) == (state["status"], state.get("video_url"))
    assert film.failure_message == state.get("failure_message")


def test_a_film_whose_state_cannot_be_read_keeps_its_id_in_the_error(
    make_face: MakeFace, server: Server
) -> None:
    face = make_face(max_retries=0)
    server.resets()
    server.answers(200, {"data": None})

    for kind in (APIConnectionError, UnexpectedResponse):
        with pytest.raises(kind, match="film f1"):
            face.ask("videos", "get", "f1")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "exactly one"),
        ({"script": "a", "audio_url": "https://a"}, "exactly one"),
        ({"script": ""}, "at least 1"),
        ({"script": "a", "resolution": "8k"}, "resolution"),
        ({"script": "a", "colour": "red"}, "colour"),
        ({"script": "a", "idempotency_key": "a b"}, "idempotency key"),
        ({"script": "a", "idempotency_key": ""}, "idempotency key"),
    ],
)
def test_what_cannot_be_filmed_is_refused_before_it_costs_anything(
    face: Face, server: Server, fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidRequest, match=message):
        face.ask("videos", "create", "look", **fields)

    assert server.requests == []
