import asyncio
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import httpx
import pytest
from starlette.applications import Starlette

from heygen_widget.api import HeyGen
from heygen_widget.local.bell import Bell
from heygen_widget.local.clock import REAL_TIME
from heygen_widget.local.errors import ApiError
from heygen_widget.local.media import Media
from tests.local.conftest import Caller

if TYPE_CHECKING:
    from heygen_widget.local.registry import Registry

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


@pytest.mark.parametrize(
    "asked",
    [
        {"_HLS_part": "0"},
        {"_HLS_part": "7"},
        {"_HLS_part": ""},
        {"_HLS_msn": "0", "_HLS_part": "x"},
        {"_HLS_msn": "0", "_HLS_part": "-1"},
    ],
)
def test_a_part_of_no_segment_is_refused(
    caller: Caller, player: httpx.Client, asked: dict[str, str]
) -> None:
    answer = player.get(caller.playing(caller.text_stream()), params=asked)
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "_HLS_part"


def test_a_part_comes_with_its_segment(caller: Caller, player: httpx.Client) -> None:
    url = caller.playing(caller.text_stream())
    number = last_segment(player.get(url).text) + 1
    answer = player.get(url, params={"_HLS_msn": number, "_HLS_part": 0})
    assert last_segment(answer.text) >= number


def test_a_first_look_finds_enough_to_play_and_its_beginning(
    caller: Caller, player: httpx.Client
) -> None:
    playlist = player.get(caller.playing(caller.text_stream())).text
    assert len(SEGMENT.findall(playlist)) >= 3
    assert SEGMENT.findall(playlist)[0] == "0.m4s"
    assert "#EXT-X-START:TIME-OFFSET=0" in playlist


def test_ffmpeg_is_shown_the_opening_of_a_young_stream_first_and_others_all_of_it(
    caller: Caller, player: httpx.Client
) -> None:
    url = caller.playing(caller.text_stream())
    for number in range(8):
        player.get(url, params={"_HLS_msn": number})
    assert last_segment(player.get(url).text) >= 7
    newcomer = {"User-Agent": "Lavf/62"}
    first = [SEGMENT.findall(player.get(url, headers=newcomer).text) for _ in range(2)]
    assert first == [["0.m4s", "1.m4s", "2.m4s"]] * 2
    follower = last_segment(player.get(url, params={"_HLS_msn": 8}, headers=newcomer).text)
    assert follower >= 8
    while last_segment(player.get(url, headers=newcomer).text) < 8:
        time.sleep(0.05)


def test_our_own_players_begin_with_the_first_segment(caller: Caller, player: httpx.Client) -> None:
    with HeyGen(caller.server.api_key, caller.server.base_url) as client:
        created = client.avatar_realtime.create(
            type="text_stream", avatar_id="a", voice_id="v", text="Hello."
        )
        url = caller.playing(created.stream_id)
        assert client.avatar_realtime.get(created.stream_id).hls_url == url
    assert url.endswith("/stream.m3u8")
    assert SEGMENT.findall(player.get(url).text)[0] == "0.m4s"


class Standstill:
    """A stream that has stopped publishing."""

    ended = False
    next_segment = 3
    opening = 3
    target = 1

    def playlist(self, *, opening: bool = False) -> str:  # noqa: ARG002 (as `Stream` has it)
        return "#EXTM3U\n"


def test_a_reload_is_told_when_its_segment_does_not_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heygen_widget.local.media.BLOCKING_TARGETS", 0.05)
    session = SimpleNamespace(stream=Standstill(), published=Bell(), plays_at_once=False)
    registry = cast("Registry", SimpleNamespace(playing=lambda _: session, clock=REAL_TIME))
    errors = {ApiError: lambda _, error: error.response()}
    app = Starlette(routes=Media(registry).routes(), exception_handlers=errors)

    async def ask() -> list[int]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://server") as client:
            url = "/hls/x/stream.m3u8"
            answers = [await client.get(f"{url}{asked}") for asked in ("", "?_HLS_msn=3")]
        return [answer.status_code for answer in answers]

    assert asyncio.run(ask()) == [200, 503]


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
