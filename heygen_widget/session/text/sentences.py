"""Cuts a text that is still being written into sentences.

Knows nothing of requests or voices. Markdown is expected to be gone already.
"""

from typing import Final

from heygen_widget.language import ends_sentence, sentence_ends

LONGEST_SENTENCE: Final = 600
"""Characters after which a text without an end is cut at a word: about 40 seconds of speech."""


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
        for end in sentence_ends(self._held, final=False):
            return end
        # A portion ends where its writer paused, so this may well be the end.
        return len(self._held) if ends_sentence(self._held) else 0
