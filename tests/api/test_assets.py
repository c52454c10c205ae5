"""Uploads: what goes over the wire, what is refused before, and what is made of the answer."""

from __future__ import annotations

import email
import email.policy
import io
import os
import threading
import wave
from typing import TYPE_CHECKING, Any

import pytest

from heygen_widget.api import (
    APIConnectionError,
    BadRequest,
    InvalidRequest,
    NotFound,
    ServerError,
    UploadedAsset,
)
from heygen_widget.api.files import MAX_UPLOAD

if TYPE_CHECKING:
    from pathlib import Path

    from heygen_widget.local import LocalServer
    from tests.api.conftest import Face, MakeFace
    from tests.planned_server import Request, Server

STORED: dict[str, Any] = {
    "asset_id": "asset_1",
    "url": "https://files.heygen.ai/assets/asset_1.wav",
    "mime_type": "audio/wav",
    "size_bytes": 4,
}


def hum() -> bytes:
    """A tenth of a second of a low buzz, as a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(16_000)
        wav.writeframes(bytes(100).ljust(200, b"\x10") * 16)
    return file.getvalue()


def part(request: Request) -> tuple[str, str, bytes]:
    """Name, MIME type and content of the only part of a form, which is called `file`."""
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    form = email.message_from_bytes(head + request.body, policy=email.policy.HTTP)
    (file,) = form.iter_parts()
    assert file["content-disposition"].params["name"] == "file"
    content = file.get_content()
    return file.get_filename() or "", file.get_content_type(), content


def test_an_upload_is_one_file_in_a_form(face: Face, server: Server, key: str) -> None:
    server.answers(200, {"data": {**STORED, "later": 1}})

    assert face.upload(b"RIFF", filename="a.wav") == UploadedAsset(**STORED)

    (request,) = server.requests
    assert (request.method, request.target) == ("POST", "/v3/assets")
    assert request.headers["x-api-key"] == key
    assert request.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert int(request.headers["content-length"]) == len(request.body)
    assert part(request) == ("a.wav", "audio/x-wav", b"RIFF")


def test_an_answer_may_say_no_more_than_the_id(face: Face, server: Server) -> None:
    server.answers(201, {"data": {"asset_id": "asset_1"}})

    assert face.upload() == UploadedAsset(asset_id="asset_1")


def test_name_and_type_are_the_files_own_unless_they_are_given(
    face: Face, server: Server, tmp_path: Path
) -> None:
    path = tmp_path / "talk.mp3"
    path.write_bytes(b"ID3")
    with path.open("rb") as opened:
        uploads: list[tuple[Any, dict[str, str]]] = [
            (path, {}),
            (opened, {}),
            (path, {"filename": "b.ogg"}),
            (path, {"media_type": "audio/wav"}),
            (io.BytesIO(b"ID3"), {}),
            (b"ID3", {}),
        ]
        for data, described in uploads:
            server.answers(200, {"data": STORED})
            face.upload(data, **described)

    assert [part(request) for request in server.requests] == [
        ("talk.mp3", "audio/mpeg", b"ID3"),
        ("talk.mp3", "audio/mpeg", b"ID3"),
        ("b.ogg", "audio/ogg", b"ID3"),
        ("talk.mp3", "audio/wav", b"ID3"),
        ("file", "application/octet-stream", b"ID3"),
        ("file", "application/octet-stream", b"ID3"),
    ]


def test_a_pipe_is_read_to_its_end(face: Face, server: Server) -> None:
    server.answers(200, {"data": STORED})
    content = os.urandom(300_000)
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb", buffering=0) as source, os.fdopen(writing, "wb") as sink:

        def pour() -> None:
            sink.write(content)
            sink.close()

        thread = threading.Thread(target=pour)
        thread.start()
        face.upload(source)
        thread.join()

    assert part(server.requests[0])[2] == content


def test_the_largest_file_arrives_whole(face: Face, server: Server) -> None:
    server.answers(200, {"data": STORED})
    content = os.urandom(1024) * (MAX_UPLOAD // 1024)

    face.upload(content)

    (request,) = server.requests
    assert content in request.body
    assert int(request.headers["content-length"]) == len(request.body)


def test_a_refused_upload_is_sent_again_whole(face: Face, server: Server) -> None:
    server.answers(429, {"error": {"message": "slow down"}}, Retry_After="3")
    server.answers(200, {"data": STORED})

    face.upload(b"RIFF" * 100_000)

    first, second = server.requests
    assert first.body == second.body
    assert face.pauses == [3.0]


def test_an_upload_of_unknown_fate_is_not_repeated(face: Face, server: Server) -> None:
    server.answers(500)
    server.resets()

    with pytest.raises(ServerError):
        face.upload()
    with pytest.raises(APIConnectionError) as caught:
        face.upload()

    assert caught.value.sent is None
    assert len(server.requests) == 2


def test_a_server_without_uploads_is_recognised(face: Face, server: Server) -> None:
    server.answers(404)

    with pytest.raises(NotFound, match="does not store files"):
        face.upload()


@pytest.mark.parametrize(
    ("arguments", "param", "message"),
    [
        ({"data": b""}, "file", "empty"),
        ({"data": bytes(MAX_UPLOAD + 1)}, "file", "32 MB"),
        ({"data": io.StringIO("text")}, "file", "mode 'rb'"),
        ({"data": "talk.mp3"}, "file", "not str"),
        ({"data": None}, "file", "not NoneType"),
        ({"filename": ""}, "filename", "at least 1"),
        ({"filename": "\ud83d"}, "filename", "filename"),
        ({"media_type": "sound"}, "media_type", "pattern"),
        ({"media_type": "a/b\r\nx-evil: 1"}, "media_type", "pattern"),
    ],
    ids=["empty", "large", "text", "str", "none", "name", "half", "type", "header"],
)
def test_what_cannot_be_uploaded_is_refused_before_anything_is_sent(
    face: Face, server: Server, arguments: dict[str, Any], param: str, message: str
) -> None:
    with pytest.raises(InvalidRequest, match=message) as caught:
        face.upload(**arguments)

    assert caught.value.param == param
    assert caught.value.__cause__ is caught.value.__context__ is None
    assert len(str(caught.value)) < 300
    assert server.requests == []


def test_no_more_of_a_file_is_read_than_heygen_takes(face: Face, server: Server) -> None:
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1, /) -> bytes:
            assert size > 0
            self.given += min(size, 2**20)
            return bytes(min(size, 2**20))

    endless = Endless()

    with pytest.raises(InvalidRequest, match="32 MB"):
        face.upload(endless)

    assert endless.given == MAX_UPLOAD + 1
    assert server.requests == []


def test_a_file_that_is_not_there_is_an_error_of_the_file_system(
    face: Face, server: Server, tmp_path: Path
) -> None:
    with pytest.raises(FileNotFoundError):
        face.upload(tmp_path / "nothing.mp3")

    assert server.requests == []


def test_a_name_that_is_no_text_travels_as_well_as_it_can(face: Face, server: Server) -> None:
    server.answers(200, {"data": STORED})
    file = io.BytesIO(b"RIFF")
    file.name = "/home/s\udcfcss.wav"

    face.upload(file)

    assert part(server.requests[0])[0] == "s?ss.wav"


def test_a_strange_name_stays_within_its_header(face: Face, server: Server) -> None:
    server.answers(200, {"data": STORED})

    face.upload(b"RIFF", filename='a"\r\nx-evil: 1\r\n\r\n.wav')

    name, media_type, content = part(server.requests[0])
    assert (media_type, content) == ("audio/x-wav", b"RIFF")
    assert "\n" not in name


def test_a_slow_server_has_two_minutes_to_put_the_file_away(make_face: MakeFace) -> None:
    settings = make_face(timeout=5.0).client._settings

    assert settings.timeouts(uploads=True).read == 120
    assert settings.timeouts(uploads=True).write == 5


def test_the_embedded_server_takes_an_upload_and_plays_it(
    make_face: MakeFace, swift_server: LocalServer
) -> None:
    rehearsal = make_face(api_key=swift_server.api_key, base_url=swift_server.base_url)
    tone = hum()
    stored = rehearsal.upload(tone, filename="tone.wav")

    assert (stored.mime_type, stored.size_bytes) == ("audio/wav", len(tone))
    audio = {"type": "asset_id", "asset_id": stored.asset_id}
    stream_id = rehearsal.create(type="audio", avatar_id="anna", audio=audio).stream_id
    while (state := rehearsal.get(stream_id)).status not in {"completed", "error"}:
        pass
    assert (state.status, state.error_message) == ("completed", None)


def test_the_embedded_server_refuses_what_is_no_sound(
    make_face: MakeFace, swift_server: LocalServer
) -> None:
    rehearsal = make_face(api_key=swift_server.api_key, base_url=swift_server.base_url)

    with pytest.raises(BadRequest) as caught:
        rehearsal.upload(b"Hello", filename="hello.txt")

    assert caught.value.param == "file"
