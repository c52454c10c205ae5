"""What happened, as a table and as callbacks."""

import asyncio
import copy
import pickle
import subprocess
import sys
import threading
import weakref
from dataclasses import FrozenInstanceError, asdict, fields
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heygen_widget import HeyGen, LocalServer, SessionStatus
from heygen_widget.api.models import WordEvent
from heygen_widget.controller.callbacks import wait_for_callbacks
from heygen_widget.legacy import AvatarStopTalking
from heygen_widget.reports.event_log import HEADINGS, EventLog, History
from heygen_widget.session import (
    Delivery,
    Heard,
    Limit,
    PlacedWords,
    SessionEvent,
    SpeechChanged,
    StatusChanged,
    StreamClosed,
    WordsSpoken,
)
from heygen_widget.session.events import CaptionsUnavailable, LimitNear, Throttled
from tests.garbage import collect_until
from tests.page import PATIENCE, MakeAvatar, Page

pytestmark = pytest.mark.usefixtures("page", "no_settings_from_outside")


def test_events_show_themselves_as_a_table_of_text_and_of_html(make_avatar: MakeAvatar) -> None:
    avatar = make_avatar()
    assert repr(avatar.events) == "No events yet."
    avatar.speak("<b>Hello</b> there!", raw=True, final=True)
    avatar.wait(timeout=PATIENCE)
    lines = repr(avatar.events).splitlines()
    assert lines[0].split() == ["time", "event", "details"]
    assert len(lines) == len(avatar.events) + 1
    assert any("StatusChanged" in line and "status=completed" in line for line in lines)
    assert any("WordsSpoken" in line and "Hello" in line for line in lines)
    assert sum("WordsSpoken" in line and "!" in line for line in lines) == 1
    html = avatar.events._repr_html_()
    assert html.count("<tr>") == len(lines)
    assert "<b>" not in html


def test_a_long_history_shows_its_end() -> None:
    history = History(StatusChanged(status=SessionStatus.PENDING) for _ in range(2000))
    assert len(repr(history).splitlines()) < 60
    assert "1,950 earlier events" in repr(history)
    assert isinstance(history[-3:], History)
    assert len(history[-3:]) == 3


EVENTS = st.sampled_from(
    [
        StatusChanged(status=SessionStatus.PENDING),
        StatusChanged(status=SessionStatus.ERROR, error=StreamClosed("final_marker")),
        SpeechChanged(speech=Delivery("Hello there, " * 9).speech, status="queued"),
        WordsSpoken(first=0, words=(WordEvent(word="Hello", start=0.0, end=0.4),)),
        CaptionsUnavailable(reason="None are told."),
        LimitNear(seconds_left=9.87654, limit=Limit.MAX_COST),
        Throttled(seconds=1.0),
        AvatarStopTalking(task_id="7", duration_ms=310.5),
    ]
)


def _spoken(log: PlacedWords, text: str) -> WordsSpoken:
    """Tell of words that are kept in `log`."""
    first = len(log)
    words = tuple(WordEvent(word, first, first + 0.5) for word in text.split())
    heard = tuple(Heard(None, 0, 0) for _ in words)
    log.add(words, heard)
    return WordsSpoken(first=first, words=words, heard=heard, log=log)


@given(st.lists(EVENTS | st.sampled_from(["One", "One two", "One two three"]), max_size=30))
def test_events_are_kept_as_they_were_and_the_oldest_go_first(
    told: list[SessionEvent | str],
) -> None:
    kept = EventLog(7)
    words = PlacedWords()
    events = [_spoken(words, event) if isinstance(event, str) else event for event in told]
    for number, event in enumerate(events, 1):
        kept.append(event)
        assert kept.history() == tuple(events[:number][-7:])


@given(st.lists(EVENTS, min_size=1, max_size=5), st.integers(1, 60))
@settings(max_examples=50, deadline=None)
def test_pandas_and_polars_make_a_table_of_any_events(some: list[SessionEvent], times: int) -> None:
    import pandas as pd
    import polars as pl

    history = History(some * times)
    for table in (pd.DataFrame(history), pl.DataFrame(history)):
        assert list(table.columns) == list(HEADINGS)
        assert list(table["time"]) == [event.time for event in history]
        assert list(table["event"]) == [type(event).__name__ for event in history]
        assert list(table["details"]) == [event.details for event in history]
    assert pl.DataFrame(history[:0]).is_empty()
    assert pd.DataFrame(history[:0]).empty


def test_events_and_words_of_a_session_are_tables_too(make_avatar: MakeAvatar) -> None:
    import pandas as pd
    import polars as pl

    avatar = make_avatar()
    speech = avatar.speak("One **two** three.", final=True)
    avatar.wait(timeout=PATIENCE)
    for frame in (pd.DataFrame, pl.DataFrame):
        events = frame(avatar.events)
        assert len(events) == len(avatar.events)
        said = [d for e, d in zip(events["event"], events["details"], strict=True) if "Words" in e]
        assert "".join(said).count("two") == 1
        for words in (avatar.words, speech.words):
            assert list(frame(words)["word"]) == [word.word for word in words]


def test_events_are_records_that_can_be_compared_copied_and_taken_apart() -> None:
    event = LimitNear(seconds_left=9.5, limit=Limit.MAX_COST)
    assert [each.name for each in fields(LimitNear)] == ["time", "seconds_left", "limit"]
    assert copy.deepcopy(event) == event == pickle.loads(pickle.dumps(event))
    assert event != LimitNear(seconds_left=9.4, limit=Limit.MAX_COST, time=event.time)
    assert asdict(event) == {
        "time": event.time,
        "event": "LimitNear",
        "details": "seconds_left=9.5, limit=max_cost",
    }
    with pytest.raises(FrozenInstanceError):
        event.seconds_left = 8  # type: ignore[misc]  # which is what is refused


def test_a_callback_runs_on_the_loop_it_was_given_on(make_avatar: MakeAvatar) -> None:
    async def work() -> None:
        avatar = make_avatar()
        threads: set[threading.Thread] = set()
        seen: list[SessionEvent] = []

        def take(event: SessionEvent) -> None:
            threads.add(threading.current_thread())
            seen.append(event)

        avatar.on_event(take)
        avatar.observe(lambda _: threads.add(threading.current_thread()), "session")
        avatar.speak("Where am I?", final=True)
        async with asyncio.timeout(PATIENCE):
            await avatar.until()
            while len(seen) < len(avatar.events):  # noqa: ASYNC110 (it runs on this very loop)
                await asyncio.sleep(0)
        assert threads == {threading.current_thread()}
        assert tuple(seen) == avatar.events

    asyncio.run(work())


def test_a_callback_that_was_removed_hears_nothing(make_avatar: MakeAvatar) -> None:
    avatar = make_avatar()
    heard: list[SessionEvent] = []
    kept: list[SessionEvent] = []
    avatar.on_event(heard.append)
    avatar.on_event(kept.append)
    avatar.on_event(heard.append, remove=True)
    avatar.speak("Hello.", final=True)
    avatar.wait(timeout=PATIENCE)
    wait_for_callbacks(PATIENCE)
    assert not heard
    assert any(isinstance(event, WordsSpoken) for event in kept)


def test_what_a_callback_raises_is_shown_and_ends_no_session(
    make_avatar: MakeAvatar, page: Page
) -> None:
    def broken(_: Any) -> None:
        raise ZeroDivisionError("mine")

    avatar = make_avatar()
    avatar.on_event(broken)
    avatar.speak("I go on.", final=True)
    assert avatar.wait(timeout=PATIENCE) is SessionStatus.COMPLETED
    wait_for_callbacks(PATIENCE)
    problem = page.messages("problem")[0]["problem"]
    assert "broken failed" in problem["title"]
    assert problem["hint"] == "ZeroDivisionError('mine')"


class _Strange(BaseException):
    def __repr__(self) -> str:
        raise ValueError("not even this")


ENDS = [
    SystemExit(1),
    KeyboardInterrupt(),
    GeneratorExit(),
    asyncio.CancelledError(),
    MemoryError(),
    _Strange(),
    BaseExceptionGroup("all", [SystemExit(), KeyboardInterrupt()]),
    ValueError("\x1b[2J" + "x" * 1_000_000),
]


@pytest.mark.parametrize("end", ENDS, ids=lambda end: type(end).__name__)
def test_no_callback_ends_the_loop_or_leaves_a_session_open(
    make_avatar: MakeAvatar, page: Page, end: BaseException
) -> None:
    def leave(_: Any) -> None:
        raise end

    avatar = make_avatar()
    avatar.on_event(leave)
    avatar.observe(leave, "session")
    avatar.speak("I go on.", final=True)
    assert avatar.wait(timeout=PATIENCE) is SessionStatus.COMPLETED
    wait_for_callbacks(PATIENCE)
    problem = page.messages("problem")[0]["problem"]
    assert problem["title"].endswith("failed.")
    assert len(problem["hint"]) < 1000
    assert problem["hint"].isprintable()


def test_no_callback_ends_the_kernels_loop(make_avatar: MakeAvatar) -> None:
    async def work() -> SessionStatus:
        avatar = make_avatar()
        avatar.on_event(lambda _: sys.exit(3))
        avatar.speak("I go on.", final=True)
        async with asyncio.timeout(PATIENCE):
            return await avatar.until()

    assert asyncio.run(work()) is SessionStatus.COMPLETED


def test_a_callback_that_never_returns_holds_up_no_session_and_is_named(
    make_avatar: MakeAvatar, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heygen_widget.controller.callbacks.SLOW", 0.01)
    free = threading.Event()

    def wait_for_ever(_: Any) -> None:
        free.wait(PATIENCE)

    avatar = make_avatar()
    avatar.on_event(wait_for_ever)
    try:
        avatar.speak("I go on.", final=True)
        assert avatar.wait(timeout=PATIENCE) is SessionStatus.COMPLETED
    finally:
        free.set()
    (problem,) = [message["problem"] for message in page.messages("problem")]
    assert "wait_for_ever" in problem["title"]
    assert "It has been running for" in problem["hint"]


def test_a_callback_in_a_script_may_wait_for_its_avatar(make_avatar: MakeAvatar) -> None:
    avatar = make_avatar()
    seen: list[SessionStatus] = []

    def wait(event: SessionEvent) -> None:
        if not seen and isinstance(event, WordsSpoken):
            seen.append(avatar.wait(timeout=PATIENCE))

    avatar.on_event(wait)
    avatar.speak("I go on.", final=True)
    avatar.wait(timeout=PATIENCE)
    wait_for_callbacks(PATIENCE)
    assert seen == [SessionStatus.COMPLETED]


STUCK = """
import sys, time
from heygen_widget import Avatar, HeyGen
avatar = Avatar(client=HeyGen(*sys.argv[1:3]))
avatar.on_event(lambda event: time.sleep(600))
avatar.speak("One two three four five six seven eight nine ten. " * 20)
avatar.wait("streaming")
print(avatar.session["stream_id"])
"""


def test_a_script_whose_callback_never_returns_ends_and_ends_its_session(
    swift_server: LocalServer,
) -> None:
    script = subprocess.run(
        [sys.executable, "-c", STUCK, swift_server.api_key, swift_server.base_url],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    with HeyGen(swift_server.api_key, swift_server.base_url) as client:
        answer = client.avatar_realtime.get(script.stdout.strip())
    assert answer.status == "completed"


def test_no_avatar_is_kept_by_the_last_call_of_its_callback(make_avatar: MakeAvatar) -> None:
    class Callback:
        def __call__(self, _: Any) -> None:
            pass

    avatar = make_avatar()
    callback = Callback()
    known = weakref.ref(callback)
    avatar.on_event(callback)
    avatar.speak("Hello.", final=True)
    avatar.wait(timeout=PATIENCE)
    avatar.on_event(callback, remove=True)
    wait_for_callbacks(PATIENCE)
    del callback
    collect_until(lambda: known() is None)
