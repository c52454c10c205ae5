"""Prepares text for an avatar: turns users' sources into speakable text, in good portions.

Pure: no input or output, no event loop, nothing known of sessions.
"""

from heygen_widget.session.text.chunks import INNER_STREAMS, pieces
from heygen_widget.session.text.coalescer import Coalescer
from heygen_widget.session.text.markdown import PlainText, Verbatim
from heygen_widget.session.text.marks import Mark, Marks, is_name
from heygen_widget.session.text.pronounced import has_letters, is_pronounceable
from heygen_widget.session.text.pronunciation import Pronunciation, check_entry
from heygen_widget.session.text.readers import ModelError, UnspeakableChunk
from heygen_widget.session.text.sentences import Sentences
from heygen_widget.session.text.speakable import (
    LARGEST_REQUEST,
    clean,
    in_one_request,
    size_of,
    speakable,
)

__all__ = [
    "INNER_STREAMS",
    "LARGEST_REQUEST",
    "Coalescer",
    "Mark",
    "Marks",
    "ModelError",
    "PlainText",
    "Pronunciation",
    "Sentences",
    "UnspeakableChunk",
    "Verbatim",
    "check_entry",
    "clean",
    "has_letters",
    "in_one_request",
    "is_name",
    "is_pronounceable",
    "pieces",
    "size_of",
    "speakable",
]
