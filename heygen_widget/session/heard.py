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


def written(words: Iterable[WordEvent], heard: Iterable[Heard]) -> list[WordEvent]:
    """Give each word the text that its author wrote for it.

    The texts of the words, one after the other, are what was said of the speeches, with a blank
    between two speeches where their script has any. A word that belongs to no text stays as it is.
    With `heard` empty, that is true of all.
    """
    places = tuple(heard)
    if not places:
        return list(words)
    found: list[WordEvent] = []
    text = ""  # of the latest word with one
    latest = -1  # its number
    place: Heard | None = None
    for number, (word, now) in enumerate(zip(words, places, strict=True)):
        if now.speech is None:
            found.append(word)
            continue
        if place is not None and place.speech is not now.speech:
            _add(found, latest, _rest(place))
            text = _text_of(found, latest)
        piece = now.speech.said[now.start : now.end]
        if place is None or place.speech is not now.speech:
            piece = piece.lstrip()
        if place is not None and (place.speech is not now.speech or place.end < now.start):
            piece = separator(text, piece.lstrip()) + piece
        found.append(WrittenWord(word.word, word.start, word.end, piece))
        if piece:
            text = piece
        latest, place = number, now
    if place is not None:
        _add(found, latest, _rest(place).rstrip())
    return found


def _rest(place: Heard) -> str:
    """Return what no word was heard of, at the end of a text that was said to its end."""
    speech = place.speech
    if speech is None or speech.status is not SpeechStatus.SPOKEN:
        return ""
    return speech.said[place.end :].rstrip()


def _add(words: list[WordEvent], number: int, text: str) -> None:
    word = words[number]
    if text and isinstance(word, WrittenWord):
        words[number] = WrittenWord(word.word, word.start, word.end, word.text + text)


def _text_of(words: list[WordEvent], number: int) -> str:
    """Return the text of a word, or of the nearest before it that has one."""
    while number >= 0:
        word = words[number]
        if isinstance(word, WrittenWord) and word.text:
            return word.text
        number -= 1
    return ""
