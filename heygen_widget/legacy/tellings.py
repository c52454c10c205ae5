"""What was told to an avatar piece by piece, and what was heard of each piece.

One telling is one task of the server: a whole text, or a sentence of a text that streams. Knows no
server; it is told what was asked for, what was answered and what a page heard.
"""

from dataclasses import dataclass, field

from heygen_widget.api.models import WordEvent
from heygen_widget.legacy.events import (
    AvatarEvent,
    AvatarStartTalking,
    AvatarStopTalking,
    AvatarTalkingMessage,
)
from heygen_widget.legacy.models import TaskType
from heygen_widget.session.delivery import Delivery


@dataclass(eq=False, slots=True)
class Telling:
    """One task: the piece of text that was sent, and what became of it."""

    speech: Delivery
    text: str
    task_type: TaskType
    task_id: str | None = None
    started: bool = False
    stopped: bool = False
    spoken: bool = False  # to its end
    words: list[WordEvent] = field(default_factory=list)

    @property
    def transcript(self) -> str:
        """What was spoken of it, as far as anybody knows."""
        if self.spoken and self.task_type == "repeat":
            return self.text  # of which a page may have missed words
        return "".join(word.word for word in self.words)


class Tellings:
    """The tasks of one session, in order. At most one is under way."""

    def __init__(self) -> None:
        self._all: list[Telling] = []
        self._under_way: Telling | None = None
        self.words: tuple[WordEvent, ...] = ()
        self.heard_by_page = False

    def begin(self, speech: Delivery, text: str, task_type: TaskType) -> Telling:
        """Note a task that is about to be sent: what a page hears of it may come at any time."""
        self._under_way = Telling(speech, text, task_type)
        self._all.append(self._under_way)
        return self._under_way

    def end(self, telling: Telling) -> None:
        """Note that no more answer will come to a task."""
        if self._under_way is telling:
            self._under_way = None

    @property
    def speaking(self) -> bool:
        """Whether the avatar speaks: no longer than the server's answer is awaited.

        Where a page tells what it hears, not before it begins and not after it stops.
        """
        telling = self._under_way
        if telling is None or telling.stopped:
            return False
        return telling.started or not self.heard_by_page

    @property
    def transcript(self) -> str:
        """What was spoken so far."""
        parts = (telling.transcript.strip() for telling in self._all)
        return " ".join(part for part in parts if part)

    def take(self, event: AvatarEvent) -> Telling | None:
        """Take an event, from a page or from an answer. None for one that is known already.

        Pages that show the same avatar all hear the same, and what one says may come late.
        """
        telling = self._find(event.task_id)
        if telling is None:
            return None
        match event:
            case AvatarStartTalking() if not telling.started:
                telling.started = True
            case AvatarStopTalking() if not telling.stopped:
                telling.started = telling.stopped = True
            case AvatarTalkingMessage() if event.index == len(telling.words):
                at = event.position
                word = WordEvent(word=event.message, start=at, end=at)
                telling.words.append(word)
                self.words += (word,)
            case AvatarStartTalking() | AvatarStopTalking() | AvatarTalkingMessage():
                return None
        return telling

    def _find(self, task_id: str) -> Telling | None:
        known = next((telling for telling in self._all if telling.task_id == task_id), None)
        if known is None and self._under_way is not None and self._under_way.task_id is None:
            known = self._under_way
            known.task_id = task_id  # one at a time: it can be no other's
        return known
