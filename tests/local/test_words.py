import asyncio
from concurrent.futures import ThreadPoolExecutor

from heygen_widget.local.voice import TimedWord
from heygen_widget.local.words import WordHistory
from tests.local.conftest import SESSIONS, TTS, Caller

SCRIPT = {**TTS, "text": "One, two, three."}
SPOKEN = ["One", ",", "two", ",", "three", "."]


def test_words_come_in_order_with_rising_times(caller: Caller) -> None:
    stream_id = caller.create(**SCRIPT)
    batches = [data["words"] for kind, data in caller.events(stream_id) if kind == "message"]
    words = [word for batch in batches for word in batch]
    assert [word["word"] for word in words] == SPOKEN
    times = [time for word in words for time in (word["start"], word["end"])]
    assert times == sorted(times)
    assert times[0] >= 0


def test_who_comes_late_gets_the_whole_history(caller: Caller) -> None:
    stream_id = caller.create(**SCRIPT)
    live = caller.words(stream_id)
    caller.until(stream_id, "completed")
    assert live == caller.words(stream_id) == SPOKEN


def test_all_who_listen_hear_the_same(caller: Caller) -> None:
    stream_id = caller.create(**SCRIPT)
    with ThreadPoolExecutor(4) as listeners:
        assert list(listeners.map(caller.words, [stream_id] * 4)) == [SPOKEN] * 4


def test_the_words_end_with_exactly_one_end_event(caller: Caller) -> None:
    stream_id = caller.create(**SCRIPT)
    for _ in range(2):
        kinds = [kind for kind, _ in caller.events(stream_id)]
        assert kinds.count("end") == 1
        assert kinds[-1] == "end"


def test_words_never_spoken_are_not_told(caller: Caller) -> None:
    stream_id = caller.text_stream("Here. " + "And more. " * 50)
    with ThreadPoolExecutor(1) as listener:
        words = listener.submit(caller.words, stream_id)
        caller.until(stream_id, "streaming")
        caller.cancel(stream_id)
        heard = words.result()
    assert heard == caller.words(stream_id)
    assert len(heard) < 30


def test_a_listener_who_leaves_disturbs_nobody(caller: Caller) -> None:
    stream_id = caller.text_stream("One, two,")
    with caller.http.stream("GET", f"{SESSIONS}/{stream_id}/words") as answer:
        next(answer.iter_raw())
    caller.append(stream_id, " three.", final=True)
    assert caller.words(stream_id) == SPOKEN


def test_batches_hold_ten_words_or_a_second_at_most() -> None:
    quick = [TimedWord(f"q{n}", n * 0.05, n * 0.05 + 0.05) for n in range(25)]
    slow = [TimedWord(f"s{n}", 2 + n * 0.6, 2.6 + n * 0.6) for n in range(3)]
    long = [TimedWord("long", 9.0, 12.0)]
    history = WordHistory()
    history.add(quick + slow + long)
    history.complete()

    async def told() -> list[str]:
        return [event async for event in history.events()]

    events = asyncio.run(told())
    assert [event.count('"word"') for event in events] == [10, 10, 5, 1, 1, 1, 1, 0]


def test_words_of_an_unknown_session_are_not_found(caller: Caller) -> None:
    answer = caller.http.get(f"{SESSIONS}/nobody/words")
    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == "Streaming session not found."
