"""Converts users' audio into what HeyGen accepts: a URL, an asset, base64, or an upload.

Reads files and packs samples as WAV; sends nothing, and knows no session.
"""

import array
import base64
import io
import numbers
import os
import re
import wave
from pathlib import Path
from typing import Any, Final

from heygen_widget.api.files import check_size, name_of, read_file
from heygen_widget.api.models import Asset, AssetBase64, AssetId, AssetUpload, AssetUrl

BASE64_LIMIT: Final = 5 * 1024 * 1024
"""Bytes of a file that travel within the request; a larger one is uploaded first."""

LOUDEST: Final = 2.0
"""Samples slightly beyond full scale are clipped; beyond this, the scale must be different."""

LOWEST_RATE: Final = 1_000
HIGHEST_RATE: Final = 384_000
"""Plausible sample rates, in samples per second."""

_FULL_SCALE: Final = 32_767
_STEREO: Final = 2
_WAV_HEADER: Final = 44  # bytes
_SAMPLE: Final = 2  # bytes
_MPEG_SYNC: Final = 0xFFE0
_MPEG_LAYER: Final = 0x0006
_ASSET_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,200}")
_OTHER_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")


def prepare(audio: Any, rate: float | None = None) -> Asset | AssetUpload:
    """Return the audio to create a session with, or the file to upload first.

    Blocks for as long as it takes to read a file.

    Parameters
    ----------
    audio
        A path; an open binary file; the bytes of a file; an https URL; the id of an asset; what
        `prepare` itself may return; ``(samples, rate)``; or samples: shape (n,) for mono, (n, 2) or
        (2, n) for stereo, dtype int16 or float between -1 and 1, of NumPy or alike.
    rate
        Samples per second; for samples only, which need it.

    Returns
    -------
    AssetUrl, AssetId, AssetBase64 or AssetUpload
        The last for files of more than `BASE64_LIMIT` bytes.

    Raises
    ------
    ValueError, TypeError
        When HeyGen does not accept the audio; the message says why.
    OSError
        When the file does not exist or cannot be read.

    Examples
    --------
    >>> prepare("https://example.com/hello.mp3")
    AssetUrl(type='url', url='https://example.com/hello.mp3')
    """
    if isinstance(audio, tuple) and rate is None:
        audio, rate = _taken_apart(audio)
    if _is_samples(audio):
        return _packed(_as_wav(audio, rate), "samples.wav")
    if rate is not None:
        raise TypeError(
            "rate= applies only to samples; files, URLs and assets have their own rate."
        )
    if isinstance(audio, str):
        return _from_text(audio)
    if isinstance(audio, AssetUrl | AssetId | AssetBase64 | AssetUpload):
        return audio
    if isinstance(audio, bytearray | memoryview):
        audio = bytes(audio)
    if isinstance(audio, bytes | os.PathLike) or hasattr(audio, "read"):
        return _packed(read_file(audio), name_of(audio))
    raise TypeError(
        f"{type(audio).__name__} is not a supported audio source: pass a path, bytes, a URL, an "
        "asset id, a file object, or samples with their rate."
    )


def _from_text(text: str) -> AssetUrl | AssetId | AssetBase64 | AssetUpload:
    """Tell a URL, a path and an asset id apart."""
    if text.lower().startswith(("https://", "http://")):
        return AssetUrl(url=text)
    path = Path(os.path.expanduser(text))  # noqa: PTH111 (Path's own raises without a home)
    if os.path.isfile(path):  # noqa: PTH113 (Path's own raises for a name that is too long)
        return _packed(read_file(path), path.name)
    if _ASSET_ID.fullmatch(text):
        return AssetId(asset_id=text)
    if _OTHER_SCHEME.match(text) and "/" in text:
        raise ValueError(f"HeyGen cannot fetch {text!r:.80}: the URL must use https.")
    raise FileNotFoundError(f"{text!r:.80} is not an existing file, a URL or an asset id.")


def _packed(data: bytes, filename: str) -> AssetBase64 | AssetUpload:
    media_type = _media_type(data)
    if len(data) > BASE64_LIMIT:
        return AssetUpload(data=data, filename=filename, media_type=media_type)
    return AssetBase64(media_type=media_type, data=base64.b64encode(data).decode())


def _media_type(data: bytes) -> str:
    """Return the MIME type that the first bytes show, so that no session is paid for in vain."""
    if data[:4] in (b"RIFF", b"RF64") and data[8:12] == b"WAVE":
        return "audio/wav"
    if data[:3] == b"ID3" or _begins_mpeg_frame(data):
        return "audio/mpeg"
    if data[4:8] == b"ftyp":
        return "audio/mp4"
    if data[:4] == b"OggS":
        return "audio/ogg"
    if data[:4] == b"\x1a\x45\xdf\xa3":
        return "audio/webm"
    raise ValueError("This is not a sound file that HeyGen accepts: use MP3, WAV, M4A or OGG.")


def _begins_mpeg_frame(data: bytes) -> bool:
    head = int.from_bytes(data[:2])
    return head & _MPEG_SYNC == _MPEG_SYNC and bool(head & _MPEG_LAYER)


def _taken_apart(pair: tuple[Any, ...]) -> tuple[object, float | None]:
    """Return samples and rate of a pair of them; anything else is samples without a rate."""
    match pair:
        case (numbers.Real(), samples) if _is_samples(samples):
            raise TypeError("This is (rate, samples): swap them to (samples, rate).")
        case (samples, numbers.Real() as rate) if _is_samples(samples):
            return samples, float(rate)
        case _:
            return pair, None


def _is_samples(audio: object) -> bool:
    return isinstance(audio, list | tuple | array.array) or any(
        hasattr(audio, name) for name in ("__array__", "__array_interface__")
    )


def _as_wav(samples: object, rate: float | None) -> bytes:
    """Pack samples as a WAV file of 16 bits."""
    if rate is None:
        raise TypeError("Samples need a rate in samples per second, such as rate=24000.")
    whole_rate = _checked_rate(rate)
    frames = _frames(samples)
    check_size(_WAV_HEADER + frames.size * _SAMPLE)
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(frames.shape[1])
        wav.setsampwidth(_SAMPLE)
        wav.setframerate(whole_rate)
        wav.writeframes(_as_int16(frames).tobytes())
    return file.getvalue()


def _checked_rate(rate: float) -> int:
    if not isinstance(rate, numbers.Real):
        raise TypeError(f"rate must be a number of samples per second, not {type(rate).__name__}.")
    if not LOWEST_RATE <= rate <= HIGHEST_RATE or rate != int(rate):
        raise ValueError(f"{rate!r} is not a valid rate: use samples per second, such as 24000.")
    return int(rate)


def _frames(samples: object) -> Any:
    """Return samples as an array of shape (n, channels)."""
    # Whoever has samples has NumPy, or takes a list in its place; nobody else needs it.
    import numpy as np  # noqa: PLC0415

    frames = np.asarray(samples)
    if not frames.size:
        raise ValueError("The samples must not be empty.")
    if frames.ndim == 1:
        return frames[:, np.newaxis]
    if frames.ndim != 2 or min(frames.shape) > _STEREO:  # noqa: PLR2004 (frames and channels)
        raise ValueError(
            f"Samples must be mono, (n,), or stereo, (n, 2) or (2, n), not of shape {frames.shape}."
        )
    return frames if frames.shape[1] <= _STEREO else frames.T


def _as_int16(frames: Any) -> Any:
    """Return the frames as WAV has them: little-endian, 16 bits."""
    import numpy as np  # noqa: PLC0415

    if np.issubdtype(frames.dtype, np.int16):  # in either byte order
        return frames.astype("<i2")
    if not np.issubdtype(frames.dtype, np.floating):
        raise TypeError(f"Samples must be int16, or float between -1 and 1, not {frames.dtype}.")
    if not np.isfinite(frames).all():
        raise ValueError("Some samples are NaN or infinite.")
    peak = float(np.abs(frames).max())
    if peak > LOUDEST:
        raise ValueError(f"Float samples must be between -1 and 1; these reach {peak:.6g}.")
    return np.rint(np.clip(frames.astype(np.float32), -1, 1) * _FULL_SCALE).astype("<i2")
