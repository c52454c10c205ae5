"""Streams on air, made of real parts, and what a player would get of them."""

import io
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace

import av
import numpy as np
import numpy.typing as npt
import pytest

from heygen_widget.local import clock
from heygen_widget.local.face import LOOKS, Face, face_for
from heygen_widget.local.hls import Stream
from heygen_widget.local.mouth import Mouth
from heygen_widget.local.voice import (
    SAMPLE_RATE,
    SpeechTrack,
    SpokenAudio,
    VoiceEngine,
    load_engine,
)

PATIENCE = 60.0  # seconds a condition may take on a busy machine


class Tape(SpeechTrack):
    """A track that keeps what was read from it."""

    def __init__(self, engine: VoiceEngine) -> None:
        super().__init__(engine, "en-us", on_audio=self._wake)
        self.stream: Stream
        self._reads: list[npt.NDArray[np.int16]] = []

    def read(self, count: int) -> npt.NDArray[np.int16]:
        samples = super().read(count)
        self._reads.append(samples)
        return samples

    def _wake(self) -> None:
        self.stream.wake()

    @property
    def sound(self) -> npt.NDArray[np.int16]:
        """All that was read."""
        return np.concatenate(self._reads)

    def heard(self) -> bool:
        """Whether more than silence was read."""
        return any(samples.any() for samples in list(self._reads))


class CountingFace(Face):
    """A face that counts how often it was drawn."""

    def __init__(self, face: Face) -> None:
        self._drawn_by = face
        self._lock = threading.Lock()
        self.drawn = 0

    def frame(
        self, number: int, mouth: Mouth, over: npt.NDArray[np.uint8] | None = None
    ) -> npt.NDArray[np.uint8]:
        with self._lock:
            self.drawn += 1
        return self._drawn_by.frame(number, mouth, over)


@dataclass(frozen=True)
class Recording:
    """A stream decoded from its first to its last byte; times in units of the tracks."""

    seconds: float
    video_times: npt.NDArray[np.int64]
    pictures: list[npt.NDArray[np.uint8]]  # as `Face.frame` gives them
    audio_times: npt.NDArray[np.int64]
    sound: npt.NDArray[np.float32]

    @property
    def onset(self) -> int:
        """Position (samples) of the first sound."""
        return int(np.flatnonzero(np.abs(self.sound) > 0.02)[0])


class OnAir:
    """A running stream and its track."""

    def __init__(self, stream: Stream, track: Tape, changed: threading.Event) -> None:
        self.stream = stream
        self.track = track
        self._changed = changed

    def wait(self, condition: Callable[[], object]) -> None:
        """Wait for something to become true."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline
            self._changed.wait(0.01)
            self._changed.clear()

    def wait_for_next_segment(self) -> None:
        following = self.stream.next_segment + 1
        self.wait(lambda: self.stream.next_segment >= following)

    def wait_for_end(self) -> None:
        self.wait(lambda: self.stream.ended)

    def file(self) -> bytes:
        """All that can be played, as one MP4 file."""
        numbers = range(self.stream.next_segment)
        segments = [data for number in numbers if (data := self.stream.segment(number))]
        return self.stream.init + b"".join(segments)

    def record(self) -> Recording:
        """Decode all that can be played."""
        video_times: list[int | None] = []
        pictures: list[npt.NDArray[np.uint8]] = []
        audio_times: list[int | None] = []
        sound: list[npt.NDArray[np.float32]] = []
        with av.open(io.BytesIO(self.file()), "r") as container:
            for frame in container.decode():
                if isinstance(frame, av.VideoFrame):
                    video_times.append(frame.pts)
                    pictures.append(frame.to_ndarray().astype(np.uint8))
                elif isinstance(frame, av.AudioFrame):
                    audio_times.append(frame.pts)
                    sound.append(frame.to_ndarray()[0].astype(np.float32))
        return Recording(
            seconds=self.stream.position,
            video_times=np.array(video_times, np.int64),
            pictures=pictures,
            audio_times=np.array(audio_times, np.int64),
            sound=np.concatenate(sound),
        )


@pytest.fixture(scope="session")
def engine() -> VoiceEngine:
    return load_engine("espeak")


@pytest.fixture(scope="session")
def face() -> Face:
    return face_for(LOOKS[0])


@pytest.fixture(scope="session")
def beep() -> SpokenAudio:
    """One second of a tone, full from its first sample on."""
    turns = np.arange(SAMPLE_RATE) * 440 / SAMPLE_RATE
    samples = (8000 * np.cos(2 * np.pi * turns)).astype(np.int16)
    return SpokenAudio(samples, (), ())


@pytest.fixture(scope="module")
def go_on_air(engine: VoiceEngine, face: Face) -> Iterator[Callable[..., OnAir]]:
    """Start streams; they are stopped after the test."""
    running: list[OnAir] = []

    def start(
        *, segment_seconds: float = 0.4, face: Face = face, said: SpokenAudio | None = None
    ) -> OnAir:
        changed = threading.Event()
        track = Tape(engine)
        track.stream = Stream(face, track, segment_seconds=segment_seconds, on_segment=changed.set)
        running.append(OnAir(track.stream, track, changed))
        if said is not None:
            track.add(said)
        track.stream.start()
        return running[-1]

    yield start
    for each in running:
        each.track.discard()
        each.stream.stop()
    for each in running:
        each.wait_for_end()


@pytest.fixture
def freeze(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let time pass for streams as if the process had been frozen."""
    frozen = 0.0

    def stall(seconds: float) -> None:
        nonlocal frozen
        frozen += seconds

    machine = SimpleNamespace(
        monotonic=lambda: time.monotonic() + frozen, time=lambda: time.time() + frozen
    )
    monkeypatch.setattr(clock, "time", machine)
    return stall
