"""What a connection agrees on with the other side."""

import asyncio

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpSender
from aiortc.sdp import SessionDescription
from hypothesis import given, settings
from hypothesis import strategies as st

from heygen_widget.local.v1.livekit import Audience, Connection

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
