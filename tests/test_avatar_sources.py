"""Streams of text that an avatar is given and that go wrong: who hears of it, and where."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import uvloop

from heygen_widget import Avatar, SessionStatus, SpeechStatus
from heygen_widget.bridge import LoopCannotWait
from tests.page import PATIENCE, Page

pytestmark = pytest.mark.usefixtures("page", "no_settings_from_outside")


def test_a_stream_that_breaks_off_is_shown_though_nobody_waits_for_it(
    avatar: Avatar, page: Page
) -> None:
    avatar.speak("I go on.")
    avatar.speak(iter([object()]))
    avatar.speak("So do I.", final=True)
    assert avatar.wait(timeout=PATIENCE) is SessionStatus.COMPLETED
    (shown,) = page.messages("problem")
    assert shown["problem"]["title"] == "The source of a text failed."
    assert "There is no text to be found in object." in shown["problem"]["hint"]


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
