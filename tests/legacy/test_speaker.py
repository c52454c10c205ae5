"""Texts, said a task at a time. The server here is a function that a test holds in its hand."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest

from heygen_widget.api import APIConnectionError, BadRequest, Gone, HeyGenError, RateLimited
from heygen_widget.legacy import Spoken, TaskDelivery
from heygen_widget.legacy.joining import Joining
from heygen_widget.legacy.models import TaskType
from heygen_widget.legacy.speaker import Speaker
from heygen_widget.legacy.tasks import Task, Tasks
from heygen_widget.session import SpeechChanged, SpeechStatus

LOST_THERE = APIConnectionError("lost on the way there")
LOST_THERE.sent = False
LOST_BACK = APIConnectionError("lost on the way back")
LOST_BACK.sent = True


class Mouth:
    """Speaks what it is sent, each text until it is told that it has."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, TaskType]] = []
        self.most_at_once = 0
        self.interrupts = 0
        self.failures: list[HeyGenError] = []
        self.holds = False  # until interrupted
        self.deaf = 0  # interrupts that come before the task they are meant for
        self._at_once = 0
        self._news = asyncio.Event()
        self._silence = asyncio.Event()

    async def task(self, text: str, task_type: TaskType) -> Spoken:
        if self.failures:
            raise self.failures.pop(0)
        self.heard.append((text, task_type))
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        self._silence.clear()
        self._news.set()
        await (self._silence.wait() if self.holds else asyncio.sleep(0))
        self._at_once -= 1
        return Spoken(task_id=f"t{len(self.heard)}", duration_ms=100)

    async def interrupt(self) -> None:
        self.interrupts += 1
        if self.interrupts > self.deaf:
            self._silence.set()

    async def has_heard(self, count: int) -> None:
        while len(self.heard) < count:
            self._news.clear()
            await self._news.wait()

    @property
    def texts(self) -> list[str]:
        return [text for text, _ in self.heard]


class Stage:
    def __init__(self) -> None:
        self.mouth = Mouth()
        self.tasks = Tasks()
        self.changes: list[tuple[str, str]] = []
        self.answers: list[Task] = []
        self.joining = Joining(lambda: True)
        self.joining.come()
        self.speaker = Speaker(self.tasks, self.joining, self._note, self._take)

    def _note(self, change: SpeechChanged) -> None:
        self.changes.append((change.speech.text, change.status))

    def _take(self, task: Task, _: Spoken) -> None:
        self.answers.append(task)

    def say(
        self, *texts: str | Iterator[str], task_type: TaskType = "repeat"
    ) -> list[TaskDelivery]:
        speeches = [TaskDelivery(text, task_type=task_type) for text in texts]
        for speech in speeches:
            self.speaker.put(speech)
        return speeches


def on_stage(play: Callable[[Stage], Awaitable[None]]) -> None:
    async def run() -> None:
        stage = Stage()
        async with asyncio.timeout(60):
            running = asyncio.create_task(stage.speaker.run(stage.mouth))
            await play(stage)
            stage.speaker.close()
            await running

    asyncio.run(run())


def test_texts_are_said_in_order_each_once_the_one_before_was_spoken() -> None:
    async def play(stage: Stage) -> None:
        first, second = stage.say("One. Uno.", "Two.")
        talk = stage.say("Three?", task_type="talk")[0]
        await talk.speech
        assert stage.mouth.heard == [
            ("One. Uno.", "repeat"),
            ("Two.", "repeat"),
            ("Three?", "talk"),
        ]
        assert stage.mouth.most_at_once == 1
        assert {first.status, second.status, talk.status} == {SpeechStatus.SPOKEN}
        assert len(stage.answers) == 3

    on_stage(play)


def test_a_stream_is_said_sentence_by_sentence() -> None:
    async def play(stage: Stage) -> None:
        (speech,) = stage.say(iter(["Hel", "lo wor", "ld. How", " are", " you? Fi", "ne"]))
        await speech.speech
        assert stage.mouth.texts == ["Hello world.", "How are you?", "Fine"]
        assert speech.status is SpeechStatus.SPOKEN

    on_stage(play)


def test_markdown_is_not_read_aloud() -> None:
    async def play(stage: Stage) -> None:
        await stage.say("# A *bold* title")[0].speech
        assert stage.mouth.texts == ["A bold title."]

    on_stage(play)


def test_what_a_source_raises_reaches_who_waits_and_what_came_before_is_said() -> None:
    def broken() -> Iterator[str]:
        yield "A whole sentence. "
        raise ValueError("out of tokens")

    async def play(stage: Stage) -> None:
        (speech,) = stage.say(broken())
        with pytest.raises(ValueError, match="out of tokens"):
            await speech.speech
        await stage.say("Next.")[0].speech
        assert stage.mouth.texts == ["A whole sentence.", "Next."]

    on_stage(play)


def test_an_interrupt_ends_what_is_said_and_all_that_waits_but_nothing_that_comes_later() -> None:
    async def play(stage: Stage) -> None:
        stage.mouth.holds = True
        said, waiting = stage.say("Long.", "Never.")
        await stage.mouth.has_heard(1)
        stage.speaker.interrupt()
        assert said.status is waiting.status is SpeechStatus.INTERRUPTED
        stage.mouth.holds = False
        await stage.say("Later.")[0].speech
        assert stage.mouth.texts == ["Long.", "Later."]
        assert stage.mouth.interrupts == 1

    on_stage(play)


def test_a_stream_that_is_interrupted_while_it_is_awaited_is_given_up() -> None:
    async def play(stage: Stage) -> None:
        gate = asyncio.Event()

        async def endless() -> AsyncIterator[str]:
            yield "One. "
            gate.set()
            await asyncio.sleep(3600)

        speech = TaskDelivery(endless())
        stage.speaker.put(speech)
        await gate.wait()
        await stage.mouth.has_heard(1)
        stage.speaker.interrupt()
        await stage.say("Next.")[0].speech
        assert speech.status is SpeechStatus.INTERRUPTED

    on_stage(play)


def test_a_task_that_arrives_behind_its_interrupt_is_interrupted_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("heygen_widget.legacy.speaker.HUSH_PAUSES", (0.01, 0.01, 1.0))

    async def play(stage: Stage) -> None:
        stage.mouth.holds = True
        stage.mouth.deaf = 2
        stage.say("Long.")
        await stage.mouth.has_heard(1)
        stage.speaker.interrupt()
        stage.mouth.holds = False
        await stage.say("Later.")[0].speech
        assert stage.mouth.interrupts == 3
        assert stage.mouth.texts == ["Long.", "Later."]

    on_stage(play)


def test_a_task_that_is_never_answered_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heygen_widget.legacy.speaker.HUSH_PAUSES", (0.01, 0.01))

    async def play(stage: Stage) -> None:
        stage.mouth.holds = True
        stage.mouth.deaf = 1000
        stage.say("Long.")
        await stage.mouth.has_heard(1)
        stage.speaker.interrupt()
        stage.mouth.holds = False
        await stage.say("Later.")[0].speech
        assert stage.mouth.texts == ["Long.", "Later."]

    on_stage(play)


def test_a_task_that_was_not_taken_is_sent_again_and_said_once() -> None:
    async def play(stage: Stage) -> None:
        stage.mouth.failures = [LOST_THERE, RateLimited("too many")]
        await stage.say("Once.")[0].speech
        assert stage.mouth.texts == ["Once."]

    on_stage(play)


def test_a_task_whose_answer_is_lost_is_uncertain_and_not_said_again() -> None:
    async def play(stage: Stage) -> None:
        stage.mouth.failures = [LOST_BACK]
        lost, after = stage.say("Perhaps.", "Surely.")
        await after.speech
        assert lost.status is SpeechStatus.UNCERTAIN
        assert lost.error is LOST_BACK
        assert stage.mouth.texts == ["Surely."]

    on_stage(play)


def test_a_refused_text_fails_alone() -> None:
    async def play(stage: Stage) -> None:
        stage.mouth.failures = [BadRequest("too long")]
        refused, after = stage.say("Refused.", "Taken.")
        await after.speech
        with pytest.raises(BadRequest):
            await refused.speech
        assert stage.mouth.texts == ["Taken."]

    on_stage(play)


def test_the_end_of_the_session_is_for_the_session_to_deal_with() -> None:
    async def run() -> None:
        stage = Stage()
        stage.mouth.failures = [Gone("closed")]
        stage.say("Too late.")
        with pytest.raises(Gone):
            await stage.speaker.run(stage.mouth)

    asyncio.run(run())
