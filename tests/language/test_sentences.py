"""Sentences end in the same places for every part, in every language, however the text comes."""
# ruff: noqa: RUF001 - texts in many scripts

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heygen_widget.language import ends_sentence, sentence_ends, table

# A bar stands where a sentence ends.
ENGLISH = [
    "Hello there. |How are you? |Fine!",
    "Dr. No met Mrs. Smith at Acme Inc. on Jan. 5. |They left.",
    "He works at Acme Inc. |The company grew.",
    "See Eq. 4, Fig. 3 and Sec. II. |Gen. Smith agreed.",
    "No. |That is wrong. |See No. 5, p. 12 and vol. 3.",
    "J. R. R. Tolkien and I. M. Pei wrote e.g. plays, i.e. Hamlet. |Then they slept.",
    "The U.S. Army left the U.S. |The war was over. |It began at 5 p.m. |At 6 it ended.",
    "Vitamin C. |It helps. |So did I. |Then solve for x. |Next comes y.",
    "It is 3.14 or 2. |5 of them. |Version 2.0.1 is at example.com. |Go there.",
    "Wait… what?! |Yes. |Well... |Maybe not... or so.",
    "She said “Go.” |He went. |“Go!” he said. |(See p. 5.) |Then he left.",
    "1. Open the box. |2. Close it. |How many? |42. Really.",
    "I am. |You are. |It is so. |I was ill. |That is art. |This is the end. |I do. |Come on. |Yes.",
    "Plan B. |Take item A. |Vitamin C. |Cf. Smith vs. Berlin. |George W. Bush won.",
    "It was in 1990. |Then came 1991.",
    "A title\n\n|A paragraph\n\n|- and an item",
]
EUROPEAN = [
    "Am 3. Oktober feiern wir. |Der 2. Weltkrieg war lang. |Im 19. Jahrhundert auch.",
    "Am 3. 10. 2026 kam er z. B. Nach Rom, d. h. Italien. |Danach ging er.",
    "Das kostet ca. 5 Mio. Euro bzw. Dollar, s. Abb. 3 und Abs. 2. |Ich habe 3. |Du hast 4.",
    "Prof. Dr. Müller sagte: „Gut.“ |Sie ging. |»Nein.« |Er blieb usw. |Die Leute gingen.",
    "Hr. Meier und Fr. Huber, geb. Kasner. |Der 1. FC Köln. |Am 24. Dezember.",
    "EE. UU. es grande. |L'art. 3 della legge. |L’art. 4.",
    "« Bonjour. » |Il part avec M. Dupont. |Quoi ? |Oui, p. ex. Paris. |C'est la mer. |Bien.",
    "¿Qué tal? |¡Bien! |El Sr. López vive en la Av. Central. |Es el fin. |No.",
    "Il dott. Rossi e il Sig. Bianchi arrivano. |Sono qui. |Vedi pag. 5 e fig. 2.",
    "O Sr. Silva mora na Av. Paulista. |É o fim. |Veja a pág. 3.",
    "Это г. Москва, т. е. столица. |Он родился в 1999 г. |Он живёт на ул. Ленина, д. 5. |Это я.",
    "Τι κάνεις; |Καλά. |Ο κ. Παπάς ήρθε. |Π.χ. Αθήνα.",
    "Meneer dhr. Jansen komt bijv. Morgen. |Ik ook.",
    "Pan prof. Nowak mieszka np. Tutaj. |To koniec.",
]
OTHERS = [
    "你好。|你好？|他说：「好！」|我……不知道。|GPT-4 3.5版本很好！|对。",
    "「行く。」と言った。|本当？|はい。|３．１４です．|終わり。",
    "안녕하세요. |네. |반갑습니다! |정말?",
    "كيف حالك؟ |أنا بخير. |التقيت د. محمد. |نعم۔ |لا.",
    "नमस्ते। |आप कैसे हैं? |डॉ. शर्मा ठीक हैं॥ |हाँ।",
    "ሰላም። |እንዴት ነህ፧ |ደህና።",
    "Բարեւ։ |Ինչպես ես։ |Լավ։",
    "สวัสดี ดร. สมชาย. |ไป!",
    "မင်္ဂလာပါ။ |ကောင်းပါတယ်။",
]


# Many more, one text a line: abbreviations, ordinals, initials, times, lists and quotations in 24
# languages.
MANY = [
    line.replace("\\n", "\n")
    for line in Path(__file__).with_name("sentences.txt").read_text("utf-8").splitlines()
]


def cut(text: str) -> str:
    edges = [0, *sentence_ends(text), len(text)]
    return "|".join(text[a:b] for a, b in pairwise(edges) if text[a:b])


@pytest.mark.parametrize("text", ENGLISH + EUROPEAN + OTHERS + MANY)
def test_a_sentence_ends_where_a_reader_takes_a_breath(text: str) -> None:
    assert cut(text.replace("|", "")) == text


@pytest.mark.parametrize("text", ENGLISH + EUROPEAN + OTHERS)
def test_each_end_is_found_though_the_text_is_still_coming(text: str) -> None:
    whole = text.replace("|", "")
    ends = list(sentence_ends(whole))
    found: list[int] = []
    for length in range(len(whole) + 1):
        now = list(sentence_ends(whole[:length], final=False))
        assert now[: len(found)] == found  # what is found stays
        found = now
    assert found == [end for end in ends if end < len(whole)]


@given(st.sampled_from(MANY), st.integers(0, 400))
def test_what_is_found_while_a_text_is_still_coming_stays(text: str, length: int) -> None:
    whole = text.replace("|", "")
    ends = list(sentence_ends(whole))
    found = list(sentence_ends(whole[:length], final=False))
    assert found == ends[: len(found)]
    sure = [end for end in ends if end < min(length, len(whole)) - 60]  # the rest may wait
    assert sure == found[: len(sure)]


@pytest.mark.parametrize("mark", [mark for mark in table().terminators if mark not in "!?"])
def test_all_of_unicodes_terminators_end_a_sentence(mark: str) -> None:
    assert list(sentence_ends(f"क{mark} ख")) == [3]
    assert ends_sentence(f"क{mark}")


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("Hello", False),
        ("Hello.", True),
        ("Hello there. ", True),
        ("He said “no.”", True),
        ("He met Dr.", False),
        ("Apple Inc.", False),
        ("George W.", False),
        ("So did I.", True),
        ("z. B.", False),
        ("Pi is 3.", False),
        ("am 3. ", False),
        ("in 2024. ", True),
        ("你好。", True),
        ("؟", False),
        ("كيف؟", True),
        ("Τι κάνεις;", True),
        ("int x;", False),
        ("...", False),
        ("", False),
    ],
)
def test_whether_a_text_ends_with_a_sentence_is_told_before_more_comes(
    text: str,
    ends: bool,  # noqa: FBT001
) -> None:
    assert ends_sentence(text) == ends


WRITTEN = st.text(alphabet='aBv .!?…\n。3"”“()»;I', max_size=40)


@given(WRITTEN, WRITTEN)
def test_no_later_text_undoes_an_end(text: str, more: str) -> None:
    sure = list(sentence_ends(text, final=False))
    assert list(sentence_ends(text + more, final=False))[: len(sure)] == sure
    assert list(sentence_ends(text + more))[: len(sure)] == sure


@given(st.lists(st.sampled_from(["Dr. ", "a. ", "3. ", "No", "! ", "\n", "。", "“", " "])))
def test_ends_rise_and_lie_within_the_text(parts: list[str]) -> None:
    text = "".join(parts)
    edges = [0, *sentence_ends(text)]
    assert all(a < b <= len(text) for a, b in pairwise(edges))
