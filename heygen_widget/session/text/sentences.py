"""Cuts a text that still comes into sentences.

Knows nothing of requests or voices. Markdown is expected to be gone already.
"""

import re
from typing import Final

LONGEST_SENTENCE: Final = 600
"""Characters after which a text without an end is cut at a word: about 40 seconds of speech."""

_CLOSERS = r"[\"'”\u2019»)\]]*"
# An end is seen by the blank behind it, or by the end of what has come so far: a portion that was
# given out ends where its writer paused. "3." may become "3.14".
_END = re.compile(
    rf"(?:[.!?…]+{_CLOSERS}(?:\s+|(?<!\d\.)$)|[\u3002\uff01\uff1f]+[\u300d\u300f]*\s*|\n\s*\n\s*)"
)
_ABBREVIATION = re.compile(
    r"\b(?:[^\W\d_]|(?:Dr|Mr|Mrs|Ms|Prof|St|Sr|Jr|No|Nr|vs|cf|approx|ca|bzw|etc|Fig|Abb))\.$"
)


class Sentences:
    """Text in, in portions that end where a word ends; whole sentences out, nothing lost.

    Examples
    --------
    >>> text = Sentences()
    >>> text.feed("Dr. No is here. He wai")
    >>> text.take(), text.take()
    ('Dr. No is here. ', '')
    >>> text.feed("ts")
    >>> text.take(final=True)
    'He waits'
    """

    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> None:
        """Add more text."""
        self._held += text

    def take(self, *, final: bool = False) -> str:
        """Return the next sentence, or "" if it has not ended; with `final`, the rest counts."""
        at = self._end() or (len(self._held) if final else 0)
        if not at and len(self._held) > LONGEST_SENTENCE:
            at = self._held.rfind(" ", 0, LONGEST_SENTENCE) + 1 or LONGEST_SENTENCE
        sentence, self._held = self._held[:at], self._held[at:]
        return sentence

    def _end(self) -> int:
        """Return where the first sentence ends; 0 if it does not."""
        for match in _END.finditer(self._held):
            behind = self._held[match.end() : match.end() + 1]
            before = self._held[: match.end()].rstrip()
            if not behind.islower() and not _ABBREVIATION.search(before) and before:
                return match.end()
        return 0
