"""Spoken words as readable text."""

from collections.abc import Iterable

from heygen_widget.api.models import WordEvent


def as_text(words: Iterable[WordEvent]) -> str:
    """Join words with blanks, but none before a punctuation mark.

    Examples
    --------
    >>> as_text([WordEvent(word=w, start=0, end=1) for w in ("Hello", ",", "you", "!")])
    'Hello, you!'
    """
    text = ""
    for event in words:
        word = event.word.strip()
        joined = not text or not any(character.isalnum() for character in word)
        text += word if joined else f" {word}"
    return text
