"""Uploaded files: taken, kept within bounds, and played by their id."""

import asyncio
import errno
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from heygen_widget.api.models import AssetId, AssetUrl
from heygen_widget.local import LocalServer
from heygen_widget.local.assets import ASSETS, MAX_FILE, MAX_FILES, MAX_KEPT, Asset, Assets
from heygen_widget.local.bodies import Script
from heygen_widget.local.errors import ApiError
from heygen_widget.local.intake import Intake
from heygen_widget.local.server import share_files
from heygen_widget.local.storage import IN_MEMORY, StoredFile
from tests.local.conftest import Caller

BOUNDARY = "multipart/form-data; boundary=x"


def upload(caller: Caller, data: bytes, name: str = "a.wav") -> httpx.Response:
    return caller.http.post(ASSETS, files={"file": (name, data)})


def refusal(answer: httpx.Response, status: int = 400) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["x-request-id"]
    error: dict[str, Any] = answer.json()["error"]
    assert set(error) == {"code", "message", "param", "doc_url"}
    return error


def test_an_upload_is_answered_with_all_that_heygen_says_about_it(
    caller: Caller, tone: bytes
) -> None:
    answer = upload(caller, tone)

    assert answer.status_code == 200
    assert set(answer.json()) == {"data"}
    asset = answer.json()["data"]
    assert set(asset) == {"asset_id", "url", "mime_type", "size_bytes"}
    assert re.fullmatch(r"asset_[0-9a-f]{32}", asset["asset_id"])
    assert (asset["mime_type"], asset["size_bytes"]) == ("audio/wav", len(tone))


def test_the_url_of_an_upload_leads_to_its_content(caller: Caller, tone: bytes) -> None:
    asset = upload(caller, tone).json()["data"]
    answer = caller.http.get(asset["url"])

    assert answer.content == tone
    assert answer.headers["content-type"] == "audio/wav"
    assert httpx.get(asset["url"]).status_code == 401
    assert refusal(caller.http.get(asset["url"] + "0"), 404)["code"] == "not_found"


def test_an_uploaded_file_is_played_by_its_id_again_and_again(caller: Caller, tone: bytes) -> None:
    asset_id = upload(caller, tone).json()["data"]["asset_id"]
    for _ in range(2):
        audio = {"type": "asset_id", "asset_id": asset_id}
        stream_id = caller.create(type="audio", avatar_id="anna", audio=audio)
        assert caller.until(stream_id, "completed")["error_message"] is None


def test_an_upload_as_the_reference_page_does_it_works(
    caller: Caller, tone: bytes, tmp_path: Path
) -> None:
    file = tmp_path / "tone.wav"
    file.write_bytes(tone)
    url, key = caller.server.base_url, caller.server.api_key
    curl = ["curl", "-sX", "POST", f"{url}{ASSETS}", "-H", f"X-Api-Key: {key}"]
    answer = subprocess.run([*curl, "-F", f"file=@{file}"], check=True, capture_output=True)

    assert b'"mime_type":"audio/wav"' in answer.stdout


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_nobody_uploads_or_reads_without_the_key(local_server: LocalServer, method: str) -> None:
    path = {"POST": ASSETS, "GET": "/assets/x"}[method]
    answer = httpx.request(method, local_server.base_url + path)

    assert refusal(answer, 401)["code"] == "authentication_failed"


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"", None),
        (b"RIFF", "audio/wav"),
        (b'{"file": "RIFF"}', "application/json"),
        (b"file=RIFF", "application/x-www-form-urlencoded"),
        (b"", "multipart/form-data"),
        (b"", "multipart/form-data; boundary="),
        (b"", f"multipart/form-data; boundary={'x' * 5000}"),
        (b"", BOUNDARY),
        (b"no form", BOUNDARY),
        (b"--x--\r\n", BOUNDARY),
        (b"--x\r\n\r\nRIFF\r\n--x--\r\n", BOUNDARY),
        (b"--x\r\nContent-Disposition: form-data\r\n\r\nRIFF\r\n--x--\r\n", BOUNDARY),
        (b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nRIFF\r\n--x--', BOUNDARY),
        (
            b'--x\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\nRIFF\r\n--x--',
            BOUNDARY,
        ),
        (
            b'--x\r\nContent-Disposition: form-data; name="\xff"; filename="a"\r\n\r\nR\r\n--x--',
            f"{BOUNDARY}; charset=rot13",
        ),
        (b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nRI', BOUNDARY),
        (b"--x\r\n" + b"a" * 100_000 + b": b\r\n\r\n--x--", BOUNDARY),
    ],
)
def test_a_request_without_a_file_in_a_form_is_refused(
    caller: Caller, body: bytes, media_type: str | None
) -> None:
    headers = {"Content-Type": media_type} if media_type else {}
    error = refusal(caller.http.post(ASSETS, content=body, headers=headers))

    assert (error["code"], error["param"]) == ("invalid_parameter", "file")


def test_a_form_without_a_file_is_told_what_heygen_tells(caller: Caller) -> None:
    error = refusal(caller.http.post(ASSETS, json={}))

    assert error["message"] == "File is required. Upload a file using multipart/form-data."


def test_two_files_at_once_are_refused(caller: Caller, tone: bytes) -> None:
    files = [("file", ("a.wav", tone)), ("file", ("b.wav", tone))]

    assert refusal(caller.http.post(ASSETS, files=files))["param"] == "file"


@pytest.mark.parametrize(
    "data", [b"", b"Hello", b"\x89PNG\r\n\x1a\n", b"#EXTM3U\nfile:///etc/passwd\n"]
)
def test_what_cannot_be_played_is_refused_when_it_is_uploaded(caller: Caller, data: bytes) -> None:
    error = refusal(upload(caller, data, "a.wav"))

    assert (error["code"], error["param"]) == ("invalid_parameter", "file")
    assert "WAV, MP3, M4A or OGG" in error["message"]


def test_the_name_of_a_file_leads_nowhere(caller: Caller, tone: bytes) -> None:
    asset = upload(caller, tone, "../../etc/passwd").json()["data"]

    assert "passwd" not in asset["url"]
    assert caller.http.get(asset["url"]).content == tone


def test_the_largest_file_is_kept_and_a_larger_one_is_not(caller: Caller, tone: bytes) -> None:
    assert upload(caller, tone.ljust(MAX_FILE, b"\0")).json()["data"]["size_bytes"] == MAX_FILE
    for size in (MAX_FILE + 1, MAX_FILE + 1024 * 1024):
        error = refusal(upload(caller, tone.ljust(size, b"\0")), 413)
        assert error["code"] == "payload_too_large"


def test_a_form_of_unknown_length_is_measured_as_it_comes(caller: Caller) -> None:
    def endless() -> Any:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        for _ in range(60):
            yield bytes(1024 * 1024)

    answer = caller.http.post(ASSETS, content=endless(), headers={"Content-Type": BOUNDARY})
    assert refusal(answer, 413)["code"] == "payload_too_large"


def test_a_full_disk_refuses_no_upload(tone: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", fail)
    assets = Assets(Intake())
    routes = [Route(ASSETS, assets.upload, methods=["POST"]), assets.route()]
    app = Starlette(routes=routes)

    async def call() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as http:
            return await http.post(ASSETS, files={"file": ("a", tone.ljust(MAX_FILE, b"\0"))})

    assert asyncio.run(call()).status_code == 200


def test_uploads_count_as_api_calls_when_throttling_is_rehearsed(
    caller: Caller, tone: bytes
) -> None:
    caller.http.post("/rehearsal/throttle", json={"requests": 1, "retry_after": 3})

    assert upload(caller, tone).headers["retry-after"] == "3"
    assert upload(caller, tone).status_code == 200


def test_an_id_that_was_never_given_ends_the_session_with_a_message(caller: Caller) -> None:
    audio = {"type": "asset_id", "asset_id": "../../etc/passwd"}
    stream_id = caller.create(type="audio", avatar_id="anna", audio=audio)

    assert "asset does not exist" in caller.until(stream_id, "error")["error_message"]


def test_the_files_unused_for_longest_make_room_for_new_ones(tone: bytes) -> None:
    assets = Assets(Intake())
    large = tone.ljust(MAX_FILE, b"\0")
    first, second, *_ = kept = [
        assets.keep(StoredFile.of(large)) for _ in range(MAX_KEPT // MAX_FILE)
    ]
    assert all(assets.find(asset.asset_id) for asset in kept)

    assets.find(first.asset_id)
    newest = assets.keep(StoredFile.of(large))

    assert assets.find(second.asset_id) is None
    assert assets.find(first.asset_id) == first
    assert assets.find(newest.asset_id) == newest


def test_no_more_files_are_open_than_were_set_aside(tone: bytes) -> None:
    assets = Assets(Intake(), max_files=3)
    large = tone.ljust(IN_MEMORY + 1, b"\0")
    kept = [assets.keep(StoredFile.of(large)) for _ in range(5)]
    assert all(asset.data.on_disk for asset in kept)
    assert [assets.find(asset.asset_id) for asset in kept] == [None, None, *kept[2:]]


@pytest.mark.parametrize("open_files", [16, 56, 64, 100, 256, 1024, 4096])
def test_connections_and_uploads_share_the_files_that_may_be_open(open_files: int) -> None:
    connections, files = share_files(open_files)
    assert 1 <= files <= MAX_FILES
    assert connections >= max(16, files)
    assert connections + files <= max(20, open_files - 40)


def test_a_session_is_given_the_file_itself_and_keeps_it(tone: bytes) -> None:
    assets = Assets(Intake())
    asset = assets.keep(StoredFile.of(tone))
    script = Script("audio", "anna", audio=AssetId(asset_id=asset.asset_id))

    assert assets.fill_in(script).audio is asset.data
    for other in (AssetId(asset_id="x"), AssetUrl(url="https://x"), asset.data, None):
        unchanged = Script("audio", "anna", audio=other)
        assert assets.fill_in(unchanged) == unchanged


def test_a_kept_file_is_not_written_into_a_log(tone: bytes) -> None:
    assert len(repr(Assets(Intake()).keep(StoredFile.of(tone)))) < 200
    assert isinstance(Assets(Intake()).keep(StoredFile.of(tone)), Asset)
    with pytest.raises(ApiError):
        Assets(Intake()).keep(StoredFile.of(b"no sound"))
