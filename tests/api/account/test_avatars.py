"""People and looks: read generously, and found by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from heygen_widget.api import InvalidRequest, NoMatch, NotFound

if TYPE_CHECKING:
    from tests.api.conftest import Face, Server

LOOK = {
    "id": "lk_abc123",
    "name": "Business Suit",
    "avatar_type": "studio_avatar",
    "group_id": "ag_abc123",
    "preview_image_url": "https://files.heygen.ai/look/business_preview.jpg",
    "tags": ["business", "formal"],
    "default_voice_id": "1bd0",
    "image_width": 1920,
    "image_height": 1080,
    "preferred_orientation": "landscape",
    "status": None,
    "error": None,
}


def listed(*things: dict[str, Any], more: str | None = None) -> dict[str, Any]:
    return {"data": list(things), "has_more": more is not None, "next_token": more}


def person(number: int, name: str) -> dict[str, Any]:
    return {"id": f"ag{number}", "name": name, "created_at": 1, "looks_count": 1}


def test_a_look_is_what_the_server_says(face: Face, server: Server) -> None:
    server.answers(200, {"data": LOOK})

    look = face.ask("avatars", "look", "lk_abc123")

    assert server.requests[0].target == "/v3/avatars/looks/lk_abc123"
    assert (look.id, look.name, look.group_id) == ("lk_abc123", "Business Suit", "ag_abc123")
    assert look.tags == ("business", "formal")
    assert look.usable


def test_a_person_is_read_by_its_id(face: Face, server: Server) -> None:
    server.answers(200, {"data": person(1, "Anna")})

    assert face.ask("avatars", "get", "ag1").name == "Anna"

    assert server.requests[0].target == "/v3/avatars/ag1"


@pytest.mark.parametrize(
    "strange",
    [
        {"preview_image_url": None, "preview_video_url": "s3://bucket/a.mp4"},
        {"preview_image_url": "javascript:alert(1)", "preview_video_url": 7},
        {"preview_image_url": ["https://a"], "tags": None, "supported_api_engines": None},
        {"name": None, "avatar_type": "hologram", "status": "dreaming"},
        {"gender": 7, "image_width": "wide", "group_id": None, "error": "gone", "created_at": "x"},
    ],
)
def test_what_a_server_says_differently_does_not_hide_a_look(
    face: Face, server: Server, strange: dict[str, Any]
) -> None:
    server.answers(200, {"data": {**LOOK, **strange}})

    look = face.ask("avatars", "look", "lk_abc123")

    assert look.id == "lk_abc123"
    assert look.preview_video_url is None
    assert look.usable
    if "preview_image_url" in strange:
        assert look.preview_image_url is None


def test_a_missing_person_is_named_as_such(face: Face, server: Server) -> None:
    server.answers(404, {"error": {"code": "not_found", "message": "Avatar not found"}})

    with pytest.raises(NotFound, match="no such avatar"):
        face.ask("avatars", "get", "ag9")


@pytest.mark.parametrize("method", ["get", "look"])
def test_an_id_that_could_reach_another_route_is_not_sent(
    face: Face, server: Server, method: str
) -> None:
    with pytest.raises(InvalidRequest, match="is not a"):
        face.ask("avatars", method, "../voices")

    assert server.requests == []


def test_someone_is_found_by_name_in_any_case(face: Face, server: Server) -> None:
    server.answers(200, listed(person(1, "Daisy Miller"), more="next"))
    server.answers(200, listed(person(2, "Daisy"), more="more"))
    server.answers(200, listed({"id": "l1", "status": "processing"}, {"id": "l2"}))

    assert face.ask("avatars", "find", "dAISY ").id == "l2"

    assert "group_id=ag2" in server.requests[-1].target


def test_the_beginning_of_a_name_is_enough(face: Face, server: Server) -> None:
    server.answers(200, listed(person(1, "Anna"), person(2, "Daisy Miller")))
    server.answers(200, listed({"id": "l1"}))

    assert face.ask("avatars", "find", "daisy").id == "l1"


def test_who_is_not_there_is_told_with_similar_names(face: Face, server: Server) -> None:
    server.answers(200, listed(person(1, "Anna"), person(2, "Daisy")))

    with pytest.raises(NoMatch, match=r"No avatar is called 'Dasy'\. Similar names: Daisy\."):
        face.ask("avatars", "find", "Dasy")


def test_someone_without_a_finished_look_is_told_apart(face: Face, server: Server) -> None:
    server.answers(200, listed(person(1, "Anna")))
    server.answers(200, listed({"id": "l1", "error": {"code": "training_failed"}}))

    with pytest.raises(NoMatch, match="Anna has no look that is finished"):
        face.ask("avatars", "find", "Anna")


def test_an_empty_name_finds_nobody(face: Face, server: Server) -> None:
    with pytest.raises(InvalidRequest, match="empty"):
        face.ask("avatars", "find", "  ")

    assert server.requests == []
