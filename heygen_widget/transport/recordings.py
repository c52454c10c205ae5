"""What an avatar's sessions streamed, kept as films, captions and pictures. On the private loop."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeAlias

from heygen_widget.api.models import WordEvent
from heygen_widget.api.transcript import as_text
from heygen_widget.frontend.cues import CuesMessage
from heygen_widget.frontend.protocol import SpeechMessage
from heygen_widget.frontend.words import Telling
from heygen_widget.present.figure import Figure
from heygen_widget.present.talk import Talk
from heygen_widget.session import PlacedWords, SessionEvent, StatusChanged, WordsSpoken, written
from heygen_widget.take import (
    FILM,
    MAX_INLINE,
    MAX_TALK,
    TALK,
    WIDTH,
    Recording,
    Snapshot,
    Take,
    TakeError,
    check_size,
    save,
    small_film,
    snapshot,
    unfinished,
)
from heygen_widget.take.captions import captions, moved, webvtt
from heygen_widget.transport.router import StreamRouter

NOTHING_YET: Final = "Nothing has been streamed yet: let the avatar speak first."


Presented: TypeAlias = Callable[[int], tuple[Sequence[Figure], Sequence[CuesMessage]]]
"""Gives the figures and cues of the session with an epoch."""


class Recordings:
    """The newest stream of an avatar, with its words and what was `presented`."""

    def __init__(self, router: StreamRouter, presented: Presented) -> None:
        self._router = router
        self._presented = presented
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

    async def save(self, target: Path, width: int | None = None) -> bool:
        """Save the newest take, or its captions alone; say whether the take has no gaps.

        Parameters
        ----------
        target
            The file.
        width
            Pixels of a talk's picture.

        Raises
        ------
        TakeError
            When there is nothing to save, or it cannot be written.
        """
        suffix = target.suffix.lower()
        if suffix not in {FILM, TALK}:
            words = self._words_of(self._newest)
            if not words and self._router.broadcast is None:
                raise TakeError(NOTHING_YET)
            await asyncio.to_thread(save, Take(), words, target)
            return True
        take, epoch = await self._take()
        if suffix == TALK:
            await asyncio.to_thread(self._save_talk, take, epoch, target, width or WIDTH)
        else:
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
        return await asyncio.to_thread(self._talk, take, epoch, WIDTH, MAX_INLINE)

    def _save_talk(self, take: Take, epoch: int, target: Path, width: int) -> None:
        page = self._talk(take, epoch, width, MAX_TALK).page
        with unfinished(target) as path:
            path.write_text(page, encoding="utf-8", errors="replace")

    def _talk(self, take: Take, epoch: int, width: int, most: int) -> Recording:
        """Make a recording with its page, of at most so many bytes."""
        log = self._words.get(epoch, PlacedWords())
        places = log.heard()
        words = written(log, places)
        film = small_film(take, width, most)
        figures, cues = self._presented(epoch)
        shown = webvtt(moved(captions(words), film.shift))
        heard = dict.fromkeys(place.speech for place in places if place.speech)
        page = Talk(
            film=film.data,
            poster=film.poster,
            captions=shown,
            seconds=take.seconds,
            shift=film.shift,
            words=Telling(epoch).tell(log, places),
            speeches=[
                SpeechMessage(epoch=epoch, id=each.id, text=each.text, status=each.status)
                for each in heard
            ],
            cues=cues,
            figures=figures,
        ).page
        check_size(len(page), most, width)
        return Recording(
            film=film.data,
            poster=film.poster,
            captions=shown,
            transcript=as_text(words),
            seconds=round(take.seconds, 3),
            page=page,
        )

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
