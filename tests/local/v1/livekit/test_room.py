"""Rooms that end, and clients that err, at the wrong moment; how well a client is reached.

The lines here are ends that a test holds in its hand; the connections are aiortc's.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from heygen_widget.local.v1.livekit import Audience, Room, RoomInfo, connection
from heygen_widget.local.v1.livekit.line import SignalLine
from heygen_widget.local.v1.livekit.messages import ConnectionQuality, LeaveAction, LeaveReason
from heygen_widget.local.v1.livekit.participant import quality_for
from heygen_widget.local.v1.livekit.wire import Message


class HeldLine(SignalLine):
    """A signalling line whose other end is the test."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.says: asyncio.Queue[Message | None] = asyncio.Queue()
        self.holds: asyncio.Event | None = None  # until which what is sent does not go out
        self._news = asyncio.Event()

    async def send(self, **message: Any) -> None:
        self.sent.append(message)
        self._news.set()
        if self.holds is not None:
            await self.holds.wait()

    async def receive(self) -> Message | None:
        return await self.says.get()

    async def close(self) -> None:
        self.says.put_nowait(None)

    async def got(self, kind: str) -> Message:
        """Wait for a message; return what it holds."""
        while not (found := [each[kind] for each in self.sent if kind in each]):
            self._news.clear()
            await self._news.wait()
        message: Message = found[-1]
        return message


class Scene:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.connections: list[RTCPeerConnection] = []
        self.room = Room(
            RoomInfo("room", Audience(lambda _: None), "VP8", 854, 480, lambda _: None)
        )
        monkeypatch.setattr(connection, "RTCPeerConnection", self._connection)

    def _connection(self, configuration: RTCConfiguration) -> RTCPeerConnection:
        self.connections.append(RTCPeerConnection(configuration))
        return self.connections[-1]

    @property
    def left_open(self) -> list[RTCPeerConnection]:
        return [each for each in self.connections if each.connectionState != "closed"]


def play(monkeypatch: pytest.MonkeyPatch, act: Callable[[Scene], Awaitable[None]]) -> None:
    async def run() -> None:
        async with asyncio.timeout(60):
            await act(Scene(monkeypatch))

    asyncio.run(run())


def test_who_enters_while_the_room_is_closed_finds_it_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def act(scene: Scene) -> None:
        first, second = HeldLine(), HeldLine()
        inside = asyncio.create_task(scene.room.enter(first))
        await first.got("offer")
        first.holds = asyncio.Event()
        entering = asyncio.create_task(scene.room.enter(second))
        await first.got("leave")  # the newcomer waits for it to go
        await scene.room.close()
        first.holds.set()
        await entering
        await inside
        assert (await second.got("leave"))["reason"] == LeaveReason.ROOM_DELETED
        assert scene.left_open == []

    play(monkeypatch, act)


def test_who_is_being_let_in_while_the_room_is_closed_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def act(scene: Scene) -> None:
        line = HeldLine()
        line.holds = asyncio.Event()
        entering = asyncio.create_task(scene.room.enter(line))
        await line.got("join")
        closing = asyncio.create_task(scene.room.close())
        await line.got("leave")
        line.holds.set()
        await closing
        await entering
        assert scene.left_open == []
        assert len(scene.connections) == 1

    play(monkeypatch, act)


@pytest.mark.parametrize(
    "nonsense",
    [
        {"answer": {"type": "answer", "sdp": "v=0"}},
        {"answer": {}},
        {"trickle": {"candidate_init": "[]", "target": 1}},
        {"trickle": {"candidate_init": '{"candidate": 5}', "target": 1}},
        {"trickle": {"candidate_init": "{", "target": 1}},
    ],
)
def test_who_says_what_cannot_be_done_leaves_and_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch, nonsense: Message
) -> None:
    async def act(scene: Scene) -> None:
        line = HeldLine()
        inside = asyncio.create_task(scene.room.enter(line))
        await line.got("offer")
        line.says.put_nowait(nonsense)
        await inside
        assert (await line.got("leave"))["reason"] == LeaveReason.STATE_MISMATCH
        assert scene.left_open == []
        scene.room.send(b"and nobody is there to hear it")

    play(monkeypatch, act)


def test_an_offer_that_cannot_be_answered_lets_nobody_in(monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(scene: Scene) -> None:
        line = HeldLine()
        await scene.room.enter(line, single=True, offer={"sdp": "no description"})
        assert (await line.got("leave"))["reason"] == LeaveReason.STATE_MISMATCH
        assert scene.left_open == []

    play(monkeypatch, act)


def test_who_comes_back_without_a_connection_is_asked_to_join_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def act(scene: Scene) -> None:
        first, second = HeldLine(), HeldLine()
        inside = asyncio.create_task(scene.room.enter(first))
        await first.got("offer")
        await scene.connections[0].close()  # as when nothing came over it for too long
        sid = (await first.got("join"))["participant"]["sid"]
        await scene.room.reconnect(second, sid)
        assert [*second.sent[0]] == ["leave"]
        assert second.sent[0]["leave"]["action"] == LeaveAction.RECONNECT
        await inside
        assert not scene.room.occupied
        assert scene.left_open == []

    play(monkeypatch, act)


def test_of_those_who_come_at_once_one_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(scene: Scene) -> None:
        lines = [HeldLine() for _ in range(3)]
        inside = [asyncio.create_task(scene.room.enter(line)) for line in lines]
        for leaving in asyncio.as_completed([line.got("leave") for line in lines]):
            await leaving
            staying = [line for line in lines if not any("leave" in m for m in line.sent)]
            if len(staying) == 1:
                break
        await staying[0].got("offer")
        await scene.room.close()
        await asyncio.gather(*inside)
        assert scene.left_open == []

    play(monkeypatch, act)


def test_a_viewer_is_told_how_well_it_is_reached_when_it_joins_and_when_that_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    losses = [0.0, 0.0, 0.05, 0.5]

    async def lose(_: object) -> float:
        return losses.pop(0)

    monkeypatch.setattr(connection.Connection, "loss", lose)

    async def act(scene: Scene) -> None:
        line = HeldLine()
        inside = asyncio.create_task(scene.room.enter(line))
        offer = await line.got("offer")
        viewer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        await viewer.setRemoteDescription(RTCSessionDescription(offer["sdp"], "offer"))
        await viewer.setLocalDescription(await viewer.createAnswer())
        line.says.put_nowait({"answer": {"sdp": viewer.localDescription.sdp}})
        for _ in range(3):
            line.says.put_nowait({"ping_req": {"timestamp": 1}})
        line.says.put_nowait({"leave": {}})
        await inside
        await viewer.close()
        told = [m["connection_quality"] for m in line.sent if "connection_quality" in m]
        (joined,) = [message["join"] for message in line.sent if "join" in message]
        sids = {update["participant_sid"] for each in told for update in each["updates"]}
        assert sids == {joined["participant"]["sid"]}
        levels = [update["quality"] for each in told for update in each["updates"]]
        assert levels == [
            ConnectionQuality.EXCELLENT,
            ConnectionQuality.GOOD,
            ConnectionQuality.POOR,
        ]
        assert json.dumps(levels) == "[2, 1, 0]"  # as LiveKit counts them

    play(monkeypatch, act)


@pytest.mark.parametrize(
    ("loss", "quality"),
    [
        (0, ConnectionQuality.EXCELLENT),
        (0.03, ConnectionQuality.GOOD),
        (0.2, ConnectionQuality.POOR),
    ],
)
def test_what_is_lost_on_the_way_says_how_well_a_viewer_is_reached(
    loss: float, quality: ConnectionQuality
) -> None:
    assert quality_for(loss) is quality
