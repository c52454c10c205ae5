"""Captions: readable lines, at the time of the words."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from heygen_widget.api.models import WordEvent
from heygen_widget.take.captions import LINE, LONGEST, Caption, captions, subrip, webvtt


def _spoken(text: str, *, start: float = 0.0, pace: float = 0.3) -> list[WordEvent]:
    return [
        WordEvent(word=word, start=start + n * pace, end=start + (n + 1) * pace)
        for n, word in enumerate(text.split())
    ]


def test_a_caption_stays_while_its_words_are_heard() -> None:
    assert captions(_spoken("Hello out there , my friends !")) == [
        Caption(0.0, 2.1, "Hello out there, my friends!")
    ]


def test_a_sentence_ends_a_caption_unless_it_is_short() -> None:
    said = _spoken("Yes. Here is a sentence of some length. And another one.", pace=0.2)
    assert [caption.text for caption in captions(said)] == [
        "Yes. Here is a sentence of some length.",
        "And another one.",
    ]


def test_a_pause_ends_a_caption() -> None:
    said = [*_spoken("Let me think"), *_spoken("about it.", start=5.0)]
    first, second = captions(said)
    assert (first.end, second.start) == (1.0, 5.0)  # what is short stays for a second


def test_a_long_caption_is_broken_in_its_middle() -> None:
    (caption,) = captions(_spoken("These words are too many for a single line of text", pace=0.1))
    assert caption.text == "These words are too many\nfor a single line of text"


def test_a_word_longer_than_a_line_is_broken() -> None:
    word = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk"
    (caption,) = captions(_spoken(word))
    assert caption.text == "Donaudampfschifffahrtselek\ntrizitätenhauptbetriebswerk"


_words = st.lists(
    st.tuples(
        st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=LINE // 4 - 1),
        st.floats(0, 2),
        st.floats(0, 3),
    ),
    max_size=60,
)


@given(_words)
def test_captions_are_in_order_short_and_say_everything(
    spoken: list[tuple[str, float, float]],
) -> None:
    now = 0.0
    words = []
    for text, length, pause in spoken:
        words.append(WordEvent(word=text, start=now, end=now + length))
        now += length + pause
    shown = captions(words)
    for before, after in itertools.pairwise(shown):
        assert before.start <= before.end <= after.start
    for caption in shown:
        lines = caption.text.split("\n")
        assert len(lines) <= 2
        assert max(map(len, lines)) <= LINE
        assert caption.end - caption.start <= LONGEST
    said = "".join("".join(word.word for word in words).split())
    assert "".join("".join(caption.text for caption in shown).split()) == said


def test_webvtt_shows_text_as_text() -> None:
    shown = [Caption(0.5, 61.25, "a <b> & c\n--> d"), Caption(3599.9996, 3601.0, "e")]
    assert webvtt(shown) == (
        "WEBVTT\n\n"
        "00:00:00.500 --> 00:01:01.250\na &lt;b&gt; &amp; c\n--&gt; d\n\n"
        "01:00:00.000 --> 01:00:01.000\ne\n"
    )


def test_subrip_is_numbered() -> None:
    assert subrip([Caption(0.0, 1.0, "a"), Caption(1.0, 2.0, "b")]) == (
        "1\n00:00:00,000 --> 00:00:01,000\na\n\n2\n00:00:01,000 --> 00:00:02,000\nb\n"
    )
