"""The words of a session as pages are told of them: with their texts, places and captions."""

from collections.abc import Iterable
from itertools import repeat

from heygen_widget.api.models import WordEvent
from heygen_widget.api.transcript import WrittenWord, separator
from heygen_widget.frontend.protocol import Word, WordsMessage
from heygen_widget.session import Cued, Heard, Writer
from heygen_widget.session.captioning import Captioner

_NOWHERE = Heard(None, 0, 0)


class Telling:
    """Tells words as they come. A word that is too long for a caption is told in parts."""

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch
        self._told = 0
        self._writer = Writer()
        self._cued = Cued()
        self._captioner = Captioner()
        self._before = ""  # the latest text that was not empty
        self._answer = ""  # the same, if it belongs to no speech
        # Speech id -> how much of it was told, in Python's count and in JavaScript's.
        self._ends: dict[int, tuple[int, int]] = {}

    def tell(self, words: Iterable[WordEvent], heard: Iterable[Heard] = ()) -> WordsMessage:
        """Make the message on further words; `heard` is empty if they belong to no known text."""
        places = tuple(heard) or repeat(_NOWHERE)
        told = [
            part
            for word, place in zip(words, places, strict=False)
            for part in self._tell(word, place)
        ]
        message = WordsMessage(epoch=self.epoch, first=self._told, words=told)
        self._told += len(told)
        return message

    def _tell(self, word: WordEvent, place: Heard) -> list[Word]:
        known = self._writer.write(word, place)
        if not isinstance(known, WrittenWord):
            return [self._tell_unwritten(word)]
        text = separator(self._answer, known.text) + known.text
        if text:
            self._before, self._answer = text, ""
        units = self._captioner.add(word, text)
        end = self._end_of(place)
        told = []
        for unit in reversed(units):
            start = end - utf16_length(unit.text.lstrip())
            told.append(
                Word(
                    word=word.word if len(units) == 1 else unit.text.strip(),
                    start=unit.start,
                    end=unit.end,
                    text=unit.text,
                    caption=unit.caption,
                    place=(place.speech.id, start, end) if place.speech else None,
                )
            )
            end -= utf16_length(unit.text)
        told[-1].cues = [*self._cued.due(place)]
        return told[::-1]

    def _tell_unwritten(self, word: WordEvent) -> Word:
        said = word.word.strip()
        text = separator(self._before, said) + said
        self._before = self._answer = said or self._before
        (unit,) = self._captioner.add(word, text, whole=True)
        return Word(word=word.word, start=word.start, end=word.end, text=text, caption=unit.caption)

    def _end_of(self, place: Heard) -> int:
        """Return where the place ends in JavaScript's count, and remember it."""
        if place.speech is None:
            return 0
        end, units = self._ends.get(place.speech.id, (0, 0))
        units += utf16_length(place.speech.said[end : place.end])
        self._ends[place.speech.id] = (max(end, place.end), units)
        return units


def utf16_length(text: str) -> int:
    """Return the length of `text` in JavaScript's count: in UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)
