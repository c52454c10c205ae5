# ruff: noqa: RUF001 - texts in several scripts

import sys
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from heygen_widget.local.voice import SAMPLE_RATE, SpokenAudio, VoiceError, load_engine
from heygen_widget.local.voice.casting import VOICES, Voice
from heygen_widget.local.voice.languages import language_runs
from heygen_widget.local.voice.narrator import Narrator
from tests.local.voice.loudness import decibels, lufs

SENTENCE = "Hello, I am your live avatar. Ask me anything, and I will explain it."


@pytest.fixture(scope="module")
def espeak() -> Narrator:
    return Narrator()


def cast(espeak: Narrator, voice_id: str) -> Voice:
    """Return the voice of an id, whoever asked for it."""
    return espeak._espeak.voice_for(voice_id)._replace(id="")


def one_of_each_voice(espeak: Narrator) -> dict[Voice, str]:
    """Return an id for every built-in voice."""
    found: dict[Voice, str] = {}
    for n in range(200):
        found.setdefault(cast(espeak, f"voice_{n}"), f"voice_{n}")
    return found


def test_ids_reach_every_voice_and_always_the_same_one(espeak: Narrator) -> None:
    assert set(one_of_each_voice(espeak)) == set(VOICES)
    assert len(VOICES) >= 4
    assert cast(Narrator(), "1bd001e7e50f421d891986aad5158bc8") == cast(
        espeak, "1bd001e7e50f421d891986aad5158bc8"
    )


@pytest.mark.parametrize(
    ("voice_id", "language", "variant"),
    [
        ("fr", "fr", ""),
        ("de+f2", "de", "f2"),
        ("FR-fr", "fr", ""),
        ("pt_BR", "pt-br", ""),
        ("en-GB", "en", ""),
    ],
)
def test_a_language_tag_chooses_the_language(
    espeak: Narrator, voice_id: str, language: str, variant: str
) -> None:
    voice = cast(espeak, voice_id)

    assert (voice.language, voice.variant) == (language, variant)


@pytest.mark.parametrize("voice_id", ["", "xx", "x" * 5000, "\ud800", "../en", "en\0", "日本語"])
def test_any_id_has_a_voice(espeak: Narrator, voice_id: str) -> None:
    assert cast(espeak, voice_id) in VOICES


def test_voices_are_equally_loud_and_never_clip(espeak: Narrator) -> None:
    for voice_id in one_of_each_voice(espeak).values():
        sound = espeak.speak(SENTENCE, voice_id)

        assert lufs(sound.samples) == pytest.approx(-16.0, abs=1.0)
        assert -8.0 < decibels(sound.samples) < -0.9


@pytest.mark.parametrize(
    ("voice_id", "text"),
    [
        ("de", "Hallo, ich bin dein Avatar. Frag mich alles, und ich erkläre es dir gern."),
        ("fr+f2", "Bonjour, je suis votre avatar. Je vous expliquerai tout, volontiers."),
        ("es", "Hola, soy tu avatar. Pregúntame lo que quieras y te lo explicaré con gusto."),
        ("ru", "Привет, я твой аватар. Спроси меня о чём угодно, и я всё объясню."),
        ("ja", "こんにちは、わたしはあなたのアバターです。"),
    ],
)
def test_other_languages_are_as_loud(espeak: Narrator, voice_id: str, text: str) -> None:
    assert lufs(espeak.speak(text, voice_id).samples) == pytest.approx(-16.0, abs=1.1)


def test_voices_sound_different(espeak: Narrator) -> None:
    sounds = [espeak.speak(SENTENCE, each) for each in one_of_each_voice(espeak).values()]

    assert len({sound.samples.tobytes() for sound in sounds}) == len(VOICES)


def test_speech_begins_at_once_and_pauses_after_a_mark(espeak: Narrator) -> None:
    def sounding(audio: SpokenAudio) -> tuple[float, float]:
        loud = np.flatnonzero(np.abs(audio.samples) > 200) / SAMPLE_RATE
        return float(loud[0]), audio.seconds - float(loud[-1])

    lead, rest = sounding(espeak.speak("Hello there.", "x"))
    _, rest_of_fragment = sounding(espeak.speak("Hello there ", "x"))

    assert lead < 0.03
    assert 0.25 < rest < 0.45
    assert rest_of_fragment < 0.05


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\x00",
        "\x01\x02\x1b[31m",
        "\x0150P loud",
        "👍🏽👩‍💻🏴‍☠️",
        "!?...",
        "<speak><break time='60s'/></speak>",
        "[[h@l'oU]]",
        "&lt;&#0;",
        "שלום עולם",
        "مرحبا بالعالم",
        "你好，世界。",
        "こんにちは、世界",
        "สวัสดีครับ",
        "\ud800\udfff",
        "\u202eabc\u202c",
        "e\u0301" * 50,
        "x" * 2000,
        "9" * 300,
        "Zürich, naïve, Ελληνικά, Привет & 漢字 in one",
    ],
)
def test_strange_text_is_spoken_or_passed_over(espeak: Narrator, text: str) -> None:
    audio = espeak.speak(text, "somebody")

    times = [time for word in audio.words for time in (word.start, word.end)]
    assert all(0.0 <= time <= audio.seconds for time in times)
    assert [cue.time for cue in audio.cues] == sorted(cue.time for cue in audio.cues)
    assert espeak.speak("Still here.", "somebody").seconds > 0.5


def test_markup_is_never_obeyed(espeak: Narrator) -> None:
    assert espeak.speak("<speak>a <break time='60s'/> b</speak>", "x").seconds < 20


@pytest.mark.parametrize(
    ("text", "own", "expected"),
    [
        ("Hello", "en-us", [(0, "Hello", "en-us")]),
        ("Say 你好 now", "en-us", [(0, "Say ", "en-us"), (4, "你好 ", "cmn"), (7, "now", "en-us")]),
        ("漢字とかな", "fr", [(0, "漢字とかな", "ja")]),
        ("Привет", "uk", [(0, "Привет", "uk")]),
        ("Привет", "de", [(0, "Привет", "ru")]),
        ("Hello", "ja", [(0, "Hello", "en-us")]),
        ("12 + 3", "fr", [(0, "12 + 3", "fr")]),
        ("", "fr", [(0, "", "fr")]),
    ],
)
def test_the_script_chooses_a_language_that_can_be_read(
    text: str, own: str, expected: list[tuple[int, str, str]]
) -> None:
    assert language_runs(text, own) == expected


def test_a_text_in_two_scripts_is_read_in_both(espeak: Narrator) -> None:
    both = espeak.speak("Hello 你好吗 again", "en-us")

    assert [word.word for word in both.words] == ["Hello", "你", "好", "吗", "again"]
    assert both.seconds < 2.5  # named sign by sign it would take six


def test_many_threads_may_speak_at_once(espeak: Narrator) -> None:
    expected = {id_: espeak.speak(SENTENCE, id_).seconds for id_ in ("fr", "de+f2", "one", "two")}
    heard: dict[str, float] = {}

    def speak(voice_id: str) -> None:
        heard[voice_id] = espeak.speak(SENTENCE, voice_id).seconds

    threads = [Thread(target=speak, args=(voice_id,)) for voice_id in expected]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert heard == pytest.approx(expected, abs=0.05)


def test_an_unknown_engine_is_refused_by_name() -> None:
    with pytest.raises(VoiceError, match="'hibari', 'espeak' or 'piper'"):
        load_engine("gramophone")


def test_piper_says_what_it_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    voice = tmp_path / "voice.onnx"
    with pytest.raises(VoiceError, match=r"\.onnx"):
        load_engine("piper")
    with pytest.raises(VoiceError, match=r"voice\.onnx is missing"):
        load_engine("piper", voice)
    voice.touch()
    with pytest.raises(VoiceError, match=r"voice\.onnx\.json"):
        load_engine("piper", voice)
    Path(f"{voice}.json").touch()
    monkeypatch.setitem(sys.modules, "piper", None)  # as where it is not installed
    with pytest.raises(VoiceError, match="pip install piper-tts"):
        load_engine("piper", voice)
