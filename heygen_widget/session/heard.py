"""What of the texts was heard with each word, and the author's text made of it again."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from heygen_widget.api.models import WordEvent
from heygen_widget.session.speech import SpeechStatus
from heygen_widget.transcript import WrittenWord, separator

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

    def write(self, word: WordEvent, now: Heard) -> WordEvent:
        """Return a word with its text; as it is if it belongs to none."""
        if now.speech is None:
            return word
        place, self._place = self._place, now
        text = now.speech.said[now.start : now.end]
        if place is None or place.speech is not now.speech:
            text = text.lstrip()
        if place is not None and (place.speech is not now.speech or place.end < now.start):
            text = separator(self._before, text.lstrip()) + text
        self._before = text or self._before
        return WrittenWord(word.word, word.start, word.end, text)

    def left(self, following: Heard | None = None) -> str:
        """Return what no word was heard of, at the end of a text that was said to its end.

        With `following`, what is heard next: only if that is of another text.
        """
        speech = self._place and self._place.speech
        if not speech or speech.status is not SpeechStatus.SPOKEN:
            return ""
        if following is not None and following.speech in {None, speech}:
            return ""
        left = speech.said[self._place.end :].rstrip() if self._place else ""
        self._before = left or self._before
        return left


def written(words: Iterable[WordEvent], heard: Iterable[Heard]) -> list[WordEvent]:
    """Give each word the text that its author wrote for it; `heard` may be empty.

    What was not heard with a word at the end of a text that is spoken, such as its last mark, is
    added to its last word.
    """
    places = tuple(heard)
    if not places:
        return list(words)
    writer = Writer()
    found: list[WordEvent] = []
    latest: int | None = None
    for word, now in zip(words, places, strict=True):
        _add(found, latest, writer.left(now))
        found.append(writer.write(word, now))
        if now.speech is not None:
            latest = len(found) - 1
    _add(found, latest, writer.left())
    return found


def _add(words: list[WordEvent], number: int | None, text: str) -> None:
    word = words[number] if number is not None else None
    if number is not None and text and isinstance(word, WrittenWord):
        words[number] = WrittenWord(word.word, word.start, word.end, word.text + text)
