"""Lists in pages: read lazily, each thing once, and again from where they broke."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from heygen_widget.api import BadRequest, InvalidRequest, ServerError, UnexpectedResponse

if TYPE_CHECKING:
    from tests.api.conftest import Face, MakeFace, Server


def page(*numbers: int, more: str | None = None, **envelope: Any) -> dict[str, Any]:
    voices = [{"voice_id": f"v{number}", "name": f"Voice {number}"} for number in numbers]
    return {"data": voices, "has_more": more is not None, "next_token": more, **envelope}


def asked(target: str) -> tuple[str, dict[str, str]]:
    parts = urlsplit(target)
    return parts.path, dict(parse_qsl(parts.query))


def ids(items: Any) -> list[str]:
    return [item.voice_id for item in items]


def test_a_list_is_read_to_its_end(face: Face, server: Server) -> None:
    server.answers(200, page(1, 2, more="a b&c"))
    server.answers(200, page(3))

    assert ids(face.pages("voices", "list")) == ["v1", "v2", "v3"]

    assert [asked(request.target) for request in server.requests] == [
        ("/v3/voices", {"limit": "100"}),
        ("/v3/voices", {"limit": "100", "token": "a b&c"}),
    ]


def test_nothing_is_fetched_before_it_is_needed(face: Face, server: Server) -> None:
    server.answers(200, page(1, 2, more="next"))

    voices = face.pages("voices", "list")
    assert server.requests == []

    assert ids(islice(voices, 2)) == ["v1", "v2"]
    assert len(server.requests) == 1


def test_a_lost_page_is_fetched_again_without_duplicates(face: Face, server: Server) -> None:
    server.answers(200, page(1, 2, more="next"))
    server.resets()
    server.answers(502)
    server.answers(200, page(2, 3))

    assert ids(face.pages("voices", "list")) == ["v1", "v2", "v3"]


def test_a_list_continues_after_an_error(make_face: MakeFace, server: Server) -> None:
    face = make_face(max_retries=0)
    server.answers(200, page(1, more="next"))
    server.answers(500)
    server.answers(200, page(2))

    voices = face.pages("voices", "list")
    assert next(voices).voice_id == "v1"
    with pytest.raises(ServerError):
        next(voices)

    assert ids(voices) == ["v2"]


def test_an_expired_page_token_says_so(face: Face, server: Server) -> None:
    refusal = {"code": "invalid_parameter", "message": "Invalid pagination token", "param": "token"}
    server.answers(200, page(1, more="old"))
    server.answers(400, {"error": refusal})

    voices = face.pages("voices", "list")
    next(voices)
    with pytest.raises(BadRequest, match="list from the beginning again") as caught:
        next(voices)

    assert caught.value.param == "token"


@pytest.mark.parametrize(
    "end",
    [
        page(2, more="again"),
        page(2, has_more=True),
        page(2, has_more=None, next_token=7),
        {"data": [{"voice_id": "v2"}]},
    ],
    ids=["circle", "no-token", "nonsense", "nothing"],
)
def test_a_list_ends_where_the_server_leads_nowhere(
    face: Face, server: Server, end: dict[str, Any]
) -> None:
    server.answers(200, page(1, more="again"))
    server.answers(200, end)

    assert ids(face.pages("voices", "list")) == ["v1", "v2"]


def test_an_empty_page_is_not_the_end(face: Face, server: Server) -> None:
    server.answers(200, page(more="next"))
    server.answers(200, page(1))

    assert ids(face.pages("voices", "list")) == ["v1"]


def test_two_thousand_voices_take_twenty_requests(face: Face, server: Server) -> None:
    for start in range(0, 2000, 100):
        more = str(start) if start < 1900 else None
        server.answers(200, page(*range(start, start + 100), more=more))

    assert len(ids(face.pages("voices", "list"))) == 2000
    assert len(server.requests) == 20


@pytest.mark.parametrize(
    ("what", "fields", "target"),
    [
        (("avatars", "list"), {"ownership": "private"}, "/v3/avatars?ownership=private&limit=50"),
        (
            ("avatars", "looks"),
            {"group_id": "ag 1", "avatar_type": "photo_avatar", "limit": 3},
            "/v3/avatars/looks?limit=3&group_id=ag+1&avatar_type=photo_avatar",
        ),
        (
            ("voices", "list"),
            {"type": "private", "engine": "starfish", "language": "English", "gender": "female"},
            "/v3/voices?type=private&engine=starfish&language=English&gender=female&limit=100",
        ),
        (
            ("assets", "list"),
            {"username": "anna", "folder_id": "f"},
            "/v3/assets?username=anna&folder_id=f&limit=100",
        ),
    ],
    ids=["people", "looks", "voices", "files"],
)
def test_what_to_list_is_asked_as_the_api_allows(
    face: Face, server: Server, what: tuple[str, str], fields: dict[str, Any], target: str
) -> None:
    server.answers(200, {"data": [], "has_more": False, "next_token": None})

    assert list(face.pages(*what, **fields)) == []

    assert asked(server.requests[0].target) == asked(target)


@pytest.mark.parametrize(
    ("what", "field", "value"),
    [
        (("avatars", "list"), "limit", 51),
        (("avatars", "list"), "ownership", "mine"),
        (("avatars", "looks"), "limit", 0),
        (("avatars", "looks"), "avatar_type", "statue"),
        (("voices", "list"), "limit", 101),
        (("voices", "list"), "gender", "robot"),
        (("assets", "list"), "username", ""),
    ],
)
def test_what_cannot_be_listed_is_refused_before_anything_is_sent(
    face: Face, server: Server, what: tuple[str, str], field: str, value: object
) -> None:
    resource, method = what
    with pytest.raises(InvalidRequest) as caught:
        list(face.pages(resource, method, **{field: value}))

    assert caught.value.param == field
    assert server.requests == []


def test_a_thing_without_an_id_is_not_passed_over_in_silence(face: Face, server: Server) -> None:
    server.answers(200, {"data": [{"name": "Nobody"}]})

    with pytest.raises(UnexpectedResponse, match="voice_id"):
        list(face.pages("voices", "list"))
