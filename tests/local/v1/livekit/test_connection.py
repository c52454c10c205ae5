"""What a connection agrees on with the other side, and how much it sends to who takes nothing."""

import asyncio

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.sdp import SessionDescription
from hypothesis import given, settings
from hypothesis import strategies as st
from pyee.asyncio import AsyncIOEventEmitter

from heygen_widget.local.v1.livekit import Audience, Connection
from heygen_widget.local.v1.livekit.connection import MAX_BUFFERED, MAX_UNSENT

CODECS = RTCRtpSender.getCapabilities("video").codecs


async def answered(coding: str, preferred: list[int], sections: int) -> list[set[str]]:
    """Offer to watch, as clients do; return the codings that each video section is answered by."""
    client = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    for _ in range(sections):
        watching = client.addTransceiver("video", direction="recvonly")
        watching.setCodecPreferences([CODECS[index] for index in preferred])
        client.addTransceiver("audio", direction="recvonly")
    await client.setLocalDescription(await client.createOffer())
    connection = Connection(lambda _: None, audience=Audience(lambda _: None), coding=coding)
    connection.add_avatar(stream="PA_x|heygen", video="TR_v", sound="TR_a")
    answer = await connection.answer(client.localDescription.sdp)
    await connection.close()
    await client.close()
    videos = [media for media in SessionDescription.parse(answer).media if media.kind == "video"]
    assert [media.direction for media in videos] == ["sendonly"] + ["inactive"] * (sections - 1)
    return [{codec.name for codec in media.rtp.codecs} for media in videos]


@pytest.mark.parametrize("coding", ["H264", "VP8"])
@given(preferred=st.permutations(range(len(CODECS))), sections=st.integers(1, 3))
@settings(max_examples=10, deadline=None)
def test_pictures_travel_in_their_own_coding_whatever_a_client_would_rather_have(
    coding: str, preferred: list[int], sections: int
) -> None:
    sending, *_ = asyncio.run(answered(coding, preferred, sections))
    assert sending - {"rtx"} == {coding}


class Channel(AsyncIOEventEmitter):
    """A data channel over a network that may be gone."""

    label = "reply"
    readyState = "open"  # noqa: N815 (aiortc's name)

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[bytes] = []
        self.gone = 0  # of these messages

    @property
    def bufferedAmount(self) -> int:  # noqa: N802 (aiortc's name)
        return sum(map(len, self.taken[self.gone :]))

    def send(self, data: bytes) -> None:
        self.taken.append(data)

    def recover(self) -> None:
        self.gone = len(self.taken)
        self.emit("bufferedamountlow")


@given(size=st.integers(1, 2 * MAX_BUFFERED), count=st.integers(0, 50))
@settings(max_examples=25, deadline=None)
def test_messages_wait_in_order_for_a_network_that_takes_nothing(size: int, count: int) -> None:
    async def talk() -> None:
        connection, channel = Connection(lambda _: None, reply_over="reply"), Channel()
        connection._take_channel(channel)  # type: ignore[arg-type]
        messages = [bytes([n]) * size for n in range(count)]
        for message in messages:
            connection.send(message)
            assert channel.bufferedAmount < MAX_BUFFERED + size
        for _ in messages:
            channel.recover()
            assert channel.bufferedAmount < MAX_BUFFERED + size
        assert channel.taken == messages
        await connection.close()

    asyncio.run(talk())


def test_of_too_many_messages_the_newest_are_kept() -> None:
    async def talk() -> None:
        connection, channel = Connection(lambda _: None, reply_over="reply"), Channel()
        connection._take_channel(channel)  # type: ignore[arg-type]
        connection.send(bytes(MAX_BUFFERED))
        messages = [n.to_bytes(2) for n in range(MAX_UNSENT + 5)]
        for message in messages:
            connection.send(message)
        channel.recover()
        assert channel.taken[1:] == messages[5:]
        await connection.close()

    asyncio.run(talk())


def test_more_than_a_channel_may_hold_arrives_whole_and_in_order() -> None:
    messages = [n.to_bytes(2) * 500 for n in range(300)]

    async def talk() -> list[bytes]:
        connection = Connection(lambda _: None)
        connection.open_channel("reply")
        for message in messages:
            connection.send(message)
        client = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        came: list[bytes] = []
        complete = asyncio.Event()

        def take(message: bytes) -> None:
            came.append(message)
            if len(came) == len(messages):
                complete.set()

        client.add_listener("datachannel", lambda channel: channel.add_listener("message", take))
        offer = RTCSessionDescription(await connection.offer(), "offer")
        await client.setRemoteDescription(offer)
        await client.setLocalDescription(await client.createAnswer())
        await connection.accept(client.localDescription.sdp)
        async with asyncio.timeout(60):
            await complete.wait()
        await client.close()
        await connection.close()
        return came

    assert asyncio.run(talk()) == messages
