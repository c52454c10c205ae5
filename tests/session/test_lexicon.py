"""What is sent with a lexicon, and the written words that are made of what is heard."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heygen_widget.api.models import WordEvent
from heygen_widget.api.transcript import as_text
from heygen_widget.local import LocalServer
from heygen_widget.session import Delivery, SpeechStatus, written
from heygen_widget.session.alignment import Aligner
from heygen_widget.take.captions import captions
from tests.page import MakeAvatar

ENTRIES = {
    "LiDAR": "LIE-dar",
    "New York": "noo yawk",
    "nginx": "engine x",
    "GPU": "G P U",
    "C++": "C plus plus",
    "$9.99": "nearly ten dollars",
}
WORDS = [*ENTRIES, "the", "runs", "Anna's", "GPUs", "42", "on", "(new)"]
SENTENCES = st.lists(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(" ".join), min_size=1, max_size=4
).map(lambda sentences: ". ".join(sentences) + ".")


async def _deltas(delivery: Delivery) -> list[str]:
    deltas = []
    while (delta := await delivery.next_delta()) is not None:
        deltas.append(delta)
    return deltas


def _heard(text: str) -> tuple[str, str]:
    """Return what was sent for a text, and what is written for what is heard of it."""
    delivery, aligner = Delivery(text, lexicon=ENTRIES), Aligner()
    sent, base = "", 0
    for delta in asyncio.run(_deltas(delivery)):
        aligner.expect(delivery, delta, base)
        base += len(delta)
        sent += delivery.pronounced(delta)
    words = [WordEvent(word=word, start=n, end=n + 1) for n, word in enumerate(sent.split())]
    heard = aligner.take(words)
    delivery.become(SpeechStatus.SPOKEN)
    return sent, as_text(written(words, heard))


@given(SENTENCES)
def test_the_written_words_are_made_again_of_those_that_are_said(text: str) -> None:
    sent, transcript = _heard(text)
    assert transcript == text
    assert "LiDAR" not in sent


def test_each_word_stands_with_the_first_sound_of_what_is_said_for_it() -> None:
    delivery, aligner = Delivery("A LiDAR in New York.", lexicon=ENTRIES), Aligner()
    for delta in asyncio.run(_deltas(delivery)):
        aligner.expect(delivery, delta)
    words = [
        WordEvent(word=word, start=n, end=n + 1)
        for n, word in enumerate(["A", "LIE", "dar", "in", "noo", "yawk", "."])
    ]
    texts = [getattr(word, "text", None) for word in written(words, aligner.take(words))]
    assert texts == ["A", " LiDAR", "", " in", " New York", ".", ""]


def test_a_form_of_several_words_is_whole_however_slowly_it_is_written() -> None:
    async def slowly() -> list[str]:
        async def tokens() -> AsyncIterator[str]:
            for token in ("In ", "New ", "York ", "and ", "New ", "Jersey."):
                yield token
                await asyncio.sleep(0.3)  # longer than words wait to be sent

        delivery = Delivery(tokens(), lexicon=ENTRIES)
        return [delivery.pronounced(delta) for delta in await _deltas(delivery)]

    sent = asyncio.run(slowly())
    assert "".join(sent).strip() == "In noo yawk and New Jersey."
    assert len(sent) > 2


def test_what_was_put_back_is_sent_again_before_what_was_held() -> None:
    async def sent() -> str:
        delivery = Delivery("In New York.", lexicon=ENTRIES)
        delta = await delivery.next_delta()
        assert delta is not None
        delivery.put_back(delta)
        return "".join(await _deltas(delivery))

    assert asyncio.run(sent()) == "In New York. "


def test_transcript_and_captions_keep_the_written_word(
    make_avatar: MakeAvatar, swift_server: LocalServer
) -> None:
    avatar = make_avatar(local=swift_server)
    text = "Our LiDARs in New York run nginx on GPUs, for $9.99."
    speech = avatar.speak(text, lexicon=ENTRIES, final=True).result(timeout=60)
    avatar.wait(timeout=60)
    assert speech.status == "spoken"
    assert speech.text == avatar.transcript == text
    assert "LIE" in "".join(word.word for word in speech.words)
    session = avatar._controller.queue.current
    assert session is not None
    shown = captions(written(session.words, session.heard))
    assert " ".join(caption.text for caption in shown).split() == text.split()


def test_a_blank_entry_is_refused_before_anything_is_sent(make_avatar: MakeAvatar) -> None:
    avatar = make_avatar()
    with pytest.raises(ValueError, match="No voice can pronounce"):
        avatar.speak("Hello.", lexicon={"Hello": ""})
    assert avatar.status == "idle"
