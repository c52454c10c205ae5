"""HeyGen's earlier Streaming Avatar (v1, over WebRTC): a typed client and the session lifecycle.

Knows no notebook. HeyGen has reportedly shut the service down, so with a key all of this
ends in `EndpointSunset`; the embedded avatar server implements it.
"""

from heygen_widget.legacy.calls import end_session
from heygen_widget.legacy.events import (
    AvatarEndMessage,
    AvatarEvent,
    AvatarStartTalking,
    AvatarStopTalking,
    AvatarTalkingMessage,
    ConnectionQualityChanged,
    RoomReady,
)
from heygen_widget.legacy.joining import NobodyJoined
from heygen_widget.legacy.models import (
    ActiveSession,
    IceCandidate,
    IceServer,
    NewSession,
    Quality,
    SessionDescription,
    Spoken,
    TaskType,
    Version,
    VideoEncoding,
)
from heygen_widget.legacy.opening import Opening
from heygen_widget.legacy.session import PRICE_PER_SECOND, StreamingSession
from heygen_widget.legacy.sessions import StreamingSessions
from heygen_widget.legacy.speaker import TaskDelivery
from heygen_widget.legacy.streaming import AsyncStreaming

__all__ = [
    "PRICE_PER_SECOND",
    "ActiveSession",
    "AsyncStreaming",
    "AvatarEndMessage",
    "AvatarEvent",
    "AvatarStartTalking",
    "AvatarStopTalking",
    "AvatarTalkingMessage",
    "ConnectionQualityChanged",
    "IceCandidate",
    "IceServer",
    "NewSession",
    "NobodyJoined",
    "Opening",
    "Quality",
    "RoomReady",
    "SessionDescription",
    "Spoken",
    "StreamingSession",
    "StreamingSessions",
    "TaskDelivery",
    "TaskType",
    "Version",
    "VideoEncoding",
    "end_session",
]
