"""Encodes a film again, with a smaller picture, for pages that carry it inside.

The picture of an avatar hardly moves, so few bits per second are enough for it.
"""

from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from heygen_widget.take.film import load_av
from heygen_widget.take.spool import TakeError

WIDTH: Final = 640
"""Pixels of a picture that is encoded again."""

NARROWEST: Final = 160
"""Pixels that a picture needs to show anything."""

CRF: Final = "29"
"""Quality of x264: 23 is its default, 6 more take half the bits."""

KEY_FRAMES: Final = 50
"""Frames between key frames: a seek decodes two seconds at most."""

SOUND_RATE: Final = 48_000
"""Samples per second."""
SOUND_BITS: Final = 64_000
"""Bits per second; of one channel, which a voice has."""


def write_smaller(source: Path, target: Path, width: int) -> None:
    """Write a film again as an MP4 with a picture `width` pixels wide, or as wide as it was.

    Raises
    ------
    TakeError
        When PyAV is missing, or the film cannot be read.
    """
    av = load_av()
    try:
        with (
            av.open(str(source)) as film,
            av.open(str(target), "w", format="mp4", options={"movflags": "faststart"}) as made,
        ):
            encoders = [_picture(made, film.streams.video[0], width)]
            encoders += [_sound(made, stream) for stream in film.streams.audio[:1]]
            for packet in film.demux([encoder.source for encoder in encoders]):
                for encoder in encoders:
                    if encoder.source is packet.stream:
                        encoder.add(packet)
            for encoder in encoders:
                encoder.end()
    except (av.error.FFmpegError, IndexError) as error:
        raise TakeError(f"The film cannot be encoded again: {error}") from error


class _Encoder:
    """Decodes one stream of a film and encodes it for another one."""

    def __init__(self, made: Any, source: Any, stream: Any, change: Any) -> None:
        self.source = source
        self._made = made
        self._stream = stream
        self._change = change
        self._last: int | None = None

    def add(self, packet: Any) -> None:
        """Add a packet; the last one of a stream has nothing in it."""
        for frame in packet.decode():
            self._encode(self._change(frame))

    def end(self) -> None:
        """Write what is left."""
        self._encode(self._change(None))
        self._made.mux(self._stream.encode(None))

    def _encode(self, frames: Any) -> None:
        for frame in frames:
            if (
                frame is None
                or frame.pts is None
                or (self._last is not None and frame.pts <= self._last)
            ):
                continue  # after a lost part, frames may overlap
            self._last = frame.pts
            self._made.mux(self._stream.encode(frame))


def _picture(made: Any, source: Any, width: int) -> _Encoder:
    wide = 2 * (min(width, source.codec_context.width) // 2)
    high = 2 * round(source.codec_context.height * wide / source.codec_context.width / 2)
    stream = made.add_stream("libx264", rate=Fraction(source.average_rate or 25))
    stream.width, stream.height, stream.pix_fmt = wide, high, "yuv420p"
    stream.codec_context.time_base = source.time_base
    stream.codec_context.gop_size = KEY_FRAMES
    stream.options = {"crf": CRF, "preset": "veryfast"}

    def change(frame: Any) -> list[Any]:
        return [] if frame is None else [_typeless(frame.reformat(wide, high, format="yuv420p"))]

    return _Encoder(made, source, stream, change)


def _typeless(frame: Any) -> Any:
    """Let the encoder choose the type of a frame, not the film it comes from."""
    frame.pict_type = 0
    return frame


def _sound(made: Any, source: Any) -> _Encoder:
    import av  # noqa: PLC0415

    stream = made.add_stream("aac", rate=SOUND_RATE, layout="mono")
    stream.bit_rate = SOUND_BITS
    resampler = av.AudioResampler(format="fltp", layout="mono", rate=SOUND_RATE)
    return _Encoder(made, source, stream, resampler.resample)
