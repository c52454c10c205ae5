"""Playlists that lie about time, or hold more than any real one: no hurry, no flood, no memory."""

import asyncio
import gzip
import tracemalloc
from contextlib import aclosing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heygen_widget.relay import Follower, Part, StreamError, Window
from heygen_widget.relay import source as source_module
from heygen_widget.relay.follower import MAX_IDLE_POLL, MIN_POLL
from heygen_widget.relay.playlist import (
    MAX_TARGET,
    MIN_TARGET,
    Playlist,
    read_playlist,
)
from heygen_widget.relay.source import Source
from heygen_widget.relay.window import BYTES, PARTS
from tests.relay.stage import Answer, Stage

MEGABYTE = 1024 * 1024
LENGTHS = [
    "-5",
    "-1",
    "0",
    "0.0001",
    "1e-300",
    "1e300",
    "99999999999",
    "NaN",
    "inf",
    "-inf",
    "x",
    "",
]


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What is slept, without sleeping it."""
    slept: list[float] = []
    really = asyncio.sleep

    async def sleep(seconds: float) -> None:
        if seconds > 0:
            slept.append(seconds)
        await really(0)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    return slept


@pytest.mark.parametrize("server_control", ["", "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES\n"])
@pytest.mark.parametrize("part_target", ["", "#EXT-X-PART-INF:PART-TARGET={}\n"])
@pytest.mark.parametrize("length", LENGTHS)
def test_no_server_makes_a_follower_hurry_or_sleep_for_ever(
    length: str, part_target: str, server_control: str, *, stage: Stage, pauses: list[float]
) -> None:
    head = f"#EXTM3U\n#EXT-X-TARGETDURATION:{length}\n{part_target.format(length)}{server_control}"
    asked = 0

    def playlist(_: str) -> str:
        nonlocal asked
        asked += 1
        end = "#EXT-X-ENDLIST\n" if asked >= 10 else ""
        return f"{head}#EXT-X-MEDIA-SEQUENCE:{asked}\n#EXTINF:0,\npart\n{end}"

    stage.pages |= {"/live.m3u8": playlist, "/part": b"x"}

    async def follow() -> None:
        async with aclosing(Follower(f"{stage.url}/live.m3u8").parts()) as parts:
            async for _ in parts:
                pass

    try:
        asyncio.run(follow())
    except StreamError:
        assert asked == 1, "it was refused"
        return
    assert asked == 10
    assert max(pauses, default=0.0) <= max(MAX_IDLE_POLL, MAX_TARGET / 2)
    if not server_control:  # otherwise what the request itself took is part of the pause
        assert len(pauses) >= 9
        assert min(pauses) >= MIN_POLL


_numbers = st.one_of(st.sampled_from(LENGTHS), st.floats().map(str), st.integers().map(str))


@given(_numbers, _numbers, _numbers)
def test_all_pauses_that_a_playlist_asks_for_are_sensible(
    target: str, part_target: str, length: str
) -> None:
    text = (
        f"#EXTM3U\n#EXT-X-TARGETDURATION:{target}\n#EXT-X-PART-INF:PART-TARGET={part_target}\n"
        f"#EXTINF:{length},\na\n"
    )
    try:
        found = read_playlist(text, "http://h/live.m3u8")
    except StreamError:
        return
    assert isinstance(found, Playlist)
    assert MIN_TARGET <= found.target <= MAX_TARGET
    assert found.part_target is None or 0 < found.part_target <= MAX_TARGET


def test_parts_without_a_length_and_without_an_end_are_read_at_a_limited_pace(
    stage: Stage, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source_module, "BURST", 10)
    monkeypatch.setattr(source_module, "SPACING", 100.0)
    listed = "".join(f"#EXTINF:0,\np{number}\n" for number in range(40))
    stage.pages["/live.m3u8"] = f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n{listed}#EXT-X-ENDLIST\n"
    stage.pages |= {f"/p{number}": b"x" for number in range(40)}

    async def follow() -> int:
        async with aclosing(Follower(f"{stage.url}/live.m3u8").parts()) as parts:
            return len([part async for part in parts])

    assert asyncio.run(follow()) == 40
    assert len(pauses) >= 41 - 10, "each request after the burst waits"
    assert max(pauses) > 100 * 25


HEAD = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n"
TOO_MUCH = {
    "a line": HEAD + "#EXT-X-MAP:" + '"' * 900_000,
    "quotes": HEAD + ("#EXT-X-MAP:" + "\"'" * 5000 + "\n") * 90,
    "empty lines": HEAD + "\n" * 1_000_000,
    "variants": HEAD + "#EXT-X-STREAM-INF:BANDWIDTH=1\na\n" * 5000,
    "renditions": HEAD + '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="b",URI="x"\n' * 5000,
    "sections": HEAD + '#EXT-X-MAP:URI="a"\n#EXTINF:1,\na\n' * 5000,
    "keys": HEAD + "#EXT-X-KEY:METHOD=NONE\n#EXTINF:1,\na\n" * 5000,
    "a number": HEAD + "#EXTINF:" + "1" * 900_000 + ",\na\n",
    "a huge range": HEAD + "#EXT-X-BYTERANGE:" + "9" * 5000 + "@0\n#EXTINF:1,\na\n",
}


@pytest.mark.parametrize("text", TOO_MUCH)
def test_a_playlist_with_more_than_any_real_one_is_refused(text: str) -> None:
    with pytest.raises(StreamError) as caught:
        read_playlist(TOO_MUCH[text], "http://h/live.m3u8")
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("encoding", ["gzip", "gzip, gzip", "br", "deflate"])
def test_a_playlist_that_is_a_bomb_costs_little(stage: Stage, encoding: str) -> None:
    bomb = gzip.compress(bytes(100 * MEGABYTE))
    stage.pages["/live.m3u8"] = Answer(200, bomb, {"content-encoding": encoding})

    async def fetch() -> None:
        async with Source(f"{stage.url}/live.m3u8") as source:
            with pytest.raises(StreamError):
                await source.playlist(f"{stage.url}/live.m3u8")

    tracemalloc.start()
    try:
        asyncio.run(fetch())
        assert tracemalloc.get_traced_memory()[1] < 8 * MEGABYTE
    finally:
        tracemalloc.stop()


def test_a_window_holds_no_more_than_it_may_whatever_parts_say_of_themselves() -> None:
    window = Window()
    for number in range(3 * PARTS):
        window.add(Part(number, 0.0, b"x", b"", discontinuity=False))
    assert len(window.since(0)) == PARTS
    for number in range(20):
        window.add(Part(number, 0.0, b"x", bytes(4 * MEGABYTE), discontinuity=True))
    assert sum(len(part.data) + len(part.init) for part in window.since(0)) <= BYTES


def test_what_a_stream_says_is_plain_when_it_is_shown() -> None:
    said = str(StreamError("\x1b[2J\u202eevil\n" + "x" * 100_000))
    assert said.isprintable()
    assert len(said) < 400
