"""The life of one stream: status, text feeder, words, meter. Knows no notebook."""

from heygen_widget.session.delivery import Delivery
from heygen_widget.session.errors import StreamClosed
from heygen_widget.session.events import (
    AnswerOverdue,
    CaptionsUnavailable,
    ContactLost,
    CountDiffers,
    LimitNear,
    PlaybackReady,
    Queued,
    SessionEvent,
    SpeechChanged,
    StatusChanged,
    Throttled,
    WordsSpoken,
)
from heygen_widget.session.guard import Limit
from heygen_widget.session.heard import Cued, Heard, PlacedWords, Writer, written
from heygen_widget.session.meter import PRICE_PER_SECOND, Meter
from heygen_widget.session.session import Session
from heygen_widget.session.speech import Speech, SpeechStatus
from heygen_widget.session.status import SessionStatus

__all__ = [
    "PRICE_PER_SECOND",
    "AnswerOverdue",
    "CaptionsUnavailable",
    "ContactLost",
    "CountDiffers",
    "Cued",
    "Delivery",
    "Heard",
    "Limit",
    "LimitNear",
    "Meter",
    "PlacedWords",
    "PlaybackReady",
    "Queued",
    "Session",
    "SessionEvent",
    "SessionStatus",
    "Speech",
    "SpeechChanged",
    "SpeechStatus",
    "StatusChanged",
    "StreamClosed",
    "Throttled",
    "WordsSpoken",
    "Writer",
    "written",
]
