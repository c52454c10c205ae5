"""HeyGen's earlier Streaming Avatar (v1, over WebRTC): a typed client, and a session's life.

Knows no notebook. HeyGen is reported to have taken the service out of service, so that all of this
ends in `EndpointSunset`; the embedded avatar server speaks it.
"""

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
    ActiveSessions,
    Done,
    IceCandidate,
    IceServer,
    NewSession,
    SessionDescription,
    SessionToken,
    Spoken,
)
from heygen_widget.legacy.opening import Opening
from heygen_widget.legacy.session import StreamingSession
from heygen_widget.legacy.speaker import Task
from heygen_widget.legacy.streaming import AsyncStreaming, Streaming

__all__ = [
    "ActiveSession",
    "ActiveSessions",
    "AsyncStreaming",
    "AvatarEndMessage",
    "AvatarEvent",
    "AvatarStartTalking",
    "AvatarStopTalking",
    "AvatarTalkingMessage",
    "ConnectionQualityChanged",
    "Done",
    "IceCandidate",
    "IceServer",
    "NewSession",
    "NobodyJoined",
    "Opening",
    "RoomReady",
    "SessionDescription",
    "SessionToken",
    "Spoken",
    "Streaming",
    "StreamingSession",
    "Task",
]
