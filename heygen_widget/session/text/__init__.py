"""Text on its way to an avatar: what people have, made what a voice can say, in good portions.

Pure: no input or output, no event loop, nothing known of sessions.
"""

from heygen_widget.session.text.chunks import UnspeakableChunk, pieces, text_of
from heygen_widget.session.text.coalescer import Coalescer
from heygen_widget.session.text.markdown import PlainText
from heygen_widget.session.text.speakable import LONGEST_TEXT, clean, speakable
from heygen_widget.session.text.verbatim import Verbatim

__all__ = [
    "LONGEST_TEXT",
    "Coalescer",
    "PlainText",
    "UnspeakableChunk",
    "Verbatim",
    "clean",
    "pieces",
    "speakable",
    "text_of",
]
