"""What pages are told of an avatar in a room, beside what they are told of every other."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from heygen_widget import LocalServer
from heygen_widget.bridge import bridge
from heygen_widget.frontend.bundles import LIVEKIT, UNDERWAY
from heygen_widget.widget.streaming_avatar import StreamingAvatar
from tests.legacy.viewer import Viewer
from tests.page import PATIENCE, Page

pytestmark = pytest.mark.usefixtures("no_settings_from_outside")

LONG = "One two three four five six seven eight nine ten. " * 10


@pytest.fixture
def avatar(local_server: LocalServer, page: Page) -> Iterator[StreamingAvatar]:
    assert page is not None
    avatar = StreamingAvatar(local=local_server, version="v1")
    yield avatar
    avatar.stop()
    if not bridge.ask(lambda: avatar._controller.queue.idle):
        avatar.wait("error", PATIENCE)
    avatar.close()


Say = Callable[..., None]


@pytest.fixture
def say(avatar: StreamingAvatar, page: Page) -> Say:
    """Send a message of a page."""
    viewer = Viewer(avatar, page)
    return lambda kind, **fields: viewer.say({"kind": kind, **fields})


def _players(page: Page) -> list[Any]:
    return [b for data, b in page.sent if data.get("content", {}).get("kind") == "player"]


def test_the_player_is_sent_with_the_first_session_and_once(
    avatar: StreamingAvatar, say: Say, page: Page
) -> None:
    avatar._repr_mimebundle_()
    say("hello", player=False)
    say("hello", player=False)
    assert not _players(page)
    avatar.start()
    page.until(lambda: _players(page))
    page.until(lambda: page.messages("offer"))
    ((source,),) = _players(page)
    assert bytes(source) == LIVEKIT.source


def test_a_page_that_comes_later_gets_the_player_at_once(
    avatar: StreamingAvatar, say: Say, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    avatar.start()
    page.until(lambda: page.messages("offer"))
    before = len(_players(page))
    monkeypatch.setattr(LIVEKIT, "_underway", -UNDERWAY)  # some seconds later
    say("hello", player=False)
    assert len(_players(page)) == before + 1


def test_it_can_be_interrupted_while_it_speaks_or_is_about_to(
    avatar: StreamingAvatar, page: Page, say: Say
) -> None:
    assert not avatar.session["can_interrupt"]
    with Viewer(avatar, page):
        avatar.speak(LONG)
        page.until(lambda: avatar.session["can_interrupt"])
        page.until(lambda: avatar.speaking)
        assert avatar.session["can_interrupt"]
        say("interrupt")
        page.until(lambda: not avatar.session["can_interrupt"])
        assert avatar.status == "streaming"
        avatar.speak("Short.", wait=PATIENCE)
        page.until(lambda: not avatar.session["can_interrupt"])


def test_a_quality_chosen_before_any_session_is_shown_at_once(
    avatar: StreamingAvatar, say: Say
) -> None:
    assert (avatar.session["quality"], avatar.session["epoch"]) == (None, 0)
    assert avatar.session["qualities"] == ["low", "medium", "high"]
    say("switch", quality="high")
    assert (avatar.session["quality"], avatar.session["epoch"]) == ("high", 0)


def test_a_late_page_is_told_that_the_offer_is_taken(
    avatar: StreamingAvatar, page: Page, say: Say
) -> None:
    with Viewer(avatar, page):
        avatar.speak("Hello.", wait=PATIENCE)
        say("hello", player=True)
    assert [offer["answered"] for offer in page.messages("offer")] == [False, True]
