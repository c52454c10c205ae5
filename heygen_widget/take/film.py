"""Writes a take as one MP4, without re-encoding, and its newest picture as an image.

The only part of the kernel's side that needs PyAV, which the `save` extra installs.
"""

import importlib.util
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from heygen_widget.take.captions import Caption
from heygen_widget.take.spool import TakeError, TakeFile

if TYPE_CHECKING:
    import av

MILLISECOND: Final = Fraction(1, 1000)
MAX_CAPTION: Final = 2**16 - 1
"""Maximum bytes of text in an MP4 caption."""

# The style that the encoder of MP4 captions requires: white, at the bottom.
_STYLE: Final = b"""[Script Info]
ScriptType: v4.00+
[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, BackColour, Alignment
Style: Default,Arial,16,&Hffffff,&H0,2
[Events]
Format: Start, End, Style, Text
"""


def write_film(
    path: Path, runs: Sequence[TakeFile], shown: Iterable[Caption], *, joined: bool
) -> float:
    """Write a take with its captions as an MP4 that starts playing while it is downloaded.

    Parameters
    ----------
    path
        The file to write.
    runs
        The take, split where decoding restarts.
    shown
        The captions, on the stream's clock.
    joined
        Whether the take begins in the middle of the stream: then its clock is the stream's.

    Returns
    -------
    float
        Seconds to add to a time of the stream for the time of the film.

    Raises
    ------
    TakeError
        When PyAV is missing, or the take cannot become a single film.
    """
    av = load_av()
    try:
        with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as film:
            remuxer = _Remuxer(film, shown, joined=joined)
            remuxer.add(runs)
            return float(remuxer.caption_shift)
    except av.error.FFmpegError as error:
        raise TakeError(f"The take cannot be written as an MP4: {error}") from error


def newest_picture(data: bytes, width: int | None = None) -> bytes:
    """Return the newest key frame of some media as a JPEG, `width` pixels wide or unscaled.

    Raises
    ------
    TakeError
        When PyAV is missing, or there is no picture.
    """
    av = load_av()
    try:
        with av.open(io.BytesIO(data)) as media:
            video = media.streams.video[0]
            video.codec_context.skip_frame = "NONKEY"
            newest = None
            for newest in media.decode(video):  # noqa: B007 (the last one is wanted)
                pass
        if newest is None:
            raise TakeError("There is no picture yet.")
        return _jpeg(newest, width or newest.width)
    except (av.error.FFmpegError, IndexError) as error:
        raise TakeError(f"The newest picture cannot be read: {error}") from error


def can_decode() -> bool:
    """Whether PyAV is installed, without importing it."""
    return importlib.util.find_spec("av") is not None


def load_av() -> Any:
    """Import PyAV.

    Raises
    ------
    TakeError
        When it is missing.
    """
    try:
        import av  # noqa: PLC0415 (an extra, and slow to load)
    except ImportError as error:
        raise TakeError(
            "This needs PyAV, which reads and writes video: pip install 'heygen-widget[save]'"
        ) from error
    return av


def _jpeg(frame: "av.VideoFrame", width: int) -> bytes:
    import av  # noqa: PLC0415

    encoder: Any = av.CodecContext.create("mjpeg", "w")
    height = 2 * round(frame.height * width / frame.width / 2)
    encoder.width, encoder.height = width, height
    encoder.pix_fmt = "yuvj420p"
    encoder.time_base = Fraction(1, 25)
    encoder.qmin = encoder.qmax = 3
    picture = frame.reformat(width, height, format="yuvj420p")
    picture.pts = 0
    return b"".join(bytes(packet) for packet in [*encoder.encode(picture), *encoder.encode(None)])


@dataclass(slots=True)
class _Track:
    """A stream of the film, and how far it has been written."""

    stream: Any
    form: tuple[Any, ...]
    end: Fraction = Fraction(0)  # seconds
    last: int | None = None  # decode time of the last packet


class _Remuxer:
    """Copies the packets of one run after the other into a film."""

    def __init__(self, film: Any, shown: Iterable[Caption], *, joined: bool) -> None:
        self._film = film
        self._captions = iter(sorted(shown, key=lambda caption: caption.start))
        self._caption = next(self._captions, None)
        self._joined = joined
        self._tracks: dict[str, _Track] = {}
        self._subtitles: Any = None
        self.caption_shift = Fraction(0)

    def add(self, runs: Sequence[TakeFile]) -> None:
        import av  # noqa: PLC0415

        for run in runs:
            with av.open(run, format=run.container) as source:
                self._copy(source)
        if not self._tracks:
            raise TakeError("Nothing has been streamed yet, so there is nothing to save.")
        self._caption_until(None)

    def _copy(self, source: Any) -> None:
        streams = [*source.streams.video[:1], *source.streams.audio[:1]]
        # The picture's start: encoded sound may begin slightly earlier, with priming silence.
        begun = (streams[0].start_time or 0) * streams[0].time_base if streams else Fraction(0)
        if not self._tracks:
            self._begin(streams, begun)
        elif {stream.type: _codec_parameters(stream) for stream in streams} != {
            kind: track.form for kind, track in self._tracks.items()
        }:
            raise TakeError(
                "The stream changed its picture or sound format, so it cannot become a single film."
            )
        shift = max((track.end for track in self._tracks.values()), default=Fraction(0)) - begun
        for packet in source.demux(streams):
            if packet.dts is not None and packet.pts is not None:
                self._put(packet, shift)

    def _begin(self, streams: Sequence[Any], begun: Fraction) -> None:
        """Give the film its tracks, as the first run has them."""
        for stream in streams:
            copied = self._film.add_stream_from_template(stream)
            self._tracks[stream.type] = _Track(copied, _codec_parameters(stream))
        if self._caption is not None:
            self._subtitles = self._film.add_stream("mov_text")
            self._subtitles.codec_context.subtitle_header = _STYLE
            self._subtitles.time_base = MILLISECOND
        if self._joined:
            self.caption_shift = -begun

    def _put(self, packet: Any, shift: Fraction) -> None:
        track = self._tracks[packet.stream.type]
        unit = packet.time_base
        ticks = round(shift / unit)
        packet.dts += ticks
        packet.pts += ticks
        if track.last is not None and packet.dts <= track.last:
            return  # after a lost part, packets may overlap
        track.last = packet.dts
        track.end = max(track.end, (packet.pts + (packet.duration or 0)) * unit)
        self._caption_until(packet.dts * unit)
        packet.stream = track.stream
        self._film.mux(packet)

    def _caption_until(self, time: Fraction | None) -> None:
        """Write the captions that begin before `time`, interleaved with the picture."""
        while self._caption is not None:
            start = Fraction(self._caption.start) + self.caption_shift
            if time is not None and start > time:
                return
            if start >= 0:
                self._film.mux(self._caption_packet(self._caption, start))
            self._caption = next(self._captions, None)

    def _caption_packet(self, caption: Caption, start: Fraction) -> Any:
        import av  # noqa: PLC0415

        text = caption.text.encode()[:MAX_CAPTION]
        packet = av.Packet(len(text).to_bytes(2, "big") + text)
        packet.stream = self._subtitles
        packet.time_base = MILLISECOND
        packet.pts = packet.dts = round(start * 1000)
        packet.duration = round((caption.end - caption.start) * 1000)
        return packet


def _codec_parameters(stream: Any) -> tuple[Any, ...]:
    """Return the parameters that must not change within a film."""
    codec = stream.codec_context
    size = (codec.width, codec.height) if stream.type == "video" else (codec.sample_rate,)
    return (codec.name, codec.extradata, *size)
