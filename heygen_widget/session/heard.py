"""What of the texts was heard with each word, and the author's text made of it again."""

from array import array
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from heygen_widget.api.models import WordEvent
from heygen_widget.api.transcript import WrittenWord, separator
from heygen_widget.session.speech import SpeechStatus
from heygen_widget.session.word_log import WordLog

if TYPE_CHECKING:
    from heygen_widget.session.delivery import Delivery


class Heard(NamedTuple):
    """What of a text is heard with a word: its characters from `start` to `end`."""

    speech: "Delivery | None"
    start: int
    end: int


class PlacedWords(WordLog):
    """Words with the place of each in the texts they belong to."""

    def __init__(self) -> None:
        super().__init__()
        self._speeches: list[Delivery | None] = []
        self._places = array("I")  # of each word: the number of its speech, the start and the end

    def add(self, words: Iterable[WordEvent], heard: Iterable[Heard]) -> None:
        """Add the next words, each with its place."""
        for word, (speech, start, end) in zip(words, heard, strict=True):
            self._places.extend((self._number_of(speech), start, end))
            self.append(word)

    def heard(self, first: int = 0, upto: int | None = None) -> tuple[Heard, ...]:
        """Return the places of the words from number `first` up to number `upto`."""
        numbers = range(len(self))[first:upto]
        return tuple(map(self._heard, numbers))

    def _heard(self, number: int) -> Heard:
        speech, start, end = self._places[3 * number : 3 * number + 3]
        return Heard(self._speeches[speech], start, end)

    def _number_of(self, speech: "Delivery | None") -> int:
        # Most words belong to the same speech as the word before.
        for number in reversed(range(len(self._speeches))):
            if self._speeches[number] is speech:
                return number
        self._speeches.append(speech)
        return len(self._speeches) - 1


class Writer:
    """Gives words the texts that their authors wrote for them, as they come.

    The texts of the words, one after the other, are what was said of the speeches, with a blank
    between two speeches where their script has any.
    """

    def __init__(self) -> None:
        self._before = ""  # the latest text that was not empty
        self._place: Heard | None = None

    def write(self, word: WordEvent, now: Heard, *, is_last: bool = False) -> WordEvent:
        """Return a word with its text; as it is if it belongs to none.

        The last word of a text that is spoken gets all that no word was heard of at its end.
        """
        if now.speech is None:
            return word
        place, self._place = self._place, now
        text = now.speech.said[now.start : now.end]
        if place is None or place.speech is not now.speech:
            text = text.lstrip()
        if place is not None and (place.speech is not now.speech or place.end < now.start):
            text = separator(self._before, text.lstrip()) + text
        if is_last and now.speech.status is SpeechStatus.SPOKEN:
            text += now.speech.said[now.end :].rstrip()
        self._before = text or self._before
        return WrittenWord(word.word, word.start, word.end, text)


class Cued:
    """Says which cue marks of the texts come due with each word, as words come.

    A mark is due with the first word of which anything is written after it.
    """

    def __init__(self) -> None:
        self._due: dict[int, int] = {}  # speech id -> marks that came due

    def due(self, now: Heard) -> range:
        """Return the numbers, in their text, of the marks that come due with the next word."""
        if now.speech is None:
            return range(0)
        marks = now.speech.marks
        first = after = self._due.get(now.speech.id, 0)
        while after < len(marks) and marks[after].at < now.end:
            after += 1
        self._due[now.speech.id] = after
        return range(first, after)


def written(words: Iterable[WordEvent], heard: Iterable[Heard]) -> list[WordEvent]:
    """Give each word the text that its author wrote for it; `heard` may be empty.

    What was not heard with a word at the end of a text that is spoken, such as its last mark, is
    added to its last word.
    """
    places = tuple(heard)
    if not places:
        return list(words)
    latest = {place.speech: number for number, place in enumerate(places)}
    writer = Writer()
    return [
        writer.write(word, place, is_last=latest[place.speech] == number)
        for number, (word, place) in enumerate(zip(words, places, strict=True))
    ]
