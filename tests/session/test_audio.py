"""What `prepare` makes of the sound that people have."""

from __future__ import annotations

import array
import base64
import io
import subprocess
import sys
import wave
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from heygen_widget import HeyGen
from heygen_widget.api import AssetBase64, AssetId, AssetUpload, AssetUrl
from heygen_widget.api.files import MAX_UPLOAD
from heygen_widget.local.storage import StoredFile
from heygen_widget.local.voice import SAMPLE_RATE, Recording
from heygen_widget.session.audio import BASE64_LIMIT, prepare

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from heygen_widget.local import LocalServer

RATE = 24_000
TONE = 0.5 * np.sin(2 * np.pi * 220 * np.arange(RATE // 2) / RATE)
SIDES = np.stack([TONE, -TONE / 2], axis=1)


def wav(samples: Any = TONE) -> bytes:
    """The bytes of the WAV file that samples become."""
    made = prepare(samples, RATE)
    assert isinstance(made, AssetBase64)
    assert made.media_type == "audio/wav"
    return base64.b64decode(made.data)


def heard(file: bytes) -> np.ndarray[Any, np.dtype[np.int16]]:
    """What a WAV file of 16 bits holds; shape (n, channels)."""
    with wave.open(io.BytesIO(file)) as sound:
        assert (sound.getframerate(), sound.getsampwidth()) == (RATE, 2)
        data = sound.readframes(sound.getnframes())
        return np.frombuffer(data, "<i2").reshape(-1, sound.getnchannels())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "hello.wav"
    path.write_bytes(wav())
    return path


def test_a_url_is_passed_on() -> None:
    assert prepare("https://x/a.mp3") == AssetUrl(url="https://x/a.mp3")
    assert prepare("HTTP://x/a.mp3") == AssetUrl(url="HTTP://x/a.mp3")


@pytest.mark.parametrize("text", ["asset_abc123", "1bd001e7-e50f-421d", "x"])
def test_a_string_that_is_neither_url_nor_file_is_the_id_of_an_asset(text: str) -> None:
    assert prepare(text) == AssetId(asset_id=text)


@pytest.mark.parametrize(
    "asset",
    [
        AssetUrl(url="https://x/a.mp3"),
        AssetId(asset_id="any thing"),
        AssetBase64(media_type="audio/wav", data="UklGRg=="),
        AssetUpload(data=b"RIFF", filename="a.wav"),
    ],
)
def test_what_is_prepared_already_stays_as_it_is(asset: object) -> None:
    assert prepare(asset) is asset


@pytest.mark.parametrize(
    "given",
    [
        lambda path: path,
        str,
        lambda path: path.read_bytes(),
        lambda path: bytearray(path.read_bytes()),
        lambda path: memoryview(path.read_bytes()),
        lambda path: io.BytesIO(path.read_bytes()),
    ],
    ids=["path", "name", "bytes", "bytearray", "memoryview", "file-object"],
)
def test_a_file_travels_in_the_request_in_whatever_way_it_is_given(
    file: Path, given: Callable[[Path], object]
) -> None:
    made = prepare(given(file))

    assert isinstance(made, AssetBase64)
    assert made.media_type == "audio/wav"
    assert base64.b64decode(made.data) == file.read_bytes()


def test_a_file_is_found_below_the_home_directory(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(file.parent))
    monkeypatch.setenv("USERPROFILE", str(file.parent))

    assert isinstance(prepare("~/hello.wav"), AssetBase64)


def test_a_folder_named_like_an_asset_does_not_hide_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "asset_1").mkdir()

    assert prepare("asset_1") == AssetId(asset_id="asset_1")


def test_an_open_file_is_read_from_where_it_stands_and_left_open(file: Path) -> None:
    with file.open("rb") as opened:
        assert isinstance(prepare(opened), AssetBase64)
        assert not opened.closed
        with pytest.raises(ValueError, match="empty"):
            prepare(opened)


@pytest.mark.parametrize("more", [0, 1])
def test_a_file_is_uploaded_only_when_it_is_too_large_for_the_request(
    tmp_path: Path, more: int
) -> None:
    path = tmp_path / "talk.wav"
    content = wav().ljust(BASE64_LIMIT + more, b"\0")
    path.write_bytes(content)

    made = prepare(path)

    if more:
        assert made == AssetUpload(data=content, filename="talk.wav", media_type="audio/wav")
        assert len(repr(made)) < 200
    else:
        assert isinstance(made, AssetBase64)


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"ID3\x04", "audio/mpeg"),
        (b"\xff\xfb\x90\x00", "audio/mpeg"),
        (b"\x00\x00\x00\x20ftypM4A ", "audio/mp4"),
        (b"OggS", "audio/ogg"),
        (b"\x1a\x45\xdf\xa3", "audio/webm"),
    ],
)
def test_the_media_type_is_what_the_content_shows(head: bytes, media_type: str) -> None:
    made = prepare(head + bytes(100))

    assert isinstance(made, AssetBase64)
    assert made.media_type == media_type


@pytest.mark.parametrize(
    "content",
    [
        b"Hello, world.",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0",
        b"\xff\xf1\x50\x80",
        b"R",
        b"\xff",
    ],
    ids=["text", "png", "jpeg", "adts", "one-letter", "one-byte"],
)
def test_what_is_no_sound_is_refused_before_it_costs_anything(content: bytes) -> None:
    with pytest.raises(ValueError, match="not a sound file"):
        prepare(content)


def test_a_file_of_more_than_heygen_takes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "endless.wav"
    with path.open("wb") as sparse:
        sparse.write(wav())
        sparse.truncate(MAX_UPLOAD + 1)

    with pytest.raises(ValueError, match="32 MB"):
        prepare(path)


def test_samples_of_more_than_heygen_takes_are_refused_before_they_are_copied() -> None:
    hours = np.broadcast_to(np.int16(0), (10**12,))

    with pytest.raises(ValueError, match="32 MB"):
        prepare(hours, RATE)


@pytest.mark.parametrize(
    ("samples", "channels"),
    [
        (TONE, 1),
        (TONE[:, np.newaxis], 1),
        (TONE[np.newaxis, :], 1),
        (SIDES, 2),
        (SIDES.T, 2),
        (np.asfortranarray(SIDES), 2),
        (TONE.tolist(), 1),
        (tuple(TONE.tolist()), 1),
    ],
    ids=["n", "n1", "1n", "n2", "2n", "fortran", "list", "tuple"],
)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_samples_of_every_shape_keep_their_order_and_their_sides(
    samples: Any, channels: int, dtype: type
) -> None:
    given = np.asarray(samples, dtype) if isinstance(samples, np.ndarray) else samples

    sound = heard(wav(given))

    assert np.abs(sound / 32767 - SIDES[:, :channels]).max() < 1e-3


@pytest.mark.parametrize("dtype", ["<i2", ">i2"])
def test_int16_samples_are_packed_bit_by_bit(dtype: str) -> None:
    samples = np.array([0, 1, -1, 32767, -32768], dtype)

    assert heard(wav(samples))[:, 0].tolist() == samples.tolist()


def test_samples_need_no_numpy_of_their_owner() -> None:
    assert heard(wav(array.array("h", [1, 2, 3])))[:, 0].tolist() == [1, 2, 3]


def test_full_scale_is_full_scale_and_a_little_more_is_clipped() -> None:
    for dtype in (np.float16, np.float32, np.float64):
        samples = np.array([1.0, -1.0, 1.25, -1.25, 0.0], dtype)
        assert heard(wav(samples))[:, 0].tolist() == [32767, -32767, 32767, -32767, 0]


def test_a_pair_holds_samples_and_their_rate() -> None:
    pairs = [(TONE, RATE), (TONE, float(RATE)), (TONE, np.int64(RATE)), (TONE.tolist(), RATE)]
    assert all(prepare(pair) == prepare(TONE, RATE) for pair in pairs)


def test_a_pair_of_samples_with_a_rate_beside_it_is_two_samples() -> None:
    assert heard(wav((0.5, -0.5)))[:, 0].tolist() == [16384, -16384]


@pytest.mark.parametrize(
    ("audio", "rate", "kind", "message"),
    [
        (TONE, None, TypeError, "rate=24000"),
        ((0.1, 0.2), None, TypeError, "rate=24000"),
        ((RATE, TONE), None, TypeError, "swap them"),
        (TONE, "fast", TypeError, "number of samples per second"),
        (TONE, 0, ValueError, "not a valid rate"),
        (TONE, -RATE, ValueError, "not a valid rate"),
        (TONE, 44_100.5, ValueError, "not a valid rate"),
        (TONE, float("nan"), ValueError, "not a valid rate"),
        (TONE, float("inf"), ValueError, "not a valid rate"),
        (TONE, True, ValueError, "not a valid rate"),
        ([], RATE, ValueError, "must not be empty"),
        (np.empty((0, 2)), RATE, ValueError, "must not be empty"),
        (np.zeros((3, 3)), RATE, ValueError, "must be mono"),
        (np.zeros((1, 2, 3)), RATE, ValueError, "must be mono"),
        (np.float32(0.5), RATE, ValueError, "must be mono"),
        (np.array([0.0, np.nan]), RATE, ValueError, "NaN"),
        (np.array([0.0, -np.inf]), RATE, ValueError, "infinite"),
        (np.array([0.0, 12_000.0]), RATE, ValueError, "reach 12000"),
        (np.zeros(9, np.int32), RATE, TypeError, "int32"),
        (np.zeros(9, np.uint8), RATE, TypeError, "uint8"),
        (np.zeros(9, np.complex64), RATE, TypeError, "complex64"),
        (["a", "b"], RATE, TypeError, "int16, or float"),
        ("https://x/a.mp3", RATE, TypeError, "applies only to samples"),
        (b"RIFF", RATE, TypeError, "applies only to samples"),
        (b"", None, ValueError, "empty"),
        (None, None, TypeError, "NoneType is not a supported audio source"),
        (7, None, TypeError, "int is not a supported audio source"),
        ({"url": "https://x"}, None, TypeError, "dict is not a supported audio source"),
        (io.StringIO("text"), None, TypeError, "mode 'rb'"),
        ("ftp://x/a.mp3", None, ValueError, "must use https"),
        ("data:audio/wav;base64,UklGRg==", None, ValueError, "must use https"),
        ("speech.wav", None, FileNotFoundError, "'speech.wav' is not an existing file"),
        ("no/such file", None, FileNotFoundError, "or an asset id"),
        ("", None, FileNotFoundError, "or an asset id"),
        ("nul\0", None, FileNotFoundError, "or an asset id"),
        ("Hello, how are you? " * 1000, None, FileNotFoundError, "or an asset id"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_cure(
    audio: object, rate: Any, kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message) as caught:
        prepare(audio, rate)

    assert len(str(caught.value)) < 250


def test_a_path_to_nothing_or_to_a_folder_is_an_error_of_the_file_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        prepare(tmp_path / "nothing.wav")
    with pytest.raises(OSError, match=r".+"):
        prepare(tmp_path)


def test_numpy_is_not_loaded_before_there_are_samples() -> None:
    program = """
import sys
from heygen_widget.session.audio import prepare
prepare(b"ID3")
assert "numpy" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_samples_sound_the_same_to_the_embedded_server() -> None:
    played = [piece.samples for piece in Recording(StoredFile.of(wav(SIDES))).pieces()]

    assert abs(len(np.concatenate(played)) / SAMPLE_RATE - 0.5) < 0.01


@pytest.mark.parametrize("seconds", [0.3, 120])
def test_samples_are_played_from_the_request_or_from_an_upload(
    swift_server: LocalServer, seconds: float
) -> None:
    rate = 48_000
    made = prepare((np.zeros(int(seconds * rate), np.int16), rate))
    with HeyGen(swift_server.api_key, swift_server.base_url) as client:
        if isinstance(made, AssetUpload):
            uploaded = client.assets.upload(
                made.data, filename=made.filename, media_type=made.media_type
            )
            made = AssetId(asset_id=uploaded.asset_id)
        sessions = client.avatar_realtime
        stream_id = sessions.create(type="audio", avatar_id="anna", audio=made).stream_id
        while (status := sessions.get(stream_id)).status == "pending":
            pass
        sessions.cancel(stream_id)

    assert status.status in {"streaming", "completed"}
    assert isinstance(made, AssetId) == (seconds > 60)
