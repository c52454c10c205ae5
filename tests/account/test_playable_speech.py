"""A speech in a notebook: words with their times, a price, and nothing that a page would run."""

import html
import re

import pytest

from heygen_widget.account.listening import sound_of
from heygen_widget.account.playable_speech import PlayableSpeech
from heygen_widget.api import SpeechFile, SpeechPart, WordEvent

PART = SpeechPart("https://files.heygen.ai/a.mp3", 3.0)
ATTACK = "</div></script><script>window.pwned = 1</script>"


def speech(text: str, *words: str, ssml: bool = False) -> PlayableSpeech:
    timed = tuple(WordEvent(word, n / 2, n / 2 + 0.4) for n, word in enumerate(words))
    return PlayableSpeech(text, (PART,), timed, ssml, audio=b"ID3", made=1.0)


def marked(page: str) -> list[tuple[str, str]]:
    return re.findall(r'<span data-start="([\d.]+)">([^<]*)</span>', page)


def test_each_word_is_marked_with_its_time_and_all_text_is_there() -> None:
    page = speech("Hello,  world. Bye", "Hello", ",", "world", ".").page

    assert marked(page) == [("0.000", "Hello"), ("0.500", ","), ("1.000", "world"), ("1.500", ".")]
    body = page[page.index('<div id="text"') : page.index("<footer>")]
    assert html.unescape(re.sub("<[^>]*>", "", body)) == "Hello,  world. Bye"


def test_tags_of_breaks_are_not_shown() -> None:
    page = speech('One <break time="1s"/> &amp; two', "One", "two", ssml=True).page

    assert "break" not in page
    assert [word for _, word in marked(page)] == ["One", "two"]
    assert "&amp;" in page


@pytest.mark.parametrize("words", [(ATTACK,), (), ("elsewhere",)])
def test_what_others_wrote_is_text(words: tuple[str, ...]) -> None:
    page = speech(ATTACK, *words).page

    assert page.count("<script>") == 1
    assert "default-src 'none'; script-src 'sha256-" in page
    assert page not in speech(ATTACK, *words)._repr_html_()


def test_it_says_what_it_costs_and_what_a_face_would() -> None:
    assert speech("Hello.").price == "3.0 s, ≈ $0.0020; with an avatar's face ≈ $0.15"


def test_a_page_carries_its_sound_and_asks_for_nothing() -> None:
    page = speech("Hello.").page

    assert "data:audio/mpeg;base64,SUQz" in page
    assert "https://" not in page


def test_a_session_gets_the_sound_as_it_is() -> None:
    several = (PART, PART)

    assert sound_of(speech("Hello.")) == PART.audio_url
    assert sound_of(PlayableSpeech("Hi", several, audio=b"ID3")) == b"ID3"
    with pytest.raises(ValueError, match="2 files"):
        sound_of(SpeechFile("Hi", several))
