"""LiveKit's own client in Chromium, unmodified, at the embedded server."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.lab import launch
from tests.local.v1.conftest import Streamer
from tests.local.v1.pages import LIVEKIT, WatchingPage

ENTER = """
  const [url, token, options] = given;
  window.w = await enter(url, token, options);
  await until(() => w.attentive, "a picture");
  return w.size;
"""
TALKED = "await until(() => of(w, 'avatar_stop_talking').length >= given[0], 'the end of speech');"
SIGNALLING = [{"singlePeerConnection": True}, {"singlePeerConnection": False}]  # both versions
HEARD = "await until(() => w.loud.length, 'sound');"


@pytest.fixture(scope="module")  # while it lives, Playwright keeps a loop running in this thread
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, streamer: Streamer) -> Iterator[Callable[[], WatchingPage]]:
    pages: list[WatchingPage] = []

    def open_() -> WatchingPage:
        pages.append(WatchingPage(browser, streamer.server, LIVEKIT))
        return pages[-1]

    yield open_
    for page in pages:
        page.close()


def enter(page: WatchingPage, opened: dict[str, Any], **options: Any) -> list[int]:
    size: list[int] = page.run(ENTER, opened["url"], opened["access_token"], options)
    return size


@pytest.mark.parametrize("coding", ["H264", "VP8"])
def test_it_sees_hears_and_is_told(
    streamer: Streamer, open_page: Callable[[], WatchingPage], coding: str
) -> None:
    opened, page = streamer.open(video_encoding=coding), open_page()
    assert enter(page, opened) == [1280, 720]
    done = streamer.data("task", session_id=opened["session_id"], text="Hello there, my friend.")
    page.run(TALKED + HEARD, 1)
    page.run("await until(() => w.frames.some(([, moved]) => moved > SEEN), 'movement');")
    events = page.run("return w.events;")
    assert {event["task_id"] for event in events} == {done["task_id"]}
    kinds = [event["type"] for event in events]
    assert kinds[0] == "avatar_start_talking"
    assert kinds[-2:] == ["avatar_end_message", "avatar_stop_talking"]
    said = [event["message"] for event in events if event["type"] == "avatar_talking_message"]
    assert "".join(said) == "Hello there, my friend."
    assert not page.complaints


def test_it_sees_a_picture_each_time_it_joins(
    streamer: Streamer, open_page: Callable[[], WatchingPage]
) -> None:
    for options in SIGNALLING * 3:
        opened, page = streamer.open(video_encoding="H264", quality="low"), open_page()
        assert enter(page, opened, **options) == [854, 480]
        streamer.data("stop", session_id=opened["session_id"])
        page.run("w.end();")


def test_it_is_told_what_happens_before_its_data_channel_is_open(
    streamer: Streamer, open_page: Callable[[], WatchingPage]
) -> None:
    opened, page = streamer.open(), open_page()
    page.run("window.w = await enter(given[0], given[1]);", opened["url"], opened["access_token"])
    while streamer.sessions()[opened["session_id"]] != "connected":
        pass
    streamer.data("task", session_id=opened["session_id"], text="At once.", task_mode="async")
    page.run(TALKED, 1)
    assert page.run("return w.events[0].type;") == "avatar_start_talking"


def test_it_talks_over_the_room(streamer: Streamer, open_page: Callable[[], WatchingPage]) -> None:
    opened, page = streamer.open(), open_page()
    enter(page, opened)
    page.run("""
      const data = new TextEncoder().encode(JSON.stringify("Good morning."));
      await w.room.localParticipant.publishData(data, { reliable: true });
    """)
    page.run(TALKED, 1)
    said = page.run("return of(w, 'avatar_talking_message').map((event) => event.message);")
    assert "".join(said) == "Good morning."


@pytest.mark.parametrize("options", SIGNALLING)
def test_it_comes_back_after_its_socket_was_lost(
    streamer: Streamer, open_page: Callable[[], WatchingPage], options: dict[str, bool]
) -> None:
    opened, page = streamer.open(), open_page()
    enter(page, opened, **options)
    page.run("await w.room.simulateScenario('signal-reconnect');")
    page.run("await until(() => of(w, 'reconnected').length, 'the return');")
    page.run("const n = w.frames.length; await until(() => w.frames.length > n + 10, 'pictures');")
    streamer.data("task", session_id=opened["session_id"], text="Still here.")
    page.run(TALKED + HEARD, 1)
    assert not page.run("return of(w, 'disconnected');")


@pytest.mark.parametrize("options", SIGNALLING)
def test_it_comes_back_after_everything_was_lost(
    streamer: Streamer, open_page: Callable[[], WatchingPage], options: dict[str, bool]
) -> None:
    opened, page = streamer.open(), open_page()
    enter(page, opened, **options)
    page.run("await w.room.simulateScenario('full-reconnect');")
    page.run("await until(() => of(w, 'reconnected').length, 'the return');")
    page.run("const n = w.frames.length; await until(() => w.frames.length > n + 10, 'pictures');")
    streamer.data("task", session_id=opened["session_id"], text="Here again.")
    page.run(TALKED, 1)


def test_it_leaves_when_the_session_ends(
    streamer: Streamer, open_page: Callable[[], WatchingPage]
) -> None:
    opened, page = streamer.open(), open_page()
    enter(page, opened)
    streamer.data("stop", session_id=opened["session_id"])
    page.run("await until(() => of(w, 'disconnected').length, 'the end');")
    room_deleted = 5
    assert page.run("return of(w, 'disconnected')[0].reason;") == room_deleted


def test_it_is_told_that_a_token_opens_nothing(
    streamer: Streamer, open_page: Callable[[], WatchingPage]
) -> None:
    opened, page = streamer.open(), open_page()
    failure = page.run(
        """
          const refused = ({ name, reason, status }) => [name, reason, status];
          return await enter(given[0], "wrong").then(() => null, refused);
        """,
        opened["url"],
    )
    not_allowed = 0
    assert failure == ["ConnectionError", not_allowed, 401]
