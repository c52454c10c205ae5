"""What pages are told of words: the author's text, its places, and the captions of the film."""

import asyncio
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from heygen_widget.api.models import WordEvent
from heygen_widget.frontend.words import Telling
from heygen_widget.session import Delivery, Heard, written
from heygen_widget.session.alignment import Aligner
from heygen_widget.session.captioning import shown
from heygen_widget.take.captions import captions

THAI = "สวัสดีครับวันนี้อากาศดีมากเราจะมาพูดคุยกันเกี่ยวกับเทคโนโลยีใหม่ที่จะเปลี่ยนแปลงโลกของเราอย่างสิ้นเชิง"


async def _send(aligner: Aligner, speech: Delivery) -> None:
    while (delta := await speech.next_delta()) is not None:
        aligner.expect(speech, delta)


def _heard(texts: list[str], words: list[WordEvent]) -> tuple[list[Delivery], list[Heard]]:
    aligner = Aligner()
    speeches = [Delivery(text, raw=True) for text in texts]
    for speech in speeches:
        asyncio.run(_send(aligner, speech))
    heard = []
    for word in words:
        aligner.take([word])
        heard.append(aligner.heard)
    return speeches, heard


def _words(text: str) -> list[WordEvent]:
    return [WordEvent(word, n * 0.4, n * 0.4 + 0.4) for n, word in enumerate(text.split())]


def _slice(text: str, start: int, end: int) -> str:
    """Return what `text.slice(start, end)` is in JavaScript."""
    return text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le")


def test_each_word_is_told_with_its_text_and_its_place_in_javascripts_count() -> None:
    words = _words("Hi there five dollars . Yes")
    speeches, heard = _heard(["Hi 👍 there: $5.00.", "Yes!"], words)
    told = Telling(3).tell(words, heard).words
    assert [word.text for word in told] == ["Hi 👍", " there:", " $5.", "", "00.", " Yes!"]
    one, two = (speech.id for speech in speeches)
    assert [word.place for word in told] == [
        (one, 0, 5),
        (one, 6, 12),
        (one, 13, 16),
        (one, 16, 16),
        (one, 16, 19),
        (two, 0, 4),
    ]


def test_a_word_as_long_as_a_text_is_told_in_parts() -> None:
    words = [WordEvent(THAI, 0.6, 9.9)]
    telling = Telling(1)
    first = telling.tell(words, _heard([THAI], words)[1])
    assert len(first.words) > 5
    assert "".join(word.text for word in first.words) == THAI
    places = [word.place for word in first.words if word.place]
    assert [THAI[start:end] for _, start, end in places] == [word.text for word in first.words]
    assert first.words[-1].end == 9.9
    assert telling.tell(_words("More")).first == len(first.words)


def test_words_of_no_known_text_are_told_with_the_usual_blanks() -> None:
    told = Telling(1).tell(_words("Hello , you ! 你 好")).words
    assert "".join(word.text for word in told) == "Hello, you!你好"
    assert {word.place for word in told} == {None}


def test_an_answer_and_a_text_are_parted_by_a_blank() -> None:
    words = _words("Fine thanks Good morning")
    _, heard = _heard(["Good morning."], words[2:])
    nowhere = Heard(None, 0, 0)
    told = Telling(1).tell(words, [nowhere, nowhere, *heard]).words
    assert [word.text for word in told] == ["Fine", " thanks", " Good", " morning."]


_text = st.text(
    st.sampled_from("abc dé9.,!?“” 你好。ไทย👍🇩🇪👩🏽\u200d🔬e\u0301שלםمرحب𐐷\n"),
    min_size=1,
    max_size=80,
)


def _pieces(texts: list[str], data: st.DataObject) -> list[WordEvent]:
    """Let a voice say some texts, cut anywhere."""
    said = " ".join(texts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(said)), max_size=20)))
    pieces = [
        said[start:end].strip()
        for start, end in zip([0, *cuts], [*cuts, len(said)], strict=True)
        if said[start:end].strip()
    ]
    return [WordEvent(piece, n * 0.7, n * 0.7 + 0.7) for n, piece in enumerate(pieces)]


@given(st.lists(_text, min_size=1, max_size=4), st.data())
def test_places_hold_in_javascript_and_a_late_page_is_told_the_same(
    texts: list[str], data: st.DataObject
) -> None:
    texts = [text for text in texts if any(map(str.isalpha, text))]
    words = _pieces(texts, data)
    speeches, heard = _heard(texts, words)
    live, late = Telling(1), Telling(1)
    told = [
        word
        for event, place in zip(words, heard, strict=True)
        for word in live.tell([event], [place]).words
    ]
    assert told == late.tell(words, heard).words
    known = {speech.id: speech.said for speech in speeches}
    ends = dict.fromkeys(known, 0)
    for word in told:
        if word.place is not None:
            speech, start, end = word.place
            assert _slice(known[speech], start, end) == word.text.lstrip()
            assert ends[speech] <= start <= end
            ends[speech] = end


@given(st.lists(_text, min_size=1, max_size=4), st.data())
def test_pages_and_films_show_the_same_captions(texts: list[str], data: st.DataObject) -> None:
    texts = [text for text in texts if any(map(str.isalpha, text))]
    words = _pieces(texts, data)
    _, heard = _heard(texts, words)
    told = Telling(1).tell(words, heard).words
    page = [
        shown("".join(word.text for word in group))
        for _, group in groupby(told, key=lambda word: word.caption)
    ]
    film = ["".join(caption.text.split()) for caption in captions(written(words, heard))]
    assert ["".join(text.split()) for text in page if text] == film
