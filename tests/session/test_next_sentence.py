"""Which sentence comes next decides whether a session near its limit says it."""

import asyncio

from heygen_widget.api.models import WordEvent
from heygen_widget.session import Delivery
from heygen_widget.session.speeches import Speeches


async def _send(speeches: Speeches) -> None:
    for speech in speeches.all:
        while (delta := await speech.next_delta()) is not None:
            speeches.expect(speech, delta)


def upcoming(texts: list[str], words: str) -> list[str | None]:
    """Say what comes next after each of the words."""
    deliveries = [Delivery(text, raw=True) for text in texts]
    speeches = Speeches(deliveries, lambda _: None, lambda: 0.0)
    asyncio.run(_send(speeches))
    found = []
    for word in words.split():
        speeches.hear([WordEvent(word=word, start=0, end=1)])
        sentence = speeches.next_sentence()
        found.append(sentence and sentence.strip())
    return found


def test_only_between_two_sentences_is_there_a_next_one() -> None:
    text = "Dr. No left on Jan. 3 at 3.14. He was late. Very."
    assert upcoming([text], "Dr No left on Jan 3 at 3.14 He was late Very") == [
        *[None] * 7,
        "He was late.",
        None,
        None,
        "Very.",
        "",
    ]


def test_the_next_sentence_may_be_in_the_next_text() -> None:
    assert upcoming(["One.", "Two three. Four."], "One . Two three") == [
        "Two three.",
        "Two three.",
        None,
        "Four.",
    ]


def test_sentences_end_with_the_marks_of_their_script() -> None:
    assert upcoming(["नमस्ते। आप कैसे हैं?"], "नमस्ते आप") == ["आप कैसे हैं?", None]
