"""The page for browsers that can decode what the notebook cannot."""

import gc
import http.client
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from heygen_widget.page import STATIC
from heygen_widget.player_page import PlayerPages


class _Avatar:
    """What the page knows of an avatar."""

    def __init__(self, session: dict[str, Any]) -> None:
        self.session = session


@pytest.fixture
def pages() -> PlayerPages:
    return PlayerPages()


def test_the_page_has_all_it_needs_from_one_place(pages: PlayerPages) -> None:
    avatar = _Avatar({"epoch": 1, "status": "streaming"})
    address = pages.address(avatar)
    page = httpx.get(address)
    assert 'src="page.js"' in page.text
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    for script in ("page.js", "player.js"):
        assert httpx.get(address + script).content == (STATIC / script).read_bytes()


def test_the_page_follows_the_session(pages: PlayerPages) -> None:
    avatar = _Avatar({"epoch": 1, "status": "pending"})
    address = pages.address(avatar)
    assert httpx.get(address + "session.json").json()["status"] == "pending"
    avatar.session = {"epoch": 1, "status": "streaming"}
    assert httpx.get(address + "session.json").json()["status"] == "streaming"


def test_an_avatar_has_one_address_that_nobody_else_has(pages: PlayerPages) -> None:
    first, second = _Avatar({}), _Avatar({})
    assert pages.address(first) == pages.address(first) != pages.address(second)


def test_the_page_is_for_this_machine_and_for_those_who_know_its_address(
    pages: PlayerPages,
) -> None:
    avatar = _Avatar({})
    address = urlsplit(pages.address(avatar))
    assert address.hostname == "127.0.0.1"
    assert len(address.path.strip("/")) >= 20
    guess = f"http://{address.netloc}/avatar/session.json"
    assert httpx.get(guess).status_code == http.client.NOT_FOUND
    outside = f"{address.geturl()}../../__init__.py"
    assert httpx.get(outside).status_code == http.client.NOT_FOUND


def test_the_page_does_not_keep_an_avatar_alive(pages: PlayerPages) -> None:
    avatar = _Avatar({})
    address = pages.address(avatar)
    del avatar
    gc.collect()
    assert httpx.get(address).status_code == http.client.NOT_FOUND
