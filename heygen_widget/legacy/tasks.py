"""The text sent to an avatar piece by piece, and how much of each piece was spoken.

A task, as the server calls it, is a whole text or one sentence of a streamed text. Knows no
server; it is told the requests, the responses and what a page heard.
"""

from dataclasses import dataclass
from typing import Final

from heygen_widget.api.models import WordEvent
from heygen_widget.api.transcript import separator
from heygen_widget.legacy.events import (
    AvatarEndMessage,
    AvatarEvent,
    AvatarStartTalking,
    AvatarStopTalking,
    AvatarTalkingMessage,
)
from heygen_widget.legacy.models import TaskType
from heygen_widget.session.alignment import Aligner
from heygen_widget.session.delivery import Delivery
from heygen_widget.session.heard import Heard, PlacedWords

NOT_REPORTED: Final = "[words not reported yet]"
"""Placeholder in a transcript for spoken words that no page has reported."""


@dataclass(eq=False, slots=True)
class Task:
    """One task: the piece of text that was sent, with its white space, and what became of it."""

    speech: Delivery
    text: str
    task_type: TaskType
    start: int = 0  # where the piece begins in the text of its speech
    task_id: str | None = None
    started: bool = False
    stopped: bool = False
    spoken: bool = False  # to its end
    said: str | None = None  # the words, as the server tells them
    told: bool = False  # to its end, by a page
    words: int = 0  # that pages heard of it
    heard: str = ""  # those words, joined
    aligner: Aligner | None = None  # while words come

    @property
    def transcript(self) -> str:
        """What was spoken of it, as far as anybody knows."""
        if self.spoken and self.task_type == "repeat":
            return self.text  # of which a page may have missed words
        if self.said is not None:
            return self.said
        if self.spoken and self.stopped and not self.told:
            # What pages tell reaches a busy kernel only once its cell has ended.
            return f"{self.heard.rstrip()} {NOT_REPORTED}".lstrip()
        return self.heard

    def hear(self, word: WordEvent) -> Heard:
        """Take its next word; say what of its text is heard with it: nothing, in an answer."""
        self.words += 1
        self.heard += word.word
        if self.task_type != "repeat":
            return Heard(None, 0, 0)
        if self.aligner is None:
            self.aligner = Aligner()
            self.aligner.expect(self.speech, self.text, self.start)
        (place,) = self.aligner.take((word,))
        return place


class Tasks:
    """The tasks of one session, in order. At most one is under way.

    Attributes
    ----------
    log
        The words that pages heard, each with its place in the texts.
    heard_by_page
        Whether a page tells what it hears.
    """

    def __init__(self) -> None:
        self._all: list[Task] = []
        self._under_way: Task | None = None
        self.log = PlacedWords()
        self.heard_by_page = False

    def begin(self, speech: Delivery, text: str, task_type: TaskType, start: int = 0) -> Task:
        """Note a task that is about to be sent: what a page hears of it may come at any time.

        `start` is where `text` begins in the text of `speech`.
        """
        self._under_way = Task(speech, text, task_type, start)
        self._all.append(self._under_way)
        return self._under_way

    def end(self, task: Task) -> None:
        """Note that no more answer will come to a task."""
        if self._under_way is task:
            self._under_way = None

    @property
    def speaking(self) -> bool:
        """Whether the avatar speaks: no longer than the server's answer is awaited.

        Where a page tells what it hears, not before it begins and not after it stops.
        """
        task = self._under_way
        if task is None or task.stopped:
            return False
        return task.started or not self.heard_by_page

    @property
    def transcript(self) -> str:
        """The text spoken so far."""
        text, speech = "", None
        for task in self._all:
            part = task.transcript
            if task.speech is not speech:
                text, part = text.rstrip(), part.lstrip()
            text += separator(text, part) + part
            speech = task.speech
        return text.strip()

    def take(self, event: AvatarEvent) -> Task | None:
        """Take an event, from a page or from an answer. None for one that is known already.

        Pages that show the same avatar all hear the same, and what one says may come late.
        """
        task = self._find(event.task_id)
        if task is None:
            return None
        match event:
            case AvatarStartTalking() if not task.started:
                task.started = True
            case AvatarStopTalking() if not task.stopped:
                task.started = task.stopped = True
            case AvatarEndMessage() if not task.told:
                task.told, task.aligner = True, None
            case AvatarTalkingMessage() if event.index == task.words:
                at = event.position
                word = WordEvent(word=event.message, start=at, end=at)
                self.log.add((word,), (task.hear(word),))
            case _:
                return None
        return task

    def _find(self, task_id: str) -> Task | None:
        known = next((task for task in self._all if task.task_id == task_id), None)
        if known is None and self._under_way is not None and self._under_way.task_id is None:
            known = self._under_way
            known.task_id = task_id  # one at a time: it can be no other's
        return known
