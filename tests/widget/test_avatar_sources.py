"""Streams of text that an avatar is given and that go wrong: who hears of it, and where."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator

import pytest
import uvloop

from heygen_widget import Avatar, SessionStatus, SpeechStatus
from heygen_widget.bridge import LoopCannotWait
from tests.page import PATIENCE, Page

pytestmark = pytest.mark.usefixtures("page", "no_settings_from_outside")


def _breaking_off(error: Exception | None = None) -> Iterator[object]:
    yield "I begin. "
    if error is not None:
        raise error
    yield object()


def test_a_stream_that_breaks_off_is_shown_though_nobody_waits_for_it(
    avatar: Avatar, page: Page, capsys: pytest.CaptureFixture[str]
) -> None:
    avatar.speak("I go on.")
    avatar.speak(_breaking_off())
    avatar.speak("So do I.", final=True)
    assert avatar.wait(timeout=PATIENCE) is SessionStatus.COMPLETED
    (shown,) = page.messages("problem")
    assert shown["problem"]["title"] == "The text source failed."
    assert "No text was found in object." in shown["problem"]["hint"]
    printed = capsys.readouterr().err
    assert printed.startswith("Traceback")
    assert "UnspeakableChunk: No text was found in object." in printed


def test_who_waits_for_a_stream_that_breaks_off_is_told_and_nobody_else(
    avatar: Avatar, capsys: pytest.CaptureFixture[str]
) -> None:
    release = threading.Event()

    def source() -> Iterator[object]:
        assert release.wait(PATIENCE)
        yield from _breaking_off(ConnectionError("lost"))

    speech = avatar.speak(source(), final=True)
    words = iter(speech)
    threading.Thread(target=release.set).start()
    with pytest.raises(ConnectionError, match="lost"):
        list(words)
    with pytest.raises(ConnectionError, match="lost"):
        speech.result(timeout=PATIENCE)
    assert capsys.readouterr().err == ""


def _generated(*items: object) -> Iterator[object]:
    yield from items


@pytest.mark.parametrize(
    "source",
    [
        iter([object()]),
        map(int, "12"),
        _generated(b"bytes"),
        _generated(None),
        _generated({"a": 1}),
    ],
    ids=["iterator", "map", "generator", "of nothing", "of dicts"],
)
def test_a_stream_whose_first_item_is_no_text_is_refused_where_it_is_spoken(
    avatar: Avatar, source: Iterator[object]
) -> None:
    with pytest.raises(TypeError, match=r"No text was found in \w+\. Avatars speak"):
        avatar.speak(source)
    assert avatar.status is SessionStatus.IDLE


def test_a_stream_that_waits_for_its_first_item_does_not_hold_up_its_cell(avatar: Avatar) -> None:
    release = threading.Event()

    def source() -> Iterator[str]:
        assert release.wait(PATIENCE)
        yield "Now."

    speech = avatar.speak(source(), final=True)  # would wait for ever for what comes next
    release.set()
    assert speech.result(timeout=PATIENCE).status is SpeechStatus.SPOKEN


def test_a_blocking_wait_that_a_loop_cannot_allow_says_to_await(avatar: Avatar) -> None:
    async def words() -> AsyncIterator[str]:
        for word in ("One, ", "two, ", "three."):
            await asyncio.sleep(0)
            yield word

    async def cell() -> SpeechStatus:
        speech = avatar.speak(words(), final=True)
        with pytest.raises(LoopCannotWait, match="`await speech`"):
            speech.result(timeout=PATIENCE)
        with pytest.raises(LoopCannotWait, match="`async for word in speech`"):
            next(iter(speech))
        return (await speech).status

    assert uvloop.run(cell()) is SpeechStatus.SPOKEN
