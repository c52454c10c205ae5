"""Each text is at the server once and in order, or it is said that it may not be.

The server is a fake one, so that thousands of bad lines cost no time: its requests meet faults by
chance, and some arrive when they have been given up long since.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Mapping
from itertools import pairwise

import pytest

from heygen_widget.api.errors import APIConnectionError, Gone, ServerError
from heygen_widget.api.models import AppendTextDeltaResponse
from heygen_widget.session import CountDiffers, Delivery, SessionEvent, SpeechStatus
from heygen_widget.session.count import NONSENSE
from heygen_widget.session.feeder import Feeder

LINES = {
    "good": {},
    "failing": {"lost": 0.13, "unanswered": 0.17},
    "late": {"late": 0.1},
    "late and failing": {"lost": 0.08, "unanswered": 0.08, "late": 0.08, "gateway": 0.03},
    "repeating": {"twice": 0.05},
    "forgetting": {"forgotten": 0.05},
}
WORDS = [f"{a}{b}{'n' * size}" for a in "bdfgk" for b in "aeiou" for size in (0, 1, 5)]


class Line:
    """A server and the line to it: what is late arrives between later requests, in a while."""

    def __init__(self, faults: Mapping[str, float], seed: float) -> None:
        self.text = ""
        self.requests = 0
        self._faults = faults
        self._dice = random.Random(seed)
        self._late: list[tuple[int, str]] = []
        self._closed = False

    async def append(self, delta: str, *, final: bool) -> AppendTextDeltaResponse:
        """Carry out a request, or what its fault leaves of it."""
        self.requests += 1
        for due, late in list(self._late):
            if due <= self.requests:
                self._late.remove((due, late))
                self._take(late)
        kinds = [None, *self._faults]
        rates = [1 - sum(self._faults.values()), *self._faults.values()]
        fault = self._dice.choices(kinds, rates)[0]
        if fault in {"late", "gateway"}:
            self._late.append((self.requests + self._dice.randint(1, 12), delta))
        elif fault not in {"lost", "forgotten"}:
            self._take(delta)
            self._closed |= final
        if fault == "twice" and not final:
            self._take(delta)
        if fault == "gateway":
            raise ServerError("The gateway waits no longer.", status=504)
        if fault in {"late", "lost", "unanswered"}:
            raise APIConnectionError("The connection broke.")
        return AppendTextDeltaResponse(buffered_bytes=len(self.text.encode()))

    def _take(self, delta: str) -> None:
        if self._closed:
            if delta:
                return
            raise Gone("It is closed.")
        self.text += delta


async def say(line: Line, words: list[str]) -> tuple[list[Delivery], list[SessionEvent]]:
    """Say each word, until the input is closed."""
    events: list[SessionEvent] = []
    feeder = Feeder(
        line.append,
        lambda: 60.0,
        on_delta=lambda *_: None,
        on_change=lambda _: None,
        on_whole=lambda _: None,
        on_event=events.append,
    )
    speeches = [Delivery(word) for word in words]
    line.text = await feeder.seed(speeches[0]) or ""
    for speech in speeches[1:]:
        feeder.put(speech)
    feeder.finish()
    await feeder.run()
    return speeches, events


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heygen_widget.api.backoff.FIRST_PAUSE", 0.0)


def wrong(line: Line, speeches: list[Delivery]) -> list[str]:
    """Return the words that are not there once and in order, although they are said to be."""
    counts = Counter(line.text.split())
    sure = [s.text.strip() for s in speeches if s.sure and s.status is SpeechStatus.SENT]
    places = {word: place for place, word in enumerate(sure)}
    found = [places[word] for word in dict.fromkeys(line.text.split()) if word in places]
    disordered = [sure[b] for a, b in pairwise(found) if b < a]
    return [word for word in sure if counts[word] != 1] + disordered


@pytest.mark.parametrize("kind", LINES)
def test_a_text_is_there_once_and_in_order_or_not_said_to_be(kind: str) -> None:
    async def work() -> None:
        for seed in range(20):
            line = Line(LINES[kind], seed)
            speeches, _ = await say(line, WORDS)
            assert wrong(line, speeches) == []
            unsure = sum(not speech.sure or speech.status != "sent" for speech in speeches)
            assert unsure <= {"good": 0, "failing": 1}.get(kind, len(WORDS) / 2)

    asyncio.run(work())


def test_on_a_good_line_nothing_is_asked_and_nothing_added() -> None:
    async def work() -> None:
        line = Line({}, 0)
        await say(line, WORDS)
        assert line.text.split() == WORDS
        assert line.requests == len(WORDS)  # the first has opened the session, the end is one more
        assert "  " not in line.text

    asyncio.run(work())


@pytest.mark.parametrize(("fault", "sign"), [("twice", 1), ("forgotten", -1)])
def test_what_is_counted_twice_or_never_is_reported_with_its_speech(fault: str, sign: int) -> None:
    async def work() -> None:
        for seed in range(5):
            line = Line({fault: 0.1}, seed)
            speeches, events = await say(line, WORDS)
            counts = Counter(line.text.split())
            told = [event for event in events if isinstance(event, CountDiffers)]
            differing = [s for s in speeches if counts[s.text.strip()] != 1]
            assert {event.speech.id for event in told} >= {speech.id for speech in differing}
            assert all(event.surplus * sign > 0 for event in told)
            assert not any(speech.sure for speech in differing)

    asyncio.run(work())


def test_a_server_that_counts_otherwise_is_not_relied_on() -> None:
    """It counts what is still to be spoken, say: no text is in doubt for that alone."""

    class Otherwise(Line):
        async def append(self, delta: str, *, final: bool) -> AppendTextDeltaResponse:
            answer = await super().append(delta, final=final)
            return AppendTextDeltaResponse(buffered_bytes=answer.buffered_bytes * 7 % 31)

    async def work() -> None:
        speeches, events = await say(Otherwise({}, 0), WORDS)
        assert sum(isinstance(event, CountDiffers) for event in events) <= 2 * NONSENSE
        assert sum(not speech.sure for speech in speeches) <= 2 * NONSENSE

    asyncio.run(work())
