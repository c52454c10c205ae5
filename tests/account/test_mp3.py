"""MP3 files joined to one: as long as all of them together, and without a gap that is heard."""

import io

import av
import numpy as np
import pytest

from heygen_widget.account.mp3 import joined

RATE = 48_000


def tone(seconds: float, *, rate: int = RATE) -> bytes:
    """Return a tone of 220 Hz as an MP3."""
    times = np.arange(round(seconds * rate)) / rate
    samples = (8000 * np.sin(2 * np.pi * 220 * times)).astype(np.int16).reshape(1, -1)
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp3") as container:
        stream = container.add_stream("libmp3lame", rate=rate)
        stream.layout = "mono"
        frame = av.AudioFrame.from_ndarray(samples, "s16", "mono")
        frame.sample_rate = rate
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return buffer.getvalue()


def seconds(file: bytes) -> float:
    with av.open(io.BytesIO(file), "r") as opened:
        return sum(frame.samples / frame.sample_rate for frame in opened.decode(audio=0))


@pytest.mark.parametrize("rate", [48_000, 44_100, 24_000, 16_000])
def test_files_are_joined_one_after_another(rate: int) -> None:
    files = [tone(1.0, rate=rate), tone(0.5, rate=rate), tone(2.0, rate=rate)]

    assert seconds(joined(files)) == pytest.approx(3.5, abs=0.3)


def test_no_file_says_how_long_it_alone_was() -> None:
    whole = joined([tone(1.0), tone(1.0)])

    assert b"Info" not in whole
    assert b"Xing" not in whole
    assert b"ID3" not in whole


def test_a_single_file_is_left_alone() -> None:
    assert joined([tone(0.2)]) == tone(0.2)


@pytest.mark.parametrize("file", [b"", b"ID3", b"RIFF....WAVE", b"\xff\xff\xff\xff" * 9])
def test_what_is_no_mp3_is_left_alone(file: bytes) -> None:
    assert joined([file, file]) == file + file
