"""Each text once and in order, each word once and in order, whatever becomes of the requests."""

from collections.abc import Sequence
from itertools import pairwise

import pytest

from heygen_widget.api.errors import RateLimited
from heygen_widget.session import (
    AnswerOverdue,
    CountDiffers,
    Delivery,
    SessionStatus,
    SpeechStatus,
    Throttled,
)
from tests.faults.plans import AFTERWARDS, FAILING, SLOW, Chances, Fault, Operation, Script
from tests.faults.promises import (
    cut_words,
    pour_tokens,
    say_words,
    scene,
    speak_deltas,
    syllables,
    undecidable,
)
from tests.faults.proxy import Exchange, run, until
from tests.faults.swift import swift_server

pytestmark = pytest.mark.media

SEED_WORDS = ["Listen", "."]
TEXTS = ["Alpha.", "Bravo, bravo.", "Charlie."]
WORDS = ["Alpha", ".", "Bravo", ",", "bravo", ".", "Charlie", "."]


@pytest.fixture
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the pauses after failures short; what is promised does not depend on them."""
    monkeypatch.setattr("heygen_widget.api.backoff.FIRST_PAUSE", 0.001)


def _waits(exchanges: Sequence[Exchange]) -> list[float]:
    """Seconds from each refusal to the next request."""
    return [
        after.came - before.came
        for before, after in pairwise(exchanges)
        if before.fault is Fault.REFUSED
    ]


@pytest.mark.alone  # what a busy machine answers late is in doubt, too, and no fault of the line
@pytest.mark.usefixtures("_hasty")
def test_of_many_deltas_none_is_lost_or_doubled_or_out_of_order_on_a_bad_line() -> None:
    async def work() -> None:
        said = await speak_deltas(150, rate=0.3)
        assert (said.lost, said.doubled, said.disordered) == ([], [], [])
        assert said.uncertain <= said.undecidable
        assert set(said.faults) == set(FAILING)

    run(work)


@pytest.mark.parametrize("count", [60])
def test_of_many_deltas_none_is_lost_or_doubled_or_out_of_order_unsaid_on_a_slow_line(
    count: int,
) -> None:
    """Everything is held, stalled or dripped for longer than the client waits."""

    async def work() -> None:
        said = await say_words(count, Chances({Operation.APPEND: 0.25}, 1, SLOW), hold=0.8)
        assert (said.lost, said.doubled, said.disordered) == ([], [], [])
        assert set(said.faults) == set(SLOW)
        assert said.uncertain < count / 2

    run(work)


@pytest.mark.parametrize("fault", [Fault.HALF_CLOSED, Fault.ABANDONED])
@pytest.mark.parametrize("more", [True, False])
def test_what_arrives_after_it_was_sent_again_is_reported_and_never_passes_for_spoken(
    fault: Fault, *, more: bool
) -> None:
    """A count tells: that of the next text, or that which is asked for when there is none."""

    async def work() -> None:
        async with swift_server() as server, scene(server) as on:
            await until(lambda: on.session.status is SessionStatus.STREAMING)
            on.proxy.plan = Script(append=[fault])
            speech, after = Delivery("Late text."), Delivery("Afterwards.")
            on.session.say(speech)
            await until(lambda: speech.status is SpeechStatus.SPOKEN)
            await until(lambda: any(each.reached for each in on.proxy.of(Operation.APPEND)))
            if more:
                await until(lambda: on.proxy.of(Operation.APPEND)[0].status is not None)
                on.session.say(after)
            await until(lambda: any(isinstance(event, CountDiffers) for event in on.events))
            on.session.finish()
            await on.running
            (told,) = [event for event in on.events if isinstance(event, CountDiffers)]
            assert (told.speech, told.surplus) == (speech.speech, len("Late text. "))
            assert speech.status is SpeechStatus.UNCERTAIN
            assert (await on.spoken()).count("Late") == 2
            assert not more or after.status is SpeechStatus.SPOKEN

    run(work)


def test_what_is_late_when_the_input_is_closed_is_never_spoken() -> None:
    async def work() -> None:
        async with swift_server() as server, scene(server) as on:
            await until(lambda: on.session.status is SessionStatus.STREAMING)
            on.proxy.plan = Script(append=[Fault.HALF_CLOSED])
            speech = Delivery("Late text.")
            on.session.say(speech)
            on.session.finish()
            await on.running
            assert speech.status is SpeechStatus.SPOKEN
            assert (await on.spoken()).count("Late") == 1

    run(work)


def test_a_text_whose_answer_is_overdue_is_waited_for_and_the_next_waits_behind_it() -> None:
    async def work() -> None:
        async with swift_server() as server, scene(server) as on:
            await until(lambda: on.session.status is SessionStatus.STREAMING)
            on.proxy.plan = Script(append=[Fault.HELD])
            speech, after = Delivery("Late text."), Delivery("Afterwards.")
            on.session.say(speech)
            on.session.say(after)
            await until(lambda: any(isinstance(event, AnswerOverdue) for event in on.events))
            assert (speech.status, after.status) == ("sending", "queued")
            on.session.finish()
            await on.running
            said = ["Late", "text", ".", "Afterwards", "."]
            assert await on.spoken() == [*SEED_WORDS, *said]
            assert (speech.status, after.status) == ("spoken", "spoken")

    run(work)


def test_a_text_that_is_held_at_the_end_of_its_session_is_not_said_in_the_next() -> None:
    """It may have arrived at the last moment."""

    async def work() -> None:
        plan = Script(append=[Fault.HELD])
        async with swift_server(idle_timeout=0.8) as server, scene(server, plan, hold=30) as on:
            speech = Delivery("Late text.", reopen=True)
            on.session.say(speech)
            await on.running
            assert on.session.status is SessionStatus.COMPLETED
            assert on.session.left_over() == []
            assert speech.status is SpeechStatus.UNCERTAIN

    run(work)


def test_a_refusal_without_end_is_given_up_and_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("heygen_widget.session.retries.LONGEST_WAIT", 0.5)

    async def work() -> None:
        plan = Script(append=[Fault.REFUSED] * 30)
        async with swift_server() as server, scene(server, plan, retry_after=10**9) as on:
            speech = Delivery("Refused.")
            on.session.say(speech)
            await until(lambda: speech.status.ended)
            with pytest.raises(RateLimited, match=r"asks you to wait 1e\+09 s"):
                speech.speech.result(timeout=0)
            waits = [event.seconds for event in on.events if isinstance(event, Throttled)]
            assert set(waits) == {0.5}
            assert len(on.proxy.of(Operation.APPEND)) <= 4  # the text and the end of it, twice each

    run(work)


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault not in AFTERWARDS])
def test_a_delta_is_spoken_once_whatever_becomes_of_its_request(fault: Fault) -> None:
    async def work() -> None:
        plan = Script(append=[None, fault])
        async with swift_server() as server, scene(server, plan) as on:
            speeches = [Delivery(text) for text in TEXTS]
            for speech in speeches:
                on.session.say(speech)
            on.session.finish()
            await on.running
            assert await on.spoken() == SEED_WORDS + WORDS
            assert [speech.status for speech in speeches] == [SpeechStatus.SPOKEN] * 3
            assert on.proxy.faults == {fault: 1}

    run(work)


@pytest.mark.parametrize("fault", [*FAILING, *SLOW])
def test_the_input_is_closed_once_whatever_becomes_of_the_request(fault: Fault) -> None:
    async def work() -> None:
        async with swift_server() as server, scene(server) as on:
            await until(lambda: on.session.status is SessionStatus.STREAMING)
            on.proxy.plan = Script(append=[fault])
            on.session.finish()
            await on.running
            assert on.session.status is SessionStatus.COMPLETED
            assert on.session.end_reason == "final_marker"
            assert on.seed.status is SpeechStatus.SPOKEN

    run(work)


def test_a_session_outlives_status_answers_that_fail() -> None:
    async def work() -> None:
        plan = Script(get=FAILING)
        async with swift_server() as server, scene(server, plan) as on:
            await until(lambda: len(on.proxy.of(Operation.GET)) > len(FAILING))
            on.session.finish()
            await on.running
            assert on.session.status is SessionStatus.COMPLETED
            assert on.seed.status is SpeechStatus.SPOKEN
            assert await on.spoken() == SEED_WORDS

    run(work)


@pytest.mark.parametrize(
    "faults",
    [
        [Fault.LOST, Fault.RESET, Fault.BROKEN],
        [Fault.REFUSED] * 4,
        [Fault.UNANSWERED, Fault.FAILED],
        [Fault.SILENT],
    ],
)
def test_a_stopped_session_is_ended_whatever_becomes_of_the_requests_to_cancel_it(
    faults: list[Fault],
) -> None:
    async def work() -> None:
        async with swift_server() as server, scene(server) as on:
            await until(lambda: on.session.status is SessionStatus.STREAMING)
            on.proxy.plan = Script(cancel=faults)
            on.session.stop()
            await on.running
            assert not await on.alive()
            assert on.session.status is SessionStatus.CANCELLED

    run(work)


def test_a_refusal_is_waited_out_as_long_as_it_says() -> None:
    async def work() -> None:
        plan = Script(append=[None, *[Fault.REFUSED] * 4])
        async with swift_server() as server, scene(server, plan, retry_after=1) as on:
            speeches = [Delivery(text) for text in TEXTS]
            for speech in speeches:
                on.session.say(speech)
            on.session.finish()
            await on.running
            assert await on.spoken() == SEED_WORDS + WORDS
            waits = _waits(on.proxy.of(Operation.APPEND))
            assert len(waits) == 4
            assert min(waits) >= 1

    run(work)


@pytest.mark.parametrize("arrives", [True, False])
def test_lost_questions_for_the_count_do_not_blur_it(*, arrives: bool) -> None:
    """The text has two bytes, and there are three questions: one blank each would weigh as much."""
    there, back = Fault.LOST, Fault.UNANSWERED
    lost = [back, there, there] if arrives else [there, back, back]

    async def work() -> None:
        plan = Script(append=[None, *lost], words=[Fault.SILENT])  # else the words would tell
        async with swift_server() as server, scene(server, plan) as on:
            speeches = [Delivery(text) for text in ("Who?", "I", "Really.")]
            for speech in speeches:
                on.session.say(speech)
            on.session.finish()
            await on.running
            assert await on.spoken() == [*SEED_WORDS, "Who", "?", "I", "Really", "."]
            assert [speech.status for speech in speeches] == ["spoken"] * 3

    run(work)


@pytest.mark.usefixtures("_hasty")
def test_refused_questions_for_the_count_do_not_blur_it() -> None:
    """Two blanks that were refused are not in it: three more bytes are the delta and one blank."""

    async def work() -> None:
        refused = [Fault.REFUSED] * 6
        plan = Script(append=[None, Fault.UNANSWERED, *refused], words=[Fault.SILENT])
        async with swift_server() as server, scene(server, plan) as on:
            speeches = [Delivery(text) for text in ("Who?", "I", "Really.")]
            for speech in speeches:
                on.session.say(speech)
            on.session.finish()
            await on.running
            assert await on.spoken() == [*SEED_WORDS, "Who", "?", "I", "Really", "."]
            assert undecidable(on.proxy.of(Operation.APPEND)) == 0
            assert [speech.status for speech in speeches] == ["spoken"] * 3

    run(work)


def test_a_question_for_the_count_waits_as_long_as_its_refusal_says() -> None:
    async def work() -> None:
        plan = Script(append=[None, Fault.UNANSWERED, *[Fault.REFUSED] * 4])
        async with swift_server() as server, scene(server, plan, retry_after=1) as on:
            speeches = [Delivery(text) for text in TEXTS]
            for speech in speeches:
                on.session.say(speech)
            on.session.finish()
            await on.running
            assert await on.spoken() == SEED_WORDS + WORDS
            assert min(_waits(on.proxy.of(Operation.APPEND))) >= 1

    run(work)


@pytest.mark.usefixtures("_hasty")
def test_a_doubt_about_one_delta_does_not_cost_the_next() -> None:
    """The first arrives, but no answer tells so; the second is as long, and lost on its way."""

    async def work() -> None:
        blanks = [Fault.LOST] * 7
        plan = Script(append=[None, Fault.UNANSWERED, *blanks, Fault.LOST])
        async with swift_server() as server, scene(server, plan) as on:
            speeches = [Delivery(text) for text in ("Who?", "Alpha.", "Bravo.", "Charlie.")]
            for speech in speeches:
                on.session.say(speech)
            on.session.finish()
            await on.running
            spoken = await on.spoken()
            assert spoken[:5] == [*SEED_WORDS, "Who", "?", "Alpha"]
            assert spoken[-2:] == ["Charlie", "."]
            assert spoken.count("Alpha") == 1
            told = speeches[2].status is not SpeechStatus.UNCERTAIN
            assert spoken.count("Bravo") == 1 or (not told and "Bravo" not in spoken)

    run(work)


def test_words_are_told_once_and_in_order_however_often_their_stream_is_cut() -> None:
    async def work() -> None:
        words = await cut_words([Fault.CUT] * 20, 40)
        assert words.faults == {Fault.CUT: 20}
        assert words.told == words.spoken == [*SEED_WORDS, *syllables(40)]
        assert words.owned == words.spoken

    run(work)


def test_words_are_told_once_and_in_order_whatever_becomes_of_their_stream(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("heygen_widget.api._settings._QUIET_STREAM_TIMEOUT", 0.5)

    async def work() -> None:
        words = await cut_words(FAILING, 60)
        assert words.faults == dict.fromkeys(FAILING, 1)
        assert words.told == words.owned == words.spoken == [*SEED_WORDS, *syllables(60)]

    run(work)


def test_the_last_words_are_told_although_their_stream_fell_silent_before() -> None:
    """Nobody waits two minutes for a line that is dead when the session has ended."""

    async def work() -> None:
        words = await cut_words([Fault.SILENT], 2)
        assert words.told == words.owned == words.spoken == [*SEED_WORDS, *syllables(2)]

    run(work)


def test_a_fast_stream_of_tokens_keeps_up_with_few_requests_on_a_slow_line() -> None:
    async def work() -> None:
        pour = await pour_tokens(seconds=3)
        assert pour.whole
        assert pour.saving >= 20

    run(work)
