"""How long a stream takes to say a text, without making its sound.

Cuts the text as a `SpeechTrack` cuts one that is there as a whole. Knows no HTTP.
"""

from functools import lru_cache

from heygen_widget.local.voice.engine import TimedEngine
from heygen_widget.local.voice.text import pause_after, piece_length
from heygen_widget.local.voice.words import tokens

REMEMBERED = 4096
"""Pieces of text whose seconds are kept: an edit changes few."""


class Measuring:
    """Measures texts with a voice engine. Thread-safe."""

    def __init__(self, engine: TimedEngine) -> None:
        self._measure = lru_cache(maxsize=REMEMBERED)(engine.measure)

    def seconds(self, text: str, voice_id: str) -> float:
        """Return the seconds that `text` takes, with the pause after it.

        Raises
        ------
        VoiceError
            If the voice fails.
        """
        total, said = 0.0, ""
        while text:
            length = piece_length(text, hungry=False, complete=True)
            piece, text = text[:length], text[length:]
            if tokens(piece):
                said = piece
                total += self._measure(piece, voice_id)
            elif said:
                longer = pause_after(said + piece, said=True) - pause_after(said, said=True)
                said += piece
                total += max(0.0, longer)
        return total
