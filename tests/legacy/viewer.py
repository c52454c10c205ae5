"""A page that shows a streaming avatar, played by aiortc in the place of a browser.

It answers the offer that the kernel passes on, receives picture and sound, and tells the kernel
what the avatar says on the data channel: all that a page does, but for drawing.
"""

import asyncio
import json
import threading
from collections import Counter
from typing import Any, Self

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaBlackhole

from heygen_widget.widget.streaming_avatar import StreamingAvatar
from tests.page import PATIENCE, Page


class Viewer:
    """Shows one avatar, session after session, until it is left.

    Parameters
    ----------
    avatar
        What it shows; of version v1.
    page
        Where the kernel's messages to it arrive.
    relays
        Whether it tells the kernel what it hears.
    """

    def __init__(self, avatar: StreamingAvatar, page: Page, *, relays: bool = True) -> None:
        self._avatar = avatar
        self._page = page
        self._relays = relays
        self._peers: dict[int, RTCPeerConnection] = {}
        self._sinks: list[MediaBlackhole] = []
        self._told: Counter[str] = Counter()
        self._joining = asyncio.Lock()  # aiortc leaves open what it closes while it describes
        self.heard: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        assert self._avatar.model_id  # a front end asks for it to show the widget
        self.say({"kind": "hello", "player": True})
        self._watching = asyncio.run_coroutine_threadsafe(self._watch(), self._loop)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._leave(), self._loop).result(PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def say(self, content: object) -> None:
        """Send a message of the browser, and wait until the kernel has taken it."""
        self._page.say(self._avatar, content)

    async def leave(self) -> None:
        """Hang up, as a page that is closed does."""
        for sink in self._sinks:
            await sink.stop()
        for peer in self._peers.values():
            await peer.close()

    async def _watch(self) -> None:
        while True:
            for offer in self._page.messages("offer"):
                if offer["epoch"] not in self._peers:
                    await self._join(offer["epoch"], offer["sdp"])
            await asyncio.sleep(0.02)

    async def _join(self, epoch: int, sdp: str) -> None:
        async with self._joining:
            peer = self._peers[epoch] = RTCPeerConnection(RTCConfiguration(iceServers=[]))
            sink = MediaBlackhole()
            self._sinks.append(sink)
            peer.on("track", sink.addTrack)
            peer.on("datachannel", lambda channel: self._listen(epoch, channel))
            await peer.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
            await peer.setLocalDescription(await peer.createAnswer())
            await sink.start()
            answer = peer.localDescription.sdp
            self.say({"kind": "answer", "epoch": epoch, "sdp": answer})

    def _listen(self, epoch: int, channel: Any) -> None:
        def take(message: bytes) -> None:
            told = json.loads(message)
            self.heard.append(told)
            if told["type"] == "avatar_talking_message":
                told["index"] = self._told[told["task_id"]]
                self._told[told["task_id"]] += 1
            if self._relays:
                self.say({"kind": "talking", "epoch": epoch, **told})

        channel.on("message", take)

    async def _leave(self) -> None:
        async with self._joining:
            self._watching.cancel()
            await self.leave()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
