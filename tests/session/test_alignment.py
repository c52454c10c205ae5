"""Whose words are whose, however a voice reports them, and the author's text made of them again."""

# ruff: noqa: RUF001 - texts of many scripts hold marks that look like others

import asyncio
import re
import time
import unicodedata
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heygen_widget.api.models import WordEvent
from heygen_widget.api.transcript import as_text
from heygen_widget.session import Delivery, Heard, SpeechStatus, written
from heygen_widget.session.alignment import Aligner


@dataclass
class Alignment:
    """What was made of the words of some texts."""

    aligner: Aligner
    speeches: list[Delivery]
    words: list[WordEvent]
    heard: list[Heard]

    @property
    def owned(self) -> list[list[str]]:
        """The words of each speech."""
        return [
            [
                word.word
                for word, heard in zip(self.words, self.heard, strict=True)
                if heard.speech is speech
            ]
            for speech in self.speeches
        ]

    @property
    def spoken(self) -> list[bool]:
        """Which speeches were said to their ends for certain."""
        return [self.aligner.is_spoken(speech) for speech in self.speeches]

    @property
    def may_be_spoken(self) -> list[bool]:
        """Which were if nothing follows."""
        return [
            self.aligner.is_spoken(speech) or self.aligner.may_be_spoken(speech)
            for speech in self.speeches
        ]

    @property
    def transcript(self) -> str:
        """What a user reads once all was spoken."""
        for speech in self.speeches:
            speech.become(SpeechStatus.SPOKEN)
        return as_text(written(self.words, self.heard))


async def _send(aligner: Aligner, speech: Delivery) -> None:
    while (delta := await speech.next_delta()) is not None:
        aligner.expect(speech, delta)


def aligned(texts: list[str], words: list[str] | str) -> Alignment:
    """Send texts, then hear words; a string holds them with blanks in between."""
    aligner = Aligner()
    speeches = [Delivery(text, raw=True) for text in texts]
    for speech in speeches:
        asyncio.run(_send(aligner, speech))
    said = words.split() if isinstance(words, str) else words
    events = [WordEvent(word=word, start=n, end=n + 1) for n, word in enumerate(said)]
    heard = []
    for event in events:
        aligner.take([event])
        heard.append(aligner.heard)
    return Alignment(aligner, speeches, events, heard)


def test_each_speech_gets_its_own_words_and_punctuation() -> None:
    found = aligned(["Hello, you.", "Good bye!"], "Hello , you . Good")
    assert found.owned == [["Hello", ",", "you", "."], ["Good"]]
    assert found.spoken == [True, False]


def test_parts_of_words_and_words_run_together_are_told_apart() -> None:
    found = aligned(["I am here", "unbelievable"], ["I am", "here", "unbe", "lievable"])
    assert found.owned == [["I am", "here"], ["unbe", "lievable"]]
    assert found.spoken == [True, True]


def test_the_middle_of_a_word_is_not_its_end() -> None:
    assert aligned(["unbelievable"], ["unbe"]).spoken == [False]
    assert aligned(["unbelievable"], ["unbe"]).may_be_spoken == [False]


@pytest.mark.parametrize(
    ("texts", "words", "owned"),
    [
        (["In 2024 we grew.", "Next."], "In twenty twenty-four we grew . Next .", [6, 2]),
        (["In 2026.", "Next."], "In twenty twenty six . Next .", [5, 2]),
        (["In 2026", "After that"], "In twenty twenty six After that", [4, 2]),
        (["Before.", "2026", "After."], "Before . twenty twenty six . After .", [2, 4, 2]),
        (["Costs $5.00", "for one dollar"], "Costs five dollars for one dollar", [3, 3]),
        (["Ask Dr. No.", "No."], "Ask Doctor No . No .", [4, 2]),
        (["5 km", "now"], "five kilometers now", [2, 1]),
        (["50%", "Then 50%"], "fifty percent Then fifty percent", [2, 3]),
        (["Yes.", "Yes.", "Yes."], "Yes . Yes . Yes .", [2, 2, 2]),
        (["R&D, e.g. C++", "x"], "R and D for example C plus plus x", [8, 1]),
        (["It is 3.14", "or 22/7"], "It is three point one four or 22 over seven", [6, 4]),
    ],
)
def test_what_is_said_in_other_words_than_written_stays_with_its_speech(
    texts: list[str], words: str, owned: list[int]
) -> None:
    found = aligned(texts, words)
    assert [len(some) for some in found.owned] == owned
    assert all(found.may_be_spoken)
    assert found.transcript == " ".join(texts)


def test_the_last_number_of_a_text_counts_as_said_at_its_full_stop_and_not_before() -> None:
    assert aligned(["It was 2026."], "It was").may_be_spoken == [False]
    assert aligned(["It was 2026."], "It was twenty twenty six").spoken == [False]
    assert aligned(["It was 2026."], "It was twenty twenty six").may_be_spoken == [True]
    assert aligned(["It was 2026."], "It was twenty twenty six .").spoken == [True]


def test_a_word_in_other_words_does_not_end_a_text_that_goes_on() -> None:
    found = aligned(["It costs $5 for one dollar bill"], "It costs five dollars")
    assert found.may_be_spoken == [False]
    found = aligned(["The colour of it is the colour"], "The color")
    assert found.may_be_spoken == [False]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("你好，世界。", ["你好", "，", "世界", "。"]),
        ("你好，世界。", ["你", "好", "世", "界"]),
        ("你好，世界。", ["你好，世界。"]),
        ("สวัสดีครับ วันนี้อากาศดีมาก", ["สวัสดีครับ วันนี้อากาศดีมาก"]),
        ("สวัสดีครับ วันนี้อากาศดีมาก", ["สวัสดี", "ครับ", "วันนี้", "อากาศ", "ดี", "มาก"]),
        ("ສະບາຍດີ ທຸກຄົນ", ["ສະບາຍດີທຸກຄົນ"]),
        ("សួស្តី ពិភពលោក។", ["សួស្តី", "ពិភពលោក", "។"]),
        ("မင်္ဂလာပါ ကမ္ဘာ", ["မင်္ဂလာပါ", "ကမ္ဘာ"]),
        ("नमस्ते दुनिया।", ["नमस्ते", "दुनिया", "।"]),
        ("السَّلام عليكم.", ["السلام", "عليكم", "."]),
        ("Café CAFÉ", ["cafe\u0301", "café"]),
        ("Ｈｅｌｌｏ　１２", ["Hello", "12"]),
        ("don’t", ["don", "'t"]),
        ("don't", ["don’t"]),
        ("Straße, İstanbul, ΣΟΦΟΣ", ["strasse", "istanbul", "σοφος"]),
        ("Wait… what?!", ["Wait...", "what", "?", "!"]),
        ("“Quoted,” she (almost) said", ["Quoted", "she", "almost", "said"]),
        ("Bonjour ! Ça va ?", ["bonjour", "ça", "va"]),
        ("한국어 문장입니다.", [unicodedata.normalize("NFD", "한국어"), "문장입니다", "."]),
    ],
)
def test_in_every_script_the_text_is_found_again_as_it_was_written(
    text: str, words: list[str]
) -> None:
    found = aligned([text], words)
    assert found.spoken == [True]
    assert found.transcript == text


def test_texts_are_parted_by_a_blank_only_where_their_script_has_one() -> None:
    assert aligned(["One.", "Two."], "One . Two .").transcript == "One. Two."
    assert aligned(["你好。", "世界。"], "你好 。 世界 。").transcript == "你好。世界。"


def test_the_final_full_stop_is_there_with_the_last_word() -> None:
    found = aligned(["Good morning."], "Good morning")
    assert as_text(written(found.words, found.heard)) == "Good morning."


def test_a_text_of_symbols_is_heard_in_whatever_way() -> None:
    assert aligned(["%"], ["%"]).spoken == [True]
    assert aligned(["%"], ["percent"]).may_be_spoken == [True]
    assert aligned(["100%"], ["100", "%"]).spoken == [True]
    assert aligned(["100%"], ["100%"]).spoken == [True]
    assert aligned(["100%"], ["100"]).spoken == [False]  # "percent" may come


def test_what_was_refused_is_not_expected_and_what_was_sent_before_it_still_is() -> None:
    aligner = Aligner()
    refused, after = Delivery("One two "), Delivery("Three four")
    asyncio.run(_send(aligner, refused))
    refused.said += "three four "
    aligner.expect(refused, "three four ")
    aligner.forget(refused)
    asyncio.run(_send(aligner, after))
    owners = [
        aligner.take([WordEvent(word=word, start=0, end=0)])[0].speech
        for word in ("One", "two", "Three", "four")
    ]
    assert owners == [refused, refused, after, after]
    assert aligner.is_spoken(after)


def test_what_is_forgotten_in_the_middle_of_a_word_does_not_hide_the_next_text() -> None:
    refused, said = Delivery("unbelievable"), Delivery("Yes.")
    aligner = Aligner()
    asyncio.run(_send(aligner, refused))
    aligner.take([WordEvent(word="un", start=0, end=0)])
    aligner.forget(refused)
    asyncio.run(_send(aligner, said))
    (yes,) = aligner.take([WordEvent(word="Yes", start=0, end=0)])
    assert yes.speech is said
    assert aligner.is_spoken(said)


@pytest.mark.parametrize("doubtful", [False, True])
def test_a_text_that_never_arrived_is_passed_over_and_is_not_in_the_transcript(
    doubtful: bool,  # noqa: FBT001
) -> None:
    aligner = Aligner()
    lost = "Then came the one that nobody ever got to hear at all, alas. " * 5
    speeches = [Delivery("First this."), Delivery(lost), Delivery("Finally we all go home now.")]
    for speech in speeches:
        asyncio.run(_send(aligner, speech))
    if doubtful:
        aligner.doubt(speeches[1])
    words = [
        WordEvent(word=word, start=0, end=0)
        for word in ["First", "this", ".", "Finally", "we", "all", "go", "home", "now", "."]
    ]
    heard = []
    for word in words:
        aligner.take([word])
        heard.append(aligner.heard)
    assert aligner.is_spoken(speeches[2])
    assert heard[-1].speech is speeches[2]
    for speech in (speeches[0], speeches[2]):
        speech.become(SpeechStatus.SPOKEN)
    assert "alas" not in as_text(written(words, heard))


_SCRIPTS = "aZ ßéİ9 %$&.!?,\"'()-—…’ 你世ありカ한ไทยนี้ລາວភាသាမြန်हिن\u0301\u200d👍🇩🇪½①\u3000\n"
_any_text = st.text(st.sampled_from(_SCRIPTS) | st.characters(exclude_categories=["Cs", "Cc"]))


def _clean(texts: list[str]) -> list[str]:
    return [text for text in texts if text.strip() and any(map(str.isalpha, text))]


@given(st.lists(_any_text, max_size=5), st.data())
def test_any_text_is_found_again_wherever_its_words_are_cut(
    given_texts: list[str], data: st.DataObject
) -> None:
    speeches = [Delivery(text, raw=True) for text in _clean(given_texts)]
    aligner = Aligner()
    for speech in speeches:
        asyncio.run(_send(aligner, speech))
    said = "".join(speech.said for speech in speeches)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(said)), max_size=12)))
    words = [
        WordEvent(word=said[start:end], start=0, end=0)
        for start, end in zip([0, *cuts], [*cuts, len(said)], strict=True)
        if said[start:end].strip()
    ]
    heard = []
    for word in words:
        aligner.take([word])
        heard.append(aligner.heard)
    for speech in speeches:
        assert aligner.is_spoken(speech)
        speech.become(SpeechStatus.SPOKEN)
    # Whatever the cuts, no piece of a text is told twice, and none is lost between two others.
    told = "".join(w for w in as_text(written(words, heard)).split())
    assert told == "".join(_of_pieces(speeches, heard).split())


def _of_pieces(speeches: list[Delivery], heard: list[Heard]) -> str:
    begun = {place.speech.id for place in heard if place.speech is not None}
    return "".join(speech.said for speech in speeches if speech.id in begun)


_ordinary = st.lists(st.from_regex(r"[a-z]{2,8}", fullmatch=True), min_size=1, max_size=12)


@given(st.lists(_ordinary, min_size=1, max_size=4), st.data())
def test_numbers_said_in_words_never_move_a_word_to_another_speech(
    plain: list[list[str]], data: st.DataObject
) -> None:
    texts, words, owners = [], [], []
    for number, some in enumerate(plain):
        text = []
        for word in some:
            text.append(word)
            words.append(word)
            owners.append(number)
            if data.draw(st.booleans()):
                text.append("2026")
                words += ["zwanzig", "SECHSundzwanzigXX"]
                owners += [number, number]
        texts.append(" ".join(text) + ".")
        words.append(".")
        owners.append(number)
    found = aligned(texts, words)
    assert [found.speeches.index(place.speech) for place in found.heard if place.speech] == owners
    assert all(found.spoken)
    assert found.transcript == " ".join(texts)


def test_an_hour_is_aligned_in_a_moment_and_what_was_heard_is_forgotten() -> None:
    text = " ".join(f"word{n}" for n in range(9000)) + "."
    started = time.process_time()
    found = aligned([text[:50_000], text[50_000:]], re.findall(r"\w+", text))
    assert time.process_time() - started < 20
    assert found.spoken == [True, True]
    assert len(found.aligner._sent._tokens) < 10
    assert len(found.aligner._sent.deltas) < 10
