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
    ConnectionGrade,
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
    Quality,
    SessionDescription,
    SessionToken,
    Spoken,
    TaskType,
    Version,
    VideoEncoding,
)
from heygen_widget.legacy.opening import Opening
from heygen_widget.legacy.session import PRICE_PER_SECOND, StreamingSession
from heygen_widget.legacy.sessions import StreamingSessions
from heygen_widget.legacy.speaker import StreamedSpeech
from heygen_widget.legacy.streaming import AsyncStreaming

__all__ = [
    "PRICE_PER_SECOND",
    "ActiveSession",
    "ActiveSessions",
    "AsyncStreaming",
    "AvatarEndMessage",
    "AvatarEvent",
    "AvatarStartTalking",
    "AvatarStopTalking",
    "AvatarTalkingMessage",
    "ConnectionGrade",
    "ConnectionQualityChanged",
    "Done",
    "IceCandidate",
    "IceServer",
    "NewSession",
    "NobodyJoined",
    "Opening",
    "Quality",
    "RoomReady",
    "SessionDescription",
    "SessionToken",
    "Spoken",
    "StreamedSpeech",
    "StreamingSession",
    "StreamingSessions",
    "TaskType",
    "Version",
    "VideoEncoding",
    "end_session",
]
