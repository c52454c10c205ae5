"""What is shown together, and where lines are broken."""
# ruff: noqa: RUF001, E501 - texts of many scripts are long, and hold marks that look like others

import itertools
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heygen_widget.api.transcript import WrittenWord
from heygen_widget.language.graphemes import may_cut
from heygen_widget.language.line_breaks import breaks
from heygen_widget.session.captioning import LINE, Captioner, units, width
from heygen_widget.take.captions import Caption, captions, webvtt

THAI = "สวัสดีครับวันนี้อากาศดีมากเราจะมาพูดคุยกันเกี่ยวกับเทคโนโลยีใหม่ที่จะเปลี่ยนแปลงโลกของเราอย่างสิ้นเชิง"
TEXTS = {
    "Thai": THAI,
    "Chinese": "你好，世界。今天我们来谈谈人工智能的未来，它会怎样改变我们的生活和工作方式呢？「好问题。」"
    * 2,
    "Japanese": "こんにちは、世界。今日は人工知能の未来についてお話しします。どうぞよろしくお願いいたします！",
    "Khmer": "សួស្តីពិភពលោកថ្ងៃនេះយើងនឹងនិយាយអំពីបច្ចេកវិទ្យាថ្មីដែលនឹងផ្លាស់ប្តូរពិភពលោក",
    "Lao": "ສະບາຍດີທຸກຄົນມື້ນີ້ພວກເຮົາຈະມາລົມກັນກ່ຽວກັບເທັກໂນໂລຊີໃໝ່ທີ່ຈະປ່ຽນແປງໂລກ",
    "Burmese": "မင်္ဂလာပါကမ္ဘာကြီးယနေ့ကျွန်ုပ်တို့နည်းပညာအသစ်အကြောင်းပြောကြပါမည်",
    "Arabic": "مرحبا بالعالم. اليوم سنتحدث عن مستقبل الذكاء الاصطناعي وكيف سيغير حياتنا وعملنا؟ نعم.",
    "Hindi": "नमस्ते दुनिया। आज हम कृत्रिम बुद्धिमत्ता के भविष्य के बारे में बात करेंगे और यह हमारे जीवन को कैसे बदलेगी।",
    "English": '3.14 (about 22/7), "roughly" 45% of $5.00, e.g. C++ & R&D. Dr. No left on Jan. 3.\n\nHe was late!',
}


def _whole(text: str, seconds: float = 20.0) -> list[WrittenWord]:
    """Report a text as one word."""
    return [WrittenWord(text, 0.0, seconds, text)]


def _by_word(text: str) -> list[WrittenWord]:
    """Report a text word by word, as a browser or ICU would cut it."""
    at = [0, *breaks(text), len(text)]
    pieces = [text[start:end] for start, end in itertools.pairwise(at)]
    return [
        WrittenWord(piece.strip(), n * 0.3, n * 0.3 + 0.3, piece) for n, piece in enumerate(pieces)
    ]


def _check(shown: list[Caption], text: str) -> None:
    for caption in shown:
        lines = caption.text.split("\n")
        assert len(lines) <= 2
        assert max(map(width, lines)) <= LINE
        assert caption.end > caption.start
    for before, after in itertools.pairwise(shown):
        assert before.end <= after.start
    assert "".join("".join(caption.text for caption in shown).split()) == "".join(text.split())


@pytest.mark.parametrize("reported", [_whole, _by_word])
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_captions_of_any_script_have_two_short_lines(text: str, reported: object) -> None:
    _check(captions(reported(text)), text)  # type: ignore[operator]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_without_icu_they_have_too(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    breaks.cache_clear()
    monkeypatch.setitem(sys.modules, "icu4py.breakers", None)
    try:
        _check(captions(_whole(text)), text)
        _check(captions(_by_word(text)), text)
    finally:
        breaks.cache_clear()


def test_thai_is_broken_between_words() -> None:
    for caption in captions(_whole(THAI)):
        assert not caption.text.startswith(("ี", "้", "่", "์"))
    assert breaks("สวัสดีครับ") == (6,)


def test_a_caption_does_not_begin_with_a_closing_mark() -> None:
    text = TEXTS["Chinese"]
    assert not [
        c for c in captions(_whole(text)) for line in c.text.split("\n") if line[0] in "，。？」"
    ]


def test_abbreviations_end_no_caption() -> None:
    text = "This was decided by the firm Acme Inc. in Jan. 2024."
    assert [c.text for c in captions(_by_word(text))] == [
        "This was decided by the\nfirm Acme Inc. in Jan. 2024."
    ]


@pytest.mark.parametrize(
    "text",
    [
        "https://example.com/a/very/long/path/that/never/ends?query=something&more=stuff#fragment",
        "x" * 200,
        "1234567890" * 9,
        "10\u00a0000\u00a0000\u00a0km\u00a0per\u00a0hour\u00a0and\u00a0even\u00a0more\u00a0of\u00a0it",
        "soft\u00adhyphen\u00adated\u00adword\u00adthat\u00adgoes\u00adon\u00adand\u00adon\u00adand\u00adon",
        "👨‍👩‍👧‍👦" * 30,
        "🇩🇪🇫🇷🇯🇵" * 12,
        "1️⃣2️⃣" * 25,
        "(" * 70 + "what?" + ")" * 70,
        "क्षत्रिय" * 20,
        "\u1112\u1161\u11ab" * 40,
        "𝒜𝓁𝓁" * 40,
        "名前" * 60,
    ],
)
def test_what_has_no_place_to_break_is_torn_between_characters(text: str) -> None:
    shown = captions(_whole(text))
    _check(shown, text)
    starts = [line for caption in shown for line in caption.text.split("\n")]
    at = 0
    for line in starts[:-1]:
        at = text.index(line, at) + len(line)
        assert may_cut(text, at)


@given(
    st.sampled_from(["สวัสดีครับ วันนี้", "e\u0301e\u0300 a", "👨‍👩‍👧 🇩🇪🇫🇷", "नमस्ते दुनिया", "1️⃣ x"]),
    st.data(),
)
def test_a_service_that_cuts_within_characters_makes_no_caption_begin_there(
    text: str, data: st.DataObject
) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(1, len(text) - 1), max_size=8)))
    pieces = [text[a:b] for a, b in itertools.pairwise([0, *cuts, len(text)])]
    words = [WrittenWord(piece, n * 3.0, n * 3.0 + 0.5, piece) for n, piece in enumerate(pieces)]
    at = 0
    for caption in captions(words)[:-1]:
        at = text.index(caption.text, at) + len(caption.text)
        assert may_cut(text, at)


def test_words_at_one_moment_make_no_caption_without_time() -> None:
    words = [WrittenWord(f"word{n}", 1.0, 1.0, f" word{n}") for n in range(100)]
    shown = captions(words)
    _check(shown, " ".join(word.word for word in words))
    stamps = [line for line in webvtt(shown).splitlines() if "-->" in line]
    assert not [line for line in stamps if len(set(line.split(" --> "))) == 1]


_text = st.text(
    st.sampled_from(
        "aZ ßé9 %$&.!?,\"'()-— 你世。ありカ한ไทยนี้ລາວភាသာမြန်हिन\u0301\u200d👍🇩🇪½\u3000\n"
    ),
    max_size=200,
)


@given(st.lists(st.tuples(_text, st.floats(0, 12), st.floats(0, 2)), max_size=12))
def test_captions_of_any_text_however_cut_say_all_of_it(
    pieces: list[tuple[str, float, float]],
) -> None:
    now, words = 0.0, []
    for text, length, pause in pieces:
        words.append(WrittenWord(text, now, now + length, text))
        now += length + pause
    shown = captions(words)
    text = "".join(piece for piece, _, _ in pieces)
    assert "".join("".join(caption.text for caption in shown).split()) == "".join(text.split())
    for caption in shown:
        lines = caption.text.split("\n")
        assert len(lines) <= 2
        assert len(lines) == 1 or max(map(width, lines)) <= LINE
        assert caption.end > caption.start


@given(st.lists(st.tuples(_text, st.floats(0, 3), st.floats(0, 2)), max_size=12))
def test_words_told_one_by_one_are_grouped_as_they_are_all_at_once(
    pieces: list[tuple[str, float, float]],
) -> None:
    now, words = 0.0, []
    for text, length, pause in pieces:
        words.append(WrittenWord(text, now, now + length, text))
        now += length + pause
    captioner = Captioner()
    told = [unit for word in words for unit in captioner.add(word, word.text)]
    assert told == list(units(words))
    assert "".join(unit.text for unit in told) == "".join(word.text for word in words)
