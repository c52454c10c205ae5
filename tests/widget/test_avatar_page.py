"""`Avatar` and its page, without a kernel: what a page says, and what it is told."""

import json
import threading
from collections.abc import Iterator
from functools import partial
from itertools import compress
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heygen_widget import Avatar, SessionStatus, SpeechStatus
from heygen_widget.frontend.browser_message import BrowserMessage
from heygen_widget.frontend.protocol import Playback
from tests.page import PATIENCE, MakeAvatar, Page, playback

pytestmark = pytest.mark.usefixtures("page", "no_settings_from_outside")


def test_text_typed_into_the_page_is_spoken(avatar: Avatar, page: Page) -> None:
    page.say(avatar, {"kind": "speak", "text": "I was typed."})
    page.say(avatar, {"kind": "speak", "text": "So was I! 👩‍🚀"})
    page.say(avatar, {"kind": "finish"})
    assert avatar.wait(timeout=PATIENCE) is SessionStatus.COMPLETED
    assert avatar.transcript.startswith("I was typed. So was I!")


def test_a_message_reaches_all_who_handle_its_kind_in_their_order_and_once(
    avatar: Avatar, page: Page
) -> None:
    heard: list[tuple[str, str]] = []
    for name, kind in (("all", BrowserMessage), ("playback", Playback), ("all again", object)):
        avatar._controller.handle(kind, partial(_note, heard, name))
    page.say(avatar, playback(0, "loading"))
    page.say(avatar, {"kind": "refresh", "epoch": 0})
    assert heard == [
        ("all", "playback"),
        ("playback", "playback"),
        ("all again", "playback"),
        ("all", "refresh"),
        ("all again", "refresh"),
    ]


def _note(heard: list[tuple[str, str]], name: str, message: BrowserMessage) -> None:
    heard.append((name, message.kind))


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
    (answer,) = page.messages("ack" if isinstance(content, dict) else "problem")
    assert answer["problem"]["title"]
    assert answer["problem"]["hint"]
    assert len(json.dumps(answer)) < 1000
    assert avatar.status is SessionStatus.IDLE


def test_each_message_is_acknowledged_to_the_page_that_sent_it(avatar: Avatar, page: Page) -> None:
    page.say(avatar, {"id": "mine", "kind": "finish"})
    page.say(avatar, {"id": "another's", "kind": "speak", "text": " \n "})
    page.say(avatar, {"id": "another's next", "kind": "speak", "text": 5})
    page.say(avatar, {"id": "mine again", "kind": "stop"})
    acks = {ack["id"]: ack["problem"] for ack in page.messages("ack")}
    assert list(acks) == ["mine", "another's", "another's next", "mine again"]
    assert [id_ for id_, problem in acks.items() if problem] == ["another's", "another's next"]
    assert not page.messages("problem")


def test_a_callback_that_fails_is_shown_in_every_page_and_refuses_nothing(
    avatar: Avatar, page: Page
) -> None:
    avatar.on_event(lambda _: 1 / 0)
    page.say(avatar, {"id": "mine", "kind": "speak", "text": "Hello."})
    page.until(lambda: page.messages("problem"))
    assert page.messages("ack") == [{"kind": "ack", "id": "mine", "problem": None}]


STEPS = st.lists(
    st.tuples(
        st.sampled_from("AB"),  # a page
        st.booleans(),  # whether it types a text, or repeats what was not acknowledged
        st.lists(st.booleans(), min_size=20, max_size=20),  # which of its messages arrive
        st.lists(st.booleans(), min_size=20, max_size=20),  # which acknowledgements
    ),
    max_size=12,
)
CALM = [(name, False, [True] * 20, [True] * 20) for name in "AB"]


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_a_text_is_spoken_once_and_in_its_place_whatever_is_lost(
    avatar: Avatar, page: Page, steps: list[tuple[str, bool, list[bool], list[bool]]]
) -> None:
    spoken: list[str] = []
    avatar._backend.queue.say = lambda speech: spoken.append(speech.text)  # type: ignore[method-assign]
    typed: dict[str, list[str]] = {"A": [], "B": []}
    pending: dict[str, dict[str, str]] = {"A": {}, "B": {}}
    for name, types, arriving, told in steps + CALM:
        sent = _repeated(pending[name])
        if types:
            text = f"{name} {len(typed[name])}"
            message = {"id": uuid4().hex, "kind": "speak", "text": text}
            sent = [message | {"after": next(reversed(pending[name]), None)}]
            typed[name].append(text)
            pending[name][message["id"]] = text
        page.sent.clear()
        for message in compress(sent, arriving):
            page.say(avatar, message)
        for ack in compress(page.messages("ack"), told):
            assert ack["problem"] is None
            pending[name].pop(ack["id"], None)
    assert not pending["A"] | pending["B"]
    for name, texts in typed.items():
        assert [text for text in spoken if text.startswith(name)] == texts


def _repeated(pending: dict[str, str]) -> list[dict[str, Any]]:
    """Send again what was not acknowledged, as a page does."""
    return [
        {"id": id_, "kind": "speak", "text": text, "after": after}
        for (id_, text), after in zip(pending.items(), [None, *pending], strict=False)
    ]


@pytest.mark.parametrize("error", [ValueError("Too much text."), ZeroDivisionError()])
def test_a_text_that_was_refused_is_spoken_when_it_is_sent_again(
    avatar: Avatar, page: Page, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    spoken: list[str] = []

    def refuse(_: object) -> None:
        raise error

    message = {"id": "mine", "kind": "speak", "text": "Hello."}
    monkeypatch.setattr(avatar._backend.queue, "say", refuse)
    page.say(avatar, message)
    monkeypatch.setattr(avatar._backend.queue, "say", lambda speech: spoken.append(speech.text))
    for _ in range(3):
        page.say(avatar, message)
    assert [ack["problem"] is None for ack in page.messages("ack")] == [False, True, True, True]
    assert spoken == ["Hello."]


def test_a_session_goes_on_whatever_a_page_says(avatar: Avatar, page: Page) -> None:
    speech = avatar.speak("I go on.")
    avatar.wait("streaming", PATIENCE)
    for content in NONSENSE:
        page.say(avatar, content)
    avatar.finish()
    assert speech.result(PATIENCE).status is SpeechStatus.SPOKEN
    problems = [ack["problem"] for ack in page.messages("ack") if ack["problem"]]
    assert len(problems) + len(page.messages("problem")) == len(NONSENSE)


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
        yield "The first sentence 👍 is here at once. "
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
        known = text.encode("utf-16-le")[: 2 * message["first"]]  # JavaScript's count
        text = known.decode("utf-16-le") + message["text"]
    return text


def test_a_page_that_lacks_the_player_gets_it(avatar: Avatar, page: Page) -> None:
    page.say(avatar, {"kind": "hello", "player": False})
    assert len(page.messages("player")) == 1
    (library,) = [
        buffers[0] for data, buffers in page.sent if data.get("method") == "custom" and buffers
    ]
    assert b"hls" in bytes(library).lower()


def test_a_page_that_asks_for_what_is_on_its_way_gets_it_once(avatar: Avatar, page: Page) -> None:
    avatar._repr_mimebundle_()
    page.say(avatar, {"kind": "hello", "player": False})
    assert len(page.messages("player")) == 1
    page.say(avatar, {"kind": "hello", "player": False})  # it never came
    assert len(page.messages("player")) == 2


def test_the_first_avatar_shown_brings_the_player_unasked(
    make_avatar: MakeAvatar, page: Page
) -> None:
    for _ in range(2):
        shown: Any = make_avatar()._repr_mimebundle_()
        assert "application/vnd.jupyter.widget-view+json" in shown[0]
    assert len(page.messages("player")) == 1
