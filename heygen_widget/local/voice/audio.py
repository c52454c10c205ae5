"""An audio file as speech: decoded while it is played, with lips derived from the sound.

Knows containers and codecs through PyAV. Opens no path or URL, not even one named in a file.
"""

import contextlib
from collections.abc import Callable, Generator, Iterator
from functools import lru_cache
from typing import Any, Final

import av
import numpy as np
import numpy.typing as npt
from av.container import InputContainer

from heygen_widget.local.storage import StoredFile
from heygen_widget.local.voice.engine import SAMPLE_RATE, MouthCue, SpokenAudio
from heygen_widget.local.voice.lip_sync import SpectralLipSync
from heygen_widget.local.voice.mp4 import announces_too_much
from heygen_widget.local.voice.reading import Reading
from heygen_widget.local.voice.tags import TooManyTagsError

MAX_SECONDS: Final = 3600.0
"""Maximum length of audio; a session lasts no longer."""

MIN_RATE: Final = 4_000
MAX_RATE: Final = 768_000
"""Maximum sample rate of a file."""

MAX_CHANNELS: Final = 64

_HEAD: Final = 12  # bytes by which a container is known
_MAX_FRAME: Final = 262_144  # samples of a frame; FLAC has 65,535, ADPCM twice as many
_BLOCK: Final = 4 * SAMPLE_RATE
_MPEG_SYNC: Final = 0xFFE0
_MPEG_LAYER: Final = 0x0006

_PYAV: Final = int(av.__version__.partition(".")[0])
_KEEPS_ODD_TITLES: Final = 19
# A title in an invalid encoding is no reason to refuse the file.
_TOLERANT: Final[dict[str, Any]] = (
    {} if _PYAV >= _KEEPS_ODD_TITLES else {"metadata_errors": "ignore"}
)

Samples = npt.NDArray[np.int16]
_NOTHING: Final[Samples] = np.zeros(0, np.int16)


class AudioError(ValueError):
    """The file cannot be played; the message says why."""


class Recording:
    """An audio file that was checked by decoding it once, and is decoded again when played.

    Its samples are never all in memory: an hour of silence is a few bytes in a file, but 345 MB of
    samples.

    Parameters
    ----------
    file
        The file.
    stopped
        Checked between frames; decoding ends when it returns True.

    Raises
    ------
    AudioError
        If it is not a WAV, MP3, M4A (MP4) or OGG file, is damaged, has no audio, an invalid sample
        rate or number of channels, or is longer than `MAX_SECONDS`.
    """

    def __init__(self, file: StoredFile, stopped: Callable[[], bool] = lambda: False) -> None:
        self._file = file
        self._container = container_of(file)
        self._stopped = stopped
        self._ear = SpectralLipSync()
        if self._container == "mp4" and announces_too_much(file):
            raise AudioError(
                "The MP4 file is damaged: its tables declare more than it can contain."
            )
        with self._normalized_errors():
            _check_length(self._reading())
        for block in self._blocks():
            self._ear.feed(block)
        if not self._ear.seconds:
            raise AudioError("The file contains no sound.")

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return self._ear.seconds

    def pieces(self) -> Iterator[SpokenAudio]:
        """Decode it in pieces of some seconds: mono at `SAMPLE_RATE`, with lips, without words."""
        cues = self._ear.cues()
        cue = next(cues, None)
        played = 0
        for block in self._blocks():
            start, played = played / SAMPLE_RATE, played + len(block)
            lips = []
            while cue is not None and cue.time * SAMPLE_RATE < played:
                lips.append(MouthCue(cue.time - start, cue.mouth))
                cue = next(cues, None)
            yield SpokenAudio(block, (), tuple(lips))
        if cue is not None:
            yield SpokenAudio(_NOTHING, (), (MouthCue(0.0, cue.mouth),))

    def _blocks(self) -> Iterator[Samples]:
        """Decode the file in blocks of at least `_BLOCK` samples, except the last."""
        waiting: list[Samples] = []
        count = 0
        with self._normalized_errors(), contextlib.closing(_decode(self._reading())) as decoded:
            for samples in decoded:
                if self._stopped():
                    break
                if len(samples):
                    waiting.append(samples)
                    count += len(samples)
                if count >= _BLOCK:
                    yield np.concatenate(waiting)
                    waiting, count = [], 0
        if waiting:
            yield np.concatenate(waiting)

    def _check_wanted(self) -> None:
        if self._stopped():
            raise AudioError("The audio is not wanted any more.")

    def _reading(self) -> Reading:
        return Reading(self._file, self._container, self._stopped)

    @contextlib.contextmanager
    def _normalized_errors(self) -> Iterator[None]:
        """Turn every decoding error into an `AudioError`."""
        try:
            yield
            self._check_wanted()
        except TooManyTagsError:
            raise AudioError(
                f"The {self._container.upper()} file is damaged: too many tags."
            ) from None
        except (av.FFmpegError, ValueError) as error:
            if isinstance(error, AudioError):
                raise
            self._check_wanted()
            why = getattr(error, "strerror", None) or str(error)
            raise AudioError(f"The {self._container.upper()} file is damaged: {why}.") from error


def container_of(file: StoredFile) -> str:
    """Return FFmpeg's name for the file's container: ``wav``, ``mp3``, ``mp4`` or ``ogg``.

    If FFmpeg guessed, it would also accept playlists, and open the files and URLs they name.

    Raises
    ------
    AudioError
        If it is none of these.
    """
    data = file.read_at(0, _HEAD)
    head = int.from_bytes(data[:2])
    if data[:4] in (b"RIFF", b"RF64") and data[8:12] == b"WAVE":
        return "wav"
    if data[:4] == b"OggS":
        return "ogg"
    if data[4:8] == b"ftyp":
        return "mp4"
    if data[:3] == b"ID3" or (head & _MPEG_SYNC == _MPEG_SYNC and head & _MPEG_LAYER):
        return "mp3"
    what = "is empty" if not data else "cannot be read"
    raise AudioError(f"The audio {what}: send a WAV, MP3, M4A or OGG file.")


def _check_length(reading: Reading) -> None:
    """Refuse a file that declares to be too long, before decoding an hour of it."""
    seconds = 0.0
    with _open(reading) as file:
        for packet in file.demux(_sound_of(file)):
            if packet.duration and packet.time_base:
                seconds += float(packet.duration * packet.time_base)
            _limit_length(seconds)


def _limit_length(seconds: float) -> None:
    if seconds > MAX_SECONDS:
        raise AudioError(f"The audio is longer than {MAX_SECONDS / 60:.0f} minutes.")


def _open(reading: Reading) -> InputContainer:
    form = reading.container
    file: InputContainer = av.open(reading, "r", format=form, options=_limits(), **_TOLERANT)
    return file


def _sound_of(file: InputContainer) -> av.AudioStream:
    if not file.streams.audio:
        raise AudioError("The file has no audio track.")
    stream = file.streams.audio[0]
    stream.codec_context.options = _limits()
    _check(stream.sample_rate or MIN_RATE, stream.channels)
    return stream


def _limits() -> dict[str, str]:
    return {"codec_whitelist": _sound_codecs(), "max_samples": str(_MAX_FRAME)}


def _decode(reading: Reading) -> Generator[Samples, None, None]:
    """Yield the file's sound, mono at `SAMPLE_RATE`, frame by frame; some frames may be empty.

    All limits are checked before a frame is resampled: at a declared rate of 2 Hz its 65,535
    samples would become 3 GB.
    """
    seconds = 0.0
    resampler: av.AudioResampler | None = None
    form: tuple[object, ...] = ()
    with _open(reading) as file:
        stream = _sound_of(file)
        for packet in file.demux(stream):
            frames = packet.decode()
            if not frames:
                yield _NOTHING
            for frame in frames:
                _check(frame.sample_rate, frame.layout.nb_channels)
                seconds += frame.samples / frame.sample_rate
                _limit_length(seconds)
                # Concatenated files change their format at each seam.
                if form != (form := (frame.format.name, frame.layout.name, frame.sample_rate)):
                    yield from _resampled(resampler, None)
                    resampler = av.AudioResampler("s16", "mono", SAMPLE_RATE)
                yield from _resampled(resampler, frame)
        yield from _resampled(resampler, None)


def _check(rate: int, channels: int) -> None:
    if not MIN_RATE <= rate <= MAX_RATE:
        raise AudioError(
            f"The audio has {rate:,} samples a second; {MIN_RATE:,} to {MAX_RATE:,} can be played."
        )
    if channels > MAX_CHANNELS:
        raise AudioError(
            f"The audio has {channels} channels; at most {MAX_CHANNELS} can be played."
        )


def _resampled(
    resampler: av.AudioResampler | None, frame: av.AudioFrame | None
) -> Iterator[Samples]:
    if frame is not None:
        frame.pts = None  # a gap between two times is not filled
    for each in resampler.resample(frame) if resampler is not None else []:
        yield each.to_ndarray()[0].astype(np.int16, copy=False)


@lru_cache(maxsize=1)
def _sound_codecs() -> str:
    """Return the allowed decoders: otherwise FFmpeg would decode a file's cover picture."""
    return ",".join(name for name in av.codecs_available if _is_sound(name))


def _is_sound(name: str) -> bool:
    try:
        return av.Codec(name, "r").type == "audio"
    except (av.FFmpegError, ValueError):
        return False
