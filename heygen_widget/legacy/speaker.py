"""Speaks the texts of one session in order, one task at a time.

The server responds to a task once it has been spoken; this response decides, with or without a
page. Knows no status and no room, only whether a viewer has joined.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import Any, Final, Protocol, TypeVar

from heygen_widget.api import Conflict, Gone, HeyGenError, NotFound
from heygen_widget.api.backoff import asked_to_wait
from heygen_widget.legacy.joining import Joining
from heygen_widget.legacy.models import Spoken, TaskType
from heygen_widget.legacy.tasks import Task, Tasks
from heygen_widget.session.delivery import Delivery
from heygen_widget.session.errors import may_have_arrived, retryable
from heygen_widget.session.events import SpeechChanged
from heygen_widget.session.retries import repeated
from heygen_widget.session.speech import SpeechStatus
from heygen_widget.session.tasks import end_tasks, is_done
from heygen_widget.session.text import Sentences, is_pronounceable
from heygen_widget.session.writers import TextSource

T = TypeVar("T")

HUSH_PAUSES: Final = (0.5, 0.5, 1.0)
"""Seconds that an interrupted task may take to be answered, before it is interrupted again.

A task in flight when its interrupt is sent may arrive after it.
"""

_log = logging.getLogger(__name__)


class TaskDelivery(Delivery):
    """A text, and whether to say or to answer it; `options` as `Delivery` takes them."""

    def __init__(
        self, source: TextSource, *, task_type: TaskType = "repeat", **options: Any
    ) -> None:
        super().__init__(source, **options)
        self.task_type = task_type
        self.streams = not isinstance(source, str)


class Server(Protocol):
    """The requests to the server."""

    async def task(self, text: str, task_type: TaskType) -> Spoken:
        """Have a text spoken."""

    async def interrupt(self) -> None:
        """Silence the avatar."""


class Speaker:
    """The texts of one session."""

    def __init__(
        self,
        tasks: Tasks,
        joining: Joining,
        on_change: Callable[[SpeechChanged], None],
        on_answer: Callable[[Task, Spoken], None],
    ) -> None:
        self._tasks = tasks
        self._joining = joining
        self._on_change = on_change
        self._on_answer = on_answer
        self._server: Server | None = None
        self.all: list[TaskDelivery] = []
        self._queue: deque[TaskDelivery] = deque()
        self._news = asyncio.Event()
        self._closed = False
        self._awaiting: asyncio.Task[Any] | None = None  # what comes before a task is asked for
        self._asking: asyncio.Task[Spoken] | None = None
        self._hushing: asyncio.Task[None] | None = None

    @property
    def closed(self) -> bool:
        """Whether no more text is taken."""
        return self._closed

    def put(self, speech: TaskDelivery) -> None:
        """Queue a text."""
        self.all.append(speech)
        self._queue.append(speech)
        self.changed(speech)
        self._news.set()

    def close(self) -> None:
        """Take no more; what is queued is still said."""
        self._closed = True
        self._news.set()

    def interrupt(self) -> None:
        """Stop speaking and drop the queued text."""
        self.settle(SpeechStatus.INTERRUPTED)
        self._queue.clear()
        if self._awaiting is not None:
            self._awaiting.cancel()
        if self._server is not None and (self._hushing is None or self._hushing.done()):
            self._hushing = asyncio.create_task(self._hush(self._server))

    def settle(self, status: SpeechStatus, error: Exception | None = None) -> None:
        """Set the final status of every text that has none yet."""
        for speech in self.all:
            self.change(speech, status, error)

    def change(
        self, speech: Delivery, status: SpeechStatus, error: Exception | None = None
    ) -> None:
        """Let a text enter another state."""
        if speech.become(status, error):
            self.changed(speech)

    def changed(self, speech: Delivery) -> None:
        """Tell of a text's state."""
        self._on_change(SpeechChanged(speech=speech.speech, status=speech.status))

    async def run(self, server: Server) -> None:
        """Say all texts with the help of `server`; return when closed and all are said.

        Raises
        ------
        HeyGenError
            When the session is over, or nobody has come to hear it.
        """
        self._server = server
        try:
            while True:
                await self._news.wait()
                while self._queue:
                    await self._say(server, self._queue.popleft())
                if self._closed:
                    return
                self._news.clear()
        finally:
            await end_tasks(self._awaiting, self._asking, self._hushing)

    async def _say(self, server: Server, speech: TaskDelivery) -> None:
        text = Sentences()
        end = 0  # of what was taken from its text
        while not speech.status.ended:
            try:
                sentence = await self._next_piece(speech, text)
                if sentence is None:
                    break
                start, end = end, end + len(sentence)
                if is_pronounceable(sentence):
                    await self._tell(server, speech, sentence, start)
            except (Gone, NotFound):
                raise
            except HeyGenError as error:
                if isinstance(error, Conflict) and not self._joining.done:
                    nobody = self._joining.failed()
                    self.settle(SpeechStatus.FAILED, nobody)
                    raise nobody from error
                uncertain = may_have_arrived(error)
                status = SpeechStatus.UNCERTAIN if uncertain else SpeechStatus.FAILED
                self.change(speech, status, error)
        if speech.source_error is not None:
            self.change(speech, SpeechStatus.FAILED, speech.source_error)
        self.change(speech, SpeechStatus.SILENT if speech.is_silent else SpeechStatus.SPOKEN)

    async def _next_piece(self, speech: TaskDelivery, text: Sentences) -> str | None:
        """Return what to say next: a whole text, or a streamed one's sentence; None at the end."""
        while not (sentence := text.take()):
            self._awaiting = asyncio.create_task(speech.next_delta())
            delta: str | None = await _outcome(self._awaiting)
            if delta is None:
                rest = text.take(final=True)
                speech.whole = speech.whole or not speech.status.ended
                return rest or None
            if not speech.streams:
                return delta
            text.feed(delta)
        return sentence

    async def _tell(self, server: Server, speech: TaskDelivery, sentence: str, start: int) -> None:
        if self._hushing is not None:
            await self._hushing
        self._awaiting = asyncio.create_task(self._joining.over())
        await _outcome(self._awaiting)
        if speech.status.ended:
            return
        task = self._tasks.begin(speech, sentence, speech.task_type, start)
        self.change(speech, SpeechStatus.SENDING)
        try:
            self._asking = asyncio.create_task(
                self._ask(server, sentence.strip(), speech.task_type)
            )
            spoken = await _outcome(self._asking)
            if spoken is not None:
                task.spoken = not speech.status.ended
                self._on_answer(task, spoken)
        finally:
            self._tasks.end(task)

    async def _ask(self, server: Server, text: str, task_type: TaskType) -> Spoken:
        return await repeated(lambda: server.task(text, task_type), _surely_not_arrived)

    async def _hush(self, server: Server) -> None:
        asking = self._asking
        for pause in HUSH_PAUSES:
            wait = pause
            try:
                await server.interrupt()
            except HeyGenError as error:
                _log.debug("Interrupting failed: %s", error)
                wait = max(pause, asked_to_wait(error))
            if asking is None or await is_done(asking, wait):
                return
        if asking is not None:
            asking.cancel()


def _surely_not_arrived(error: HeyGenError) -> bool:
    return retryable(error) and not may_have_arrived(error)


async def _outcome(task: asyncio.Task[T]) -> T | None:
    """Return what a task gives; None when it, and not its waiter, was cancelled."""
    try:
        await asyncio.wait({task})
    except asyncio.CancelledError:
        task.cancel()
        raise
    return None if task.cancelled() else task.result()
