"""`Avatar` and its page, without a kernel: what a page says, and what it is told."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from heygen_widget import Avatar, SessionStatus, SpeechStatus
from heygen_widget.frontend import bundles as page_module
from tests.page import PATIENCE, MakeAvatar, Page, playback

pytestmark = pytest.mark.usefixtures("page", "no_settings_from_outside")


def test_text_typed_into_the_page_is_spoken(avatar: Avatar, page: Page) -> None:
    page.say(avatar, {"kind": "speak", "text": "I was typed."})
    page.say(avatar, {"kind": "speak", "text": "So was I! 👩‍🚀"})
    page.say(avatar, {"kind": "finish"})
    assert avatar.wait(timeout=PATIENCE) is SessionStatus.COMPLETED
    assert avatar.transcript.startswith("I was typed. So was I!")


def test_what_a_page_says_is_heard_once(avatar: Avatar, page: Page) -> None:
    heard: list[str] = []
    avatar._streams.hear = lambda message: heard.append(message.kind)  # type: ignore[method-assign]
    page.say(avatar, playback(0, "loading"))
    page.say(avatar, {"kind": "refresh", "epoch": 0})
    assert heard == ["playback", "refresh"]


NONSENSE: list[Any] = [
    None,
    42,
    "speak",
    [],
    {},
    {"kind": None},
    {"kind": "sing"},
    {"kind": ["speak"]},
    {"kind": {"speak": "speak"}},
    {"kind": "speak"},
    {"kind": "speak", "text": 5},
    {"kind": "speak", "text": None},
    {"kind": "speak", "text": " \x00 "},
    {"kind": "speak", "text": "x" * 1_000_000},
    {"kind": "speak", "text": "half \ud83d of it"},
    {"kind": "speak", "text": "Hi", "final": True},
    {"kind": "speak", "text": {"a": [[[[[[[["deep"]]]]]]]]}},
    {"kind": "hello", "player": "perhaps"},
    {"kind": "playback", "epoch": 1, "state": "flying", "position": 0},
    {"kind": "playback", "epoch": float("nan"), "state": "playing", "position": 0},
    {"kind": "playback", "epoch": 1, "state": "playing", "position": float("nan")},
    {"kind": "playback", "epoch": 1, "state": "playing", "position": 0, "latency": float("inf")},
    {"kind": "playback", "epoch": 1, "state": "playing", "position": 0, "detail": "x" * 501},
]


@pytest.mark.parametrize("content", NONSENSE, ids=range(len(NONSENSE)))
def test_nonsense_from_a_page_is_answered_and_harms_nothing(
    avatar: Avatar, page: Page, content: object
) -> None:
    page.say(avatar, content)
    (answer,) = page.messages("problem")
    assert answer["problem"]["title"]
    assert answer["problem"]["hint"]
    assert len(json.dumps(answer)) < 1000
    assert avatar.status is SessionStatus.IDLE


def test_a_page_is_told_that_it_was_heard_unless_it_is_told_why_not(
    avatar: Avatar, page: Page
) -> None:
    page.say(avatar, {"kind": "speak", "text": " \n "})
    assert page.messages("problem")
    assert not page.messages("heard")
    for kind in ("finish", "stop"):
        page.say(avatar, {"kind": kind})
    assert [message["what"] for message in page.messages("heard")] == ["finish", "stop"]


def test_a_session_goes_on_whatever_a_page_says(avatar: Avatar, page: Page) -> None:
    speech = avatar.speak("I go on.")
    avatar.wait("streaming", PATIENCE)
    for content in NONSENSE:
        page.say(avatar, content)
    avatar.finish()
    assert speech.result(PATIENCE).status is SpeechStatus.SPOKEN
    assert len(page.messages("problem")) == len(NONSENSE)


def test_a_page_that_comes_late_is_told_all_that_happened(avatar: Avatar, page: Page) -> None:
    speech = avatar.speak("What was said before.", final=True)
    avatar.wait(timeout=PATIENCE)
    page.sent.clear()
    page.say(avatar, {"kind": "hello", "player": True})
    (words,) = page.messages("words")
    assert (words["epoch"], words["first"]) == (1, 0)
    assert [word["word"] for word in words["words"]] == [word.word for word in avatar.words]
    (told,) = page.messages("speech")
    assert told["id"] == speech.id
    assert (told["epoch"], told["text"], told["status"]) == (1, "What was said before.", "spoken")
    assert not page.messages("player")


def test_a_text_that_comes_bit_by_bit_is_told_bit_by_bit(avatar: Avatar, page: Page) -> None:
    all_said = threading.Event()

    def answer() -> Iterator[str]:
        yield "The first sentence is here at once. "
        page.until(lambda: page.messages("words"))
        yield "The second one comes while the first is spoken. "
        page.until(lambda: "second" in _told(page))
        all_said.set()
        yield "That was all."

    speech = avatar.speak(answer(), final=True).result(PATIENCE)
    assert all_said.is_set()
    assert _told(page) == speech.text
    assert sum(len(message["text"]) for message in page.messages("speech")) == len(speech.text)


def _told(page: Page) -> str:
    """Return the text that a page knows of the only speech."""
    text = ""
    for message in page.messages("speech"):
        text = text[: message["first"]] + message["text"]
    return text


def test_a_page_that_lacks_the_player_gets_it(avatar: Avatar, page: Page) -> None:
    page.say(avatar, {"kind": "hello", "player": False})
    assert len(page.messages("player")) == 1
    (library,) = [
        buffers[0] for data, buffers in page.sent if data.get("method") == "custom" and buffers
    ]
    assert b"hls" in bytes(library).lower()


def test_a_page_that_asks_for_what_is_on_its_way_gets_it_once(
    avatar: Avatar, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_module.PLAYER, "_owed", True)
    avatar._repr_mimebundle_()
    page.say(avatar, {"kind": "hello", "player": False})
    assert len(page.messages("player")) == 1
    page.say(avatar, {"kind": "hello", "player": False})  # it never came
    assert len(page.messages("player")) == 2


def test_the_first_avatar_shown_brings_the_player_unasked(
    make_avatar: MakeAvatar, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_module.PLAYER, "_owed", True)
    for _ in range(2):
        shown: Any = make_avatar()._repr_mimebundle_()
        assert "application/vnd.jupyter.widget-view+json" in shown[0]
    assert len(page.messages("player")) == 1
