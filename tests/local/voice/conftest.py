"""Someone who listens to a track, as a stream would, and voices to listen to."""

from collections.abc import Callable
from threading import Event, current_thread

import numpy as np
import numpy.typing as npt
import pytest

from heygen_widget.local.voice import (
    SAMPLE_RATE,
    SpeechTrack,
    SpokenAudio,
    VoiceEngine,
    load_engine,
)

PATIENCE = 60.0  # seconds after which a condition will not come true any more


class Clock:
    """A clock that stands still until told otherwise, and knows who looked at it."""

    def __init__(self) -> None:
        self.now = 100.0
        self._voice_looked = Event()

    def __call__(self) -> float:
        if current_thread().name == "speech":
            self._voice_looked.set()
        return self.now

    def wait_until_the_voice_looks(self) -> None:
        self._voice_looked.clear()
        assert self._voice_looked.wait(PATIENCE)


class CountingEngine:
    """A real voice that counts the seconds it has spoken, and keeps the sounds."""

    def __init__(self, engine: VoiceEngine, patience: float = 0.0) -> None:
        self._engine = engine
        self.patience = patience
        self.seconds = 0.0
        self.sounds: list[bytes] = []

    def speak(self, text: str, voice_id: str) -> SpokenAudio:
        audio = self._engine.speak(text, voice_id)
        self.seconds += audio.seconds
        self.sounds.append(audio.samples.tobytes())
        return audio


class Listener:
    """Reads a track to its end, and never sleeps while there is news."""

    def __init__(self, engine: VoiceEngine, voice_id: str = "listener") -> None:
        self.clock = Clock()
        self._news = Event()
        self.track = SpeechTrack(engine, voice_id, on_audio=self._news.set, clock=self.clock)

    def wait_for_sound(self) -> None:
        while not self.track.speaking:
            assert self._news.wait(PATIENCE)
            self._news.clear()

    def hear_what_is_there(self) -> npt.NDArray[np.int16]:
        heard = [np.zeros(0, np.int16)]
        while self.track.speaking:
            heard.append(self.track.read(SAMPLE_RATE // 25))
        return np.concatenate(heard)

    def hear_all(self) -> npt.NDArray[np.int16]:
        self.track.close_input()
        heard = [self.hear_what_is_there()]
        while not self.track.finished:
            if not self.track.speaking:
                assert self._news.wait(PATIENCE)
                self._news.clear()
            heard.append(self.hear_what_is_there())
        return np.concatenate(heard)

    def words(self) -> list[str]:
        return [word.word for word in self.track.words_until(2**62)]


@pytest.fixture(scope="session")
def engine() -> VoiceEngine:
    return load_engine("espeak")


@pytest.fixture
def counting_engine(engine: VoiceEngine) -> CountingEngine:
    return CountingEngine(engine)


@pytest.fixture(scope="session")
def listen(engine: VoiceEngine) -> Callable[[], Listener]:
    return lambda: Listener(engine)
