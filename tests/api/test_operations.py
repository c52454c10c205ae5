"""What goes over the wire, and what is made of a good answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from heygen_widget import __version__
from heygen_widget.api import AssetBase64, AssetId, AssetUrl, InvalidRequest

if TYPE_CHECKING:
    from tests.api.conftest import Face, Server

SPOKEN = {"avatar_id": "look", "voice_id": "voice", "text": "Hello"}


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        ({"type": "tts", **SPOKEN}, {"type": "tts", **SPOKEN}),
        ({"type": "text_stream", **SPOKEN}, {"type": "text_stream", **SPOKEN}),
        (
            {"type": "audio", "avatar_id": "look", "audio": AssetUrl(url="https://x/a.mp3")},
            {
                "type": "audio",
                "avatar_id": "look",
                "audio": {"type": "url", "url": "https://x/a.mp3"},
            },
        ),
        (
            {"type": "audio", "avatar_id": "look", "audio": AssetId(asset_id="as1")},
            {
                "type": "audio",
                "avatar_id": "look",
                "audio": {"type": "asset_id", "asset_id": "as1"},
            },
        ),
        (
            {
                "type": "audio",
                "avatar_id": "look",
                "audio": AssetBase64(media_type="audio/wav", data="UklGRg=="),
            },
            {
                "type": "audio",
                "avatar_id": "look",
                "audio": {"type": "base64", "media_type": "audio/wav", "data": "UklGRg=="},
            },
        ),
    ],
    ids=["tts", "text_stream", "audio-url", "audio-asset", "audio-base64"],
)
def test_create_sends_exactly_what_the_api_allows(
    face: Face, server: Server, fields: dict[str, Any], body: dict[str, Any]
) -> None:
    server.answers(201, {"data": {"stream_id": "s1"}})

    assert face.create(**fields).stream_id == "s1"

    (request,) = server.requests
    assert (request.method, request.target) == ("POST", "/v3/avatar-realtime")
    assert request.json == body


def test_every_request_names_key_and_program(face: Face, server: Server, key: str) -> None:
    server.answers(200, {"data": {"stream_id": "s1", "status": "pending"}})

    face.get()

    headers = server.requests[0].headers
    assert headers["x-api-key"] == key
    assert headers["user-agent"] == f"heygen-widget/{__version__}"


def test_append_sends_delta_and_final_only(face: Face, server: Server) -> None:
    server.answers(202, {"data": {"ok": True, "buffered_bytes": 12}})

    assert face.append("Grüße 🙂", final=True).buffered_bytes == 12

    (request,) = server.requests
    assert (request.method, request.target) == ("POST", "/v3/avatar-realtime/s1/text")
    assert request.json == {"delta": "Grüße 🙂", "final": True}


def test_cancel_posts_nothing_but_the_wish(face: Face, server: Server) -> None:
    server.answers(202, {"data": {"stream_id": "s1", "cancelled": True}})

    assert face.cancel().cancelled is True

    (request,) = server.requests
    assert (request.method, request.target, request.body) == (
        "POST",
        "/v3/avatar-realtime/s1/cancel",
        b"",
    )


@pytest.mark.parametrize("status", [200, 201, 202, 206])
def test_any_2xx_is_success(face: Face, server: Server, status: int) -> None:
    server.answers(status, {"data": {"stream_id": "s1"}, "more": 1})

    assert face.open_session().stream_id == "s1"


def test_the_guides_own_dialect_of_status_is_understood(face: Face, server: Server) -> None:
    url = "https://example.com/stream.m3u8"
    server.answers(200, {"data": {"stream_id": "s1", "status": "ready", "url": url}})

    status = face.get()

    assert (status.status, status.hls_url) == ("streaming", url)


def test_states_of_the_future_are_passed_on(face: Face, server: Server) -> None:
    state = {"stream_id": "s1", "status": "dreaming", "end_reason": "woke", "mood": "fine"}
    server.answers(200, {"data": state})

    status = face.get()

    assert (status.status, status.end_reason, status.hls_url) == ("dreaming", "woke", None)


@pytest.mark.parametrize(
    ("stream_id", "target"),
    [
        ("a b?c#d", "/v3/avatar-realtime/a%20b%3Fc%23d"),
        ("ü%2Fx", "/v3/avatar-realtime/%C3%BC%252Fx"),
        ("..a", "/v3/avatar-realtime/..a"),
        ("a\r\nx-api-key: b", "/v3/avatar-realtime/a%0D%0Ax-api-key%3A%20b"),
    ],
)
def test_a_strange_stream_id_stays_one_piece_of_the_path(
    face: Face, server: Server, stream_id: str, target: str
) -> None:
    server.answers(200, {"data": {"stream_id": stream_id, "status": "pending"}})

    face.get(stream_id)

    assert server.requests[0].target == target


@pytest.mark.parametrize("stream_id", ["", ".", "..", "s1/cancel", "../voices", "a\\b"])
def test_a_stream_id_that_could_reach_another_route_is_not_sent(
    face: Face, server: Server, stream_id: str
) -> None:
    with pytest.raises(InvalidRequest, match="is not a stream id") as caught:
        face.get(stream_id)

    assert caught.value.param == "stream_id"
    assert "create()" in caught.value.hint
    assert server.requests == []


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"type": "tts", **SPOKEN, "text": ""}, "text"),
        ({"type": "tts", "avatar_id": "a", "voice_id": "v"}, "text"),
        ({"type": "video", "avatar_id": "a"}, None),
        ({"type": "audio", "avatar_id": "a"}, "audio"),
        ({"type": "audio", "avatar_id": "a", "audio": AssetId(asset_id="x"), "text": "b"}, "text"),
        ({"type": "text_stream", **SPOKEN, "audio": AssetId(asset_id="x")}, "audio"),
        ({"type": "tts", **SPOKEN, "text": "half a character: \ud83d"}, "text"),
    ],
)
def test_arguments_the_api_does_not_take_are_refused_before_they_cost_anything(
    face: Face, server: Server, fields: dict[str, Any], param: str | None
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        face.create(**fields)

    assert caught.value.param == param
    assert server.requests == []


def test_an_empty_delta_is_only_good_for_ending(face: Face, server: Server) -> None:
    with pytest.raises(InvalidRequest, match="non-empty unless final") as caught:
        face.append("")
    assert caught.value.param == "delta"

    server.answers(202, {"data": {"buffered_bytes": 0}})
    assert face.append("", final=True).ok is True
    assert len(server.requests) == 1


def test_half_a_character_is_refused_with_advice(face: Face, server: Server) -> None:
    with pytest.raises(InvalidRequest, match="lone surrogate"):
        face.append("\ud83d")

    assert server.requests == []


def test_a_refused_text_is_not_repeated_in_the_error(face: Face) -> None:
    with pytest.raises(InvalidRequest) as caught:
        face.create(type="audio", avatar_id="a", text="private " * 100_000)

    assert len(str(caught.value)) < 500
    assert caught.value.__cause__ is caught.value.__context__ is None


def test_a_megabyte_of_text_arrives_whole(face: Face, server: Server) -> None:
    text = "שלום 🌍 " * 100_000
    server.answers(202, {"data": {"buffered_bytes": len(text.encode())}})

    face.append(text)

    assert server.requests[0].json["delta"] == text
