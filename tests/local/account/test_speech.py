"""Speech files: words on time, pauses as long as asked, another speed at the same pitch."""

import io

import av
import httpx
import numpy as np
import numpy.typing as npt
import pytest

from heygen_widget.api import AssetUrl, HeyGen, SpeechFile
from heygen_widget.local import LocalServer
from heygen_widget.local.account.speech import at_speed
from heygen_widget.local.voice import SAMPLE_RATE

pytestmark = pytest.mark.media


def heard(speech: SpeechFile) -> npt.NDArray[np.float32]:
    """Return the samples of a speech file."""
    (part,) = speech.parts
    with av.open(io.BytesIO(httpx.get(part.audio_url).content), "r") as opened:
        return np.concatenate([frame.to_ndarray()[0] for frame in opened.decode(audio=0)])


def words_of(speech: SpeechFile) -> list[tuple[str, float, float]]:
    return [(word.word, word.start, word.end) for word in speech.words or ()]


def test_a_speech_is_as_long_as_it_says_and_its_words_are_within_it(heygen: HeyGen) -> None:
    speech = heygen.voices.speech("Hello there. How are you?", "vera")

    words = words_of(speech)
    assert [word for word, _, _ in words] == ["Hello", "there", ".", "How", "are", "you", "?"]
    assert all(0 <= start <= end <= speech.duration + 0.001 for _, start, end in words)
    assert [start for _, start, _ in words] == sorted(start for _, start, _ in words)
    assert len(heard(speech)) / SAMPLE_RATE == pytest.approx(speech.duration, abs=0.06)


@pytest.mark.parametrize("speed", [1.0, 2.0])
def test_a_break_is_as_long_as_asked_at_any_speed(heygen: HeyGen, speed: float) -> None:
    with_break = heygen.voices.speech('One. <break time="1.5s"/> Two.', "vera", speed=speed)
    without = heygen.voices.speech('One. <break time="0s"/> Two.', "vera", speed=speed)

    assert with_break.duration - without.duration == pytest.approx(1.5, abs=0.06)
    later = [with_break.words[n].start - without.words[n].start for n in (0, 2)]  # type: ignore[index]
    assert later == pytest.approx([0.0, 1.5], abs=0.06)
    pause = heard(with_break)[round((with_break.words[2].start - 1.2) * SAMPLE_RATE) :]  # type: ignore[index]
    assert abs(pause[: SAMPLE_RATE // 2]).max() < 0.01


def test_speed_changes_the_length_and_the_times_of_words(heygen: HeyGen) -> None:
    normal = heygen.voices.speech("Hello there, everybody.", "vera")
    slow = heygen.voices.speech("Hello there, everybody.", "vera", speed=0.5)

    assert slow.duration == pytest.approx(2 * normal.duration, rel=0.04)
    assert [start for _, start, _ in words_of(slow)] == pytest.approx(
        [2 * start for _, start, _ in words_of(normal)], abs=0.06
    )


@pytest.mark.parametrize("speed", [0.5, 0.8, 1.3, 2.0])
def test_pitch_stays_at_any_speed(speed: float) -> None:
    times = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
    tone = (8000 * np.sin(2 * np.pi * 220 * times)).astype(np.int16)

    changed = at_speed(tone, speed)

    assert len(changed) == round(len(tone) / speed)
    spectrum = np.abs(np.fft.rfft(changed * np.hanning(len(changed))))
    hertz = float(spectrum.argmax()) * SAMPLE_RATE / len(changed)
    assert hertz == pytest.approx(220, abs=3)


@pytest.mark.parametrize("text", [" ", "\x00", "...", "<speak></speak>", "&lt;"])
def test_what_says_little_is_a_file_all_the_same(heygen: HeyGen, text: str) -> None:
    speech = heygen.voices.speech(text, "vera", input_type="ssml")

    assert speech.duration >= 0.1
    assert len(heard(speech))


def test_markup_is_not_read_aloud(heygen: HeyGen) -> None:
    speech = heygen.voices.speech(
        "<speak>Salt &amp; <b>pepper</b></speak>", "vera", input_type="ssml"
    )

    assert [word for word, _, _ in words_of(speech)] == ["Salt", "&", "pepper"]


def test_a_session_plays_a_speech_file(swift_server: LocalServer) -> None:
    with HeyGen(swift_server.api_key, swift_server.base_url) as heygen:
        (part,) = heygen.voices.speech("Hello.", "vera").parts
        audio = AssetUrl(url=part.audio_url)
        stream_id = heygen.avatar_realtime.create(
            type="audio", avatar_id="maya", audio=audio
        ).stream_id
        while (state := heygen.avatar_realtime.get(stream_id)).status not in {"completed", "error"}:
            pass

    assert (state.status, state.error_message) == ("completed", None)
