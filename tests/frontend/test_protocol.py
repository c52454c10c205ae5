"""What a page says is read strictly, and shown plainly wherever it ends up."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from heygen_widget.frontend.protocol import (
    Hello,
    Playback,
    Recovered,
    Talking,
    read_browser_message,
)
from tests.frontend.typescript import FILE, typescript

NASTY = "\x1b[2J\x1b]0;owned\x07\u202egnirts\u2066\x9b31m\r\n\x00"
PAGE = {"browser": "", "secure": True, "framed": False, "lacks": "", "autoplay": ""}


def _messages(said: str) -> list[dict[str, Any]]:
    report = PAGE | {"host": said, "browser": said, "lacks": said, "autoplay": said}
    playback = {"kind": "playback", "epoch": 1, "state": "failed", "position": 0.0}
    recovered = {"kind": "recovered", "epoch": 1, "fault": said, "seconds": 1.0, "position": 0.0}
    talking = {"kind": "talking", "epoch": 1, "type": "avatar_talking_message"}
    messages = [
        {"kind": "hello", "player": True, "page": report},
        playback | {"reason": said, "detail": said},
        recovered,
        talking | {"task_id": said, "message": said},
    ]
    return [{"id": "1", **message} for message in messages]


def _said(message: object) -> list[str]:
    match message:
        case Hello(page=page):
            assert page is not None
            return [page.host, page.browser, page.lacks, page.autoplay]
        case Playback():
            return [message.reason, message.detail]
        case Recovered():
            return [message.fault]
        case Talking():
            return [message.task_id, message.message]
    raise AssertionError(message)


def _is_plain(text: str) -> bool:
    return not any(ord(c) < 32 or 127 <= ord(c) < 160 or c in "\u2028\u202e\u2066" for c in text)


@settings(max_examples=50)
@given(st.text(max_size=45) | st.just(NASTY))
def test_whatever_a_page_says_controls_no_terminal(said: str) -> None:
    for message in _messages(said):
        assert all(map(_is_plain, _said(read_browser_message(message))))


@pytest.mark.parametrize("number", range(4))
def test_a_page_that_says_a_megabyte_is_refused(number: int) -> None:
    with pytest.raises(ValidationError):
        read_browser_message(_messages("x" * 1_000_000)[number])


def test_the_front_end_compares_its_messages_with_these() -> None:
    how = "Bring it up to date: python -m tests.frontend.typescript"
    assert FILE.read_text(encoding="utf-8") == typescript(), how
