"""Someone who watches over WebRTC: LiveKit's signalling, or an answer to a raw offer, by aiortc.

A loop in a thread of its own does the work, so that tests read from top to bottom.
"""

import asyncio
import contextlib
import json
import threading
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

import av
import numpy as np
import numpy.typing as npt
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCDataChannel,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from heygen_widget.local.v1.livekit.messages import DATA_PACKET, REQUEST, RESPONSE
from heygen_widget.local.v1.livekit.wire import Message

PATIENCE = 30.0
LOUD = 300  # of 32768

_Result = TypeVar("_Result")


@dataclass
class Picture:
    """A decoded picture: when it is of (seconds), its size, its luma in small."""

    time: float
    size: tuple[int, int]
    luma: npt.NDArray[np.uint8]


@dataclass
class Received:
    """What has come in over a connection so far."""

    pictures: list[Picture] = field(default_factory=list)
    loud: int = 0  # frames of sound that were heard
    silent: int = 0  # frames of sound since then that were not
    events: list[dict[str, Any]] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    following: list["asyncio.Task[None]"] = field(default_factory=list)

    def watch(self, connection: RTCPeerConnection) -> None:
        @connection.on("track")
        def _follow(track: MediaStreamTrack) -> None:
            follow = self._look if track.kind == "video" else self._listen
            self.following.append(asyncio.create_task(follow(track)))

    def told(self, event: dict[str, Any]) -> None:
        self.events.append({**event, "at": time.monotonic()})
        self.changed.set()

    async def _look(self, track: MediaStreamTrack) -> None:
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            assert isinstance(frame, av.VideoFrame)
            luma = np.asarray(frame.to_ndarray()[: frame.height : 4, : frame.width : 4], np.uint8)
            size = (frame.width, frame.height)
            assert frame.time is not None
            self.pictures.append(Picture(frame.time, size, luma))
            self.changed.set()

    async def _listen(self, track: MediaStreamTrack) -> None:
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            assert isinstance(frame, av.AudioFrame)
            heard = np.abs(frame.to_ndarray()).max() > LOUD
            self.loud += heard
            self.silent = 0 if heard else self.silent + 1
            self.changed.set()


class Viewer:
    """A viewer of one avatar; everything it does is awaited on its own loop."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.seen = Received()
        self.heard: list[Message] = []  # what the server said over the line
        self._pcs: list[RTCPeerConnection] = []
        self._lines: list[ClientConnection] = []  # the latest is the one in use
        self._publishing: RTCDataChannel | None = None
        self._listening: list[asyncio.Task[None]] = []  # to each line
        self._pinging: asyncio.Task[None] | None = None

    def close(self) -> None:
        """Be gone. Closing again is harmless."""
        if self._loop.is_closed():
            return
        self.run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    def wait(self, condition: Callable[[], object], what: str = "what was waited for") -> None:
        """Wait until something is so; looked at again whenever something has come in."""
        self.run(self._wait(condition, what))

    async def _wait(self, condition: Callable[[], object], what: str) -> None:
        deadline = time.monotonic() + PATIENCE - 1
        while not condition():
            assert time.monotonic() < deadline, f"{what} did not come; told {self.seen.events}"
            self.seen.changed.clear()
            try:
                async with asyncio.timeout(0.05):
                    await self.seen.changed.wait()
            except TimeoutError:
                continue

    def wait_for_picture(self) -> None:
        before = len(self.seen.pictures)
        self.wait(lambda: len(self.seen.pictures) > before, "a picture")

    def wait_for_event(self, kind: str, number: int = 1) -> dict[str, Any]:
        """Wait until `number` events of that kind were told; return the last of them."""
        self.wait(lambda: len(self.events(kind)) >= number, kind)
        return self.events(kind)[number - 1]

    def events(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.seen.events if event["type"] == kind]

    # In a room.

    def join(self, url: str, token: str) -> Self:
        """Enter a room by signalling v0, and watch."""
        self.run(self._join(url, token))
        return self

    async def _join(self, url: str, token: str) -> None:
        address = f"{url}/rtc?access_token={token}&auto_subscribe=1&protocol=15"
        self._lines.append(await connect(address))
        joined = RESPONSE.decode(await self._receive())
        self.heard.append(joined)
        offered = RESPONSE.decode(await self._receive())
        pc = self._new_connection()

        @pc.on("datachannel")
        def _take(channel: RTCDataChannel) -> None:
            channel.add_listener("message", self._take_packet)

        description = {"type": "answer", "sdp": await _answer(pc, offered["offer"]["sdp"])}
        await self.say(answer=description)
        self._listening.append(asyncio.create_task(self._listen(self._line)))
        self._pinging = asyncio.create_task(self._ping())

    async def _ping(self) -> None:
        """Ping as often as the server has asked for."""
        while True:
            with contextlib.suppress(ConnectionClosed):
                await self.say(ping_req={"timestamp": int(time.time() * 1000)})
            await asyncio.sleep(self.heard[0]["join"]["ping_interval"])

    async def _listen(self, line: ClientConnection) -> None:
        try:
            async for data in line:
                assert isinstance(data, bytes)
                message = RESPONSE.decode(data)
                self.heard.append(message)
                if "answer" in message:
                    description = RTCSessionDescription(message["answer"]["sdp"], "answer")
                    await self._pcs[-1].setRemoteDescription(description)
        except ConnectionClosed:
            pass
        self.seen.changed.set()

    def _take_packet(self, data: bytes) -> None:
        packet = DATA_PACKET.decode(data)
        assert packet["participant_identity"] == "heygen"
        self.seen.told(json.loads(packet["user"]["payload"]))

    async def say(self, **message: Any) -> None:
        await self._line.send(REQUEST.encode(message))

    async def _receive(self) -> bytes:
        data = await self._line.recv()
        assert isinstance(data, bytes)
        return data

    def publish(self, payload: bytes) -> None:
        """Publish data, over a connection offered for it."""
        self.run(self._publish(payload))

    async def _publish(self, payload: bytes) -> None:
        pc = self._new_connection()
        channel = pc.createDataChannel("_reliable")
        await pc.setLocalDescription(await pc.createOffer())
        await self.say(offer={"type": "offer", "sdp": pc.localDescription.sdp, "id": 1})
        await self._wait(lambda: channel.readyState == "open", "the channel")
        channel.send(DATA_PACKET.encode({"user": {"payload": payload}}))

    def leave(self) -> None:
        """Go, as one should."""
        self.run(self.say(leave={}))

    def drop_line(self) -> None:
        """Lose the signalling line as networks lose it: without a word."""
        assert self._line.transport is not None
        self._loop.call_soon_threadsafe(self._line.transport.abort)
        self.run(asyncio.wait_for(asyncio.shield(self._listening[-1]), PATIENCE))

    def reconnect(self, url: str, token: str, sid: str) -> Message:
        """Open a new line for the connections that are there; return what it says first."""
        return self.run(self._reconnect(url, token, sid))

    async def _reconnect(self, url: str, token: str, sid: str) -> Message:
        address = f"{url}/rtc?access_token={token}&reconnect=1&sid={sid}"
        self._lines.append(await connect(address))
        first = RESPONSE.decode(await self._receive())
        self._listening.append(asyncio.create_task(self._listen(self._line)))
        return first

    # By raw WebRTC.

    def answer(self, offer: str) -> str:
        """Answer a raw offer, and watch."""
        return self.run(self._answer_raw(offer))

    async def _answer_raw(self, offer: str) -> str:
        pc = self._new_connection()

        @pc.on("datachannel")
        def _take(channel: RTCDataChannel) -> None:
            channel.add_listener("message", self._take_raw)

        return await _answer(pc, offer)

    def _take_raw(self, data: bytes | str) -> None:
        assert isinstance(data, bytes)  # HeyGen's SDK takes nothing else
        self.seen.told(json.loads(data))

    def left(self) -> Message:
        """Wait until the server asks to leave; return how it does."""
        self.wait(lambda: any("leave" in message for message in self.heard), "the request to leave")
        leave: Message = next(m["leave"] for m in self.heard if "leave" in m)
        return leave

    def wait_for_sound(self, frames: int = 1) -> None:
        """Wait until so many frames of sound, of 20 ms, were heard."""
        self.wait(lambda: self.seen.loud >= frames, "sound")

    def wait_for_silence(self, frames: int = 25) -> None:
        """Wait for so many frames of silence in a row."""
        self.wait(lambda: self.seen.silent >= frames, "silence")

    @property
    def _line(self) -> ClientConnection:
        return self._lines[-1]

    def _new_connection(self) -> RTCPeerConnection:
        pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._pcs.append(pc)
        self.seen.watch(pc)
        return pc

    async def _close(self) -> None:
        if self._pinging is not None:
            self._pinging.cancel()
        for line in self._lines:
            await line.close()
        await asyncio.gather(*self._listening)
        for pc in self._pcs:
            await pc.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


async def _answer(pc: RTCPeerConnection, offer: str) -> str:
    await pc.setRemoteDescription(RTCSessionDescription(offer, "offer"))
    await pc.setLocalDescription(await pc.createAnswer())
    return pc.localDescription.sdp
