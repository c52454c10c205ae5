"""One WebRTC connection to a viewer, with aiortc: descriptions, candidates, media, data channels.

Knows no signalling: the caller sends the descriptions to the other side.
"""

import asyncio
import ipaddress
from collections import deque
from collections.abc import Callable
from typing import Any, Final

import aioice.ice
from aiortc import (
    RTCConfiguration,
    RTCDataChannel,
    RTCIceCandidate,
    RTCPeerConnection,
    RTCRtpSender,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.rtcconfiguration import RTCBundlePolicy
from aiortc.sdp import candidate_from_sdp

from heygen_widget.local.v1.livekit.tracks import Audience, Subscription

MAX_UNSENT: Final = 1000
"""Maximum messages that wait for a channel; older ones are dropped."""

MAX_BUFFERED: Final = 64 * 1024
"""Buffered bytes of a channel above which messages wait."""

MAX_CANDIDATES: Final = 100
MAX_MEDIA: Final = 64
"""Maximum media sections of a description. Browsers list a few; the work grows quadratically."""

_MULTICAST: Final = ".local"
_ALL_LOST: Final = 256  # RTCP counts lost packets in parts of this

_host_addresses: Final = aioice.ice.get_host_addresses


def _with_loopback(use_ipv4: bool, use_ipv6: bool) -> list[str]:  # noqa: FBT001 - aioice's own
    """Return this machine's addresses, loopback first.

    aioice (0.13) omits 127.0.0.1, the only one that works without a network.
    """
    return ["127.0.0.1", *_host_addresses(use_ipv4, use_ipv6)]


aioice.ice.get_host_addresses = _with_loopback


class DescriptionError(ValueError):
    """A description or candidate that cannot be used; the message says why."""


class Connection:
    """A connection that carries the avatar, or only a viewer's data.

    Parameters
    ----------
    on_data
        Called with each message from any data channel.
    audience
        Where to subscribe once the connection is up; None to show nothing.
    coding
        Codec of the pictures: ``"H264"`` or ``"VP8"``.
    reply_over
        Label of the channel for `send`, which the other side opens.

    Attributes
    ----------
    subscription
        What is sent over this connection; None without an audience.
    """

    def __init__(
        self,
        on_data: Callable[[bytes | str], None],
        *,
        audience: Audience | None = None,
        coding: str = "",
        reply_over: str = "",
    ) -> None:
        # An explicit list: otherwise aiortc would use a public STUN server.
        self._pc = RTCPeerConnection(
            RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        self._on_data = on_data
        self._audience = audience
        self._coding = coding
        self.subscription = Subscription() if audience is not None else None
        self._candidates = 0  # that were trickled
        self._describing = asyncio.Lock()  # aiortc leaves open what it closes while it describes
        self._channel: RTCDataChannel | None = None
        self._reply_over = reply_over
        self._unsent: deque[bytes] = deque(maxlen=MAX_UNSENT)
        self._pc.add_listener("connectionstatechange", self._follow)
        self._pc.add_listener("datachannel", self._take_channel)

    @property
    def connected(self) -> bool:
        """Whether the connection is up."""
        return self._pc.connectionState == "connected"

    @property
    def lost(self) -> bool:
        """Whether the connection is lost for good: aiortc (1.16) cannot restart it."""
        return self._pc.connectionState in {"failed", "closed"}

    def add_avatar(self, *, stream: str = "", video: str = "", sound: str = "") -> None:
        """Send the avatar's picture and sound, under these names if given."""
        if self.subscription is None:
            return
        for track, name in ((self.subscription.sound, sound), (self.subscription.video, video)):
            transceiver = self._pc.addTransceiver(track, direction="sendonly")
            # aiortc (1.16) has no public way to name them.
            if name:
                sender = transceiver.sender
                sender._stream_id, sender._track_id = stream, name  # noqa: SLF001
            if transceiver.kind == "video":
                self._prefer(transceiver)

    def open_channel(self, label: str, *, lossy: bool = False) -> None:
        """Open a data channel; `send` uses the reliable one."""
        if lossy:
            channel = self._pc.createDataChannel(label, ordered=False, maxRetransmits=0)
        else:
            channel = self._pc.createDataChannel(label)
            self._use(channel)
        channel.add_listener("message", self._on_data)

    def send(self, data: bytes) -> None:
        """Send `data` as soon as an open channel has room for it."""
        self._unsent.append(data)
        self._flush()

    async def offer(self) -> str:
        """Return an offer of everything added, with all candidates."""
        async with self._describing:
            await self._pc.setLocalDescription(await self._pc.createOffer())
            return self._pc.localDescription.sdp

    async def answer(self, offer: str) -> str:
        """Return the answer to the other side's offer."""
        async with self._describing:
            await self._describe(offer, "offer")
            await self._pc.setLocalDescription(await self._pc.createAnswer())
            return self._pc.localDescription.sdp

    async def accept(self, answer: str) -> None:
        """Apply the other side's answer."""
        async with self._describing:
            await self._describe(answer, "answer")

    async def add_candidate(self, init: dict[str, Any]) -> None:
        """Add an ICE candidate in the form that browsers use."""
        line = init.get("candidate")
        if not line:  # there are no more
            return
        candidate = _candidate(line)
        # Skip mDNS names, whose owner will connect to us, and TCP, which is not supported.
        if candidate.ip.endswith(_MULTICAST) or candidate.protocol.lower() != "udp":
            return
        self._candidates += 1
        if self._candidates > MAX_CANDIDATES:
            raise DescriptionError(f"A connection accepts at most {MAX_CANDIDATES} candidates.")
        candidate.sdpMid = init.get("sdpMid")
        candidate.sdpMLineIndex = init.get("sdpMLineIndex")
        try:
            await self._pc.addIceCandidate(candidate)
        except Exception as error:  # aiortc raises whatever comes to it
            raise DescriptionError(f"That candidate cannot be used: {error!r:.200}.") from error

    def tracks_by_mid(self, names: dict[str, str]) -> dict[str, str]:
        """Return the track of each media section; `names` has the track of each kind."""
        return {
            each.mid: names[each.kind]
            for each in self._pc.getTransceivers()
            if each.sender.track is not None and each.mid is not None
        }

    async def loss(self) -> float:
        """Return the share of recent packets that the other side reports lost."""
        reports = (await self._pc.getStats()).values()
        missed = [each.fractionLost for each in reports if each.type == "remote-inbound-rtp"]
        return max(missed, default=0) / _ALL_LOST

    async def close(self) -> None:
        """End the connection. Closing again is harmless."""
        if self._audience is not None and self.subscription is not None:
            self._audience.leave(self.subscription)
            self.subscription.video.stop()
            self.subscription.sound.stop()
        async with self._describing:
            await self._pc.close()

    async def _describe(self, sdp: str, kind: str) -> None:
        lines = sdp.splitlines()
        candidates = [line[2:] for line in lines if line.startswith("a=candidate:")]
        media = sum(line.startswith("m=") for line in lines)
        if media > MAX_MEDIA or len(candidates) > MAX_CANDIDATES:
            raise DescriptionError(
                f"That {kind} cannot be used: it lists more than {MAX_MEDIA} media or "
                f"{MAX_CANDIDATES} candidates."
            )
        for line in candidates:
            _candidate(line)
        try:
            await self._pc.setRemoteDescription(RTCSessionDescription(sdp, kind))
        except Exception as error:  # aiortc's parser raises whatever comes to it
            raise DescriptionError(f"That {kind} cannot be used: {error!r:.200}.") from error

    def _prefer(self, transceiver: RTCRtpTransceiver) -> None:
        """Restrict video to the codec of the pictures.

        Before the other side's description is applied, since aiortc (1.16) chooses then.
        """
        codecs = RTCRtpSender.getCapabilities("video").codecs
        transceiver.setCodecPreferences(
            [codec for codec in codecs if codec.name in {self._coding, "rtx"}]
        )

    def _follow(self) -> None:
        if self._audience is None or self.subscription is None:
            return
        if self._pc.connectionState == "connected":
            self._audience.take(self.subscription)
        elif self.lost:
            self._audience.leave(self.subscription)

    def _take_channel(self, channel: RTCDataChannel) -> None:
        channel.add_listener("message", self._on_data)
        if channel.label == self._reply_over:
            self._use(channel)

    def _use(self, channel: RTCDataChannel) -> None:
        self._channel = channel
        channel.add_listener("open", self._flush)
        channel.add_listener("bufferedamountlow", self._flush)
        self._flush()

    def _flush(self) -> None:
        """Send as many waiting messages as possible.

        A client may enter the room before its channels are open. While its network is down, a
        channel (aiortc 1.16) would buffer without limit.
        """
        channel = self._channel
        while (
            channel is not None
            and channel.readyState == "open"
            and channel.bufferedAmount < MAX_BUFFERED
            and self._unsent
        ):
            channel.send(self._unsent.popleft())


def _candidate(line: object) -> RTCIceCandidate:
    """Parse a candidate. aiortc would accept any address and port, and fail later."""
    try:
        candidate = candidate_from_sdp(str(line).removeprefix("candidate:"))
        candidate.ip = candidate.ip.lower()
        known = candidate.ip.endswith(_MULTICAST) or ipaddress.ip_address(candidate.ip)
        if known and 0 <= candidate.port < 2**16 and 0 <= candidate.priority < 2**32:
            return candidate
    except (AssertionError, ValueError):
        pass
    raise DescriptionError(f"This is not an ICE candidate: {line!r:.200}.")
