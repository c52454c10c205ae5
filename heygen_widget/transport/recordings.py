"""What an avatar's sessions streamed, kept as films, captions and pictures. On the private loop."""

import asyncio
from pathlib import Path
from typing import Final

from heygen_widget.api.models import WordEvent
from heygen_widget.session import PlacedWords, SessionEvent, StatusChanged, WordsSpoken, written
from heygen_widget.take import FILM, Recording, Snapshot, Take, TakeError, record, save, snapshot
from heygen_widget.transport.router import StreamRouter

NOTHING_YET: Final = "Nothing has been streamed yet: let the avatar speak first."


class Recordings:
    """The newest stream of an avatar, with its words."""

    def __init__(self, router: StreamRouter) -> None:
        self._router = router
        self._words: dict[int, PlacedWords] = {}  # by epoch
        self._newest = 0  # the epoch of which something was heard last

    def follow(self, epoch: int, event: SessionEvent) -> None:
        """Keep the words of the session with this epoch, and of the newest stream before."""
        begun = isinstance(event, StatusChanged | WordsSpoken)  # not one that waits for its turn
        if begun and epoch > self._newest:
            self._newest = epoch
            stream = self._router.broadcast
            kept = stream.epoch if stream else None
            self._words = {one: words for one, words in self._words.items() if one == kept}
        match event:
            case WordsSpoken(log=PlacedWords() as words):
                self._words[epoch] = words

    async def save(self, target: Path) -> bool:
        """Save the newest take, or its captions alone; say whether the take has no gaps.

        Raises
        ------
        TakeError
            When there is nothing to save, or it cannot be written.
        """
        if target.suffix.lower() != FILM:
            words = self._words_of(self._newest)
            if not words and self._router.broadcast is None:
                raise TakeError(NOTHING_YET)
            await asyncio.to_thread(save, Take(), words, target)
            return True
        take, epoch = await self._take()
        await asyncio.to_thread(save, take, self._words_of(epoch), target)
        return take.whole

    async def record(self) -> Recording:
        """Make a recording of the newest take.

        Raises
        ------
        TakeError
            When there is nothing to show, or too much.
        """
        take, epoch = await self._take()
        return await asyncio.to_thread(record, take, self._words_of(epoch))

    async def snapshot(self, width: int | None = None) -> Snapshot:
        """Make an image of the newest picture, `width` pixels wide or as it is.

        Raises
        ------
        TakeError
            When there is none.
        """
        stream = self._router.broadcast
        parts = await stream.newest_parts() if stream else []
        return await asyncio.to_thread(snapshot, parts, width)

    def _words_of(self, epoch: int) -> list[WordEvent]:
        """Return what was said in a session, as it was written."""
        words = self._words.get(epoch, PlacedWords())
        return written(words, words.heard())

    async def _take(self) -> tuple[Take, int]:
        """Return the newest take, and the epoch of its session."""
        stream = self._router.broadcast
        if stream is None:
            raise TakeError(NOTHING_YET)
        return await stream.whole_take(), stream.epoch
