"""Text to a sound file: sentences, pauses of break tags, another speed at the same pitch.

Blocking: for worker threads. Knows no route.
"""

import html
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import av
import numpy as np
import numpy.typing as npt
from av.filter import Graph

from heygen_widget.local.storage import StoredFile
from heygen_widget.local.voice import SAMPLE_RATE, MouthCue, SpokenAudio, TimedWord, VoiceEngine
from heygen_widget.local.voice.sound import silence
from heygen_widget.local.voice.text import piece_length

LONGEST_BREAK: Final = 10.0
"""Seconds of one pause; a longer one is shortened."""

_LEAST: Final = 0.1  # seconds of a file in which nothing is said
_BIT_RATE: Final = 64_000
_BREAK: Final = re.compile(
    r"""<\s*break\b[^<>]*?time\s*=\s*["']\s*(\d{1,6}(?:\.\d{1,6})?)s["'][^<>]*>"""
)
_TAG: Final = re.compile(r"<[^<>]*>")

Samples = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class SpokenFile:
    """An MP3, its length in seconds, and its words."""

    mp3: StoredFile
    seconds: float
    words: tuple[TimedWord, ...]


def speak_to_file(
    engine: VoiceEngine, text: str, voice_id: str, *, ssml: bool, speed: float
) -> SpokenFile:
    """Speak a text to a file.

    Parameters
    ----------
    engine, voice_id
        Who speaks.
    text
        What is spoken.
    ssml
        Whether the text has break tags and entities.
    speed
        0.5 to 2; pauses of break tags stay as long as they are.
    """
    encoder = _Mp3()
    words: list[TimedWord] = []
    for piece, pause in _parts(text) if ssml else [(text, 0.0)]:
        for audio in speak(engine, piece, voice_id, speed):
            start = encoder.seconds
            encoder.add(audio.samples)
            words += [
                TimedWord(each.word, start + each.start, start + each.end) for each in audio.words
            ]
        encoder.add(silence(pause))
    encoder.add(silence(max(0.0, _LEAST - encoder.seconds)))
    return SpokenFile(encoder.file(), encoder.seconds, tuple(words))


def _parts(ssml: str) -> Iterator[tuple[str, float]]:
    """Yield pieces of text, and the seconds of the pause after each."""
    start = 0
    for tag in _BREAK.finditer(ssml):
        yield _plain(ssml[start : tag.start()]), min(float(tag[1]), LONGEST_BREAK)
        start = tag.end()
    yield _plain(ssml[start:]), 0.0


def _plain(ssml: str) -> str:
    return html.unescape(_TAG.sub(" ", ssml))


def speak(
    engine: VoiceEngine, text: str, voice_id: str, speed: float = 1.0
) -> Iterator[SpokenAudio]:
    """Yield a text as sound, sentence by sentence."""
    while text.strip():
        length = piece_length(text, hungry=False, complete=True) or len(text)
        said = engine.speak(text[:length], voice_id)
        yield SpokenAudio(
            at_speed(said.samples, speed),
            tuple(
                TimedWord(each.word, each.start / speed, each.end / speed) for each in said.words
            ),
            tuple(MouthCue(cue.time / speed, cue.mouth) for cue in said.cues),
        )
        text = text[length:]


def at_speed(samples: Samples, speed: float) -> Samples:
    """Return `samples` so many times as fast, at the same pitch."""
    if speed == 1 or not len(samples):
        return samples
    graph = Graph()
    source = graph.add_abuffer(format="s16", sample_rate=SAMPLE_RATE, layout="mono")
    tempo, sink = graph.add("atempo", str(speed)), graph.add("abuffersink")
    source.link_to(tempo)
    tempo.link_to(sink)
    graph.configure()
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), "s16", "mono")
    frame.sample_rate = SAMPLE_RATE
    graph.push(frame)
    graph.push(None)
    made: list[Samples] = []
    while True:
        try:
            made.append(graph.pull().to_ndarray()[0])
        except (av.EOFError, av.BlockingIOError):
            break
    # Words are timed by the speed, so the sound is exactly as long as that says.
    exact = round(len(samples) / speed)
    joined = np.concatenate([*made, np.zeros(exact, np.int16)])[:exact]
    return joined.astype(np.int16, copy=False)


class _Mp3:
    """Encodes sound as it comes."""

    def __init__(self) -> None:
        self._buffer = io.BytesIO()
        self._container = av.open(self._buffer, "w", format="mp3")
        self._stream = self._container.add_stream("libmp3lame", rate=SAMPLE_RATE)
        self._stream.layout = "mono"
        self._stream.bit_rate = _BIT_RATE
        self._samples = 0

    @property
    def seconds(self) -> float:
        """Seconds that were added."""
        return self._samples / SAMPLE_RATE

    def add(self, samples: Samples) -> None:
        """Append sound."""
        if not len(samples):
            return
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), "s16", "mono")
        frame.sample_rate = SAMPLE_RATE
        frame.pts = self._samples
        self._samples += len(samples)
        self._container.mux(self._stream.encode(frame))

    def file(self) -> StoredFile:
        """Finish and return the file."""
        self._container.mux(self._stream.encode(None))
        self._container.close()
        return StoredFile.of(self._buffer.getvalue())
