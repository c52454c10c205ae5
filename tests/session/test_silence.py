"""Texts that no voice pronounces: they settle at once, and cost nothing."""
# ruff: noqa: RUF001, RUF002 - texts in many scripts

import asyncio
import unicodedata
from collections.abc import AsyncIterator, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heygen_widget import Avatar, LocalServer
from heygen_widget.session import Delivery, SpeechStatus
from heygen_widget.session.text import is_pronounceable

SILENT = [
    "1️⃣ #️⃣",
    "◽ ↔️ 🏴󠁧󠁢󠁷󠁬󠁳󠁿",
    "👍",
    "...",
    "—",
    "***",
    "👩‍🚀 🇩🇪!",
    "…?!",
    "“”",
    "~",
    "* * *",
    "。。。",
    "\u200b.",
    "||",
]


@pytest.fixture
def avatar(swift_server: LocalServer) -> Iterator[Avatar]:
    with Avatar(local=swift_server) as made:
        yield made


@pytest.mark.parametrize("text", SILENT)
@pytest.mark.parametrize("raw", [False, True])
def test_a_silent_text_settles_at_once_and_opens_nothing(
    avatar: Avatar,
    text: str,
    raw: bool,  # noqa: FBT001
) -> None:
    speech = avatar.speak(text, raw=raw)
    assert speech.result(timeout=60).status is SpeechStatus.SILENT
    assert list(speech) == []
    assert avatar.stream_id is None
    assert avatar.cost == 0


def test_a_silent_stream_settles_and_opens_nothing(avatar: Avatar) -> None:
    async def stream() -> AsyncIterator[str]:
        for piece in ("👍", " ", "...", "\n"):
            yield piece

    async def both() -> None:
        speech = await avatar.speak(stream())
        assert speech.status is SpeechStatus.SILENT
        assert [word async for word in avatar.speak(iter(SILENT[:3]))] == []

    asyncio.run(asyncio.wait_for(both(), 60))
    assert avatar.stream_id is None


def test_in_an_open_session_a_silent_text_keeps_nobody_waiting(avatar: Avatar) -> None:
    first = avatar.speak("Hello there.")
    silent = avatar.speak("👍")
    assert silent.result(timeout=60).status is SpeechStatus.SILENT
    streamed = avatar.speak(iter(["…", "!"]))
    last = avatar.speak(iter(["Good ", "bye. ", "👍 ", "***"]), final=True)
    assert streamed.result(timeout=60).status is SpeechStatus.SILENT
    assert first.result(timeout=60).status is SpeechStatus.SPOKEN
    assert last.result(timeout=60).status is SpeechStatus.SPOKEN


def test_a_stream_whose_tail_is_silent_ends_with_its_last_word(avatar: Avatar) -> None:
    speech = avatar.speak(iter(["Hello. ", "👍"])).result(timeout=60)
    assert speech.status is SpeechStatus.SPOKEN
    assert not avatar.status.ended  # as it would have at its idle timeout


def test_a_symbol_alone_is_spoken_where_the_voice_reports_it(avatar: Avatar) -> None:
    assert avatar.speak("%", final=True).result(timeout=60).status is SpeechStatus.SPOKEN


def test_a_silent_beginning_is_sent_with_what_follows() -> None:
    async def deltas() -> list[str]:
        speech = Delivery(iter(["👍 ", "... ", "Hello. "]))
        return [delta async for delta in _all(speech)]

    assert "".join(asyncio.run(deltas())).strip() == "👍 ... Hello."
    assert asyncio.run(deltas())[0].strip().startswith("👍 ... Hello")


async def _all(speech: Delivery) -> AsyncIterator[str]:
    while (delta := await speech.next_delta()) is not None:
        yield delta


@pytest.mark.parametrize(
    "text",
    [*"a7你½%$€+=&@#°ก％＆٪‰№℃㎏㈱™∞₿ﷺ﷽", "1.", "C#", "#1", "<3", "5️⃣ 5"],
)
def test_letters_digits_and_symbols_with_names_may_be_pronounced(text: str) -> None:
    assert is_pronounceable(text)
    assert not Delivery(text, raw=True).is_silent


@pytest.mark.parametrize(
    "text",
    [
        "👍🏽",
        "👨\u200d👩\u200d👧\u200d👦",
        "🏳️\u200d🌈",
        "🇩🇪🇫🇷",
        "1️⃣",
        "*️⃣#️⃣",
        "ℹ️",
        "©️",
        "‼️",
        "◾",
        "★",
        "～",
        "｜",
        "«»",
        "「」",
        "؟",
        "।",
        "።",
        "。！？",
        "---",
        "_",
        "`",
        "^_^",
        "…",
        "́",
        "\u200b",
        "\xad",
        "\ufeff",
        "\u200f",
    ],
)
def test_emoji_and_marks_of_every_script_are_silent(text: str) -> None:
    assert not is_pronounceable(text)
    assert Delivery(f"{text} {text}", raw=True).is_silent or not text.strip()


def _means_letters(character: str) -> bool:
    """Whether a symbol or mark stands for letters, or for one that voices name: ㎏, ％."""
    plain = unicodedata.normalize("NFKC", character)
    return any(c.isalnum() or c in NAMED for c in plain)


NAMED = "%‰‱٪؉&@#§¶°©®™№℃℉﷽+=<>$"


@given(
    st.text(
        st.characters(categories=["P", "Z", "So", "Sk", "M"]).filter(
            lambda c: not _means_letters(c)
        )
    )
)
def test_marks_and_pictures_are_silent_in_any_number(text: str) -> None:
    assert not is_pronounceable(text)


@given(
    st.text(),
    st.text(st.characters(categories=["L", "N"]), min_size=1),
    st.text(st.characters(exclude_characters="\ufe0f\u20e3")),
)
def test_a_letter_anywhere_is_pronounced(before: str, letter: str, after: str) -> None:
    assert is_pronounceable(before + letter + after)
