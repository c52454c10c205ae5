import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.local.conftest import Caller

SEGMENT = re.compile(r"^\d+\.m4s$", re.MULTILINE)


def last_segment(playlist: str) -> int:
    return int(SEGMENT.findall(playlist)[-1].removesuffix(".m4s"))


@pytest.fixture
def player() -> Iterator[httpx.Client]:
    """A player: it sends no key."""
    with httpx.Client(timeout=30) as client:
        yield client


def test_a_player_without_a_key_can_play_everything_listed(
    caller: Caller, player: httpx.Client
) -> None:
    url = caller.playing(caller.text_stream())
    playlist = player.get(url)
    assert playlist.headers["content-type"] == "application/vnd.apple.mpegurl"
    assert playlist.headers["cache-control"] == "no-store"
    for name in ["init.mp4", *SEGMENT.findall(playlist.text)]:
        part = player.get(httpx.URL(url).join(name))
        assert part.status_code == 200
        assert part.headers["content-type"] == "video/mp4"
        assert "immutable" in part.headers["cache-control"]
        assert part.content[4:8] in {b"ftyp", b"styp", b"moof"}


def test_the_playlist_stays_readable_after_the_end(caller: Caller, player: httpx.Client) -> None:
    stream_id = caller.text_stream()
    url = caller.playing(stream_id)
    caller.append(stream_id, "", final=True)
    caller.until(stream_id, "completed")
    playlist = player.get(url).text
    assert playlist.rstrip().endswith("#EXT-X-ENDLIST")
    for name in SEGMENT.findall(playlist):
        assert player.get(httpx.URL(url).join(name)).status_code == 200


def test_a_blocking_reload_returns_with_the_segment_it_waited_for(
    caller: Caller, player: httpx.Client
) -> None:
    url = caller.playing(caller.text_stream())
    number = last_segment(player.get(url).text)
    for _ in range(3):
        number += 1
        latest = last_segment(player.get(url, params={"_HLS_msn": number}).text)
        assert latest >= number
        assert player.get(httpx.URL(url).join(f"{number}.m4s")).status_code == 200


def test_a_blocking_reload_is_released_when_the_stream_ends(
    caller: Caller, player: httpx.Client
) -> None:
    stream_id = caller.text_stream()
    url = caller.playing(stream_id)
    caller.append(stream_id, "", final=True)
    number, playlist = 0, ""
    while "#EXT-X-ENDLIST" not in playlist:
        playlist = player.get(url, params={"_HLS_msn": number}).text
        number = last_segment(playlist) + 1
    after = player.get(url, params={"_HLS_msn": number})
    assert "#EXT-X-ENDLIST" in after.text


@pytest.mark.parametrize("number", ["1000000", "9" * 400, "-1", "x", "", "1.5"])
def test_a_reload_for_an_impossible_segment_is_refused(
    caller: Caller, player: httpx.Client, number: str
) -> None:
    url = caller.playing(caller.text_stream())
    answer = player.get(url, params={"_HLS_msn": number})
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "_HLS_msn"


def test_many_players_wait_at_once(caller: Caller, player: httpx.Client) -> None:
    url = caller.playing(caller.text_stream())
    number = last_segment(player.get(url).text) + 1
    with ThreadPoolExecutor(20) as crowd:
        playlists = list(
            crowd.map(lambda _: player.get(url, params={"_HLS_msn": number}).text, range(20))
        )
    assert all(last_segment(playlist) >= number for playlist in playlists)


def test_streams_may_be_read_from_any_page(caller: Caller, player: httpx.Client) -> None:
    url = caller.playing(caller.text_stream())
    origin = {"Origin": "https://notebook.example"}
    for name in ("stream.m3u8", "init.mp4", "0.m4s", "99999.m4s"):
        answer = player.get(httpx.URL(url).join(name), headers=origin)
        assert answer.headers["access-control-allow-origin"] == "*"
    asked = player.options(url, headers={**origin, "Access-Control-Request-Method": "GET"})
    assert asked.status_code == 204
    assert asked.headers["access-control-allow-origin"] == "*"
    assert "GET" in asked.headers["access-control-allow-methods"].split(", ")


@pytest.mark.parametrize(
    "path",
    [
        "guessed/stream.m3u8",
        "guessed/init.mp4",
        "guessed/0.m4s",
        "",
        "../v3/avatar-realtime",
        "%00",
    ],
)
def test_a_guessed_address_finds_nothing(caller: Caller, player: httpx.Client, path: str) -> None:
    caller.playing(caller.text_stream())
    assert player.get(f"{caller.server.base_url}/hls/{path}").status_code in {401, 404}


def test_the_address_of_one_session_opens_no_other(caller: Caller, player: httpx.Client) -> None:
    first, second = (caller.playing(caller.text_stream()) for _ in range(2))
    tokens = [url.split("/")[-2] for url in (first, second)]
    assert tokens[0] != tokens[1]
    assert all(len(token) >= 32 for token in tokens)
    assert player.get(httpx.URL(first).join("../x/stream.m3u8")).status_code == 404
