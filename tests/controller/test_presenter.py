"""What pages are told of figures and cues, and what is called in the kernel."""

import gc
import weakref
from typing import Any

import pytest

from heygen_widget.bridge import bridge
from heygen_widget.controller.callbacks import wait_for_callbacks
from heygen_widget.present import highlight, row
from heygen_widget.present.cues import Calls
from heygen_widget.session import CaptionsUnavailable
from tests.page import PATIENCE, MakeAvatar, Page

pytestmark = pytest.mark.usefixtures("page", "no_settings_from_outside")


class Drawing:
    """Represents itself as SVG."""

    def _repr_svg_(self) -> str:
        return '<svg><g id="line-2"></g></svg>'


CUES = {"spike": highlight("line-2")}


def _words_with_cues(page: Page) -> list[tuple[str, list[int]]]:
    words = [word for message in page.messages("words") for word in message["words"]]
    return [(word["word"], word["cues"]) for word in words if word["cues"]]


def test_pages_get_the_figure_its_cues_and_the_word_of_each(
    make_avatar: MakeAvatar, page: Page
) -> None:
    avatar = make_avatar()
    text = "Flat 😀 until [[spike]]March."
    speech = avatar.present(Drawing(), text, cues=CUES, title="Sales", final=True)
    assert speech.text == "Flat 😀 until March."
    page.until(lambda: _words_with_cues(page))
    (figure,) = page.messages("figure")
    (cues,) = page.messages("cues")
    assert figure["title"] == "Sales"
    assert (cues["speech"], cues["figure"], cues["estimated"]) == (speech.id, figure["id"], False)
    assert cues["places"] == [14]  # in JavaScript's count
    assert cues["cues"] == [
        {
            "figure": figure["id"],
            "actions": [{"do": "highlight", "target": "line-2"}],
            "calls": False,
        }
    ]
    assert [(word.strip(" ."), numbers) for word, numbers in _words_with_cues(page)] == [
        ("March", [0])
    ]
    assert len(page.messages("presenter")) <= 1


def test_an_unknown_name_or_part_is_refused_before_anything_is_sent(
    make_avatar: MakeAvatar, page: Page
) -> None:
    avatar = make_avatar()
    with pytest.raises(ValueError, match=r"\[\[spkie\]\]"):
        avatar.present(Drawing(), "Until [[spkie]]March.", cues=CUES)
    with pytest.raises(ValueError, match="Its names: none"):
        avatar.speak("Until [[spike]]March.", cues={})
    with pytest.raises(ValueError, match="a part of a table"):
        avatar.present(Drawing(), "[[a]]Ada leads.", cues={"a": row("Ada")})
    with pytest.raises(TypeError, match="cannot be presented"):
        avatar.present(3, "Three.")
    assert avatar.status == "idle"
    assert page.messages("figure") == page.messages("cues") == page.messages("speech") == []


def test_a_cue_without_a_mark_warns_where_it_was_asked_for(make_avatar: MakeAvatar) -> None:
    avatar = make_avatar()
    with pytest.warns(UserWarning, match=r"no mark \[\[spike\]\]"):
        avatar.present(Drawing(), "Flat until March.", cues=CUES)


def test_without_cues_marks_are_spoken_as_they_always_were(make_avatar: MakeAvatar) -> None:
    speech = make_avatar().speak("See [[wiki]] and [[go]].", raw=True)
    assert speech.text == "See [[wiki]] and [[go]]."


def test_a_later_cue_is_about_what_was_presented_last(make_avatar: MakeAvatar, page: Page) -> None:
    avatar = make_avatar()
    with pytest.raises(ValueError, match="nothing was presented yet"):
        avatar.speak("[[spike]]March.", cues=CUES)
    avatar.present(Drawing(), "Here it is.")
    avatar.speak("[[spike]]March.", cues=CUES)
    page.until(lambda: len(page.messages("cues")) == 2)
    (figure,) = page.messages("figure")
    first, second = page.messages("cues")
    assert (first["figure"], first["cues"]) == (figure["id"], [])
    assert (second["figure"], second["cues"][0]["figure"]) == (None, figure["id"])


def test_a_function_is_called_once_however_many_pages_hear_its_cue(
    make_avatar: MakeAvatar, page: Page
) -> None:
    avatar = make_avatar()
    called: list[str] = []
    cues = {"go": lambda: called.append("go"), "on": lambda: called.append("on")}
    page.say(avatar, {"kind": "hello", "player": True})
    speech = avatar.speak("Now [[go]]go, and [[on]]on.", cues=cues)
    message: dict[str, Any] = {"kind": "cue", "speech": speech.id, "cue": 1}
    for other in ({}, {"cue": 9}, {"cue": -1}, {"speech": 10**6}, {}):
        page.say(avatar, message | other)
    page.say(avatar, message | {"cue": 0})
    wait_for_callbacks(PATIENCE)
    assert called == ["on", "go"]


def test_a_function_is_called_however_much_is_said_before_its_cue(
    make_avatar: MakeAvatar, page: Page
) -> None:
    avatar = make_avatar()
    called: list[str] = []
    page.say(avatar, {"kind": "hello", "player": True})
    first = avatar.speak("Now [[go]]go.", cues={"go": lambda: called.append("go")})
    for _ in range(120):
        avatar.speak("And on.")
    page.say(avatar, {"kind": "cue", "speech": first.id, "cue": 0})
    wait_for_callbacks(PATIENCE)
    assert called == ["go"]


def test_where_no_page_hears_it_a_function_is_called_once_its_text_is_spoken(
    make_avatar: MakeAvatar,
) -> None:
    avatar = make_avatar()
    called: list[int] = []
    avatar.speak("Go, [[now]]now.", cues={"now": lambda: called.append(1)}, final=True)
    avatar.wait(timeout=PATIENCE)
    wait_for_callbacks(PATIENCE)
    assert called == [1]


def test_a_page_that_comes_late_is_told_all_of_it(make_avatar: MakeAvatar, page: Page) -> None:
    avatar = make_avatar()
    avatar.present(Drawing(), "Flat until [[spike]]March.", cues=CUES)
    page.until(lambda: _words_with_cues(page))
    for kind in ("figure", "cues"):
        before = page.messages(kind)
        page.say(avatar, {"kind": "hello", "player": True, "presenter": True})
        assert page.messages(kind)[len(before) :][:1] == before[-1:]
    modules = len(page.messages("presenter"))
    page.say(avatar, {"kind": "hello", "player": True, "presenter": False})
    page.say(avatar, {"kind": "hello", "player": True, "presenter": False})
    assert len(page.messages("presenter")) > modules


def test_where_no_words_are_told_pages_know_that_cues_follow_the_text(
    make_avatar: MakeAvatar, page: Page
) -> None:
    avatar = make_avatar()
    speech = avatar.present(Drawing(), "Flat until [[spike]]March.", cues=CUES)
    page.until(lambda: _words_with_cues(page))
    event = CaptionsUnavailable(reason="None are told.")
    bridge.ask(lambda: avatar._controller.queue.emit(event))
    told = page.messages("cues")[-1]
    assert (told["speech"], told["estimated"], told["first"]) == (speech.id, True, 0)
    assert len(told["cues"]) == 1
    avatar.stop()
    later = avatar.present(Drawing(), "Flat until [[spike]]March.", cues=CUES)
    page.until(lambda: _words_with_cues(page)[1:])
    told = page.messages("cues")[-1]
    assert (told["speech"], told["estimated"]) == (later.id, False)


def test_functions_of_cues_do_not_keep_an_avatar_alive(
    make_avatar: MakeAvatar,
) -> None:
    class Holder:
        """Whose method is called, so that the function refers to it."""

        def call(self) -> None:
            """Do nothing."""

    holder, calls = Holder(), Calls()
    presented = make_avatar()._backend.presenter.plan({"go": holder.call}, calls)
    assert presented is not None
    alive = weakref.ref(holder)
    del holder, calls
    gc.collect()
    assert alive() is None
