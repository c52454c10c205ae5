"""Word timestamps of one stream: their history, and its server-sent events.

Knows no voice: words arrive as they are spoken, and are sent in batches on request.
"""

import json
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import TYPE_CHECKING, Final

from heygen_widget.local.bell import Bell

if TYPE_CHECKING:
    from heygen_widget.local.voice import TimedWord

MAX_WORDS: Final = 10
MAX_SECONDS: Final = 1.0
HEARTBEAT: Final = 10.0
"""Seconds of silence after which a comment is sent, to show that the connection is alive."""


class WordHistory:
    """The words of a stream so far, and notifications of new ones. For one event loop only."""

    def __init__(self) -> None:
        self._words: list[TimedWord] = []
        self._complete = False
        self._news = Bell()

    def add(self, words: Iterable["TimedWord"]) -> None:
        """Append words that have just been spoken."""
        known = len(self._words)
        self._words.extend(words)
        if len(self._words) > known:
            self._news.ring()

    def complete(self) -> None:
        """Mark the words as complete."""
        self._complete = True
        self._news.ring()

    async def events(self) -> AsyncIterator[str]:
        """Yield all words from the first on, then the end, as server-sent events."""
        told = 0
        while True:
            for batch in _batches(self._words[told:]):
                told += len(batch)
                yield _event(batch)
            if told < len(self._words):
                continue
            if self._complete:
                yield "event: end\ndata: {}\n\n"
                return
            await self._news.wait(HEARTBEAT)
            if told == len(self._words) and not self._complete:
                yield ": still listening\n\n"


def _batches(words: list["TimedWord"]) -> Iterator[list["TimedWord"]]:
    batch: list[TimedWord] = []
    for word in words:
        full = len(batch) == MAX_WORDS or (batch and word.end - batch[0].start > MAX_SECONDS)
        if full:
            yield batch
            batch = []
        batch.append(word)
    if batch:
        yield batch


def _event(batch: list["TimedWord"]) -> str:
    words = [
        {"word": word.word, "start": round(word.start, 3), "end": round(word.end, 3)}
        for word in batch
    ]
    return f"data: {json.dumps({'words': words}, ensure_ascii=False)}\n\n"
