"""Speech files are fetched whole, again when the line breaks, and without telling their address."""

import asyncio
from collections.abc import Iterator

import pytest

from heygen_widget.account.download import downloaded
from heygen_widget.api import APIConnectionError, HeyGenError
from tests.planned_server import Server


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heygen_widget.api.backoff.FIRST_PAUSE", 0.001)


def fetch(server: Server) -> bytes:
    return asyncio.run(downloaded(f"{server.base_url}/files/secret/a.mp3"))


def test_a_lost_file_is_fetched_again(server: Server) -> None:
    server.resets()
    server.answers(502)
    server.answers(200, b"ID3", "audio/mpeg")

    assert fetch(server) == b"ID3"
    assert "x-api-key" not in server.requests[-1].headers


def test_a_file_that_stays_lost_is_an_error_without_its_address(server: Server) -> None:
    for _ in range(3):
        server.resets()

    with pytest.raises(APIConnectionError, match=r"127\.0\.0\.1") as caught:
        fetch(server)

    assert "secret" not in str(caught.value)


def test_a_file_that_is_gone_says_so(server: Server) -> None:
    server.answers(403)

    with pytest.raises(HeyGenError, match="may have expired") as caught:
        fetch(server)

    assert caught.value.status == 403
    assert len(server.requests) == 1


def test_a_file_that_is_too_large_is_not_read(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heygen_widget.account.download.MAX_UPLOAD", 10)
    server.answers(200, b"x" * 1000, "audio/mpeg")

    with pytest.raises(HeyGenError, match="larger than 10 bytes"):
        fetch(server)
