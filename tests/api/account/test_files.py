"""Files that are stored at HeyGen: what is known of them, and their end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from heygen_widget.api import APIConnectionError, NotFound

if TYPE_CHECKING:
    from tests.api.conftest import Face, Server

FILE = {
    "id": "a1",
    "name": "talk.mp3",
    "type": "audio",
    "owner": "anna",
    "space_id": "s1",
    "uploaded_at": 1711929600,
    "url": None,
}


def test_a_file_is_read_by_its_id(face: Face, server: Server) -> None:
    server.answers(200, {"data": FILE})

    assert face.ask("assets", "get", "a1").name == "talk.mp3"

    assert server.requests[0].target == "/v3/assets/a1"


def test_files_are_listed(face: Face, server: Server) -> None:
    server.answers(200, {"data": [FILE], "has_more": False})

    (file,) = face.pages("assets", "list", "anna")

    assert (file.id, file.url) == ("a1", None)


def test_a_file_is_deleted(face: Face, server: Server) -> None:
    server.answers(200, {"data": {"id": "a1"}})

    assert face.ask("assets", "delete", "a1").id == "a1"

    assert (server.requests[0].method, server.requests[0].target) == ("DELETE", "/v3/assets/a1")


def test_a_deletion_of_unknown_fate_is_not_repeated(face: Face, server: Server) -> None:
    server.resets()

    with pytest.raises(APIConnectionError):
        face.ask("assets", "delete", "a1")

    assert len(server.requests) == 1


def test_a_missing_file_is_named_as_such(face: Face, server: Server) -> None:
    server.answers(404)

    with pytest.raises(NotFound, match="no such file"):
        face.ask("assets", "get", "a1")
