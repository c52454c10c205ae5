"""Which way a stream goes to the pages: told by the messages that a kernel sends and hears."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Literal

import pytest

from heygen_widget.frontend.browser_message import BrowserMessage
from heygen_widget.frontend.protocol import Hello, Playback, Relay, Transport
from heygen_widget.relay import follower as follower_module
from heygen_widget.transport import router as router_module
from heygen_widget.transport.router import StreamRouter
from tests.relay.stage import Stage

HEAD = '#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-MAP:URI="init"\n'


class Page:
    """Takes what a kernel sends, and speaks to it."""

    def __init__(self, streams: Callable[[], StreamRouter]) -> None:
        self.messages: list[tuple[dict[str, Any], list[bytes]]] = []
        self._streams = streams
        self._came = asyncio.Event()

    def send(self, message: dict[str, Any], buffers: list[bytes] | None = None) -> None:
        self.messages.append((message, buffers or []))
        self._came.set()

    def say(self, message: BrowserMessage) -> None:
        self._streams().hear(message)

    def want(self, *, wanted: bool = True, page: str = "p", next_part: int | None = None) -> None:
        self.say(Relay(id="r", kind="relay", epoch=1, page=page, wanted=wanted, next=next_part))

    def play(self, transport: Literal["direct", "kernel"]) -> None:
        playing: dict[str, Any] = {"id": "p", "kind": "playback", "epoch": 1, "state": "playing"}
        self.say(Playback(**playing, position=0.0, transport=transport))

    def numbers(self) -> list[int]:
        return [part["number"] for message, _ in self.messages for part in message["parts"]]

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not condition():
                self._came.clear()
                await self._came.wait()


@pytest.fixture
def listed(stage: Stage) -> list[str]:
    """Segments of a stream that goes on for as long as a test adds to them; "end" ends it."""
    segments = ["a", "b"]

    def playlist(_: str) -> str:
        lines = "".join(f"#EXTINF:0.1,\n{name}\n" for name in segments if name != "end")
        return HEAD + lines + ("#EXT-X-ENDLIST\n" if "end" in segments else "")

    stage.pages |= {"/live.m3u8": playlist, "/init": b"init"}
    stage.pages |= {f"/{name}": name.encode() for name in "abcdef"}
    return segments


@asynccontextmanager
async def _streaming(
    stage: Stage,
    requested: Transport = "auto",
    *,
    nearby: bool = False,
    busy: bool | None = None,
) -> AsyncIterator[tuple[StreamRouter, Page]]:
    page = Page(lambda: streams)
    streams = StreamRouter(
        requested,
        nearby=nearby,
        send=page.send,
        expired=lambda _: None,
        cell_runs=lambda: busy,
    )
    streams.play(1, f"{stage.url}/live.m3u8")
    try:
        yield streams, page
    finally:
        if streams.broadcast:
            streams.broadcast.close()


def test_the_kernels_way_begins_at_once_and_every_message_can_be_played(
    stage: Stage, listed: list[str]
) -> None:
    async def deliver() -> None:
        async with _streaming(stage, "kernel") as (_, page):
            await page.until(lambda: page.numbers() == [0, 1])
            listed.extend(["c", "end"])
            await page.until(lambda: page.messages[-1][0]["ended"])
            assert page.numbers() == [0, 1, 2]
            for message, buffers in page.messages[:-1]:
                assert buffers[0] == b"init"
                assert len(buffers) == 1 + len(message["parts"])

    asyncio.run(deliver())


def test_by_itself_nothing_is_pushed_until_a_page_asks(stage: Stage, listed: list[str]) -> None:
    async def deliver() -> None:
        async with _streaming(stage) as (streams, page):
            page.say(Hello(id="h", kind="hello", player=True))
            assert streams.broadcast
            await streams.broadcast.newest_parts()
            assert page.messages == []
            page.want()
            await page.until(lambda: page.numbers() == [0, 1])
            listed.append("c")
            await page.until(lambda: page.numbers() == [0, 1, 2])
            page.want()  # it is there still, and has them all
            page.want(page="another", next_part=2)
            await page.until(lambda: page.numbers() == [0, 1, 2, 2])

    asyncio.run(deliver())


def test_when_the_last_page_leaves_nothing_more_is_pushed(stage: Stage, listed: list[str]) -> None:
    async def deliver() -> None:
        async with _streaming(stage, "kernel") as (streams, page):
            page.want(page="one")
            page.want(page="other")
            await page.until(lambda: {0, 1} <= set(page.numbers()))
            page.want(page="one", wanted=False)
            assert streams.broadcast
            assert streams.broadcast.pushing
            page.want(page="other", wanted=False)
            pushed = page.numbers()
            listed.append("c")
            assert [part.data for part in await streams.broadcast.newest_parts()][-1] == b"c"
            assert page.numbers() == pushed

    asyncio.run(deliver())


@pytest.mark.parametrize(
    ("case", "helped"),
    [
        ((True, "nothing"), True),
        ((None, "nothing"), True),
        ((False, "nothing"), False),  # a page would have been heard: there is none
        ((True, "hello"), False),
        ((True, "direct before"), False),
    ],
)
@pytest.mark.usefixtures("listed")
def test_pages_that_cannot_be_heard_are_helped(
    case: tuple[bool | None, str],
    helped: bool,  # noqa: FBT001 (a parameter of pytest's)
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    busy, said = case
    monkeypatch.setattr(router_module, "UNHEARD_AFTER", 0)

    async def deliver() -> bool:
        async with _streaming(stage, busy=busy) as (streams, page):
            if said == "direct before":
                page.play("direct")
                streams.play(2, f"{stage.url}/live.m3u8")
            elif said == "hello":
                page.say(Hello(id="h", kind="hello", player=True))
            assert streams.broadcast
            await streams.broadcast.newest_parts()
            return streams.broadcast.pushing

    assert asyncio.run(deliver()) is helped


@pytest.mark.usefixtures("listed")
def test_a_stream_that_is_to_go_directly_is_never_pushed(stage: Stage) -> None:
    async def deliver() -> None:
        async with _streaming(stage, "direct") as (streams, page):
            page.want()
            assert streams.broadcast
            await streams.broadcast.newest_parts()
            assert page.messages == []

    asyncio.run(deliver())


@pytest.mark.usefixtures("listed")
def test_hosted_pages_are_served_by_the_kernel_if_the_server_is_near_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(router_module, "remote_browser_reason", lambda: "it is a test")

    async def transport(requested: Transport, *, nearby: bool) -> str:
        async with _streaming(stage, requested, nearby=nearby) as (streams, _):
            return streams.transport

    assert asyncio.run(transport("auto", nearby=True)) == "kernel"
    assert asyncio.run(transport("auto", nearby=False)) == "auto"
    assert asyncio.run(transport("direct", nearby=True)) == "direct"


def test_a_stream_that_cannot_be_read_is_told_and_tried_again_when_asked_for(
    stage: Stage, listed: list[str]
) -> None:
    async def deliver() -> None:
        playlist = stage.pages["/live.m3u8"]
        stage.pages["/live.m3u8"] = "<html>"
        async with _streaming(stage, "kernel") as (streams, page):
            await page.until(lambda: bool(page.messages))
            assert "does not return a playlist" in page.messages[0][0]["error"]
            assert not page.messages[0][0]["ended"]
            assert not page.messages[0][0]["may_pass"]
            stage.pages["/live.m3u8"] = playlist
            listed.append("end")
            page.want()
            await page.until(lambda: page.messages[-1][0]["ended"])
            assert page.numbers() == [0, 1]
            assert streams.broadcast
            assert streams.broadcast.take.whole

    asyncio.run(deliver())


def test_a_stream_that_only_does_not_answer_may_be_asked_for_again(
    stage: Stage, listed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower_module, "GIVE_UP_AFTER", 0.2)

    async def deliver() -> None:
        playlist = stage.pages.pop("/live.m3u8")
        async with _streaming(stage, "kernel") as (_, page):
            await page.until(lambda: bool(page.messages))
            assert "404" in page.messages[0][0]["error"]
            assert page.messages[0][0]["may_pass"]
            stage.pages["/live.m3u8"] = playlist
            listed.append("end")
            page.want()
            await page.until(lambda: page.messages[-1][0]["ended"])
            assert not page.messages[-1][0]["may_pass"]

    asyncio.run(deliver())


def test_the_take_is_whole_when_the_session_is_over(stage: Stage, listed: list[str]) -> None:
    async def deliver() -> float:
        async with _streaming(stage) as (streams, _):
            listed.extend(["c", "end"])
            streams.session_over(1)
            assert streams.broadcast
            return (await streams.broadcast.whole_take()).seconds

    assert asyncio.run(deliver()) == pytest.approx(0.3)
