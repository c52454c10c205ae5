"""The natural English voice: what it says, when, with which lips, and what it leaves to others."""
# ruff: noqa: RUF001 - texts in several scripts, and in IPA

from itertools import pairwise
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest

from heygen_widget.local import natural
from heygen_widget.local.mouth import VISEMES
from heygen_widget.local.natural import natural_voice
from heygen_widget.local.voice import SAMPLE_RATE, SpokenAudio, VoiceError, load_engine
from heygen_widget.local.voice.casting import VOICES, number_of
from heygen_widget.local.voice.hibari import HibariSpeaker
from heygen_widget.local.voice.lips import Lips
from heygen_widget.local.voice.model import with_output
from heygen_widget.local.voice.narrator import Narrator
from heygen_widget.local.voice.said import Joined, Said
from heygen_widget.local.voice.words import tokens
from tests.local.voice.conftest import CountingEngine, Listener
from tests.local.voice.loudness import decibels, lufs

SENTENCE = "Hello, I am your live avatar. Ask me anything, and I will explain it."
LIPS = "Bob maps a pump, and Mimi hums. My mum beams: a bumblebee, a moon, maybe some puppies."


@pytest.fixture(scope="module")
def hibari() -> Narrator:
    """One model for all tests: it takes a second to load."""
    return Narrator(HibariSpeaker())


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Who has said something, known by the rate of the samples."""
    said: list[str] = []
    append = Joined.append

    def note(joined: Joined, each: Said, *rest: Any) -> None:
        said.append("espeak" if each.rate == 22_050 else "hibari")
        append(joined, each, *rest)

    monkeypatch.setattr(Joined, "append", note)
    return said


def id_of(voice: int) -> str:
    return next(name for n in range(200) if number_of(name := f"voice_{n}") % len(VOICES) == voice)


def loud(audio: SpokenAudio, start: float, end: float) -> float:
    part = audio.samples[int(start * SAMPLE_RATE) : int(end * SAMPLE_RATE)].astype(float)
    return float(np.sqrt(np.square(part).mean())) if len(part) else 0.0


def longest_pause(audio: SpokenAudio) -> float:
    """Return the seconds of the longest pause in a sound."""
    blocks = np.abs(audio.samples[: len(audio.samples) // 240 * 240]).reshape(-1, 240)
    marks = "".join("." if quiet else " " for quiet in blocks.max(axis=1) < 300)
    return max(map(len, marks.strip(".").split()), default=0) * 240 / SAMPLE_RATE


def same(one: SpokenAudio, other: SpokenAudio) -> bool:
    return one.samples.tobytes() == other.samples.tobytes()


@pytest.mark.parametrize("voice", range(len(VOICES)))
def test_every_voice_is_as_loud_as_the_others_and_never_clips(hibari: Narrator, voice: int) -> None:
    sound = hibari.speak(SENTENCE, id_of(voice))

    assert lufs(sound.samples) == pytest.approx(-16.0, abs=1.0)
    assert decibels(sound.samples) < -0.9


def pitch(audio: SpokenAudio) -> float:
    """Return the median pitch of a sound in Hertz, by autocorrelation."""
    size, found = SAMPLE_RATE // 20, []
    for start in range(0, len(audio.samples) - size + 1, size):
        part = audio.samples[start : start + size].astype(float)
        if np.abs(part).max() < 3000:
            continue
        like = np.correlate(part, part, "full")[size - 1 :]
        shortest = SAMPLE_RATE // 400
        lag = shortest + int(like[shortest : SAMPLE_RATE // 60].argmax())
        if like[lag] > 0.5 * like[0]:
            found.append(SAMPLE_RATE / lag)
    return float(np.median(found)) if found else 0.0


def test_women_and_men_speak_in_turn_and_nobody_as_high_as_another(hibari: Narrator) -> None:
    pitches = [pitch(hibari.speak(SENTENCE, id_of(voice))) for voice in range(len(VOICES))]

    assert min(pitches[::2]) > 165 > max(pitches[1::2])
    assert all(high / low > 1.06 for low, high in pairwise(sorted(pitches)))


def test_a_text_always_sounds_the_same(hibari: Narrator) -> None:
    assert same(hibari.speak(SENTENCE, "one"), hibari.speak(SENTENCE, "one"))


def hissing(audio: SpokenAudio, later: float = 0.0) -> float:
    """Return by how many dB it hisses more while the lips show an "s" than at other times."""
    powers: dict[bool, list[float]] = {True: [], False: []}
    for cue, after in pairwise(audio.cues):
        begin, end = (round((at + later) * SAMPLE_RATE) for at in (cue.time, after.time))
        if 0 <= begin < end <= len(audio.samples):
            spectrum = np.fft.rfft(audio.samples[begin:end].astype(float))
            high = spectrum[round(4000 / SAMPLE_RATE * (end - begin)) :]
            power = 10 * np.log10(np.square(np.abs(high)).sum() / (end - begin) + 1.0)
            powers[cue.mouth == VISEMES["SS"]].append(float(power))
    return float(np.mean(powers[True]) - np.mean(powers[False]))


@pytest.mark.parametrize("voice", range(len(VOICES)))
def test_lips_hiss_when_the_sound_does(hibari: Narrator, voice: int) -> None:
    audio = hibari.speak(
        "Sixty sailors sing, as seven sisters see the sun set in silence.", id_of(voice)
    )

    assert hissing(audio) > 10
    assert hissing(audio) > 3 + hissing(audio, later=-0.05)
    assert hissing(audio) > 3 + hissing(audio, later=0.05)


def test_every_word_is_told_once_however_it_is_read(hibari: Narrator) -> None:
    text = "On March 3rd, 2024, Dr. Smith paid $9.99 for 1,250 items at 7:30 pm — wow... Really?"
    audio = hibari.speak(text, "one")

    assert [word.word for word in audio.words] == [token.text for token in tokens(text)]
    times = {word.word: word.end - word.start for word in audio.words}
    assert times["2024"] > 0.7
    assert times["9.99"] > 1.2
    assert times["1,250"] > 1.0
    assert times["for"] < 0.4


@pytest.mark.parametrize("voice", range(len(VOICES)))
def test_lips_close_on_p_b_and_m(hibari: Narrator, voice: int) -> None:
    audio = hibari.speak(LIPS, id_of(voice))
    closed = sum(
        cue.mouth.open == 0.0 and after.time > cue.time + 0.001
        for cue, after in pairwise(audio.cues)
    )
    lips = Lips()
    lips.add(audio.cues, 0.0)
    frames = [lips.at(n / 25).open for n in range(round(audio.seconds * 25))]

    wanted = sum(map(LIPS.lower().count, "pbm")) - LIPS.count(
        "pp"
    )  # "puppies" has one in the middle
    assert closed >= wanted
    assert sum(a > 0.0 == b for a, b in pairwise(frames)) >= wanted * 0.8


@pytest.mark.parametrize(
    ("text", "voice_id"),
    [
        ("Bonjour à tous, mes amis.", "fr"),
        ("Hello there.", "fr"),
        ("Hello there.", "en-us+f3"),
        ("Привет, мир!", "one"),
        ("你好，世界。", "one"),
        ("Ελληνικά", "one"),
        ("9" * 300, "one"),
    ],
)
def test_what_it_cannot_read_is_left_to_espeak(
    hibari: Narrator, asked: list[str], text: str, voice_id: str
) -> None:
    assert hibari.speak(text, voice_id).samples.any()
    assert asked == ["espeak"]


@pytest.mark.parametrize("voice_id", ["one", "en", "en-GB"])
def test_english_is_its_own(hibari: Narrator, asked: list[str], voice_id: str) -> None:
    assert hibari.speak("Hello. It's 5% of £20!", voice_id).samples.any()
    assert asked == ["hibari"]


def test_languages_change_without_a_gap(hibari: Narrator) -> None:
    audio = hibari.speak("Hello 你好吗 again", "en-us")

    assert [word.word for word in audio.words] == ["Hello", "你", "好", "吗", "again"]
    assert longest_pause(audio) <= 0.15


def test_what_it_has_no_sounds_for_is_said_all_the_same(hibari: Narrator) -> None:
    audio = hibari.speak("It costs ¾ of 𝟝 or ๕.", "one")

    for word in audio.words:
        if word.word[0].isalnum():
            assert loud(audio, word.start, word.end) > 100, word


@pytest.mark.parametrize("text", ["", " ", "👍🏽👩‍💻", "!?...", "\x00", "— …"])
def test_silence_is_silent(hibari: Narrator, text: str) -> None:
    assert not hibari.speak(text, "one").samples.any()


@pytest.mark.parametrize(
    "text", ["x" * 2000, "9" * 300, "\ud800a", "e\u0301" * 50, "[ok](/hˈI/)", "a_b /c/d @me #tag"]
)
def test_strange_text_is_spoken(hibari: Narrator, text: str) -> None:
    audio = hibari.speak(text, "one")

    times = [time for word in audio.words for time in (word.start, word.end)]
    assert audio.samples.any()
    assert all(later > earlier - 1e-9 for earlier, later in pairwise(times))
    assert all(0.0 <= time <= audio.seconds for time in times)
    assert [cue.time for cue in audio.cues] == sorted(cue.time for cue in audio.cues)


def test_sounds_begin_and_end_without_a_click(hibari: Narrator) -> None:
    for text in ("Hello there.", "I thought that ", "Papa."):
        samples = hibari.speak(text, "one").samples.astype(int)
        steps = np.abs(np.diff(samples, prepend=0, append=0))
        sounding = np.flatnonzero(samples)
        assert steps[: sounding[0] + 48].max() < 300
        assert steps[sounding[-1] - 48 :].max() < 300


@pytest.mark.parametrize(
    ("mark", "seconds"), [(",", 0.15), (" —", 0.25), (" --", 0.25), ("...", 0.35), ("…", 0.35)]
)
@pytest.mark.parametrize("voice", [0, 1])
def test_marks_within_a_sentence_pause(
    hibari: Narrator, mark: str, seconds: float, voice: int
) -> None:
    audio = hibari.speak(f"We waited{mark} and nothing came.", id_of(voice))

    begin = next(word for word in audio.words if word.word == "waited").start
    end = next(word for word in audio.words if word.word == "and").end
    part = SpokenAudio(audio.samples[int(begin * SAMPLE_RATE) : int(end * SAMPLE_RATE)])
    assert seconds <= longest_pause(part) < seconds + 0.2


def last_pitch(audio: SpokenAudio) -> float:
    """Return the pitch of the last tenth of a second that is as loud as speech."""
    size = SAMPLE_RATE // 20
    pieces = [audio.samples[at : at + size] for at in range(0, len(audio.samples), size // 2)]
    loud = [SpokenAudio(piece) for piece in pieces if np.abs(piece).max() > 6000]
    return float(np.median([*filter(None, map(pitch, loud))][-3:]))


def test_questions_to_answer_with_yes_or_no_rise(hibari: Narrator) -> None:
    def lift(asked: str, said: str) -> float:
        return last_pitch(hibari.speak(asked, "en")) / last_pitch(hibari.speak(said, "en"))

    assert lift("You are really coming?", "You are really coming.") > 1.15
    assert lift("Now, is this the end?", "Now this is the end.") > 1.15
    assert lift("What have you done?", "That you have done.") < 1.1


def test_a_text_sounds_the_same_in_whole_and_token_by_token(hibari: Narrator) -> None:
    text = "Well, I am your avatar. Dr. Smith paid $3.14 for two apples! Are you there? It is late"
    whole, parts = CountingEngine(hibari, hibari.patience), CountingEngine(hibari, hibari.patience)
    for engine, size in ((whole, len(text)), (parts, 4)):
        listener = Listener(engine)
        for at in range(0, len(text), size):
            listener.track.append(text[at : at + size])
        listener.hear_all()

    assert len(whole.sounds) == 4
    assert b"".join(parts.sounds) == b"".join(whole.sounds)


def test_many_threads_may_speak_at_once(hibari: Narrator) -> None:
    expected = hibari.speak(SENTENCE, "one")
    heard: list[SpokenAudio] = []
    threads = [Thread(target=lambda: heard.append(hibari.speak(SENTENCE, "one"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(heard) == 4
    assert all(same(each, expected) for each in heard)


def test_a_release_that_hides_its_durations_still_speaks_and_moves_the_lips(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("heygen_widget.local.voice.hibari.DURATIONS", "/Gone_output_0")
    audio = Narrator(HibariSpeaker()).speak(SENTENCE, "one")

    assert [word.word for word in audio.words] == [token.text for token in tokens(SENTENCE)]
    assert max(cue.mouth.open for cue in audio.cues) > 0.5
    monkeypatch.setattr(natural, "DURATIONS", "/Gone_output_0")
    assert "hides its durations" in str(natural_voice())


def test_a_voice_that_cannot_be_loaded_leaves_all_to_espeak(
    asked: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    assert Narrator(HibariSpeaker("nobody")).speak("Hello.", "one").samples.any()
    assert asked == ["espeak"]
    assert "espeak-ng speaks instead" in caplog.text


def test_without_the_package_espeak_speaks_and_says_why(
    monkeypatch: pytest.MonkeyPatch, asked: list[str]
) -> None:
    assert natural_voice().missing == ""
    monkeypatch.setattr(natural, "find_spec", lambda _: None)

    assert load_engine().speak("Hello.", "one").samples.any()
    assert asked == ["espeak"]
    assert "pip install 'heygen-widget[voice]'" in str(natural_voice())
    with pytest.raises(VoiceError, match=r"not installed: pip install 'heygen-widget\[voice\]'"):
        load_engine("hibari")


@pytest.mark.parametrize("version", ["0.2.0", "0.3.0", "1.0"])
def test_a_release_that_is_not_known_is_not_used(
    version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda _: version)

    assert f"hibari-tts {version} is not supported" in str(natural_voice())


def test_where_it_is_installed_it_speaks_by_default(asked: list[str]) -> None:
    assert load_engine().speak("Hello.", "one").samples.any()
    assert asked == ["hibari"]


def test_a_model_tells_one_tensor_more_or_is_left_as_it_is(tmp_path: Path) -> None:
    model = tmp_path / "model.onnx"
    model.write_bytes(b"/Clip_output_0")
    assert with_output(model, "/Gone") is None
    assert with_output(model, "/Clip_output_0") == (
        b"/Clip_output_0" + b"\x3a\x12\x62\x10\x0a\x0e/Clip_output_0"
    )
