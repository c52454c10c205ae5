"""Reading streams: whatever shape they have, each part once and in order."""

import asyncio
import io
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import pytest

from heygen_widget import HeyGen, LocalServer
from heygen_widget.relay import Follower, Part, StreamRefused
from heygen_widget.relay import source as source_module
from tests.relay.stage import FRAME_RATE, SECONDS, Answer, Stage, make_stream

HEAD = "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:1\n"
PATIENCE = 60.0


def _read(url: str, expired: Callable[[], None] = lambda: None) -> list[Part]:
    return _read_by(Follower(url, expired))


def _read_by(follower: Follower) -> list[Part]:
    async def parts() -> list[Part]:
        async with asyncio.timeout(PATIENCE):
            return [part async for part in follower.parts()]

    return asyncio.run(parts())


def _frames(parts: list[Part]) -> int:
    media = io.BytesIO(parts[0].init + b"".join(part.data for part in parts))
    with av.open(media, "r") as container:
        return sum(1 for _ in container.decode(video=0))


def _data(parts: list[Part]) -> list[bytes]:
    return [part.data for part in parts]


def test_a_live_stream_is_read_from_its_first_part_to_its_end(local_server: LocalServer) -> None:
    with HeyGen(local_server.api_key, local_server.base_url) as client:
        created = client.avatar_realtime.create(
            type="text_stream", avatar_id="a", voice_id="b", text="Short."
        )
        deadline = time.monotonic() + PATIENCE
        while (url := client.avatar_realtime.get(created.stream_id).hls_url) is None:
            assert time.monotonic() < deadline
        client.avatar_realtime.append_text(created.stream_id, "", final=True)
        parts = _read(url)
    assert [part.number for part in parts] == list(range(len(parts)))
    assert _frames(parts) == round(sum(part.seconds for part in parts) * 25)


@pytest.mark.parametrize(
    "options",
    [
        {"hls_segment_type": "mpegts"},
        {"hls_segment_type": "fmp4"},
        {"hls_segment_type": "mpegts", "hls_flags": "single_file"},
        {"hls_segment_type": "fmp4", "hls_flags": "single_file"},
    ],
    ids=["TS", "fMP4", "TS in one file", "fMP4 in one file"],
)
def test_streams_of_every_container_are_read(
    options: dict[str, Any], stage: Stage, tmp_path: Path
) -> None:
    make_stream(tmp_path, **options)
    stage.serve(tmp_path)
    parts = _read(f"{stage.url}/live.m3u8")
    assert len(parts) == SECONDS
    assert _frames(parts) == SECONDS * FRAME_RATE


def test_a_server_that_knows_no_ranges_is_read_all_the_same(stage: Stage) -> None:
    listed = "#EXTINF:1,\n#EXT-X-BYTERANGE:3@2\nall\n#EXTINF:1,\n#EXT-X-BYTERANGE:2\nall\n"
    stage.pages["/live.m3u8"] = HEAD + listed + "#EXT-X-ENDLIST\n"
    stage.pages["/all"] = Answer(200, b"0123456789")
    assert _data(_read(f"{stage.url}/live.m3u8")) == [b"234", b"56"]


def test_of_several_variants_the_best_that_carries_its_sound_is_read(stage: Stage) -> None:
    stage.pages["/master.m3u8"] = (
        "#EXTM3U\n"
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="en",URI="audio.m3u8"\n'
        '#EXT-X-STREAM-INF:BANDWIDTH=3000000,AUDIO="a"\nsilent.m3u8\n'
        "#EXT-X-STREAM-INF:BANDWIDTH=500000\nlow/live.m3u8?key=1\n"
        "#EXT-X-STREAM-INF:BANDWIDTH=2000000\nmiddle/live.m3u8?key=2\n"
        "#EXT-X-STREAM-INF:BANDWIDTH=90000000\nhuge/live.m3u8\n"
    )
    stage.pages["/middle/live.m3u8"] = HEAD + "#EXTINF:1,\na.ts\n#EXT-X-ENDLIST\n"
    stage.pages["/middle/a.ts"] = b"middle"
    assert _data(_read(f"{stage.url}/master.m3u8")) == [b"middle"]
    assert stage.paths() == ["/master.m3u8", "/middle/live.m3u8?key=2", "/middle/a.ts"]


class LowLatency:
    """A server that lists parts, and holds a reload back until there is one more."""

    CONTROL = "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES\n#EXT-X-PART-INF:PART-TARGET=0.5\n"
    BEFORE = '#EXTINF:1,\n0.m4s\n#EXT-X-PART:DURATION=0.5,URI="1.0.m4s",INDEPENDENT=YES\n'
    PART = '#EXT-X-PART:DURATION=0.5,URI="1.1.m4s"\n'
    AFTER = '#EXTINF:1,\n1.m4s\n#EXT-X-PART:DURATION=0.5,URI="2.0.m4s",INDEPENDENT=YES\n'
    END = "#EXTINF:1,\n0.m4s\n#EXTINF:1,\n1.m4s\n#EXTINF:1,\n2.m4s\n#EXT-X-ENDLIST\n"
    STATES = (BEFORE, BEFORE + PART, BEFORE + PART + AFTER, END)

    def __init__(self, stage: Stage) -> None:
        self._states = iter(self.STATES)
        stage.pages["/live.m3u8"] = self.playlist
        stage.pages["/init.mp4"] = b"init"
        for name in ("0", "1", "1.0", "1.1", "2", "2.0"):
            stage.pages[f"/{name}.m4s"] = name.encode()

    def playlist(self, _: str) -> str:
        return HEAD + self.CONTROL + '#EXT-X-MAP:URI="init.mp4"\n' + next(self._states)


def test_parts_of_segments_are_handed_on_as_they_are_listed(stage: Stage) -> None:
    LowLatency(stage)
    parts = _read(f"{stage.url}/live.m3u8?token=x")
    assert _data(parts) == [b"0", b"1.0", b"1.1", b"2.0"]
    assert {part.init for part in parts} == {b"init"}
    # What was left of the last segment is not listed by itself any more: it is lost.
    assert [part.number for part in parts] == [0, 1, 2, 3]
    reloads = [path for path in stage.paths() if "live" in path]
    assert reloads == [
        "/live.m3u8?token=x",
        "/live.m3u8?token=x&_HLS_msn=1&_HLS_part=1",
        "/live.m3u8?token=x&_HLS_msn=1&_HLS_part=2",
        "/live.m3u8?token=x&_HLS_msn=2&_HLS_part=1",
    ]


def test_a_server_that_cannot_wait_is_not_asked_to(stage: Stage) -> None:
    states = iter(["#EXTINF:1,\na.ts\n", "#EXTINF:1,\na.ts\n#EXTINF:1,\nb.ts\n#EXT-X-ENDLIST\n"])
    stage.pages["/live.m3u8"] = lambda _: HEAD + next(states)
    stage.pages |= {"/a.ts": b"a", "/b.ts": b"b"}
    assert _data(_read(f"{stage.url}/live.m3u8")) == [b"a", b"b"]
    assert stage.paths() == ["/live.m3u8", "/a.ts", "/live.m3u8", "/b.ts"]


def test_what_the_server_lacks_is_passed_over_and_leaves_its_number_out(stage: Stage) -> None:
    stage.pages["/live.m3u8"] = (
        HEAD + "#EXT-X-MEDIA-SEQUENCE:7\n#EXTINF:1,\na.ts\n#EXTINF:1,\nmissing.ts\n"
        "#EXT-X-GAP\n#EXTINF:1,\ngap.ts\n#EXTINF:1,\nb.ts\n#EXT-X-ENDLIST\n"
    )
    stage.pages |= {"/a.ts": b"a", "/b.ts": b"b", "/gap.ts": b"not to be asked for"}
    parts = _read(f"{stage.url}/live.m3u8")
    assert [(part.number, part.data) for part in parts] == [(7, b"a"), (10, b"b")]
    assert "/gap.ts" not in stage.paths()


def test_segments_that_were_forgotten_meanwhile_leave_their_numbers_out(stage: Stage) -> None:
    states = iter(
        [
            "#EXT-X-MEDIA-SEQUENCE:1\n#EXTINF:1,\na.ts\n",
            "#EXT-X-MEDIA-SEQUENCE:5\n#EXTINF:1,\nb.ts\n#EXT-X-ENDLIST\n",
        ]
    )
    stage.pages["/live.m3u8"] = lambda _: HEAD + next(states)
    stage.pages |= {"/a.ts": b"a", "/b.ts": b"b"}
    assert [part.number for part in _read(f"{stage.url}/live.m3u8")] == [1, 5]


def test_a_break_is_told_even_if_what_it_stands_before_is_lost(stage: Stage) -> None:
    stage.pages["/live.m3u8"] = (
        HEAD + '#EXT-X-MAP:URI="one"\n#EXTINF:1,\na\n#EXT-X-DISCONTINUITY\n'
        '#EXT-X-MAP:URI="two"\n#EXTINF:1,\nmissing\n#EXTINF:1,\nb\n#EXT-X-ENDLIST\n'
    )
    stage.pages |= {"/one": b"1", "/two": b"2", "/a": b"a", "/b": b"b"}
    first, second = _read(f"{stage.url}/live.m3u8")
    assert (first.init, first.discontinuity) == (b"1", False)
    assert (second.init, second.discontinuity) == (b"2", True)


def test_a_playlist_that_is_not_there_yet_is_awaited(stage: Stage) -> None:
    given: list[Answer | str] = [Answer(404), Answer(503), HEAD]
    answers = iter([*given, HEAD + "#EXTINF:1,\na\n#EXT-X-ENDLIST\n"])
    stage.pages |= {"/live.m3u8": lambda _: next(answers), "/a": b"a"}
    assert _data(_read(f"{stage.url}/live.m3u8")) == [b"a"]


def test_an_address_that_has_expired_is_replaced_and_nothing_is_read_twice(stage: Stage) -> None:
    old = iter([HEAD + "#EXTINF:1,\na\n"])
    stage.pages["/old.m3u8"] = lambda _: next(old, Answer(403))
    stage.pages["/new.m3u8"] = HEAD + "#EXTINF:1,\na\n#EXTINF:1,\nb\n#EXT-X-ENDLIST\n"
    stage.pages |= {"/a": b"a", "/b": b"b"}
    follower = Follower(
        f"{stage.url}/old.m3u8", expired=lambda: follower.renew(f"{stage.url}/new.m3u8")
    )
    assert _data(_read_by(follower)) == [b"a", b"b"]


def test_without_hurry_everything_is_read_and_catching_up_is_prompt(stage: Stage) -> None:
    ended = threading.Event()
    stage.pages["/live.m3u8"] = lambda _: (
        HEAD.replace(":1\n", ":60\n") + "#EXTINF:60,\na\n" + ("#EXT-X-ENDLIST\n" * ended.is_set())
    )
    stage.pages["/a"] = b"a"

    async def read() -> list[bytes]:
        follower = Follower(f"{stage.url}/live.m3u8")
        follower.set_live(live=False)
        data = []
        async with asyncio.timeout(50):  # a rest would take a minute
            async for part in follower.parts():
                data.append(part.data)
                ended.set()
                catching_up = asyncio.create_task(follower.catch_up())
        await catching_up
        return data

    assert asyncio.run(read()) == [b"a"]


# What is refused.


def _refused(url: str) -> str:
    with pytest.raises(StreamRefused) as refusal:
        _read(url)
    return str(refusal.value)


@pytest.mark.parametrize("listed", ["segment", "init", "variant", "redirect", "playlist"])
def test_nothing_is_fetched_from_another_origin(
    listed: str, stage: Stage, other_stage: Stage
) -> None:
    there = f"{other_stage.url}/secret"
    other_stage.pages["/secret"] = b"secret"
    body = {
        "segment": f"#EXTINF:1,\n{there}\n",
        "init": f'#EXT-X-MAP:URI="{there}"\n#EXTINF:1,\na\n',
        "variant": f"#EXT-X-STREAM-INF:BANDWIDTH=1\n{there}\n",
        "redirect": "#EXTINF:1,\nmoved\n",
        "playlist": "",
    }[listed]
    away = Answer(302, b"", {"location": there})
    stage.pages |= {"/live.m3u8": HEAD + body, "/moved": away, "/a": b"a"}
    if listed == "playlist":
        stage.pages["/live.m3u8"] = away
    assert other_stage.url in _refused(f"{stage.url}/live.m3u8")
    assert other_stage.asked == []


def test_a_redirect_within_the_origin_is_followed(stage: Stage) -> None:
    stage.pages |= {
        "/live.m3u8": Answer(307, b"", {"location": "/deep/live.m3u8"}),
        "/deep/live.m3u8": HEAD + "#EXTINF:1,\na\n#EXT-X-ENDLIST\n",
        "/deep/a": b"a",
    }
    assert _data(_read(f"{stage.url}/live.m3u8")) == [b"a"]


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/a", "data:,a", "live.m3u8"])
def test_a_stream_is_read_over_http_only(url: str) -> None:
    assert "http" in _refused(url)


@pytest.mark.parametrize("listed", ["file:///etc/passwd", "data:text/plain,a"])
def test_a_playlist_cannot_lead_to_files(listed: str, stage: Stage) -> None:
    stage.pages["/live.m3u8"] = HEAD + f"#EXTINF:1,\n{listed}\n"
    assert "http" in _refused(f"{stage.url}/live.m3u8")


@pytest.mark.parametrize(
    "playlist",
    [
        "<html>Sign in</html>",
        HEAD + "#EXTINF:many,\na\n",
        HEAD + "#EXTINF:inf,\na\n",
        HEAD + "#EXT-X-PART:DURATION=1\n",
        HEAD + '#EXT-X-KEY:METHOD=AES-128,URI="key"\n#EXTINF:1,\na\n',
        HEAD + "#EXTINF:1,\n#EXT-X-BYTERANGE:-5@0\na\n",
    ],
)
def test_a_playlist_that_cannot_be_handed_on_is_refused(playlist: str, stage: Stage) -> None:
    stage.pages |= {"/live.m3u8": playlist, "/a": b"a", "/key": b"0" * 16}
    _refused(f"{stage.url}/live.m3u8")
    assert stage.paths() == ["/live.m3u8"]


@pytest.mark.parametrize("too_large", ["MAX_PLAYLIST", "MAX_PART"])
def test_what_is_too_large_is_not_read_to_its_end(
    too_large: str, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source_module, too_large, 100)
    padding = "#" * 200 + "\n" if too_large == "MAX_PLAYLIST" else ""
    stage.pages["/live.m3u8"] = HEAD + padding + "#EXTINF:1,\na\n"
    stage.pages["/a"] = b"a" * 200
    assert "larger than 100 bytes" in _refused(f"{stage.url}/live.m3u8")


def test_no_key_is_ever_sent_to_the_stream(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HEYGEN_API_KEY", "secret")
    stage.pages |= {"/live.m3u8": HEAD + "#EXTINF:1,\na\n#EXT-X-ENDLIST\n", "/a": b"a"}
    _read(f"{stage.url}/live.m3u8")
    names: set[Any] = {name for _, headers in stage.asked for name in headers}
    assert names <= {"host", "accept", "accept-encoding", "connection", "user-agent"}
    assert "secret" not in str(stage.asked)
