"""A film of a face that speaks: pictures and sound in one MP4.

Blocking: for worker threads. Knows no route.
"""

import io
import tempfile
from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np
from av.container import OutputContainer
from av.filter import Graph
from PIL import Image

from heygen_widget.local.encoding import H264, VideoFormat
from heygen_widget.local.encoding.audio import configure_aac
from heygen_widget.local.face import FRAME_RATE, HEIGHT, WIDTH, Face
from heygen_widget.local.mouth import REST
from heygen_widget.local.storage import StoredFile
from heygen_widget.local.voice import SAMPLE_RATE, SpokenAudio
from heygen_widget.local.voice.lips import Lips

_PICTURE: Final = SAMPLE_RATE // FRAME_RATE  # samples


class FilmError(Exception):
    """The film cannot be rendered.

    Attributes
    ----------
    code
        HeyGen's word for it.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def write_film(
    face: Face,
    spoken: Iterable[SpokenAudio],
    *,
    width: int = WIDTH,
    height: int = HEIGHT,
    contain: bool = False,
    stopped: Callable[[], bool] = lambda: False,
) -> tuple[StoredFile, float]:
    """Return a film as MP4, and its length in seconds.

    Parameters
    ----------
    face
        Who is seen.
    spoken
        What is heard, piece by piece.
    width, height
        Pixels.
    contain
        Whether a picture of another shape shows all of a face's, between bars; else its middle.
    stopped
        Whether to give up; the film ends there then.

    Raises
    ------
    FilmError
        When nothing is heard.
    """
    # In a file: what players need first is written last, and then moved to the beginning.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        with av.open(path, "w", options={"movflags": "faststart"}) as container:
            shape = _shape(width, height, contain=contain)
            form = H264.sized(width, height)
            seconds = _write(container, face, spoken, (form, shape), stopped)
        if not seconds:
            raise FilmError("invalid_script", "Nothing in the script can be spoken.")
        return StoredFile.of(path.read_bytes()), seconds


def _write(
    container: OutputContainer,
    face: Face,
    spoken: Iterable[SpokenAudio],
    picture_form: tuple[VideoFormat, Callable[[av.VideoFrame], av.VideoFrame]],
    stopped: Callable[[], bool],
) -> float:
    form, shape = picture_form
    video = container.add_stream("libx264", rate=FRAME_RATE)
    form.configure(video.codec_context)
    audio = container.add_stream("aac", rate=SAMPLE_RATE)
    configure_aac(audio.codec_context)
    lips = Lips()
    samples, pictures = 0, 0
    for piece in spoken:
        lips.add(piece.cues, samples / SAMPLE_RATE)
        if not len(piece.samples):
            continue
        sound = av.AudioFrame.from_ndarray(piece.samples.reshape(1, -1), "s16", "mono")
        sound.sample_rate = SAMPLE_RATE
        sound.pts = samples
        samples += len(piece.samples)
        container.mux(audio.encode(sound))
        while pictures * _PICTURE < samples:
            if stopped():
                return samples / SAMPLE_RATE
            picture = face.frame(pictures, lips.at(pictures / FRAME_RATE))
            frame = shape(av.VideoFrame.from_numpy_buffer(picture, "yuv420p"))
            frame.pts = pictures
            pictures += 1
            container.mux(video.encode(frame))
    for stream in (video, audio):
        container.mux(stream.encode(None))
    return samples / SAMPLE_RATE


def _shape(width: int, height: int, *, contain: bool) -> Callable[[av.VideoFrame], av.VideoFrame]:
    """Return what makes a picture of a face one of so many pixels."""
    if (width, height) == (WIDTH, HEIGHT):
        return lambda frame: frame
    graph = Graph()
    source = graph.add_buffer(
        width=WIDTH,
        height=HEIGHT,
        format=av.VideoFormat("yuv420p"),
        time_base=Fraction(1, FRAME_RATE),
    )
    if contain:
        fitted = graph.add("scale", f"{width}:{height}:force_original_aspect_ratio=decrease")
        last = graph.add("pad", f"{width}:{height}:-1:-1")
    else:
        # The largest part in the middle that has the new shape.
        across = min(WIDTH, HEIGHT * width // height) & ~1
        down = min(HEIGHT, WIDTH * height // width) & ~1
        fitted = graph.add("crop", f"{across}:{down}")
        last = graph.add("scale", f"{width}:{height}")
    sink = graph.add("buffersink")
    source.link_to(fitted)
    fitted.link_to(last)
    last.link_to(sink)
    graph.configure()

    def change(frame: av.VideoFrame) -> av.VideoFrame:
        graph.push(frame)
        changed = graph.pull()
        assert isinstance(changed, av.VideoFrame)  # noqa: S101 (a graph of pictures has no sound)
        return changed

    return change


def picture_of(face: Face, width: int) -> bytes:
    """Return a JPEG of a face at rest, `width` pixels wide."""
    frame = av.VideoFrame.from_ndarray(np.asarray(face.frame(0, REST)), "yuv420p")
    height = width * HEIGHT // WIDTH
    pixels = frame.reformat(width, height, "rgb24", src_colorspace="ITU709").to_ndarray()
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=85)
    return buffer.getvalue()
