"""What of the texts was heard with each word, and the author's text made of it again."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from heygen_widget.api.models import WordEvent
from heygen_widget.api.transcript import WrittenWord, separator
from heygen_widget.session.speech import SpeechStatus

if TYPE_CHECKING:
    from heygen_widget.session.delivery import Delivery


class Heard(NamedTuple):
    """What of a text is heard with a word: its characters from `start` to `end`."""

    speech: "Delivery | None"
    start: int
    end: int


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
