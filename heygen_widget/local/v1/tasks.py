"""The speech of one session: tasks, spoken one after another, with events as they are spoken.

Each task has its own speech track, so an interrupt ends tracks, not the session. Knows no
pictures, encoding or network.
"""

import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Final

import numpy as np
import numpy.typing as npt

from heygen_widget.local.bodies import MAX_TEXT_OF_SESSION
from heygen_widget.local.mouth import REST, Mouth
from heygen_widget.local.voice import SAMPLE_RATE, SpeechTrack, TimedWord, VoiceEngine

MOST: Final = 100
"""Maximum number of queued tasks."""

MOST_TEXT: Final = MAX_TEXT_OF_SESSION
"""Maximum bytes of UTF-8 of all queued tasks and the current one together."""


@dataclass(frozen=True, slots=True)
class Started:
    """A task begins to sound."""

    task_id: str


@dataclass(frozen=True, slots=True)
class Said:
    """A piece of the text is being spoken; all pieces of a task joined are its text."""

    task_id: str
    message: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A task is over."""

    task_id: str
    seconds: float  # spoken seconds
    complete: bool  # whether all of it was spoken; otherwise it was interrupted
    started: bool  # whether any of it was spoken
    said: str = ""  # the spoken text
    error: str | None = None  # why the voice failed, if it did


News = Started | Said | Ended


class Task:
    """A text to speak, which may still be growing.

    Parameters
    ----------
    engine
        The voice engine.
    voice_id
        The voice to use.
    asked
        The question it answers, if any; as much room is reserved for it.
    """

    def __init__(self, engine: VoiceEngine, voice_id: str, asked: str = "") -> None:
        self.task_id = str(uuid.uuid4())
        self.track = SpeechTrack(engine, voice_id, held=True)
        self._text = ""
        self._told = 0  # characters of the text that were told as spoken
        self._asked = size_of(asked)
        self._size = 0

    @property
    def size(self) -> int:
        """Bytes of its text so far, or of the question if that is longer."""
        return max(self._asked, self._size)

    @property
    def spare(self) -> int:
        """Reserved bytes that have no text yet."""
        return self.size - self._size

    @property
    def said(self) -> str:
        """The text reported as spoken so far."""
        return self._text[: self._told]

    def append(self, text: str) -> None:
        """Append to the text. Call from one thread only."""
        self._text += text
        self._size += size_of(text)
        self.track.append(text)

    def told(self, words: list[TimedWord]) -> str:
        """Return the text from the end of the last call up to the last of `words`."""
        end = self._told
        for each in words:
            found = self._text.find(each.word, end)
            if found >= 0:  # a voice may call a thing by other words than the text
                end = found + len(each.word)
        return self._up_to(end)

    def rest(self) -> str:
        """Return the rest of the text."""
        return self._up_to(len(self._text))

    def _up_to(self, end: int) -> str:
        piece, self._told = self._text[self._told : end], end
        return piece


class TaskQueue:
    """Speaks tasks in order, on one clock. Thread-safe.

    The next task is prepared while one is spoken; the others only take memory for their text.

    Parameters
    ----------
    on_news
        Called with the news of a task, in order, from any thread; must return quickly.
    """

    def __init__(self, on_news: Callable[[News], None]) -> None:
        self._on_news = on_news
        # The lock guards all of this, and is held while reporting news, to keep them in order.
        self._lock = Lock()
        self._waiting: deque[Task] = deque()
        self._latest: Task | None = None  # who has the mouth: the task being spoken, or the last
        self._position = 0  # samples read of the latest task
        self._onset: int | None = None  # position at which its sound began
        self._over = False

    @property
    def busy(self) -> bool:
        """Whether any task is unfinished."""
        with self._lock:
            return bool(self._waiting) or self._speaking

    @property
    def full(self) -> bool:
        """Whether the queue is full."""
        with self._lock:
            return len(self._waiting) >= MOST

    @property
    def room(self) -> int:
        """Bytes of text that may still be added."""
        with self._lock:
            speaking = self._latest.size if self._latest is not None and self._speaking else 0
            return MOST_TEXT - speaking - sum(task.size for task in self._waiting)

    def add(self, task: Task) -> None:
        """Queue `task` after all others."""
        with self._lock:
            self._waiting.append(task)
            self._waiting[0].track.release()

    def interrupt(self) -> None:
        """Stop speaking now and drop all tasks."""
        with self._lock:
            if self._latest is not None and self._speaking:
                self._latest.track.discard()
                self._end(self._latest, complete=False)
            while self._waiting:
                task = self._waiting.popleft()
                task.track.discard()
                self._on_news(Ended(task.task_id, 0.0, complete=False, started=False))

    def read(self, count: int) -> npt.NDArray[np.int16]:
        """Return the next `count` samples; silence if there is nothing to speak."""
        with self._lock:
            if not self._speaking and self._waiting:
                self._latest = self._waiting.popleft()
                self._position, self._onset, self._over = 0, None, False
                if self._waiting:
                    self._waiting[0].track.release()
            task = self._latest
            if task is None:
                return np.zeros(count, np.int16)
            samples = task.track.read(count)
            self._position += count
            if self._speaking:
                self._tell(task)
            return samples

    def mouth(self) -> Mouth:
        """Return the mouth at the read position."""
        with self._lock:
            return self._latest.track.mouth(self._position) if self._latest else REST

    @property
    def _speaking(self) -> bool:
        return self._latest is not None and not self._over

    def _tell(self, task: Task) -> None:
        """Report what was read of `task`, with the lock held."""
        onset = task.track.onset
        if self._onset is None and onset is not None and onset < self._position:
            self._onset = onset
            self._on_news(Started(task.task_id))
        message = task.told(task.track.words_until(self._position))
        if message:
            self._on_news(Said(task.task_id, message))
        if task.track.finished:
            rest = task.rest()
            if rest and self._onset is not None:
                self._on_news(Said(task.task_id, rest))
            self._end(task, complete=True)

    def _end(self, task: Task, *, complete: bool) -> None:
        self._over = True
        error = task.track.error
        self._on_news(
            Ended(
                task.task_id,
                0.0 if self._onset is None else (self._position - self._onset) / SAMPLE_RATE,
                complete=complete and error is None,
                started=self._onset is not None,
                said=task.said if self._onset is not None else "",
                error=str(error) if error else None,
            )
        )


def size_of(text: str) -> int:
    """Return a text in UTF-8; JSON may contain lone surrogates."""
    return len(text.encode(errors="ignore"))


def beginning(text: str, size: int) -> str:
    """Return as much of a text as fits into `size` bytes of UTF-8."""
    return text.encode(errors="ignore")[: max(size, 0)].decode(errors="ignore")
