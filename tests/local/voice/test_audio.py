from fractions import Fraction
from io import BytesIO

import av
import numpy as np
import numpy.typing as npt
import pytest

from heygen_widget.local.mouth import REST
from heygen_widget.local.storage import StoredFile
from heygen_widget.local.voice import (
    SAMPLE_RATE,
    AudioError,
    MouthCue,
    Recording,
    SpokenAudio,
)
from heygen_widget.local.voice.lips import Lips

Samples = npt.NDArray[np.int16]

RATE = 44_100
KINDS = {"wav": "pcm_s16le", "mp3": "libmp3lame", "mp4": "aac", "ogg": "libopus"}


def sound(
    container: str, samples: Samples, rate: int = RATE, channels: int = 1, codec: str = ""
) -> bytes:
    """Return mono `samples` as the bytes of a sound file."""
    codec = codec or KINDS[container]
    file = BytesIO()
    layout = "stereo" if channels == 2 else "mono"
    with av.open(file, "w", format=container) as output:
        stream = output.add_stream(codec, rate=48_000 if codec == "libopus" else rate)
        assert isinstance(stream, av.AudioStream)
        stream.layout = layout
        packed = np.repeat(samples, channels).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(packed, "s16", layout)
        frame.sample_rate = rate
        frame.pts, frame.time_base = 0, Fraction(1, rate)
        # Opened now, the encoder knows the format and the frame size it wants.
        output.start_encoding()
        context = stream.codec_context
        resampler = av.AudioResampler(
            context.format, context.layout, context.sample_rate, context.frame_size
        )
        for each in [*resampler.resample(frame), *resampler.resample(None)]:
            output.mux(stream.encode(each))
        output.mux(stream.encode(None))
    return file.getvalue()


def decode_audio(data: bytes) -> SpokenAudio:
    """Decode all pieces of a file, and join them."""
    samples, cues, start = [], [], 0.0
    for piece in Recording(StoredFile.of(data)).pieces():
        assert piece.words == ()
        samples.append(piece.samples)
        cues += [MouthCue(start + cue.time, cue.mouth) for cue in piece.cues]
        start += piece.seconds
    return SpokenAudio(np.concatenate(samples), (), tuple(cues))


def talk(seconds: float, rate: int = RATE) -> Samples:
    """Return something like an "ah" that swells three times a second."""
    time = np.arange(round(seconds * rate)) / rate
    voice = np.zeros(len(time))
    for hertz in range(130, 2000, 130):
        loud = np.exp(-(((hertz - 750) / 200) ** 2)) + 0.5 * np.exp(-(((hertz - 1150) / 200) ** 2))
        voice += (loud + 0.02) * np.sin(2 * np.pi * hertz * time)
    swell = np.square(np.sin(2 * np.pi * 1.5 * time))
    return np.asarray(voice * swell * 5000).astype(np.int16)


def quiet(seconds: float, rate: int = RATE) -> Samples:
    return np.zeros(round(seconds * rate), np.int16)


def opening(audio: SpokenAudio, start: float, end: float) -> list[float]:
    """Return how far the mouth is open in the frames between two times."""
    lips = Lips()
    lips.add(audio.cues, 0.0)
    mouths = [(n / 25, lips.at(n / 25)) for n in range(round(audio.seconds * 25))]
    return [mouth.open for time, mouth in mouths if start <= time < end]


@pytest.mark.parametrize("container", KINDS)
@pytest.mark.parametrize(("rate", "channels"), [(44_100, 1), (24_000, 2)])
def test_a_sound_file_is_decoded_to_its_length(container: str, rate: int, channels: int) -> None:
    audio = decode_audio(sound(container, talk(2.0, rate), rate, channels))

    assert audio.seconds == pytest.approx(2.0, abs=0.08)
    assert audio.samples.dtype == np.int16
    assert audio.samples.ndim == 1
    assert np.abs(audio.samples).max() > 3000
    assert audio.words == ()


@pytest.mark.parametrize("container", KINDS)
def test_the_lips_move_only_where_there_is_sound(container: str) -> None:
    samples = np.concatenate([quiet(1), talk(2), quiet(1), talk(1), quiet(1)])

    audio = decode_audio(sound(container, samples))

    assert max(opening(audio, 0.0, 0.9)) == 0.0
    assert max(opening(audio, 1.1, 3.0)) > 0.6
    assert max(opening(audio, 3.4, 3.9)) == 0.0
    assert max(opening(audio, 4.1, 5.0)) > 0.6
    assert max(opening(audio, 5.4, 6.0)) == 0.0


def test_the_lips_follow_the_loudness() -> None:
    audio = decode_audio(sound("wav", talk(2.0)))

    moving = opening(audio, 0.1, 1.9)

    assert max(moving) > 0.8
    assert min(moving) < 0.4


def test_a_hiss_shows_the_teeth_and_a_vowel_does_not() -> None:
    noise = np.random.default_rng(1).normal(0, 3000, RATE)
    hiss = np.diff(noise, prepend=0.0).astype(np.int16)

    hissing = decode_audio(sound("wav", hiss)).cues
    vowel = decode_audio(sound("wav", talk(1.0))).cues

    assert max(cue.mouth.teeth for cue in hissing) > max(cue.mouth.teeth for cue in vowel)


def test_a_silent_file_moves_nothing() -> None:
    audio = decode_audio(sound("wav", quiet(1)))

    assert {cue.mouth for cue in audio.cues} == {REST}
    assert len(audio.samples) == SAMPLE_RATE


def video_only() -> bytes:
    file = BytesIO()
    with av.open(file, "w", format="mp4") as output:
        stream = output.add_stream("mpeg4", rate=25)
        stream.width = stream.height = 64
        frame = av.VideoFrame(64, 64, "yuv420p")
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return file.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"RI",
        b"this is text",
        b"\x00" * 1000,
        b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"RIFF\x00\x00\x00\x00WAVE",
        b"RIFF\x24\x00\x00\x00WAVEfmt garbage garbage garbage",
        b"OggS" + b"\xff" * 500,
        b"\x00\x00\x00\x18ftypM4A " + b"\xff" * 500,
        b"ID3\x04\x00\x00\x00\x00\x00\x00 no frames at all",
        b"\xff\xfb\x90\x00 one header and then nothing of the kind",
    ],
)
def test_what_is_no_sound_file_is_refused(data: bytes) -> None:
    with pytest.raises(AudioError, match=r"The \w+ "):
        decode_audio(data)


@pytest.mark.parametrize("container", ["mp4", "ogg"])
def test_a_file_that_was_cut_off_before_its_sound_is_refused(container: str) -> None:
    data = sound(container, talk(1.0))

    with pytest.raises(AudioError):
        decode_audio(data[:60])


def test_a_film_without_sound_is_refused() -> None:
    with pytest.raises(AudioError, match="no audio track"):
        decode_audio(video_only())


def test_a_sound_longer_than_a_session_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heygen_widget.local.voice.audio.MAX_SECONDS", 120.0)

    assert decode_audio(sound("wav", quiet(119, 8000), 8000)).seconds == pytest.approx(119, abs=1)
    with pytest.raises(AudioError, match="2 minutes"):
        decode_audio(sound("wav", quiet(121, 8000), 8000))
