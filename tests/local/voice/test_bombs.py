"""Sound files that announce more than they hold, or hold more than fits: refused, or played."""

import itertools
import resource
import struct
import zlib
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heygen_widget.local.storage import StoredFile
from heygen_widget.local.voice import SAMPLE_RATE, AudioError, Recording, SpeechTrack, SpokenAudio
from heygen_widget.local.voice.audio import MAX_CHANNELS, MAX_RATE, MIN_RATE
from tests.local.voice.test_audio import quiet, sound, talk
from tests.local.voice.test_track import BrokenEngine

MIB = 1024 * 1024


def recording(data: bytes, stopped: Callable[[], bool] = lambda: False) -> Recording:
    return Recording(StoredFile.of(data), stopped)


def wav(
    rate: int = 48_000, channels: int = 1, *, announced: int | None = None, chunk: bytes = b""
) -> bytes:
    """Return a second's worth of WAV, whatever rate and length it announces."""
    samples = b"\1\0" * 48_000
    frame = 2 * channels & 0xFFFF
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * 2 & 0xFFFFFFFF, frame, 16)
    size = len(samples) if announced is None else announced
    return b"".join(
        (b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0", form, chunk, b"data", struct.pack("<I", size), samples)
    )


def flac(rate: int) -> bytes:
    """Return 48,000 samples of silence as FLAC in OGG, at a rate."""
    return sound("ogg", quiet(1, 48_000), rate, codec="flac")


def packed_tag(size: int) -> bytes:
    """Return an ID3 tag with a text of `size` bytes, packed."""

    def seven_bits(number: int) -> bytes:
        return bytes(number >> shift & 127 for shift in (21, 14, 7, 0))

    packed = zlib.compress(bytes(size), 9)
    text = b"TXXX" + seven_bits(len(packed) + 4) + b"\0\x09" + seven_bits(size) + packed
    return b"ID3\4\0\0" + seven_bits(len(text)) + text


@pytest.mark.parametrize("rate", [0, 1, 2, 100, MIN_RATE - 1, MAX_RATE + 1, 2**31])
def test_a_rate_that_no_sound_has_is_refused(rate: int) -> None:
    with pytest.raises(AudioError):
        recording(wav(rate))


@pytest.mark.parametrize("rate", [1, 2, 100, 3999])
def test_a_rate_that_no_sound_has_is_refused_in_flac_too(rate: int) -> None:
    with pytest.raises(AudioError, match="samples a second"):
        recording(flac(rate))
    assert recording(flac(48_000)).seconds == 1.0


@pytest.mark.parametrize("channels", [0, MAX_CHANNELS + 1, 255, 65_535])
def test_channels_that_no_sound_has_are_refused(channels: int) -> None:
    with pytest.raises(AudioError):
        recording(wav(channels=channels))


@pytest.mark.parametrize("announced", [0xFFFFFFFF, 0x7FFFFFFF, 200_000])
def test_a_length_that_is_not_there_counts_for_nothing(announced: int) -> None:
    assert recording(wav(announced=announced)).seconds == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize(("size", "count"), [(0, 2**27), (1, 80_000_000), (1, 2_000_000)])
def test_tables_that_announce_too_much_are_refused(size: int, count: int) -> None:
    data = bytearray(sound("mp4", talk(1.0)))
    table = data.find(b"stsz") + 8
    data[table : table + 8] = struct.pack(">II", size, count)
    with pytest.raises(AudioError, match="declare"):
        recording(bytes(data))


def test_tables_that_announce_too_much_together_are_refused() -> None:
    data = sound("mp4", talk(1.0))
    start = data.find(b"trak") - 4
    end = start + int.from_bytes(data[start : start + 4])
    track = bytearray(data[start:end])
    table = track.find(b"stsz") + 8
    track[table : table + 8] = struct.pack(">II", 1, 900_000)
    with pytest.raises(AudioError, match="declare"):
        recording(data[:start] + bytes(track) * 2 + data[end:])


@pytest.mark.parametrize(
    "data",
    [
        wav(chunk=bytes(20 * MIB)),
        b"ID3\4\0\0\0\0\0\0" * 1_000_000,
        b"\0\0\0\x08ftyp" + b"\0\0\0\x08free" * 1_000_000,
    ],
)
def test_parts_without_end_are_refused_soon(data: bytes) -> None:
    with pytest.raises(AudioError, match="damaged"):
        recording(data)


def test_what_follows_the_sound_is_not_read() -> None:
    assert recording(wav() + b"id3 \0\0\0\0" * 1_000_000).seconds == pytest.approx(1.0)


def test_files_strung_together_are_played_although_their_form_changes() -> None:
    first, second = sound("ogg", talk(1.0)), flac(48_000)
    assert recording(first + sound("ogg", talk(2.0))).seconds == pytest.approx(3.0, abs=0.1)
    assert recording(second + second).seconds == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize("container", ["mp3", "wav"])
def test_a_packed_tag_is_not_unpacked(container: str) -> None:
    tag = packed_tag(100 * MIB)
    chunk = b"id3 " + struct.pack("<I", len(tag)) + tag + bytes(len(tag) % 2)
    data = wav(chunk=chunk) if container == "wav" else tag + sound("mp3", talk(1.0))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert recording(data).seconds == pytest.approx(1.0, abs=0.1)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 32 * 1024


def test_a_long_silence_takes_no_more_memory_than_a_short_one() -> None:
    data = sound("ogg", quiet(600, 48_000), 48_000)
    assert len(data) < MIB
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    heard = recording(data)
    assert sum(len(piece.samples) for piece in heard.pieces()) == 600 * SAMPLE_RATE
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 32 * 1024


def test_decoding_ends_when_nobody_wants_it() -> None:
    asked = itertools.count()
    with pytest.raises(AudioError, match="not wanted"):
        recording(sound("wav", quiet(60)), lambda: next(asked) >= 5)
    assert next(asked) < 20


def test_a_track_that_is_discarded_decodes_no_further() -> None:
    made = []

    def pieces() -> Iterator[SpokenAudio]:
        while True:
            made.append(1)
            yield SpokenAudio(np.zeros(SAMPLE_RATE, np.int16))

    track = SpeechTrack(BrokenEngine(), "anyone")
    track.play(pieces())
    while not track.speaking:
        pass
    track.discard()
    assert track.finished
    assert len(made) <= 5


@settings(max_examples=150)
@given(st.data())
def test_no_damage_makes_more_than_an_error(data: st.DataObject) -> None:
    container = data.draw(st.sampled_from(["wav", "mp3", "mp4", "ogg"]))
    damaged = bytearray(_WHOLE[container])
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, min(len(damaged) - 4, 600)))
        damaged[place : place + 4] = data.draw(st.binary(min_size=1, max_size=8))
    try:
        heard = recording(bytes(damaged))
    except AudioError:
        return
    assert sum(len(piece.samples) for piece in heard.pieces()) > 0


_WHOLE = {container: sound(container, talk(0.3)) for container in ("wav", "mp3", "mp4", "ogg")}
